//! Logs: text or JSON on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Format, Log};

/// Begins to log, once per process.
pub(crate) fn start(config: &Log) {
    // The configuration was checked, so the level can be read.
    let level: Targets = config.level.parse().unwrap_or_default();
    let registry = tracing_subscriber::registry().with(level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match config.format {
        Format::Json => registry.with(lines.json().flatten_event(true)).init(),
        Format::Pretty => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).init(),
    }
}

/// Begins to log for a command, whose own messages are enough unless something is wrong.
pub(crate) fn start_quietly(config: &Log) {
    let level = if config.level == Log::default().level { "warn".to_owned() } else { config.level.clone() };
    start(&Log { level, ..config.clone() });
}
