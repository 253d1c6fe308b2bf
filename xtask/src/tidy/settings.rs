//! Settings named in documents exist: as `section.key`, as `BOTPLOT__SECTION__KEY`, and in examples of the file.

use std::collections::BTreeSet;

use super::markdown::{Item, Kind, items};
use super::{Fault, Project};
use crate::source::{Blank, blank, without_tests};

/// The binary's configuration: its fields are the sections.
const ROOT: &str = "crates/botplot/src/config.rs";

struct Settings {
    sections: BTreeSet<String>,
    keys: BTreeSet<String>,
}

/// Settings that no `Config` has.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let configs =
        project.tree.rust().filter(|(path, _)| path.ends_with("/config.rs") || path.contains("/config/"));
    let settings = Settings {
        sections: project.tree.text(ROOT).map(fields).unwrap_or_default(),
        keys: configs.flat_map(|(_, text)| fields(text)).collect(),
    };
    let mut faults = Vec::new();
    for (file, text) in project.tree.ending(".md") {
        let mut section = None;
        for item in items(text) {
            let unknown = unknown_setting(&settings, &item, &mut section);
            faults.extend(
                unknown.map(|name| Fault::new(file, item.line, format!("there is no setting `{name}`"))),
            );
        }
    }
    faults
}

/// The names of the fields of every struct in the text.
fn fields(text: &str) -> BTreeSet<String> {
    let code = blank(&without_tests(text), Blank::CommentsAndStrings);
    let names = code.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
        let (name, rest) = line.split_once(':')?;
        (!rest.starts_with(':') && is_key(name)).then(|| name.to_owned())
    });
    names.collect()
}

fn is_key(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `section` is the table that the lines of an example stand in.
fn unknown_setting<'a>(
    settings: &Settings,
    item: &Item<'a>,
    section: &mut Option<&'a str>,
) -> Option<String> {
    match item.kind {
        Kind::Fenced { language: "toml", text } => {
            if let Some(name) = text.trim().strip_prefix('[') {
                *section = name.split(']').next();
                return section.filter(|name| !settings.knows_path(name)).map(str::to_owned);
            }
            let key = text
                .split_once('=')
                .map(|(key, _)| key.trim_start_matches('#').trim())
                .filter(|key| is_key(key))?;
            let name = section.map_or_else(|| key.to_owned(), |section| format!("{section}.{key}"));
            (!settings.knows_path(&name)).then_some(name)
        }
        Kind::Span(text) | Kind::Fenced { text, .. } => {
            *section = None;
            settings.unknown_variable(text).or_else(|| settings.unknown_span(text))
        }
        _ => {
            *section = None;
            None
        }
    }
}

impl Settings {
    fn knows_path(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        parts.next().is_some_and(|first| self.sections.contains(first))
            && parts.all(|part| self.keys.contains(part))
    }

    fn unknown_variable(&self, text: &str) -> Option<String> {
        let (_, rest) = text.split_once("BOTPLOT__")?;
        let name =
            rest.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).next()?;
        let path = name.trim_end_matches('_').to_lowercase().replace("__", ".");
        (name != "SECTION__KEY" && !self.knows_path(&path)).then(|| format!("BOTPLOT__{name}"))
    }

    fn unknown_span(&self, text: &str) -> Option<String> {
        let words = text.split('.');
        let is_setting = text.contains('.')
            && words.clone().all(is_key)
            && !matches!(words.clone().next_back(), Some("rs" | "md" | "toml" | "py" | "sh" | "db"))
            && words.clone().next().is_some_and(|first| self.sections.contains(first));
        (is_setting && !self.knows_path(text)).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "//! x\n/// All.\npub struct Config {\n    /// The model.\n    pub llm: botplot_llm::Config,\n    pub(crate) server: Server,\n}\n";
    const LLM: &str = "pub struct Config {\n    pub provider: String,\n    pub api_key: Option<Secret>,\n}\n";

    fn reasons(document: &str) -> Vec<String> {
        let files = [("docs/a.md", document), (ROOT, CONFIG), ("crates/botplot-llm/src/config.rs", LLM)];
        faults(&Project::of(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_setting_that_does_not_exist_is_found() {
        assert_eq!(reasons("set `llm.provder`"), ["docs/a.md:1: there is no setting `llm.provder`"]);
        assert_eq!(
            reasons("```sh\nBOTPLOT__LLM__PROVDER=x botplot\n```"),
            ["docs/a.md:2: there is no setting `BOTPLOT__LLM__PROVDER`"]
        );
        let example = "```toml\n[llm]\nprovider = \"a\"\nprovder = \"b\"\n[lm]\n```\n";
        assert_eq!(
            reasons(example),
            ["docs/a.md:4: there is no setting `llm.provder`", "docs/a.md:5: there is no setting `lm`"]
        );
    }

    #[test]
    fn settings_that_exist_and_other_words_pass() {
        for fine in [
            "`llm.provider` and `llm.api_key`",
            "`BOTPLOT__LLM__API_KEY` of the form `BOTPLOT__SECTION__KEY`",
            "`conversation.started` and `message.text` and `llm.rs`",
            "```toml\n[llm]\n# provider = \"a\"\n```",
        ] {
            assert_eq!(reasons(fine), [] as [String; 0], "{fine}");
        }
    }
}
