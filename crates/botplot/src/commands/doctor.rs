//! `botplot doctor`: what is wrong with this installation, and what to do about it.

mod checks;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use crate::config::Config;
use crate::terminal::{say, say_json};

/// What a check found.
#[derive(Debug)]
enum Finding {
    /// All is well.
    Well(String),
    /// It works, but somebody should know.
    Note(String),
    /// It does not work; says what to do.
    Fault(String),
}

impl Finding {
    fn mark(&self) -> &'static str {
        match self {
            Self::Well(_) => "ok",
            Self::Note(_) => "note",
            Self::Fault(_) => "fault",
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Well(text) | Self::Note(text) | Self::Fault(text) => text,
        }
    }
}

/// Looks at everything; a fault makes it fail.
pub(super) async fn run(config: &Config, json: bool) -> Result<ExitCode> {
    // The configuration was read without a fault, or this would not run.
    let mut findings = vec![("configuration", Finding::Well("in order".into()))];
    findings.push(("data folder", checks::data_folder(config)));
    findings.push(("disk", checks::disk(config)));
    findings.push(("data", Box::pin(checks::store(config)).await));
    findings.push(("server", checks::server(config)));
    findings.push(("clock", Box::pin(checks::clock(config)).await));
    findings.push(("embedding", checks::embedding()));
    findings.push(("network", Box::pin(checks::network(config)).await));
    findings.push(("mail", Box::pin(checks::mail(config)).await));
    findings.push(("model", Box::pin(checks::model(config)).await));
    let faults = findings.iter().filter(|(_, found)| matches!(found, Finding::Fault(_))).count();
    if json {
        let shown = |(name, found): &(&str, Finding)| json!({ "check": name, "outcome": found.mark(), "text": found.text() });
        say_json(&findings.iter().map(shown).collect::<Value>());
    } else {
        for (name, found) in &findings {
            say(format!("{:<5}  {name:<13}  {}", found.mark(), found.text()));
        }
    }
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
