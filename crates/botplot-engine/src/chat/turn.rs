//! The two transactions of a turn: the one that takes the message in, and the one that puts the answer away.

use botplot_core::conversation::{Conversation, HandledBy, Proof, Status};
use botplot_core::event::Event;
use botplot_core::handoff::{Action, Effect, Speaker, asked_in_words, speaker};
use botplot_core::message::{Message, Outcome, Role, State};
use botplot_core::notice::{Kind, Notice};
use botplot_core::plan::{Warning, warning};
use botplot_core::project::Project;
use botplot_core::trace::Trace;
use botplot_core::{ConversationId, MessageId, NoticeId, Timestamp};
use botplot_store::Tx;
use serde_json::{Map, json};

use super::queue::{self, WAITING};
use super::{Ask, Failure, Final, repeat};
use crate::conversations::act;
use crate::live::{self, LiveEvent};
use crate::{Engine, Error, leads, notices, outbox};

/// The metric of `usage` that counts answers by month.
pub const METRIC: &str = "messages";
/// How an answer came about that the knowledge does not cover.
pub(super) const REFUSED: &str = "refused";

/// What stands in the store once a message was taken in.
pub(super) struct Opened {
    pub(super) conversation: Conversation,
    /// The answer to come; none when nobody answers now.
    pub(super) answer: Option<Message>,
    /// True when the month's answers are used up.
    pub(super) refused: bool,
    /// True when the conversation's pages have something to hear.
    told: bool,
}

/// Stores the visitor's message, and the place of its answer if there will be one, for which a unit of the plan is
/// reserved; its commit is the acknowledgement.
pub(super) async fn open(engine: &Engine, id: ConversationId, ask: &Ask) -> Result<Opened, Error> {
    let (ask, now, inside) = (ask.clone(), engine.clock().now(), engine.clone());
    let project = ask.project.id;
    let opened = engine.0.store.write(move |tx| Box::pin(take_in(tx, inside, id, ask, now)));
    let opened = opened.await?;
    engine.0.outbox.wake();
    if opened.told {
        engine.changed(id);
    }
    engine.stirs(project, id);
    Ok(opened)
}

async fn take_in(
    tx: &mut Tx,
    engine: Engine,
    id: ConversationId,
    ask: Ask,
    now: Timestamp,
) -> Result<Opened, Error> {
    let question_id = MessageId(engine.ids().random());
    let mut conversation = resume_or_begin(tx, &engine, id, &ask, now).await?;
    let asks_for_person = asked_in_words(&ask.message);
    let effects = act(&mut conversation, Action::VisitorMessage { asks_for_person })?;
    conversation.visitor_info.merge(&ask.visitor_info);
    conversation.message_count += 1;
    conversation.updated_at = now;
    tx.save_conversation(&conversation).await?;
    let question = message(&conversation, question_id, Role::User, State::Complete, now);
    let question = Message { content: ask.message.clone(), context: ask.context.clone(), ..question };
    tx.add_message(&question).await?;
    let told = effects.contains(&Effect::StatusChanged);
    if told {
        live::record(tx, &engine, &conversation, &LiveEvent::Status).await?;
    }
    let (session, info) = (Some(ask.session), &ask.visitor_info);
    let lead = leads::capture(tx, &engine, &conversation, session, info, Some(question_id)).await?;
    let asked_now = effects.contains(&Effect::HandoffRequested);
    let events = arrival(&conversation, &question, ask.conversation.is_none(), lead, asked_now);
    outbox::emit(tx, &engine, conversation.project, &events).await?;
    if asked_now || conversation.handled_by == HandledBy::Human {
        tx.note_waiting(conversation.project, id, now).await?;
    }
    if speaker(&conversation, &ask.project.settings, now) == Speaker::Nobody {
        repeat::take(tx, &ask, id, None, None, now).await?;
        return Ok(Opened { conversation, answer: None, refused: false, told });
    }
    let month = now.month();
    if !reserve(tx, &engine, &ask.project, &month, now).await? {
        repeat::take(tx, &ask, id, None, Some("message_limit_reached"), now).await?;
        return Ok(Opened { conversation, answer: None, refused: true, told });
    }
    // One microsecond later, so that question and answer keep their order whatever their random ids.
    let (answer_id, after) = (MessageId(engine.ids().random()), Timestamp(now.0 + 1));
    let answer = message(&conversation, answer_id, Role::Assistant, State::Pending, after);
    let answer = Message { reserved: Some(month), ..answer };
    tx.add_message(&answer).await?;
    if let Some(node) = engine.0.nodes.id() {
        tx.hold_turn(answer.project, answer_id, node).await?;
    }
    repeat::take(tx, &ask, id, Some(answer_id), None, now).await?;
    Ok(Opened { conversation, answer: Some(answer), refused: false, told })
}

/// What webhooks tell of a message that came in, in the order in which they are sent.
fn arrival(
    conversation: &Conversation,
    question: &Message,
    is_first: bool,
    lead: Option<Event>,
    asked_for_person: bool,
) -> Vec<Event> {
    let (conversation_id, visitor_id) = (conversation.id, conversation.visitor_id.clone());
    let message_id = Some(question.id);
    let started = is_first.then(|| Event::ConversationStarted {
        conversation_id,
        message_id,
        visitor_id: visitor_id.clone(),
        visitor_info: conversation.visitor_info.0.clone(),
    });
    let received = Event::MessageReceived {
        conversation_id,
        message_id: question.id,
        visitor_id: visitor_id.clone(),
        content: question.content.clone(),
        role: question.role.as_str(),
    };
    let handoff = asked_for_person.then(|| Event::HandoffRequested {
        conversation_id,
        message_id,
        visitor_id,
        reason: None,
    });
    [started, Some(received), lead, handoff].into_iter().flatten().collect()
}

/// Takes one of the month's answers for a turn; false when none is left. Warns the owner on the way.
async fn reserve(
    tx: &mut Tx,
    engine: &Engine,
    project: &Project,
    month: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let limit = engine.plan_limits(project).monthly();
    let Some(used) = tx.take_unit(project.id, month, METRIC, limit).await? else { return Ok(false) };
    let Some(limit) = limit else { return Ok(true) };
    if let Some(warning) = warning(used, limit) {
        let kind = match warning {
            Warning::Near => Kind::MessagesNearLimit,
            Warning::Full => Kind::MessagesAtLimit,
        };
        let detail = json!({ "used": used, "limit": limit, "resets_at": now.next_month().rfc3339() });
        let notice = Notice {
            id: NoticeId(engine.ids().ordered(now)),
            project: project.id,
            kind,
            occasion: month.to_owned(),
            detail: detail.as_object().cloned().unwrap_or_default(),
            created_at: now,
        };
        if notices::leave(tx, engine, &notice).await? {
            tracing::warn!(project.id = %project.id, used, limit, "the month's answers are running out");
        }
    }
    Ok(true)
}

/// The refusal of a turn for which the month holds no answer.
pub(super) async fn limit_reached(
    engine: &Engine,
    project: &Project,
    conversation: ConversationId,
) -> Result<Error, Error> {
    let now = engine.clock().now();
    let limit = engine.plan_limits(project).messages;
    let used = engine.reader().usage(project.id, &now.month()).await?;
    let used = used.iter().find(|(metric, _)| metric == METRIC).map_or(0, |(_, used)| *used);
    Ok(Error::LimitReached { limit, used, resets_at: now.next_month(), conversation })
}

async fn resume_or_begin(
    tx: &mut Tx,
    engine: &Engine,
    id: ConversationId,
    ask: &Ask,
    now: Timestamp,
) -> Result<Conversation, Error> {
    if ask.conversation.is_some() {
        let found = tx.find_conversation(ask.project.id, id).await?;
        let found = found.filter(|c| c.may_continue(&ask.visitor_id, &ask.proof));
        let mut found = found.ok_or(Error::NotFound)?;
        // The line of this node says nothing of those who wait on others.
        if engine.0.store.is_shared() && tx.count_turns(ask.project.id, id).await? > WAITING as i64 {
            return Err(queue::full());
        }
        // What a proved visitor writes is not for whoever began the conversation by merely saying the same id.
        found.identified |= ask.proof == Proof::Identity;
        return Ok(found);
    }
    let begun = Conversation {
        id,
        project: ask.project.id,
        visitor_id: ask.visitor_id.clone(),
        session: Some(ask.session),
        token_required: matches!(ask.proof, Proof::Session(_)),
        identified: ask.proof == Proof::Identity,
        visitor_info: ask.visitor_info.clone(),
        status: Status::Active,
        handled_by: HandledBy::Ai,
        handoff_requested: false,
        agent: None,
        tags: Vec::new(),
        message_count: 0,
        created_at: now,
        updated_at: now,
    };
    tx.add_conversation(&begun).await?;
    Ok(begun)
}

fn message(of: &Conversation, id: MessageId, role: Role, state: State, at: Timestamp) -> Message {
    Message {
        id,
        project: of.project,
        conversation: of.id,
        role,
        content: String::new(),
        context: Map::new(),
        sources: Vec::new(),
        confidence: None,
        state,
        author: None,
        failure: None,
        outcome: None,
        reserved: None,
        rating: None,
        comment: None,
        created_at: at,
    }
}

/// An answer as it ended.
pub(super) struct Ended {
    /// The answer, whole or cut.
    pub(super) answer: Message,
    /// What the visitor may want to ask next.
    pub(super) suggestions: Vec<String>,
    /// How it came about, in the word of [`Final`].
    pub(super) how: &'static str,
    /// How it came about, for the owner, and the milliseconds that it took.
    pub(super) made: Option<(Trace, i64)>,
}

impl Ended {
    /// Of an answer that knowledge and model had no part in.
    pub(super) fn short(answer: Message, how: &'static str) -> Self {
        Self { answer, suggestions: Vec::new(), how, made: None }
    }
}

/// Stores an answer, whole or cut, uses its reserved unit or gives it back, and says how the conversation stands.
pub(super) async fn close(engine: &Engine, ended: Ended) -> Result<Final, Error> {
    let (now, inside, project) = (engine.clock().now(), engine.clone(), ended.answer.project);
    let closed = engine.0.store.write(move |tx| Box::pin(put_away(tx, inside, ended, now)));
    let closed = closed.await?;
    engine.0.outbox.wake();
    engine.next_turn(closed.conversation);
    engine.stirs(project, closed.conversation);
    Ok(closed)
}

async fn put_away(tx: &mut Tx, engine: Engine, ended: Ended, now: Timestamp) -> Result<Final, Error> {
    let Ended { mut answer, suggestions, how, made } = ended;
    let mut conversation =
        tx.find_conversation(answer.project, answer.conversation).await?.ok_or(Error::NotFound)?;
    let said = !answer.content.is_empty();
    if conversation.handled_by == HandledBy::Human {
        answer.confidence = None;
        if answer.state == State::Complete {
            // It came to its end before it heard that it was cut.
            answer.state = State::Stopped;
        }
    }
    let mut last = Final {
        message: (said || answer.state == State::Complete).then_some(answer.id),
        sources: answer.sources.clone(),
        confidence: answer.confidence,
        suggestions,
        refused: how == REFUSED,
        how,
        ..silence(&conversation)
    };
    if answer.state != State::Failed {
        answer.outcome = Some(outcome(&last));
    }
    if last.message.is_none() {
        // Nothing was said: the place that was kept for it is not shown as a message.
        answer.state = State::Failed;
    }
    let counts = matches!(answer.state, State::Complete | State::Stopped);
    if !tx.finish_message(&answer, made.as_ref().map(|(trace, took)| (trace, *took))).await? {
        // Somebody closed it in the meantime, who also gave its unit back.
        last.message = None;
        return Ok(last);
    }
    if let Some(month) = answer.reserved.as_deref().filter(|_| !counts) {
        tx.add_usage(answer.project, month, METRIC, -1).await?;
    }
    if said {
        conversation.message_count += 1;
    }
    conversation.updated_at = now;
    tx.save_conversation(&conversation).await?;
    if counts {
        let event = Event::MessageSent {
            conversation_id: conversation.id,
            message_id: answer.id,
            visitor_id: conversation.visitor_id,
            content: answer.content,
            role: answer.role.as_str(),
            sources: answer.sources,
            confidence: answer.confidence,
        };
        outbox::emit(tx, &engine, answer.project, &[event]).await?;
    }
    Ok(last)
}

fn outcome(last: &Final) -> Outcome {
    Outcome {
        status: last.status.as_str().to_owned(),
        handoff_requested: last.handoff_requested,
        handled_by: last.handled_by.as_str().to_owned(),
        suggestions: last.suggestions.clone(),
        refused: last.refused,
    }
}

/// The last event of a turn in which nobody answers now.
pub(super) fn silence(conversation: &Conversation) -> Final {
    Final {
        conversation: conversation.id,
        message: None,
        sources: Vec::new(),
        confidence: None,
        status: conversation.status,
        handoff_requested: conversation.handoff_requested,
        handled_by: conversation.handled_by,
        suggestions: Vec::new(),
        refused: false,
        how: "silent",
    }
}

/// What a client hears when the server stops before its answer is whole.
pub(super) fn restarting() -> Failure {
    let message = "The server is restarting. Please send your message again in a moment.".to_owned();
    Failure { code: "server_restarting", message, retryable: true }
}

/// What a client hears when a fault of ours cost it its answer.
pub(super) fn our_fault() -> Failure {
    let message = "Something went wrong on our side. Please try again.".to_owned();
    Failure { code: "internal_error", message, retryable: true }
}

/// What a client hears when its conversation was deleted before the answer was whole.
pub(super) fn erased() -> Failure {
    let message = "This conversation was deleted. Please begin a new one.".to_owned();
    Failure { code: "conversation_deleted", message, retryable: false }
}
