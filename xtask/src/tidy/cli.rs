//! The commands and flags of the `botplot` binary, read from the text of its clap types.

use std::collections::BTreeMap;

use super::Project;
use crate::source::{Blank, blank};

/// Where the clap types stand: this file and the folder beside it.
const FILE: &str = "crates/botplot/src/cli.rs";
const FOLDER: &str = "crates/botplot/src/cli/";

/// What the binary understands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cli {
    /// Each command with the commands that it has in turn.
    pub(super) commands: BTreeMap<String, Vec<String>>,
    /// Each flag, without its dashes, and whether a value follows it.
    pub(super) flags: BTreeMap<String, bool>,
}

/// A type of the source: its attributes and the text between its braces.
struct Type<'a> {
    name: &'a str,
    derives: &'a str,
    body: &'a str,
}

impl Cli {
    /// Reads the clap types; nothing is known while there are none.
    pub(super) fn of(project: &Project) -> Self {
        let files = project.tree.rust().filter(|(path, _)| *path == FILE || path.starts_with(FOLDER));
        let text: String = files.map(|(_, text)| blank(text, Blank::Comments)).collect();
        let types = types(&text);
        let enums: Vec<&Type> = types.iter().filter(|one| one.derives.contains("Subcommand")).collect();
        let Some(top) = enums.iter().find(|one| one.name == "Command").or(enums.first()) else {
            return Self::default();
        };
        let below = |body: &str| {
            let named = |text: &str| {
                enums.iter().find(|one| one.name != top.name && has_word(text, one.name)).copied()
            };
            let through = types.iter().filter(|one| has_word(body, one.name)).find_map(|one| named(one.body));
            named(body).or(through).map(|one| variants(one.body).into_iter().map(|(name, _)| name).collect())
        };
        let commands =
            variants(top.body).into_iter().map(|(name, body)| (name, below(body).unwrap_or_default()));
        Self { commands: commands.collect(), flags: flags(&text) }
    }
}

fn types(text: &str) -> Vec<Type<'_>> {
    let mut types = Vec::new();
    for keyword in ["enum ", "struct "] {
        for (at, _) in text.match_indices(keyword) {
            let rest = &text[at + keyword.len()..];
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let derives = text[..at].rfind("#[derive").map_or("", |from| &text[from..at]);
            if let Some(open) = rest.find(['{', ';']).filter(|open| rest[*open..].starts_with('{')) {
                let length = closing(&rest[open..]);
                types.push(Type { name, derives, body: &rest[open + 1..open + length] });
            }
        }
    }
    types
}

/// Where the bracket that opens the text is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The name on the command line and the content of each variant.
fn variants(body: &str) -> Vec<(String, &str)> {
    let mut variants = Vec::new();
    let (mut at, mut renamed) = (0, None);
    while at < body.len() {
        let rest = &body[at..];
        if rest.starts_with("#[") {
            let end = closing(rest) + 1;
            renamed = value_of(&rest[..end.min(rest.len())], "name").map(str::to_owned).or(renamed);
            at += end;
        } else if rest.starts_with(char::is_alphabetic) {
            let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let content = if rest[length..].starts_with(['(', ' ', '{'])
                && !rest[length..].trim_start().starts_with(',')
            {
                &rest[length..length + closing(&rest[length..])]
            } else {
                ""
            };
            variants.push((renamed.take().unwrap_or_else(|| kebab(&rest[..length])), content));
            at += (length + content.len()).max(1);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    variants
}

/// Every field with `#[arg(… long …)]`.
fn flags(text: &str) -> BTreeMap<String, bool> {
    let mut flags = BTreeMap::from([("help".to_owned(), false), ("version".to_owned(), false)]);
    for (at, _) in text.match_indices("#[arg(") {
        let end = at + closing(&text[at + 1..]) + 2;
        let attribute = &text[at..end.min(text.len())];
        if !has_word(attribute, "long") {
            continue;
        }
        let field = after_attributes(&text[end..]).split([',', '}']).next().unwrap_or_default();
        let (name, kind) = field.split_once(": ").unwrap_or((field, ""));
        let name = name.split_whitespace().last().unwrap_or_default();
        let name = value_of(attribute, "long").map_or_else(|| name.replace('_', "-"), str::to_owned);
        flags.insert(name, kind.trim() != "bool");
    }
    flags
}

fn after_attributes(text: &str) -> &str {
    let text = text.trim_start();
    if text.starts_with("#[") {
        after_attributes(text.get(closing(&text[1..]) + 2..).unwrap_or_default())
    } else {
        text
    }
}

/// The string that `key = "…"` gives.
fn value_of<'a>(attribute: &'a str, key: &str) -> Option<&'a str> {
    let (before, after) = attribute.split_once(&format!("{key} = \""))?;
    (!before.ends_with(|c: char| c.is_alphanumeric() || c == '_')).then(|| after.split('"').next())?
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|one| one == word)
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        #[derive(Debug, Parser)]
        pub(crate) struct Arguments {
            /// Where everything is kept.
            #[arg(long, global = true, value_name = "DIR", default_value = "./botplot-data")]
            pub(crate) data: PathBuf,
            #[command(subcommand)]
            pub(crate) command: Command,
        }
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            /// Runs the server.
            Serve(Serve),
            #[command(subcommand)]
            Project(ProjectCommand),
            Key { #[command(subcommand)] command: KeyCommand },
            #[command(name = "self-test")]
            Probe { #[arg(long)] json: bool },
            Doctor,
        }
        #[derive(Debug, Subcommand)]
        enum ProjectCommand { Create { name: String }, List }
        #[derive(Debug, Subcommand)]
        enum KeyCommand { Create, RevokeAll }
        #[derive(Debug, Args)]
        struct Serve {
            #[arg(long)]
            #[serde(default, rename = "x")]
            listen: std::net::SocketAddr,
            #[arg(long = "out-of-scope")]
            others: Option<PathBuf>,
            #[arg(short)]
            quiet: bool,
        }
    "#;

    #[test]
    fn commands_and_flags_are_read_from_the_types() {
        let cli = Cli::of(&Project::of(&[(FILE, TEXT)]));
        let commands: Vec<_> =
            cli.commands.iter().map(|(name, below)| format!("{name}:{}", below.join("+"))).collect();
        assert_eq!(
            commands,
            ["doctor:", "key:create+revoke-all", "project:create+list", "self-test:", "serve:"]
        );
        let flags: Vec<_> = cli.flags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        assert_eq!(
            flags,
            ["data:true", "help:false", "json:false", "listen:true", "out-of-scope:true", "version:false"]
        );
    }

    #[test]
    fn without_types_nothing_is_known() {
        assert_eq!(Cli::of(&Project::of(&[])), Cli::default());
    }
}
