//! Prints how long files and functions are, beside what the projects that we learn from show to be possible.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::run::{read, root};
use crate::source::{Function, functions, lines_without_tests, without_tests};
use crate::tidy::is_test;

/// Aims, and where they come from.
const AIMS: &str = "\
aims: files of at most 400 lines (median about 120), functions of at most 60 (10 to 25 as a rule)
models: once-campfire has a median function of 3 lines; swiftide-core and the storage of
        matrix-authentication-service have medians of at most 10 and under 1 % of functions over 60";

/// From how many lines on a reader should ask whether a function does two things.
const ASK: usize = 40;

#[derive(Default)]
struct Shape {
    /// Lines of each file, without its tests.
    files: Vec<usize>,
    /// Lines of each function outside tests.
    functions: Vec<usize>,
}

/// Prints the table, and with `--long` the functions over [`ASK`] lines too.
pub(crate) fn shape(arguments: &[String]) -> Result<()> {
    let mut git = std::process::Command::new("git");
    let files = read(git.current_dir(root()).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.rs",
    ]))?;
    let mut crates: BTreeMap<String, Shape> = BTreeMap::new();
    let mut long: Vec<(String, Function)> = Vec::new();
    for path in files.split_terminator('\0').filter(|path| !is_test(path) && root().join(path).exists()) {
        let text =
            std::fs::read_to_string(root().join(path)).with_context(|| format!("cannot read `{path}`"))?;
        let shape = crates.entry(crate_of(path).to_owned()).or_default();
        shape.files.push(lines_without_tests(&text));
        let functions = functions(&without_tests(&text));
        shape.functions.extend(functions.iter().map(|function| function.lines));
        long.extend(functions.into_iter().filter(|one| one.lines > ASK).map(|one| (path.to_owned(), one)));
    }
    println!(
        "{:<16}{:>6}{:>8}{:>7}{:>6}{:>11}{:>7}{:>5}{:>5}{:>6}",
        "crate", "files", "lines", "median", "most", "functions", "median", "90 %", "most", "> 60"
    );
    for (name, shape) in &mut crates {
        println!("{}", shape.row(name));
    }
    let mut all = Shape::default();
    for shape in crates.into_values() {
        all.files.extend(shape.files);
        all.functions.extend(shape.functions);
    }
    println!("{}\n\n{AIMS}", all.row("all"));
    if arguments.iter().any(|argument| argument == "--long") {
        long.sort_by_key(|(_, function)| std::cmp::Reverse(function.lines));
        println!("\nfunctions over {ASK} lines:");
        for (path, function) in long {
            println!("  {:>3} {} ({path}:{})", function.lines, function.name, function.line);
        }
    }
    Ok(())
}

fn crate_of(path: &str) -> &str {
    let path = path.strip_prefix("crates/").unwrap_or(path);
    path.split('/').next().unwrap_or(path)
}

impl Shape {
    fn row(&mut self, name: &str) -> String {
        self.files.sort_unstable();
        self.functions.sort_unstable();
        let over = self.functions.iter().filter(|lines| **lines > 60).count();
        let share = 100.0 * over as f64 / self.functions.len().max(1) as f64;
        format!(
            "{name:<16}{:>6}{:>8}{:>7}{:>6}{:>11}{:>7}{:>5}{:>5}{share:>5.1}%",
            self.files.len(),
            self.files.iter().sum::<usize>(),
            quantile(&self.files, 50),
            quantile(&self.files, 100),
            self.functions.len(),
            quantile(&self.functions, 50),
            quantile(&self.functions, 90),
            quantile(&self.functions, 100),
        )
    }
}

/// The smallest of the sorted values that at least this many percent do not exceed; 0 of none.
fn quantile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_list() {
        assert_eq!(quantile(&[1, 2, 3, 10], 50), 2);
        assert_eq!(quantile(&[1, 2, 3, 10], 90), 10);
        assert_eq!(quantile(&[1, 2, 3, 10], 100), 10);
        assert_eq!(quantile(&[], 50), 0);
    }

    #[test]
    fn files_are_counted_with_their_crate() {
        assert_eq!(crate_of("crates/botplot-web/src/lib.rs"), "botplot-web");
        assert_eq!(crate_of("xtask/src/main.rs"), "xtask");
        let mut shape = Shape { files: vec![100, 20], functions: vec![70, 5, 5] };
        let row: Vec<_> = shape.row("a").split_whitespace().map(str::to_owned).collect();
        assert_eq!(row, ["a", "2", "120", "20", "100", "3", "5", "70", "70", "33.3%"]);
    }
}
