//! Everything that CI runs, as a list of named steps. What passes here passes there.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::run::{Cost, cargo, in_path, locked, measure, read, root, run};
use crate::{test, tidy, widget};

struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
}

/// The cheap ones first; the tests last, so that their closing line is near the end of the output.
const STEPS: &[Step] = &[
    Step { name: "fmt", run: fmt },
    Step { name: "tidy", run: || tidy::tidy(&[]) },
    Step { name: "deny", run: deny },
    Step { name: "clippy", run: clippy },
    Step { name: "doc", run: doc },
    Step { name: "test", run: || test::test(&[]) },
    Step { name: "widget", run: widget::check },
    Step { name: "generated", run: generated },
];

/// The state of the work tree before the first step.
static BEFORE: OnceLock<String> = OnceLock::new();

/// Runs every step, or those that are named; all of them run, and then the failed ones are told.
pub(crate) fn ci(names: &[String]) -> Result<()> {
    if let Some(name) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let all: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("no step `{name}`: there are {}", all.join(", "));
    }
    BEFORE.get_or_init(|| work_tree().unwrap_or_default());
    let mut costs: Vec<(&str, Cost, bool)> = Vec::new();
    for step in STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)) {
        eprintln!("\n== {}", step.name);
        let (outcome, cost) = measure(step.run);
        if let Err(error) = &outcome {
            eprintln!("{}: {error:#}", step.name);
        }
        costs.push((step.name, cost, outcome.is_ok()));
    }
    eprintln!();
    for (name, cost, passed) in &costs {
        eprintln!("{name:<10} {cost}  {}", if *passed { "ok" } else { "FAILED" });
    }
    let failed: Vec<&str> = costs.iter().filter(|(.., passed)| !passed).map(|(name, ..)| *name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn fmt() -> Result<()> {
    run(&mut cargo(["fmt", "--all", "--check"]))
}

/// `tidy` checks the licences of what is compiled here; this adds the other platforms where the tool is installed.
fn deny() -> Result<()> {
    if !in_path("cargo-deny") {
        eprintln!("cargo-deny is not installed: tidy's check of licences stands alone");
        return Ok(());
    }
    run(&mut cargo(["deny", "check", "licenses", "bans", "sources"]))
}

fn clippy() -> Result<()> {
    run(cargo(["clippy", "--workspace", "--all-targets"]).args(locked()).args(["--", "--deny", "warnings"]))
}

/// Shares the metadata that clippy has compiled; private items are documented too, so that their links are checked.
fn doc() -> Result<()> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(doc.args(locked()).env("RUSTDOCFLAGS", "--deny warnings"))
}

/// Nothing that was built or tested may have changed a file, or left one.
fn generated() -> Result<()> {
    let before = BEFORE.get().context("the state of the work tree was not read")?;
    let now = work_tree()?;
    let changed: Vec<&str> = now.lines().filter(|line| before.lines().all(|one| one != *line)).collect();
    if !changed.is_empty() {
        bail!("files changed while the steps ran, so what is committed is stale:\n{}", changed.join("\n"));
    }
    Ok(())
}

/// One line for each changed or untracked file, with a hash of its content.
fn work_tree() -> Result<String> {
    let git = |arguments: &[&str]| read(Command::new("git").current_dir(root()).args(arguments));
    let mut lines = String::new();
    for line in git(&["status", "--porcelain", "--untracked-files=all"])?.lines() {
        let path = line.get(3..).unwrap_or_default();
        let hash = git(&["hash-object", "--", path]).unwrap_or_default();
        writeln!(lines, "{line} {}", hash.trim()).context("a string takes whatever is written")?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_step_is_refused_with_the_list() {
        let error = ci(&["nonsense".to_owned()]).unwrap_err().to_string();
        assert_eq!(
            error,
            "no step `nonsense`: there are fmt, tidy, deny, clippy, doc, test, widget, generated"
        );
    }
}
