//! The invariants of ARCHITECTURE.md that can be seen in the text of a source file.

use super::{Fault, Project};
use crate::source::{Blank, blank, without_tests};

struct Rule {
    /// Text that must not stand in code or strings.
    never: &'static [&'static str],
    /// Folders in which the rule holds; empty means all.
    inside: &'static [&'static str],
    /// Folders in which it does not.
    outside: &'static [&'static str],
    /// Whether tests may do it.
    tests_may: bool,
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        never: &[
            "SELECT ",
            "INSERT INTO ",
            "DELETE FROM ",
            "CREATE TABLE",
            "CREATE INDEX",
            "ALTER TABLE",
            "DROP TABLE",
            "PRAGMA ",
            "ON CONFLICT ",
        ],
        inside: &[],
        // These files plant the faults that they look for.
        outside: &["crates/botplot-store/", "xtask/src/tidy/"],
        tests_may: false,
        why: "only `botplot-store` contains SQL",
    },
    Rule {
        never: &["std::fs", "std::net::Tcp", "std::process", "std::thread", "async fn", ".await", "println!"],
        inside: &["crates/botplot-core/src/", "crates/botplot-search/src/"],
        outside: &[],
        tests_may: true,
        why: "`botplot-core` and `botplot-search` do no I/O and never wait",
    },
    Rule {
        never: &["StatusCode"],
        inside: &["crates/botplot-core/src/", "crates/botplot-store/src/", "crates/botplot-engine/src/"],
        outside: &[],
        tests_may: true,
        why: "only `botplot-web` knows the status codes that a client gets",
    },
    Rule {
        never: &["Store"],
        inside: &["crates/botplot-web/src/"],
        outside: &[],
        tests_may: true,
        why: "handlers read through the store's `Reader`; every change goes through `botplot-engine`",
    },
];

/// Lines that break one of the rules.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in project.tree.rust() {
        for rule in RULES.iter().filter(|rule| rule.holds_for(path)) {
            let text = if rule.tests_may { without_tests(text) } else { text.to_owned() };
            for (at, line) in blank(&text, Blank::Comments).lines().enumerate() {
                if let Some(word) = rule.never.iter().find(|words| has_words(line, words)) {
                    faults.push(Fault::new(path, at + 1, format!("`{}`: {}", word.trim(), rule.why)));
                }
            }
        }
    }
    let stray = project.tree.ending(".sql").filter(|(path, _)| RULES[0].holds_for(path));
    faults.extend(stray.map(|(path, _)| Fault::new(path, 0, RULES[0].why)));
    faults
}

/// Whether the words stand in the line, and not as a part of longer ones.
fn has_words(line: &str, words: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(words).any(|(at, _)| {
        let before = line[..at].ends_with(is_word) && words.starts_with(is_word);
        let after = line[at + words.len()..].starts_with(is_word) && words.ends_with(is_word);
        !before && !after
    })
}

impl Rule {
    fn holds_for(&self, path: &str) -> bool {
        let in_any = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        (self.inside.is_empty() || in_any(self.inside)) && !in_any(self.outside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        faults(&Project::of(&[(path, text)])).into_iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn sql_outside_the_store_is_found_even_in_tests() {
        let text = "// SELECT is a word\nlet q = \"SELECT id FROM pages\";\n#[cfg(test)]\nmod tests {\n    const Q: &str = \"DELETE FROM pages\";\n}\n";
        assert_eq!(lines("crates/botplot-engine/src/chat.rs", text), [2, 5]);
        assert_eq!(lines("crates/botplot-store/src/sql/pages.rs", text), [] as [usize; 0]);
        assert_eq!(lines("crates/botplot-web/queries.sql", ""), [0]);
    }

    #[test]
    fn waiting_in_a_pure_crate_is_found_but_not_in_its_tests() {
        let text = "fn a() { std::fs::read(\"x\"); }\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert_eq!(lines("crates/botplot-search/src/tokens.rs", text), [1]);
        assert_eq!(lines("crates/botplot-ingest/src/fetch.rs", text), [] as [usize; 0]);
    }

    #[test]
    fn a_handler_with_the_store_is_found() {
        assert_eq!(lines("crates/botplot-web/src/api/chat.rs", "use botplot_store::{Reader, Store};\n"), [1]);
        assert_eq!(
            lines("crates/botplot-web/src/api/chat.rs", "// Store\nuse botplot_store::StoreError;\n"),
            [] as [usize; 0]
        );
    }

    #[test]
    fn a_status_code_below_web_is_found() {
        assert_eq!(lines("crates/botplot-engine/src/error.rs", "use http::StatusCode;\n"), [1]);
        assert_eq!(lines("crates/botplot-web/src/error.rs", "use http::StatusCode;\n"), [] as [usize; 0]);
    }
}
