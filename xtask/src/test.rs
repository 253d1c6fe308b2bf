//! Makes the machine able to run the tests, then runs them.

use anyhow::Result;

use crate::run::{cargo, in_path, locked, run};
use crate::tidy::Tree;
use crate::tools;

/// Runs every test; arguments go to the runner instead of `--workspace`, as in `-p botplot-store`.
pub(crate) fn test(arguments: &[String]) -> Result<()> {
    tools::provide()?;
    let scope = if arguments.is_empty() { vec!["--workspace".to_owned()] } else { arguments.to_vec() };
    if !in_path("cargo-nextest") {
        return run(cargo(["test", "--no-fail-fast"]).args(locked()).args(scope));
    }
    if arguments.is_empty() {
        // nextest leaves out the examples in doc comments. They go first, so that the last summary is that of all the others.
        for package in packages_with_examples(&Tree::read()?) {
            run(cargo(["test", "--doc", "--package", &package]).args(locked()))?;
        }
    }
    run(cargo(["nextest", "run"]).args(locked()).args(scope))
}

/// Packages of the workspace with a runnable example in a doc comment.
fn packages_with_examples(tree: &Tree) -> Vec<String> {
    let libraries = tree.rust().filter_map(|(path, text)| {
        let (package, file) = path.strip_prefix("crates/")?.split_once('/')?;
        (file.starts_with("src/") && tree.has(&format!("crates/{package}/src/lib.rs")) && has_example(text))
            .then(|| package.to_owned())
    });
    let mut packages: Vec<String> = libraries.collect();
    packages.dedup();
    packages
}

/// Whether a fence in a doc comment opens a block that rustdoc would run.
fn has_example(text: &str) -> bool {
    let doc_lines = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("//!").or_else(|| line.strip_prefix("///")).map(str::trim)
    });
    let fences = doc_lines.filter_map(|line| line.strip_prefix("```"));
    fences.step_by(2).any(|language| {
        language
            .split(',')
            .all(|word| matches!(word.trim(), "" | "rust" | "no_run" | "should_panic" | "compile_fail"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_runnable_examples_count() {
        assert!(has_example("/// ```\n/// let a = 1;\n/// ```\n"));
        assert!(has_example("//! ```text\n//! x\n//! ```\n//! ```rust,no_run\n//! y();\n//! ```\n"));
        assert!(!has_example("/// ```text\n/// x\n/// ```\n/// ```ignore\n/// ```\n"));
        assert!(!has_example("// ```\n"));
    }

    #[test]
    fn packages_are_named_once_and_binaries_not_at_all() {
        let example = "/// ```\n/// ```\n";
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", ""),
            ("crates/a/src/x.rs", example),
            ("crates/a/src/y.rs", example),
            ("crates/b/src/main.rs", example),
            ("crates/c/src/lib.rs", ""),
        ]);
        assert_eq!(packages_with_examples(&tree), ["a"]);
    }
}
