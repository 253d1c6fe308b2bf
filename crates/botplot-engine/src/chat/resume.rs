//! Going on with an answer: after a dropped connection, after a restart, or because the same request came again.

use std::sync::Arc;
use std::time::Duration;

use botplot_core::conversation::{Conversation, HandledBy, Proof, Status};
use botplot_core::message::{Message, Role, State};
use botplot_core::{MessageId, ProjectId};

use super::log::{Listener, Log};
use super::{Failure, Final, Turn, TurnEvent, turn};
use crate::{Engine, Error};

/// How often an answer that another node writes is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks after which the other node counts as dead: ten minutes, the longest turn.
const LOOKS: usize = 6_000;

/// Goes on with an answer from the place `from`, in bytes of its text.
pub async fn resume(
    engine: &Engine,
    project: ProjectId,
    message: MessageId,
    visitor: Option<&str>,
    proof: &Proof,
    from: usize,
) -> Result<Turn, Error> {
    let found = engine.reader().find_message(project, message).await?.ok_or(Error::NotFound)?;
    let conversation = engine.reader().find_conversation(project, found.conversation).await?;
    let conversation = conversation.filter(|c| c.may_open(visitor, proof)).ok_or(Error::NotFound)?;
    if found.role != Role::Assistant || found.author.is_some() {
        return Err(Error::NotFound);
    }
    let unknown = || Error::invalid("Last-Event-ID", "is no id of an event of this answer");
    let events = listen(engine, &conversation, found, from).await?.ok_or_else(unknown)?;
    Ok(Turn { conversation: conversation.id, message: Some(message), events })
}

/// A listener to an answer, wherever it is: being written here, being written elsewhere, or stored. `None` when it
/// has no place `from`.
pub(super) async fn listen(
    engine: &Engine,
    conversation: &Conversation,
    message: Message,
    from: usize,
) -> Result<Option<Listener>, Error> {
    if let Some(log) = engine.0.turns.log(message.id) {
        return Ok(log.listen(from));
    }
    // It may have ended between the look into the store and the look at what runs here.
    let id = message.id;
    let Some(message) = engine.reader().find_message(message.project, id).await? else { return Ok(None) };
    if message.state != State::Pending {
        return Ok(Log::over(&message.content, last_event(conversation, &message)).listen(from));
    }
    let log = Log::new(false);
    log.say(&message.content);
    let listener = log.listen(from);
    if listener.is_some() {
        engine.tracker().spawn(follow(engine.clone(), conversation.clone(), message, log));
    }
    Ok(listener)
}

/// Says what another node writes, until that is over.
async fn follow(engine: Engine, conversation: Conversation, message: Message, log: Arc<Log>) {
    for _ in 0..LOOKS {
        if engine.stopping().is_cancelled() {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let seen = match engine.reader().find_message(message.project, message.id).await {
            Ok(Some(seen)) => seen,
            Ok(None) => break,
            Err(_) => continue,
        };
        log.say(seen.content.get(log.len()..).unwrap_or_default());
        if seen.state != State::Pending {
            return log.end(last_event(&conversation, &seen));
        }
    }
    log.end(TurnEvent::Failed(interrupted()));
}

/// The last event of an answer that is over, as it was when it ended.
pub(super) fn last_event(conversation: &Conversation, message: &Message) -> TurnEvent {
    let outcome = message.outcome.clone();
    if message.state == State::Failed && outcome.is_none() {
        return TurnEvent::Failed(failure(message.failure.as_deref()));
    }
    let mut last = Final {
        message: Some(message.id),
        sources: message.sources.clone(),
        confidence: message.confidence,
        how: "replayed",
        ..turn::silence(conversation)
    };
    if let Some(outcome) = outcome {
        last.status = Status::parse(&outcome.status).unwrap_or(last.status);
        last.handled_by = HandledBy::parse(&outcome.handled_by).unwrap_or(last.handled_by);
        last.handoff_requested = outcome.handoff_requested;
        last.suggestions = outcome.suggestions;
        last.refused = outcome.refused;
    }
    if message.content.is_empty() && message.state != State::Complete {
        last.message = None;
    }
    TurnEvent::Final(Box::new(last))
}

/// What a client hears of an answer that broke off for the stored reason.
fn failure(code: Option<&str>) -> Failure {
    match code {
        Some("model_failed") => Failure {
            code: "model_failed",
            message: "The answer broke off. Please try again.".to_owned(),
            retryable: true,
        },
        Some("server_restarting") => turn::restarting(),
        Some("internal_error") => turn::our_fault(),
        _ => interrupted(),
    }
}

/// What a client hears when the process that wrote the answer is gone.
fn interrupted() -> Failure {
    let message = "The answer was interrupted. Please send your message again.".to_owned();
    Failure { code: "answer_interrupted", message, retryable: true }
}
