//! What each command does, one file for each.

mod account;
mod ask;
mod backup;
mod config;
mod doctor;
mod eval;
mod key;
mod mail;
mod project;
mod source;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Arguments, Command};
use crate::config::Config;
use crate::{logs, serve};

/// Runs the command that was given.
pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode> {
    let flags = arguments.flags();
    if let Command::Config(command) = &arguments.command {
        return Ok(config::run(command, &flags));
    }
    let config = Config::load(&flags)?.config;
    match &arguments.command {
        Command::Serve(_) => logs::start(&config.log),
        _ => logs::start_quietly(&config.log),
    }
    match arguments.command {
        Command::Serve(_) => return Box::pin(serve::run(config)).await,
        Command::Project(command) => project::run(&config, command).await?,
        Command::Account(command) => account::run(&config, &command).await?,
        Command::Key(command) => key::run(&config, command).await?,
        Command::Backup(command) => backup::save(&config, &command.file).await?,
        Command::Restore(command) => backup::restore(&config, &command.file, command.force).await?,
        Command::Source(command) => return Box::pin(source::run(&config, command)).await,
        Command::Ask(command) => return ask::run(&config, command).await,
        Command::Eval(command) => eval::run(&command)?,
        Command::Mail(command) => mail::run(&config, &command).await?,
        Command::Doctor(command) => return doctor::run(&config, command.json).await,
        Command::Config(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}
