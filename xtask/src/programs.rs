//! The committed programs that measure a figure or try the server's promises: one line of [`PROGRAMS`] each.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{cargo, in_path, locked, root, run};

/// What a program is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// `cargo xtask bench`: it prints a figure.
    Bench,
    /// `cargo xtask check`: it passes or fails.
    Check,
}

/// How a program is started; each is given the arguments that follow its name.
enum How {
    /// An example of a package, in release.
    Example(&'static str, &'static str),
    /// A script, by its path: Python (`.py`) or bash (`.sh`).
    #[expect(dead_code, reason = "the first script takes this line away")]
    Script(&'static str),
}

/// A program that anyone can run.
pub(crate) struct Program {
    kind: Kind,
    name: &'static str,
    doc: &'static str,
    how: How,
    /// Whether it starts the server, so that `target/release/botplot` has to be built before.
    starts_server: bool,
}

/// Every program.
const PROGRAMS: &[Program] = &[];

/// `cargo xtask bench <name> [arguments]`.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    start(Kind::Bench, arguments)
}

/// `cargo xtask check <name> [arguments]`.
pub(crate) fn check(arguments: &[String]) -> Result<()> {
    start(Kind::Check, arguments)
}

/// The kind that a command of xtask starts.
pub(crate) fn kind_of(command: &str) -> Option<Kind> {
    match command {
        "bench" => Some(Kind::Bench),
        "check" => Some(Kind::Check),
        _ => None,
    }
}

/// The program of this name.
pub(crate) fn find(kind: Kind, name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.kind == kind && program.name == name)
}

fn start(kind: Kind, arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        for program in PROGRAMS.iter().filter(|program| program.kind == kind) {
            println!("  {:<12}{}", program.name, program.doc);
        }
        return Ok(());
    };
    let Some(program) = find(kind, name) else {
        bail!("there is no `{name}`: without a name, all are listed");
    };
    if program.starts_server {
        run(cargo(["build", "--release", "--package", "botplot"]).args(locked()))?;
    }
    match program.how {
        How::Example(package, example) => {
            let arguments = ["run", "--release", "--package", package, "--example", example];
            run(cargo(arguments).args(locked()).arg("--").args(rest))
        }
        How::Script(path) => {
            let interpreter = interpreter_of(path);
            if !in_path(interpreter) {
                bail!("`{path}` needs {interpreter}: install the package `{interpreter}`");
            }
            run(Command::new(interpreter).current_dir(root()).arg(path).args(rest))
        }
    }
}

fn interpreter_of(path: &str) -> &'static str {
    if Path::new(path).extension().is_some_and(|end| end == "py") { "python3" } else { "bash" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_there() {
        for program in PROGRAMS {
            let path = match program.how {
                How::Example(package, example) => format!("crates/{package}/examples/{example}"),
                How::Script(path) => path.to_owned(),
            };
            let forms = [path.clone(), format!("{path}.rs"), format!("{path}/main.rs")];
            assert!(forms.iter().any(|form| root().join(form).is_file()), "{}: no `{path}`", program.name);
        }
    }

    #[test]
    fn an_unknown_program_is_refused() {
        let error = bench(&["nonsense".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("no `nonsense`"), "{error}");
    }
}
