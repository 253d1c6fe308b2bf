//! Builds the widget: words for the sources, the script from the sources, and how many bytes it costs.

mod check;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::run::{cargo, locked, root};

pub(crate) use check::check;

/// The tool that joins and minifies, a workspace of its own.
const TOOL: &str = "tools/widget-build";
/// The words in English: the list of names, in the order of the wire.
const ENGLISH: &str = "widget/strings/en.json";
/// The scripts that the server sends: what every visitor loads, and what is fetched once it is needed.
const PARTS: &[Part] = &[
    Part { folder: "widget", script: "widget/dist/w.js" },
    Part { folder: "widget/more", script: "widget/dist/more.js" },
];

/// A script and its sources: `src/w.ts` with all that it imports, and `w.css`.
struct Part {
    /// Where the sources stand.
    folder: &'static str,
    /// What is built from them.
    script: &'static str,
}

impl Part {
    /// The module of words among its sources, made from [`ENGLISH`].
    fn words(&self) -> String {
        format!("{}/src/strings.ts", self.folder)
    }
}

/// The first word that only the second script says: it brings along the English of this one and of those behind it.
const FIRST_OF_MORE: &str = "new_chat";
/// Names of words that the server uses itself and does not send begin so.
const SERVER_ONLY: &str = "default_";

/// Builds the widget, and prints what it costs.
pub(crate) fn widget(arguments: &[String]) -> Result<()> {
    if let Some(argument) = arguments.first() {
        bail!("`cargo xtask widget` takes no argument, and `{argument}` was given");
    }
    let words = words(&read(ENGLISH)?)?;
    for (part, words) in PARTS.iter().zip(words) {
        write(&part.words(), words.as_bytes())?;
        let script = [head(&root(), part.folder)?.as_bytes(), &minified(part.folder)?].concat();
        write(part.script, &script)?;
        println!("{}: {} bytes, {} after `gzip -9`", part.script, script.len(), gzipped(&script)?);
    }
    Ok(())
}

/// What the tool prints; its faults go to the terminal, with file and line.
fn minified(folder: &str) -> Result<Vec<u8>> {
    let manifest = format!("{TOOL}/Cargo.toml");
    let mut command = cargo(["run", "--quiet", "--target-dir", "target/widget-build"]);
    command.args(["--manifest-path", &manifest]).args(locked()).args(["--", folder]);
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{TOOL}`"))?;
    if !output.status.success() {
        bail!("the widget was not built: see above");
    }
    Ok(output.stdout)
}

/// The modules of words that the sources import, one for each of [`PARTS`]: all places up to its last word, and its own
/// words.
fn words(english: &str) -> Result<[String; 2]> {
    let Entries(entries) =
        serde_json::from_str(english).with_context(|| format!("`{ENGLISH}` is no list of words"))?;
    let sent: Vec<_> = entries.iter().filter(|(name, _)| !name.starts_with(SERVER_ONLY)).collect();
    let (mut places, mut list, mut first) = (String::new(), String::new(), None);
    for (at, (name, word)) in sent.into_iter().enumerate() {
        if !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            bail!("`{ENGLISH}`: `{name}` is no name: only small letters and `_`");
        }
        if name == FIRST_OF_MORE {
            first = Some(module(&places, &std::mem::take(&mut list)));
        }
        writeln!(places, "export const {} = {at};", name.to_ascii_uppercase())?;
        writeln!(list, "  {},", serde_json::to_string(word)?)?;
    }
    let first = first.with_context(|| format!("`{ENGLISH}` has no `{FIRST_OF_MORE}`"))?;
    Ok([first, module(&places, &list)])
}

fn module(places: &str, list: &str) -> String {
    format!(
        "// The interface's words in English, and the place of each in a configuration's `strings`.\n\
        // Made by `cargo xtask widget` from strings/en.json.\n\n\
        {places}\nexport const english = [\n{list}];\n"
    )
}

/// Names and words in the order of the file.
pub(crate) struct Entries(pub(crate) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Entries;
            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object of strings")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        from.deserialize_map(InOrder)
    }
}

/// The script's first line: which sources it was built from. Sixteen digits tell them apart, and more would cost bytes.
fn head(root: &Path, part: &str) -> Result<String> {
    let mut files = vec![format!("{part}/w.css"), format!("{TOOL}/Cargo.lock")];
    for (folder, end) in [(format!("{part}/src"), ".ts"), (format!("{TOOL}/src"), ".rs")] {
        let entries =
            std::fs::read_dir(root.join(&folder)).with_context(|| format!("cannot read `{folder}`"))?;
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(end) {
                files.push(format!("{folder}/{name}"));
            }
        }
    }
    files.sort_unstable();
    let mut hash = Sha256::new();
    for file in files {
        let bytes = std::fs::read(root.join(&file)).with_context(|| format!("cannot read `{file}`"))?;
        hash.update(format!("{file} {}\n", bytes.len()));
        hash.update(bytes);
    }
    let digits =
        hash.finalize().iter().take(8).fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
    Ok(format!("//{digits}\n"))
}

/// How many bytes `gzip -9` makes of these.
fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut gzip = Command::new("gzip");
    gzip.args(["-9", "--no-name", "--stdout"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = gzip.spawn().context("cannot start `gzip`: install it")?;
    let mut input = child.stdin.take().context("gzip has no input")?;
    // Its output is a few kilobytes: the pipe holds them while it is fed.
    input.write_all(bytes).context("cannot write to gzip")?;
    drop(input);
    let output = child.wait_with_output().context("gzip broke off")?;
    if !output.status.success() {
        bail!("gzip failed: {}", output.status);
    }
    Ok(output.stdout.len())
}

/// The text of a file of the repository.
fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(root().join(path)).with_context(|| format!("cannot read `{path}`"))
}

/// Writes a file of the repository, unless it says this already.
fn write(path: &str, bytes: &[u8]) -> Result<()> {
    let file = root().join(path);
    if std::fs::read(&file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder of `{path}`"))?;
    }
    std::fs::write(&file, bytes).with_context(|| format!("cannot write `{path}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_constants_in_their_order() {
        let english = r#"{"send": "Send \"it\"", "default_title": "Chat", "new_chat": "New chat"}"#;
        let code = words(english).unwrap().map(|text| text.split_once("\n\n").unwrap().1.to_owned());
        assert_eq!(
            code[0],
            "export const SEND = 0;\n\nexport const english = [\n  \"Send \\\"it\\\"\",\n];\n"
        );
        let rest = "export const SEND = 0;\nexport const NEW_CHAT = 1;\n\nexport const english = [\n  \"New chat\",\n];\n";
        assert_eq!(code[1], rest);
        assert!(words(r#"{"a b": ""}"#).unwrap_err().to_string().contains("`a b` is no name"));
        assert!(words(r#"{"send": "Send"}"#).unwrap_err().to_string().contains("no `new_chat`"));
        assert!(words(r#"{"a": 1}"#).is_err());
    }

    #[test]
    fn the_head_changes_with_every_source() {
        let folder = std::env::temp_dir().join(format!("botplot-xtask-widget-{}", std::process::id()));
        let put = |path: &str, text: &str| {
            let file = folder.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        for path in [
            "widget/w.css",
            "widget/src/w.ts",
            "tools/widget-build/Cargo.lock",
            "tools/widget-build/src/main.rs",
        ] {
            put(path, "");
        }
        let mut heads = vec![head(&folder, "widget").unwrap()];
        put("widget/src/w.ts", "1");
        heads.push(head(&folder, "widget").unwrap());
        put("widget/w.css", "1");
        heads.push(head(&folder, "widget").unwrap());
        put("widget/src/a.ts", "");
        heads.push(head(&folder, "widget").unwrap());
        put("tools/widget-build/src/main.rs", "1");
        heads.push(head(&folder, "widget").unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(heads.iter().all(|head| head.len() == 19 && head.starts_with("//") && head.ends_with('\n')));
        heads.sort_unstable();
        heads.dedup();
        assert_eq!(heads.len(), 5);
    }

    #[test]
    fn bytes_are_counted_after_compression() {
        assert!((20..40).contains(&gzipped(&[b'a'; 1_000]).unwrap()));
    }
}
