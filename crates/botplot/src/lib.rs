//! The binary's inside: the command line, the configuration as a whole, wiring, listening and shutdown.
//!
//! Decides nothing about projects, sources or answers: that is the engine's.

mod cli;
mod commands;
mod config;
mod folder;
mod listen;
mod lock;
mod logs;
mod open;
mod serve;
mod shutdown;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the command that the program was started with; 0 is success, 1 a failure, 2 a wrong use.
pub fn run() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(Box::pin(commands::run(arguments))));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::FAILURE
        }
    }
}
