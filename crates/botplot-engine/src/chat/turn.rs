//! The two transactions of a turn: the one that takes the message in, and the one that puts the answer away.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::handoff::{Speaker, asked_in_words, speaker};
use botplot_core::message::{Message, Role, State};
use botplot_core::{ConversationId, MessageId, Timestamp};
use botplot_store::Tx;
use serde_json::Map;

use super::{Ask, Final};
use crate::{Engine, Error};

/// What stands in the store once a message was taken in.
pub(super) struct Opened {
    pub(super) conversation: Conversation,
    /// The answer to come; none when nobody answers now.
    pub(super) answer: Option<Message>,
}

/// Stores the visitor's message, and the place of its answer if there will be one; its commit is the acknowledgement.
pub(super) async fn open(engine: &Engine, id: ConversationId, ask: &Ask) -> Result<Opened, Error> {
    let (ask, now) = (ask.clone(), engine.clock().now());
    let (question_id, answer_id) = (MessageId(engine.ids().random()), MessageId(engine.ids().random()));
    let opened = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let mut conversation = resume_or_begin(tx, id, &ask, now).await?;
            conversation.visitor_info.merge(&ask.visitor_info);
            conversation.handoff_requested |=
                conversation.handled_by == HandledBy::Ai && asked_in_words(&ask.message);
            conversation.status = Status::Active;
            conversation.message_count += 1;
            conversation.updated_at = now;
            tx.save_conversation(&conversation).await?;
            let question = message(&conversation, question_id, Role::User, State::Complete, now);
            tx.add_message(&Message {
                content: ask.message.clone(),
                context: ask.context.clone(),
                ..question
            })
            .await?;
            if speaker(&conversation, &ask.project.settings) == Speaker::Nobody {
                return Ok(Opened { conversation, answer: None });
            }
            // One microsecond later, so that question and answer keep their order whatever their random ids.
            let after = Timestamp(now.0 + 1);
            let answer = message(&conversation, answer_id, Role::Assistant, State::Pending, after);
            tx.add_message(&answer).await?;
            Ok::<_, Error>(Opened { conversation, answer: Some(answer) })
        })
    });
    opened.await
}

async fn resume_or_begin(
    tx: &mut Tx,
    id: ConversationId,
    ask: &Ask,
    now: Timestamp,
) -> Result<Conversation, Error> {
    if ask.conversation.is_some() {
        let found = tx.find_conversation(ask.project.id, id).await?;
        let found = found.filter(|c| c.may_continue(&ask.visitor_id, &ask.proof)).ok_or(Error::NotFound)?;
        return match found.status {
            Status::Archived => Err(Error::Conflict("conversation_archived")),
            Status::Active | Status::Closed => Ok(found),
        };
    }
    let begun = Conversation {
        id,
        project: ask.project.id,
        visitor_id: ask.visitor_id.clone(),
        session: Some(ask.session),
        token_required: matches!(ask.proof, botplot_core::conversation::Proof::Session(_)),
        visitor_info: ask.visitor_info.clone(),
        status: Status::Active,
        handled_by: HandledBy::Ai,
        handoff_requested: false,
        message_count: 0,
        created_at: now,
        updated_at: now,
    };
    tx.add_conversation(&begun).await?;
    Ok(begun)
}

fn message(of: &Conversation, id: MessageId, role: Role, state: State, at: Timestamp) -> Message {
    let (project, conversation) = (of.project, of.id);
    let (content, context, sources, confidence) = (String::new(), Map::new(), Vec::new(), None);
    Message { id, project, conversation, role, content, context, sources, confidence, state, created_at: at }
}

/// Stores an answer, whole or cut, counts it if it is whole, and says how the conversation stands.
pub(super) async fn close(
    engine: &Engine,
    answer: Message,
    suggestions: Vec<String>,
) -> Result<Final, Error> {
    let now = engine.clock().now();
    let closed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.finish_message(&answer).await?;
            let mut conversation =
                tx.find_conversation(answer.project, answer.conversation).await?.ok_or(Error::NotFound)?;
            conversation.message_count += 1;
            conversation.updated_at = now;
            tx.save_conversation(&conversation).await?;
            if answer.state == State::Complete {
                tx.add_usage(answer.project, &now.month(), "messages", 1).await?;
            }
            Ok::<_, Error>(Final {
                message: Some(answer.id),
                sources: answer.sources,
                confidence: answer.confidence,
                suggestions,
                ..silence(&conversation)
            })
        })
    });
    closed.await
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
    }
}
