//! The repository's files, as the checks see them: everything that git tracks or would track.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::Result;

use crate::run;

/// Ends of the names of files that are read as text.
const TEXT: &[&str] = &[
    ".rs",
    ".md",
    ".toml",
    ".lock",
    ".txt",
    ".sh",
    ".py",
    ".c",
    ".js",
    ".ts",
    ".css",
    ".html",
    ".json",
    ".yml",
    ".yaml",
    ".sql",
    ".service",
    ".ci/run",
    "Dockerfile",
    ".dockerignore",
    ".gitignore",
];

/// Folders of text that others wrote, or that a test needs as it is: no rule is for them.
const FOREIGN: &[&str] = &["eval/data/", "e2e/vendor/"];

/// Paths (with `/`, from the root) and texts.
pub(crate) struct Tree {
    paths: BTreeSet<String>,
    texts: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the repository. Files of more than a megabyte are not read.
    pub(crate) fn read() -> Result<Self> {
        let root = run::root();
        let mut git = Command::new("git");
        git.current_dir(&root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let mut tree = Self { paths: BTreeSet::new(), texts: BTreeMap::new() };
        for path in run::read(&mut git)?.split_terminator('\0') {
            let Ok(file) = root.join(path).metadata() else { continue };
            let is_read =
                file.len() < 1_000_000 && is_ours(path) && TEXT.iter().any(|end| path.ends_with(end));
            tree.add(path, is_read.then(|| std::fs::read_to_string(root.join(path)).ok()).flatten());
        }
        Ok(tree)
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self { paths: BTreeSet::new(), texts: BTreeMap::new() };
        for (path, text) in files {
            tree.add(path, Some((*text).to_owned()));
        }
        tree
    }

    fn add(&mut self, path: &str, text: Option<String>) {
        for (end, _) in path.match_indices('/') {
            self.paths.insert(path[..end].to_owned());
        }
        self.paths.insert(path.to_owned());
        if let Some(text) = text {
            self.texts.insert(path.to_owned(), text);
        }
    }

    /// Whether there is a file or folder of this path; a `/` at its end does not matter.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    /// Whether some file is called so, in whatever folder.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.paths.iter().any(|path| path.rsplit('/').next() == Some(name))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Path and text of every file that is read as text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Path and text of every file whose path ends so.
    pub(crate) fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    /// Path and text of every Rust file.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending(".rs")
    }
}

fn is_ours(path: &str) -> bool {
    !FOREIGN.iter().any(|folder| path.starts_with(folder)) && !is_fixture(path)
}

/// A file that stands in a folder of a `tests` folder and is no source: bytes that a test reads.
fn is_fixture(path: &str) -> bool {
    path.contains("/tests/") && !path.ends_with(".rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_known_by_their_files() {
        let tree = Tree::of(&[("docs/guides/start.md", "")]);
        assert!(tree.has("docs") && tree.has("docs/guides/") && tree.has("docs/guides/start.md"));
        assert!(!tree.has("docs/guide") && tree.has_name("start.md") && !tree.has_name("art.md"));
    }

    #[test]
    fn foreign_text_is_left_alone() {
        assert!(is_ours("crates/a/tests/it.rs") && is_ours("docs/style.md"));
        assert!(!is_ours("eval/data/help-centre/a.md") && !is_ours("crates/a/tests/formats/md/in.md"));
    }
}
