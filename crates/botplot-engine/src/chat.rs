//! A visitor asks: the main use case, from the message to the last event of its answer.

mod cite;
mod foresight;
mod line;
mod log;
mod own_words;
mod prompt;
pub(crate) mod queue;
mod quote;
mod rehearsal;
pub(crate) mod repeat;
mod resume;
mod stream;
mod tongue;
mod trace;
mod turn;

use botplot_core::conversation::{HandledBy, Proof, Status};
use botplot_core::message::{Role, SourceRef};
use botplot_core::project::Project;
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, MessageId, ProjectId, SessionId};
use tracing::Instrument as _;

use crate::{Engine, Error};

pub use log::{Listener, Log};
pub use rehearsal::{Rehearsal, rehearse};
pub use repeat::Idempotency;
pub use resume::resume;
pub use turn::METRIC as MESSAGES;

/// A visitor's message, authenticated and within its limits.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The tenant, as loaded for this request.
    pub project: Project,
    /// What the caller showed.
    pub proof: Proof,
    /// The session of the token that the caller sent, or of the one that the reply will carry.
    pub session: SessionId,
    /// The id that the caller chose for the visitor.
    pub visitor_id: String,
    /// The text, as `core::message::clean` left it.
    pub message: String,
    /// The conversation to go on with; none begins one.
    pub conversation: Option<ConversationId>,
    /// What the visitor said of themselves this time.
    pub visitor_info: VisitorInfo,
    /// The page that the visitor is on and what the caller added: `url`, `title`, `metadata`.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// What was said before, oldest first, in place of what the conversation holds.
    pub earlier: Option<Vec<(Role, String)>>,
    /// Further words of the owner to the model, for this turn.
    pub instructions: Option<String>,
    /// The key under which the same request gets the same turn.
    pub idempotency: Option<Idempotency>,
    /// True when nothing is to be heard that is not committed, so that a restart loses nothing that was heard.
    pub durable: bool,
}

/// A turn whose message is stored and whose answer is on its way.
#[derive(Debug)]
pub struct Turn {
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The answer's message; none while a person has the conversation.
    pub message: Option<MessageId>,
    /// What happens, ending with one `Final` or `Failed`.
    pub events: Listener,
}

/// Something to tell the client.
#[derive(Clone, Debug)]
pub enum TurnEvent {
    /// Text to append; never splits a character.
    Token(String),
    /// The answer is whole. Always last.
    Final(Box<Final>),
    /// The answer broke off. Always last.
    Failed(Failure),
}

/// The last event of a turn that went well.
#[derive(Clone, Debug)]
pub struct Final {
    /// The conversation.
    pub conversation: ConversationId,
    /// The answer's message; none while a person has the conversation.
    pub message: Option<MessageId>,
    /// The passages that the answer used.
    pub sources: Vec<SourceRef>,
    /// How likely it is that the knowledge covers the question; none while a person has the conversation.
    pub confidence: Option<f64>,
    /// Where the conversation stands.
    pub status: Status,
    /// True when the visitor asked for a person.
    pub handoff_requested: bool,
    /// Who answers.
    pub handled_by: HandledBy,
    /// What the visitor may want to ask next.
    pub suggestions: Vec<String>,
    /// True when the bot said that it does not know.
    pub refused: bool,
    /// How the answer came about, for the figures: `greeted`, `handed_over`, `refused`, `verbatim`, `quoted`, `written`,
    /// `silent` or `replayed`.
    pub how: &'static str,
}

/// The last event of a turn that broke off.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Stable, `snake_case`.
    pub code: &'static str,
    /// For the visitor.
    pub message: String,
    /// True when sending the message again can help.
    pub retryable: bool,
}

/// Stores the message and sets the answer going; returns as soon as the message is committed. A caller that goes
/// away meanwhile changes nothing: the answer is generated all the same.
pub async fn ask(engine: &Engine, ask: Ask) -> Result<Turn, Error> {
    let begun = begin(engine.clone(), ask).in_current_span();
    engine
        .tracker()
        .spawn(begun)
        .await
        .unwrap_or_else(|panic| Err(Error::Internal(anyhow::Error::new(panic))))
}

async fn begin(engine: Engine, ask: Ask) -> Result<Turn, Error> {
    if let Some(turn) = repeat::earlier(&engine, &ask).await? {
        return Ok(turn);
    }
    if let Some(id) = ask.conversation {
        // Before it takes a place in the line: a stranger who knows the id must not keep its owner waiting.
        let found = engine.reader().find_conversation(ask.project.id, id).await?;
        found.filter(|c| c.may_continue(&ask.visitor_id, &ask.proof)).ok_or(Error::NotFound)?;
    }
    let id = ask.conversation.unwrap_or_else(|| ConversationId(engine.ids().random()));
    let ticket = engine.0.turns.enter(id)?;
    let opened = turn::open(&engine, id, &ask).await?;
    if opened.refused {
        return Err(turn::limit_reached(&engine, &ask.project, id).await?);
    }
    let Some(answer) = opened.answer else {
        let last = TurnEvent::Final(Box::new(turn::silence(&opened.conversation)));
        let events = log::Log::over("", last).listen(0).ok_or(Error::NotFound)?;
        return Ok(Turn { conversation: id, message: None, events });
    };
    let times = trace::Times::begin();
    let log = log::Log::new(ask.durable);
    let events = log.listen(0).ok_or(Error::NotFound)?;
    let message = answer.id;
    engine.0.turns.begin(message, log.clone());
    if ask.durable {
        engine.tracker().spawn(log::keep(engine.clone(), ask.project.id, message, log.clone()));
    }
    let generation = stream::Generation { engine: engine.clone(), ask, answer, ticket, log, times };
    engine.tracker().spawn(generation.run());
    Ok(Turn { conversation: id, message: Some(message), events })
}

/// Stops the running answer of a conversation; false when none was running.
pub async fn stop(
    engine: &Engine,
    project: ProjectId,
    conversation: ConversationId,
    visitor: Option<&str>,
    proof: &Proof,
) -> Result<bool, Error> {
    let found = engine.reader().find_conversation(project, conversation).await?;
    if !found.is_some_and(|c| c.may_open(visitor, proof)) {
        return Err(Error::NotFound);
    }
    if engine.0.turns.stop(conversation) {
        return Ok(true);
    }
    if !engine.0.store.is_shared() {
        return Ok(false);
    }
    let asked = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.ask_stop(project, conversation).await?) }));
    let asked = asked.await?;
    engine.changed(conversation);
    engine.stirs(project, conversation);
    Ok(asked)
}
