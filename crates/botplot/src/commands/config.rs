//! `botplot config`: what is wrong with the configuration, and one to start from.

use std::process::ExitCode;

use crate::cli::ConfigCommand;
use crate::config::{Config, Flags, commented};
use crate::terminal::{remark, say, write};

/// Runs `config check` or `config default`.
pub(super) fn run(command: &ConfigCommand, flags: &Flags) -> ExitCode {
    match command {
        ConfigCommand::Default => {
            write(&commented());
            ExitCode::SUCCESS
        }
        ConfigCommand::Check => check(flags),
    }
}

fn check(flags: &Flags) -> ExitCode {
    match Config::load(flags) {
        Err(faults) => {
            remark(format!("error: {faults}"));
            ExitCode::FAILURE
        }
        Ok(loaded) if loaded.given.is_empty() => {
            say("the configuration is in order: every setting has its default");
            ExitCode::SUCCESS
        }
        Ok(loaded) => {
            say("the configuration is in order; these settings are not left to their defaults:");
            for one in &loaded.given {
                say(format!("  {} = {}  ({})", one.key, one.shown(), one.source));
            }
            ExitCode::SUCCESS
        }
    }
}
