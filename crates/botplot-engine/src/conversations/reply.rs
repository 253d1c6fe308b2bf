//! What a person writes in the bot's place.

use botplot_core::conversation::{Proof, Status};
use botplot_core::event::{Author, Event};
use botplot_core::handoff::{Action, Effect};
use botplot_core::message::{Message, Role, State};
use botplot_core::{ConversationId, MessageId, ProjectId, Timestamp};
use botplot_store::Tx;
use serde_json::Map;

use super::{act, keep, tell, to_the_end};
use crate::live::{self, LiveEvent};
use crate::{Engine, Error, outbox};

/// The name of a person of whom none is known.
const NAMELESS: &str = "Support";

/// Stores and tells what a person writes. They have the conversation from then on: a running answer is cut, and a
/// closed conversation goes on. Without a name it is that of the person who has the conversation.
pub async fn reply(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    author: Option<&str>,
    content: String,
) -> Result<Message, Error> {
    let (own, author) = (engine.clone(), author.map(str::to_owned));
    let draft = draft(engine, project, id, content);
    to_the_end(engine, async move {
        let inner = own.clone();
        let write =
            own.0.store.write(move |tx| Box::pin(async move { add(tx, &inner, draft, author).await }));
        let (message, effects) = write.await?;
        tell(&own, project, id, &effects);
        Ok(message)
    })
    .await
}

async fn add(
    tx: &mut Tx,
    engine: &Engine,
    draft: Message,
    author: Option<String>,
) -> Result<(Message, Vec<Effect>), Error> {
    let found = tx.find_conversation(draft.project, draft.conversation).await?;
    let mut conversation = found.ok_or(Error::NotFound)?;
    let agent = author.or_else(|| conversation.agent.clone()).unwrap_or_else(|| NAMELESS.to_owned());
    let effects = act(&mut conversation, Action::AgentReply { agent: agent.clone() })?;
    conversation.message_count += 1;
    conversation.updated_at = draft.created_at;
    let message = Message { author: Some(agent.clone()), ..draft };
    tx.add_message(&message).await?;
    // The page learns who speaks before it reads what they say.
    keep(tx, engine, &conversation, &effects, None).await?;
    live::record(tx, engine, &conversation, &LiveEvent::Message(&message)).await?;
    tx.end_waiting(message.project, conversation.id).await?;
    tx.note_reply(message.project, conversation.id, message.created_at).await?;
    let told = Event::AgentReplied {
        conversation_id: conversation.id,
        message_id: message.id,
        visitor_id: conversation.visitor_id.clone(),
        content: message.content.clone(),
        role: message.role.as_str(),
        author: Author::human(agent),
    };
    outbox::emit(tx, engine, conversation.project, &[told]).await?;
    Ok((message, effects))
}

fn draft(engine: &Engine, project: ProjectId, conversation: ConversationId, content: String) -> Message {
    let created_at: Timestamp = engine.clock().now();
    Message {
        id: MessageId(engine.ids().random()),
        project,
        conversation,
        role: Role::Assistant,
        content,
        context: Map::new(),
        sources: Vec::new(),
        confidence: None,
        state: State::Complete,
        author: None,
        failure: None,
        outcome: None,
        reserved: None,
        rating: None,
        comment: None,
        created_at,
    }
}

/// Tells the visitor's page that a person types, or has stopped; without a name it is that of the person who has
/// the conversation.
pub async fn typing(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    name: Option<&str>,
    on: bool,
) -> Result<(), Error> {
    let found = engine.reader().find_conversation(project, id).await?.ok_or(Error::NotFound)?;
    if found.status == Status::Archived {
        return Err(Error::Conflict("conversation_archived"));
    }
    let name = name.or(found.agent.as_deref()).unwrap_or(NAMELESS);
    engine.types_to_visitor(id, name, on);
    engine.types_to_team(project, id, Some(name), on);
    Ok(())
}

/// Tells the team's pages that the visitor types, or has stopped; whose conversation it is otherwise is not told.
pub async fn visitor_types(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    visitor: Option<&str>,
    proof: &Proof,
    on: bool,
) -> Result<(), Error> {
    let found = engine.reader().find_conversation(project, id).await?;
    let found = found.filter(|it| it.may_open(visitor, proof)).ok_or(Error::NotFound)?;
    if found.status == Status::Archived {
        return Err(Error::Conflict("conversation_archived"));
    }
    engine.types_to_team(project, id, None, on);
    Ok(())
}
