//! `widget-build FOLDER`: joins the widget's modules and its style sheet into one script, minifies it, and prints it.
//!
//! `cargo xtask widget` runs it and writes what it prints. It reads `FOLDER/src/w.ts` with all that this imports, and `FOLDER/w.css`.

mod join;
mod minify;
mod module;
mod style;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: widget-build FOLDER");
        return ExitCode::FAILURE;
    };
    match build(Path::new(&folder)).and_then(|code| {
        std::io::stdout().write_all(code.as_bytes()).context("cannot write to standard output")
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Faults are told from the widget's first script; the other one has its own folder.
            eprintln!("{}", format!("{error:#}").replace("widget/src/", &format!("{folder}/src/")));
            ExitCode::FAILURE
        }
    }
}

/// The whole script in one line.
fn build(folder: &Path) -> Result<String> {
    let style = folder.join("w.css");
    let style =
        std::fs::read_to_string(&style).with_context(|| format!("cannot read `{}`", style.display()))?;
    let modules = module::read_all(&folder.join("src"))?;
    let joined = join::join(&modules, &style::squeeze(&style))?;
    minify::minify(&joined)
}

/// One error of all faults, a line each; nothing where there are none.
fn refuse(mut faults: Vec<String>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    faults.dedup();
    bail!("{}", faults.join("\n"))
}
