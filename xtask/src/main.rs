//! Project automation: `cargo xtask <command>`.
//!
//! One line of [`COMMANDS`] makes a command: the help is printed from it, and tidy checks the docs against it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks on its standard streams"
)]

mod build_time;
mod ci;
mod model;
mod programs;
mod run;
mod shape;
mod source;
mod test;
mod tidy;
mod tools;
mod widget;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// A command of `cargo xtask`.
pub(crate) struct Command {
    /// What is typed.
    pub(crate) name: &'static str,
    /// What it does, for the help.
    pub(crate) doc: &'static str,
    /// Runs it with the arguments that follow its name.
    run: fn(&[String]) -> Result<()>,
}

/// Every command, in the order of the help.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        doc: "install what the tests need where allowed, then run them",
        run: test::test,
    },
    Command { name: "ci", doc: "every check, as CI runs them; names of steps run only those", run: ci::ci },
    Command {
        name: "tidy",
        doc: "the rules that no compiler keeps: dependencies, sizes, names, docs",
        run: tidy::tidy,
    },
    Command { name: "shape", doc: "sizes of files and functions beside their aims", run: shape::shape },
    Command {
        name: "bench",
        doc: "measure one figure; without a name, list what there is",
        run: programs::bench,
    },
    Command {
        name: "check",
        doc: "run one reliability check; without a name, list what there is",
        run: programs::check,
    },
    Command {
        name: "model",
        doc: "make the embedding model's weights again; `--check` only compares",
        run: model::run,
    },
    Command { name: "widget", doc: "build the widget's script and say what it costs", run: widget::widget },
    Command { name: "build-time", doc: "time a clean release build", run: build_time::build_time },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first().filter(|(name, _)| !is_for_help(name)) else {
        print_help();
        return Ok(());
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        print_help();
        bail!("no command `{name}`: pick one of the above");
    };
    (command.run)(rest)
}

fn is_for_help(name: &str) -> bool {
    matches!(name, "help" | "--help" | "-h")
}

fn print_help() {
    println!("usage: cargo xtask <command> [arguments]\n");
    for Command { name, doc, .. } in COMMANDS {
        println!("  {name:<12}{doc}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commands_differ() {
        let mut names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COMMANDS.len());
    }

    #[test]
    fn an_unknown_command_is_an_error_and_help_is_not() {
        assert!(start(&["nonsense".to_owned()]).unwrap_err().to_string().contains("no command `nonsense`"));
        assert!(start(&["help".to_owned()]).is_ok() && start(&[]).is_ok());
    }
}
