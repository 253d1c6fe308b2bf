//! How long a source file may be, and that each says at its top what it is for.

use super::{Fault, Project};
use crate::source::lines_without_tests;

/// Most lines of a source file before its tests.
pub(crate) const FILE: usize = 400;
/// Most lines of a crate's `lib.rs`: it is a front door.
pub(crate) const LIB: usize = 80;

/// Files that are still too long, as lines of `path lines`. The list may only shrink.
const EXCEPTIONS: &str = "xtask/long-files.txt";

/// Files beyond their limit, and exceptions that are not needed as they stand.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let exceptions = exceptions(project.tree.text(EXCEPTIONS).unwrap_or_default());
    let mut faults = Vec::new();
    for (path, text) in project.tree.rust().filter(|(path, _)| !is_test(path)) {
        let (lines, limit) = (lines_without_tests(text), limit(path));
        match exceptions.iter().find(|(_, exception, _)| *exception == path) {
            None if lines > limit => {
                let why = format!(
                    "has {lines} lines without its tests, and {limit} are the most: split it by what it is about"
                );
                faults.push(Fault::new(path, 0, why));
            }
            Some((_, _, most)) if lines > *most => {
                faults.push(Fault::new(
                    path,
                    0,
                    format!("grew to {lines} lines, and {EXCEPTIONS} lets it have {most}"),
                ));
            }
            Some((at, ..)) if lines <= limit => {
                faults.push(Fault::new(
                    EXCEPTIONS,
                    *at,
                    format!("`{path}` keeps the limit now: take its line out"),
                ));
            }
            Some((at, _, most)) if lines < *most => {
                faults.push(Fault::new(
                    EXCEPTIONS,
                    *at,
                    format!("`{path}` shrank: lower its number to {lines}"),
                ));
            }
            _ => {}
        }
    }
    for (at, path, _) in exceptions.iter().filter(|(_, path, _)| project.tree.text(path).is_none()) {
        faults.push(Fault::new(EXCEPTIONS, *at, format!("there is no `{path}`: take its line out")));
    }
    faults
}

/// Rust files that do not open with a `//!` comment.
pub(super) fn faults_of_headings(project: &Project) -> Vec<Fault> {
    let bare = project.tree.rust().filter(|(_, text)| !text.starts_with("//! "));
    bare.map(|(path, _)| Fault::new(path, 1, "does not open with `//! ` and what the file is for")).collect()
}

/// Files of tests only have no limit of their own; their functions have.
pub(crate) fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn limit(path: &str) -> usize {
    if path.ends_with("/lib.rs") { LIB } else { FILE }
}

/// Line, path and most lines of each exception; a `#` begins a comment.
fn exceptions(text: &str) -> Vec<(usize, &str, usize)> {
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let (path, most) = line.rsplit_once(' ').unwrap_or((line, ""));
            (at + 1, path.trim(), most.parse().unwrap_or(0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(files: &[(&str, &str)]) -> Vec<String> {
        faults(&Project::of(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_beyond_its_limit_is_found_but_its_tests_do_not_count() {
        let long = "//! x\n".repeat(401);
        let tested =
            format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "//! x\n".repeat(400), "// y\n".repeat(300));
        let files = [("a/src/long.rs", &*long), ("a/src/tested.rs", &*tested), ("a/tests/it.rs", &*long)];
        assert_eq!(
            reasons(&files),
            [
                "a/src/long.rs: has 401 lines without its tests, and 400 are the most: split it by what it is about"
            ]
        );
        assert_eq!(reasons(&[("a/src/lib.rs", &"//! x\n".repeat(81))]).len(), 1);
    }

    #[test]
    fn exceptions_may_only_shrink() {
        let with = |lines: usize, most: usize| {
            let list = format!("# why\na/src/long.rs {most}\n");
            reasons(&[("a/src/long.rs", &*"//! x\n".repeat(lines)), (EXCEPTIONS, &*list)])
        };
        assert_eq!(with(450, 450), [] as [String; 0]);
        assert_eq!(
            with(451, 450),
            ["a/src/long.rs: grew to 451 lines, and xtask/long-files.txt lets it have 450"]
        );
        assert_eq!(
            with(449, 450),
            ["xtask/long-files.txt:2: `a/src/long.rs` shrank: lower its number to 449"]
        );
        assert_eq!(
            with(400, 450),
            ["xtask/long-files.txt:2: `a/src/long.rs` keeps the limit now: take its line out"]
        );
        assert_eq!(reasons(&[(EXCEPTIONS, "gone.rs 500\n")]).len(), 1);
    }

    #[test]
    fn a_file_without_a_heading_is_found() {
        let files = [("a.rs", "//! What it is for.\n"), ("b.rs", "use std::fs;\n"), ("c.rs", "")];
        let found: Vec<_> =
            faults_of_headings(&Project::of(&files)).into_iter().map(|fault| fault.file).collect();
        assert_eq!(found, ["b.rs", "c.rs"]);
    }
}
