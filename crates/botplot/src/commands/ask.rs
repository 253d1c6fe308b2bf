//! `botplot ask`: a question in the terminal, answered exactly as a visitor's.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use botplot_core::SessionId;
use botplot_core::conversation::Proof;
use botplot_core::visitor::VisitorInfo;
use botplot_engine::Engine;
use botplot_engine::chat::{self, Failure, Final, TurnEvent};
use serde_json::json;

use crate::cli::Ask;
use crate::config::Config;
use crate::open;
use crate::terminal::{say, say_json, write};

/// The visitor that questions from the terminal are asked by.
const VISITOR: &str = "terminal";

/// Asks, and prints the answer as it comes.
pub(super) async fn run(config: &Config, command: Ask) -> Result<ExitCode> {
    let message =
        botplot_core::message::clean(&command.question).map_err(|why| anyhow!("the question {why}"))?;
    let engine = open::existing(config).await?;
    let asked = Box::pin(ask(&engine, &command, message)).await;
    engine.close().await;
    asked
}

async fn ask(engine: &Engine, command: &Ask, message: String) -> Result<ExitCode> {
    let question = chat::Ask {
        project: open::project(engine, command.project.as_deref()).await?,
        proof: Proof::SecretKey,
        session: SessionId(engine.ids().random()),
        visitor_id: VISITOR.to_owned(),
        message,
        conversation: None,
        visitor_info: VisitorInfo::default(),
        context: serde_json::Map::new(),
        earlier: None,
        instructions: None,
        idempotency: None,
        durable: false,
    };
    let mut turn = chat::ask(engine, question).await?;
    let mut answer = String::new();
    while let Some(event) = turn.events.recv().await {
        match event {
            TurnEvent::Token(text) => {
                answer.push_str(&text);
                if !command.json {
                    write(&text);
                }
            }
            TurnEvent::Final(last) => {
                if command.json {
                    say_json(&as_json(&answer, &last));
                } else {
                    say(as_text(&last));
                }
                return Ok(ExitCode::SUCCESS);
            }
            TurnEvent::Failed(Failure { message, code, .. }) => {
                if !command.json {
                    say("");
                }
                return Err(anyhow!("the answer broke off ({code}): {message}"));
            }
        }
    }
    Err(anyhow!("the answer broke off without a word of why; the log may have more"))
}

/// What follows the answer.
fn as_text(last: &Final) -> String {
    let mut text = String::from("\n");
    for (at, source) in last.sources.iter().enumerate() {
        let head = if at == 0 { "\nSources:" } else { "" };
        let address = source.url.as_ref().map(|url| format!("  {url}")).unwrap_or_default();
        let _ = write!(text, "{head}\n  {} ({:.2}){address}", source.title, source.similarity);
    }
    if let Some(confidence) = last.confidence {
        let _ = write!(text, "\nConfidence: {confidence:.2}");
    }
    text
}

fn as_json(answer: &str, last: &Final) -> serde_json::Value {
    json!({
        "answer": answer,
        "conversationId": last.conversation,
        "sources": last.sources,
        "confidence": last.confidence,
        "done": true,
        "messageId": last.message,
        "status": last.status.as_str(),
        "handoffRequested": last.handoff_requested,
        "handledBy": last.handled_by.as_str(),
        "suggestions": last.suggestions,
    })
}
