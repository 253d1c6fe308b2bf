//! The `[log]` section.

use serde::Deserialize;

/// How logs are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// For people or for machines.
    pub(crate) format: Format,
    /// The least important lines that are written: a level, or a list such as `info,botplot_web=debug`.
    pub(crate) level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Format::Pretty, level: "info".into() }
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// Text.
    Pretty,
    /// One JSON object.
    Json,
}

impl Log {
    /// Every setting that cannot work, with what it takes.
    pub(crate) fn faults(&self) -> Vec<(&'static str, String)> {
        let known = self.level.split(',').all(|part| {
            let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
            level.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok()
        });
        let takes = format!("takes `error`, `warn`, `info`, `debug` or `trace`, not `{}`", self.level);
        if known { Vec::new() } else { vec![("level", takes)] }
    }
}
