//! What CI checks of the widget: that the committed script belongs to its sources, how much a visitor loads, and the types.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{ENGLISH, PARTS, Part, gzipped, head, read, words};
use crate::run::{self, cargo, in_path, locked, root};

/// Most bytes of the script and one configuration together, each after `gzip -9`.
const LIMIT: usize = 8_000;
/// The package of the type check, below the root.
const PACKAGE: &[&str] = &["package.json", "package-lock.json"];
/// Where it is installed.
const PLACE: &str = "target/widget-types";

/// Every check, the quick ones first.
pub(crate) fn check() -> Result<()> {
    for (part, wanted_words) in PARTS.iter().zip(words(&read(ENGLISH)?)?) {
        is_built(
            part,
            &read(part.script)?,
            &head(&root(), part.folder)?,
            &read(&part.words())?,
            &wanted_words,
        )?;
    }
    types()?;
    let configs = run::read(
        cargo(["run", "--quiet", "-p", "botplot-web", "--example", "widget_config"]).args(locked()),
    )?;
    for (at, part) in PARTS.iter().enumerate() {
        let script = gzipped(read(part.script)?.as_bytes())?;
        match at {
            0 => println!("{}: {}", part.script, size(script, &configs)?),
            _ => println!("{}: {script} bytes after `gzip -9`, not needed to open and chat", part.script),
        }
    }
    Ok(())
}

/// The committed files are what the sources make.
fn is_built(part: &Part, script: &str, head: &str, words: &str, wanted_words: &str) -> Result<()> {
    if words != wanted_words {
        bail!("`{}` is not what `{ENGLISH}` gives: run `cargo xtask widget`, and commit both", part.words());
    }
    if !script.starts_with(head) {
        bail!(
            "`{}` was built from other sources than these: run `cargo xtask widget`, and commit it",
            part.script
        );
    }
    Ok(())
}

/// Says what a visitor loads: `script` bytes and the largest of the configurations (a line each), or that it is too much.
fn size(script: usize, configs: &str) -> Result<String> {
    let mut largest = (0, "");
    for config in configs.lines() {
        largest = largest.max((gzipped(config.as_bytes())?, config));
    }
    let (config, text) = largest;
    let lang = text.split_once("\"lang\":\"").and_then(|(_, rest)| rest.split('"').next());
    let Some(lang) = lang else { bail!("the example `widget_config` printed no configuration") };
    let sum = script + config;
    let said = format!(
        "{sum} bytes after `gzip -9`: {script} for the script, {config} for the configuration in `{lang}`"
    );
    if sum > LIMIT {
        bail!("{said}; at most {LIMIT} are allowed");
    }
    Ok(said)
}

/// Runs TypeScript's compiler, which only checks; it is installed below `target/`, so that the sources stay as they are.
fn types() -> Result<()> {
    if !in_path("npm") {
        bail!(
            "`npm` is missing, which brings the type check: install Node 20 or later (Debian: `nodejs` and `npm`)"
        );
    }
    let place = root().join(PLACE);
    if !is_installed(&place) {
        std::fs::create_dir_all(&place).with_context(|| format!("cannot make `{PLACE}`"))?;
        for file in PACKAGE {
            std::fs::copy(root().join("widget").join(file), place.join(file))
                .with_context(|| format!("cannot copy `widget/{file}`"))?;
        }
        run::run(
            Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&place),
        )?;
    }
    let compiler = place.join("node_modules/.bin/tsc");
    run::run(Command::new(compiler).args(["--project", "widget/tsconfig.json"]).current_dir(root()))
        .context("the widget's types do not fit")
}

/// Whether the package that is locked now was installed before.
fn is_installed(place: &Path) -> bool {
    let is_same = |file: &&str| {
        std::fs::read(place.join(file)).is_ok_and(|there| {
            std::fs::read(root().join("widget").join(file)).is_ok_and(|here| here == there)
        })
    };
    PACKAGE.iter().all(is_same) && place.join("node_modules/.bin/tsc").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_were_not_built_again_are_found() {
        let fault =
            |script, words| is_built(&PARTS[0], script, "//12\n", words, "words").unwrap_err().to_string();
        assert!(is_built(&PARTS[0], "//12\ncode", "//12\n", "words", "words").is_ok());
        assert!(fault("//13\ncode", "words").contains("built from other sources"));
        assert!(fault("//12\ncode", "old words").contains("is not what"));
    }

    #[test]
    fn the_largest_configuration_counts() {
        let configs = "{\"lang\":\"en\"}\n{\"lang\":\"de\",\"strings\":[\"Ein Wort\",\"noch eines\"]}\n{\"lang\":\"fr\"}\n";
        assert!(size(4, configs).unwrap().ends_with("for the configuration in `de`"));
        assert!(size(7_999, configs).unwrap_err().to_string().contains("at most 8000 are allowed"));
        assert!(size(4, "").is_err());
    }
}
