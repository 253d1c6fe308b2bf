//! The rules that no compiler keeps. Each check is one file and one line of [`CHECKS`].
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "these are names of our own files")]

mod cli;
mod commands;
mod dependencies;
mod docs;
mod invariants;
mod licences;
mod markdown;
mod metadata;
mod names;
mod packaging;
mod places;
mod settings;
mod sizes;
mod tree;
mod versions;
mod words;

use std::fmt;

use anyhow::{Result, bail};

pub(crate) use sizes::is_test;
pub(crate) use tree::Tree;

use metadata::Package;

/// What the checks look at.
pub(crate) struct Project {
    /// The files.
    tree: Tree,
    /// The packages, ours and others', as `cargo metadata` tells them.
    packages: Vec<Package>,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    file: String,
    /// Counted from 1; 0 where no line can be named.
    line: usize,
    why: String,
}

impl Fault {
    fn new(file: impl Into<String>, line: usize, why: impl Into<String>) -> Self {
        Self { file: file.into(), line, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.file, self.why),
            line => write!(out, "{}:{line}: {}", self.file, self.why),
        }
    }
}

struct Check {
    name: &'static str,
    run: fn(&Project) -> Vec<Fault>,
}

const CHECKS: &[Check] = &[
    Check { name: "dependencies", run: dependencies::faults },
    Check { name: "homes", run: dependencies::faults_of_homes },
    Check { name: "licences", run: licences::faults },
    Check { name: "versions", run: versions::faults },
    Check { name: "sizes", run: sizes::faults },
    Check { name: "headings", run: sizes::faults_of_headings },
    Check { name: "names", run: names::faults },
    Check { name: "invariants", run: invariants::faults },
    Check { name: "places", run: places::faults },
    Check { name: "paths in docs", run: docs::faults_of_paths },
    Check { name: "links in docs", run: docs::faults_of_links },
    Check { name: "guides", run: docs::faults_of_guides },
    Check { name: "commands in docs", run: commands::faults },
    Check { name: "settings in docs", run: settings::faults },
    Check { name: "words", run: words::faults },
    Check { name: "packaging", run: packaging::faults },
];

/// Runs every check, or those that are named, over the repository.
pub(crate) fn tidy(names: &[String]) -> Result<()> {
    if let Some(name) = names.iter().find(|name| CHECKS.iter().all(|check| check.name != **name)) {
        bail!("no check `{name}`: there are {}", list(CHECKS.iter().map(|check| check.name)));
    }
    let project = Project { tree: Tree::read()?, packages: metadata::read()? };
    let mut count = 0;
    for check in CHECKS.iter().filter(|check| names.is_empty() || names.iter().any(|name| name == check.name))
    {
        let mut faults = (check.run)(&project);
        faults.sort();
        for fault in &faults {
            println!("{}: {fault}", check.name);
        }
        count += faults.len();
    }
    match count {
        0 => Ok(()),
        1 => bail!("tidy found 1 fault"),
        _ => bail!("tidy found {count} faults"),
    }
}

/// Words in backticks, with commas between them.
fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
impl Project {
    /// A project of these files, without packages.
    fn of(files: &[(&str, &str)]) -> Self {
        Self { tree: Tree::of(files), packages: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_line_where_there_is_one() {
        assert_eq!(Fault::new("a.rs", 3, "too long").to_string(), "a.rs:3: too long");
        assert_eq!(Fault::new("a.rs", 0, "too long").to_string(), "a.rs: too long");
    }

    #[test]
    fn an_unknown_check_is_refused_with_the_list() {
        let error = tidy(&["nonsense".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("no check `nonsense`: there are `dependencies`"), "{error}");
    }
}
