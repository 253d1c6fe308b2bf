//! What people do to conversations beside asking the bot: handing over, replying, closing, tagging, removing.
//!
//! `botplot_core::handoff` decides what an action does; here it is stored and told, in one transaction.

pub mod desk;
pub mod inbox;
pub mod replies;
mod reply;

use botplot_core::conversation::{Conversation, HandledBy, Proof, Status};
use botplot_core::event::Event;
use botplot_core::handoff::{self, Action, Closer, Effect, Refusal};
use botplot_core::project::Project;
use botplot_core::{ConversationId, ProjectId};
use botplot_store::Tx;

use crate::live::{self, LiveEvent};
use crate::{Engine, Error, erasure, outbox};

pub use reply::{reply, typing, visitor_types};

/// Tags that a conversation may have.
pub const TAGS: usize = 20;
/// Characters that a tag may have.
pub const TAG_LIMIT: usize = 50;
/// Characters that a person's name may have.
pub const AGENT_LIMIT: usize = 100;

/// What an owner changes about a conversation; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Where it stands. Closing and archiving give it back to the bot, whoever is named beside.
    pub status: Option<Status>,
    /// Who answers.
    pub handled_by: Option<HandledBy>,
    /// The name of the person who has it.
    pub agent: Option<String>,
    /// The owner's words for it, in place of all that it had.
    pub tags: Option<Vec<String>>,
}

/// Why `tag` cannot be one, or `None` when it can.
pub fn tag_fault(tag: &str) -> Option<&'static str> {
    line_fault(tag, TAG_LIMIT).then_some("must have 1 to 50 characters, none of them control characters")
}

/// Why `name` cannot be a person's, or `None` when it can.
pub fn agent_fault(name: &str) -> Option<&'static str> {
    line_fault(name, AGENT_LIMIT).then_some("must have 1 to 100 characters, none of them control characters")
}

fn line_fault(text: &str, limit: usize) -> bool {
    text.trim().is_empty() || text.chars().count() > limit || text.chars().any(char::is_control)
}

/// Asks for a person in the visitor's name. To ask again, or while a person has the conversation, changes nothing.
pub async fn request_handoff(
    engine: &Engine,
    project: &Project,
    id: ConversationId,
    visitor: Option<&str>,
    proof: &Proof,
    reason: Option<String>,
) -> Result<Conversation, Error> {
    let opens = opener(visitor, proof);
    transact(engine, project.id, id, reason, move |it| {
        opens(it)?;
        act(it, Action::RequestHandoff)
    })
    .await
}

/// Closes a conversation in the visitor's name.
pub async fn close_by_visitor(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    visitor: Option<&str>,
    proof: &Proof,
) -> Result<Conversation, Error> {
    let opens = opener(visitor, proof);
    transact(engine, project, id, None, move |it| {
        opens(it)?;
        act(it, Action::Close(Closer::Visitor))
    })
    .await
}

/// Gives a conversation to a person; a running answer is cut.
pub async fn take_over(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    agent: Option<&str>,
) -> Result<Conversation, Error> {
    let agent = agent.map(str::to_owned);
    change(engine, project, id, Change { handled_by: Some(HandledBy::Human), agent, ..Change::default() })
        .await
}

/// Gives a conversation back to the bot.
pub async fn hand_back(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
) -> Result<Conversation, Error> {
    change(engine, project, id, Change { handled_by: Some(HandledBy::Ai), ..Change::default() }).await
}

/// Moves a conversation to a status in an agent's name: closed, active again, or archived for good.
pub async fn set_status(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    status: Status,
) -> Result<Conversation, Error> {
    change(engine, project, id, Change { status: Some(status), ..Change::default() }).await
}

/// Does all of a change in one transaction, or nothing. Tags may be changed even of an archived conversation.
pub async fn change(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    change: Change,
) -> Result<Conversation, Error> {
    let tags = change.tags.clone().map(tidy_tags).transpose()?;
    transact(engine, project, id, None, move |it| {
        let mut effects = Vec::new();
        for action in change.actions(it.handled_by) {
            effects.extend(act(it, action)?);
        }
        it.agent = change.agent.or(it.agent.take());
        it.tags = tags.unwrap_or_else(|| std::mem::take(&mut it.tags));
        Ok(effects)
    })
    .await
}

impl Change {
    /// The actions that lead to what is wanted, given who answers now.
    fn actions(&self, now: HandledBy) -> Vec<Action> {
        let agent = self.agent.clone();
        let who = match (self.handled_by, now) {
            (Some(HandledBy::Ai), _) => Some(Action::HandBack),
            (Some(HandledBy::Human), _) => Some(Action::TakeOver { agent }),
            (None, HandledBy::Human) if agent.is_some() => Some(Action::TakeOver { agent }),
            (None, _) => None,
        };
        match self.status {
            // Who ends a conversation hands it back: a client may send the whole of what it knows.
            Some(Status::Closed) => vec![Action::Close(Closer::Agent)],
            Some(Status::Archived) => vec![Action::Archive],
            Some(Status::Active) => [Action::Reopen].into_iter().chain(who).collect(),
            None => who.into_iter().collect(),
        }
    }
}

/// Each tag once, trimmed, in the order given.
fn tidy_tags(tags: Vec<String>) -> Result<Vec<String>, Error> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        if let Some(fault) = tag_fault(&tag) {
            return Err(Error::invalid("tags", format!("holds `{tag}`, which {fault}")));
        }
        let tag = tag.trim().to_owned();
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    if kept.len() > TAGS { Err(Error::invalid("tags", "must have at most 20 entries")) } else { Ok(kept) }
}

/// Removes a conversation with all that was said in it; `actor` stands in the audit log.
pub async fn remove(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    actor: &str,
) -> Result<(), Error> {
    engine.reader().find_conversation(project, id).await?.ok_or(Error::NotFound)?;
    // A running answer would only find out at its end that there is nowhere to put it.
    engine.0.turns.stop(id);
    let unfinished = erasure::unfinished_answers(engine, project, id).await?;
    let line = erasure::line(engine, project, "conversation.deleted", actor, &id.to_string());
    engine
        .0
        .store
        .write(move |tx| {
            Box::pin(async move {
                let found = tx.find_conversation(project, id).await?.ok_or(Error::NotFound)?;
                erasure::give_back(tx, project, &unfinished).await?;
                tx.remove_conversation(project, id).await?;
                tx.add_audit(&line.counting([("messages", found.message_count)])).await?;
                Ok::<_, Error>(())
            })
        })
        .await?;
    // One that waited behind the first may have begun meanwhile; whatever begins from now on finds nothing.
    engine.0.turns.stop(id);
    engine.changed(id);
    engine.stirs(project, id);
    Ok(())
}

/// Whether a caller may steer the conversation; whose it is otherwise is not told.
fn opener(visitor: Option<&str>, proof: &Proof) -> impl Fn(&Conversation) -> Result<(), Error> + use<> {
    let (visitor, proof) = (visitor.map(str::to_owned), proof.clone());
    move |it| it.may_open(visitor.as_deref(), &proof).then_some(()).ok_or(Error::NotFound)
}

/// Does an action by the rules.
pub(crate) fn act(conversation: &mut Conversation, action: Action) -> Result<Vec<Effect>, Error> {
    handoff::apply(conversation, action).map_err(|refusal| match refusal {
        Refusal::Archived => Error::Conflict("conversation_archived"),
    })
}

/// Changes a conversation in one transaction and says what follows, whether or not the caller stays to hear it.
async fn transact<F>(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    reason: Option<String>,
    change: F,
) -> Result<Conversation, Error>
where
    F: FnOnce(&mut Conversation) -> Result<Vec<Effect>, Error> + Send + 'static,
{
    let (own, now) = (engine.clone(), engine.clock().now());
    to_the_end(engine, async move {
        let inner = own.clone();
        let write = own.0.store.write(move |tx| {
            Box::pin(async move {
                let mut it = tx.find_conversation(project, id).await?.ok_or(Error::NotFound)?;
                let before = (it.agent.clone(), it.tags.clone());
                let effects = change(&mut it)?;
                if !effects.is_empty() || before != (it.agent.clone(), it.tags.clone()) {
                    it.updated_at = now;
                    keep(tx, &inner, &it, &effects, reason).await?;
                }
                Ok::<_, Error>((it, effects))
            })
        });
        let (it, effects) = write.await?;
        tell(&own, project, id, &effects);
        Ok(it)
    })
    .await
}

/// Runs on the engine's tracker: a client that leaves between the commit and what follows it must not keep a
/// running answer from being cut.
async fn to_the_end<T: Send + 'static>(
    engine: &Engine,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    match engine.tracker().spawn(work).await {
        Ok(outcome) => outcome,
        Err(panic) => Err(Error::Internal(anyhow::Error::new(panic))),
    }
}

/// Stores a changed conversation with the events that follow from the change.
pub(crate) async fn keep(
    tx: &mut Tx,
    engine: &Engine,
    conversation: &Conversation,
    effects: &[Effect],
    reason: Option<String>,
) -> Result<(), Error> {
    tx.save_conversation(conversation).await?;
    if effects.contains(&Effect::CutAnswer) && engine.0.store.is_shared() {
        // Another node may be writing it, which hears of this late, or only after the conversation was handed back.
        tx.ask_stop(conversation.project, conversation.id).await?;
    }
    let events: Vec<Event> =
        effects.iter().filter_map(|e| event(conversation, *e, reason.as_deref())).collect();
    outbox::emit(tx, engine, conversation.project, &events).await?;
    if effects.contains(&Effect::StatusChanged) {
        live::record(tx, engine, conversation, &LiveEvent::Status).await?;
    }
    // Whatever else changes where a conversation stands, somebody has looked, or nobody waits any more.
    if effects.contains(&Effect::HandoffRequested) {
        tx.note_waiting(conversation.project, conversation.id, conversation.updated_at).await?;
    } else if effects.contains(&Effect::StatusChanged) {
        tx.end_waiting(conversation.project, conversation.id).await?;
    }
    Ok(())
}

/// Does what follows from a change once it is committed.
pub(crate) fn tell(engine: &Engine, project: ProjectId, id: ConversationId, effects: &[Effect]) {
    if effects.contains(&Effect::CutAnswer) {
        engine.0.turns.stop(id);
    }
    engine.0.outbox.wake();
    engine.changed(id);
    engine.stirs(project, id);
}

fn event(conversation: &Conversation, effect: Effect, reason: Option<&str>) -> Option<Event> {
    let (conversation_id, visitor_id) = (conversation.id, conversation.visitor_id.clone());
    match effect {
        Effect::HandoffRequested => {
            let reason = reason.map(str::to_owned);
            Some(Event::HandoffRequested { conversation_id, message_id: None, visitor_id, reason })
        }
        Effect::Closed(closer) => {
            let closed_by = closer.as_str();
            Some(Event::ConversationClosed { conversation_id, message_id: None, visitor_id, closed_by })
        }
        Effect::CutAnswer | Effect::StatusChanged => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_the_actions_that_lead_to_it() {
        let check = |status, handled_by, agent: Option<&str>, now, expected: &[Action]| {
            let change = Change { status, handled_by, agent: agent.map(str::to_owned), tags: None };
            assert_eq!(change.actions(now), expected, "{change:?}");
        };
        let (ai, human) = (HandledBy::Ai, HandledBy::Human);
        let by = |name: Option<&str>| Action::TakeOver { agent: name.map(str::to_owned) };
        check(None, None, None, ai, &[]);
        check(None, Some(human), Some("Ann"), ai, &[by(Some("Ann"))]);
        check(None, Some(ai), None, human, &[Action::HandBack]);
        check(None, None, Some("Ann"), human, &[by(Some("Ann"))]);
        check(None, None, Some("Ann"), ai, &[]);
        check(Some(Status::Active), Some(human), None, ai, &[Action::Reopen, by(None)]);
        check(Some(Status::Closed), Some(human), None, human, &[Action::Close(Closer::Agent)]);
        check(Some(Status::Archived), Some(ai), None, human, &[Action::Archive]);
    }

    #[test]
    fn tags_are_trimmed_and_stand_once() {
        let tags = |all: &[&str]| tidy_tags(all.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(tags(&[" vip", "b", "vip "]).unwrap(), ["vip", "b"]);
        assert!(tags(&[""]).is_err() && tags(&["a\nb"]).is_err() && tags(&[&"x".repeat(51)]).is_err());
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert!(tidy_tags(many).is_err());
    }
}
