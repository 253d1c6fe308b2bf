//! Messages of conversations.

use botplot_core::message::{Message, Role, SourceRef, State};
use botplot_core::{ConversationId, MessageId, ProjectId, Timestamp};
use serde_json::{Map, Value};
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_message(c: &mut Conn, message: &Message) -> Result<(), Error> {
    let done = sqlx::query(
        "INSERT INTO messages (id, project_id, conversation_id, seq, role, content, context, sources, confidence,
             state, created_at)
         SELECT $1, c.project_id, c.id,
             (SELECT coalesce(max(m.seq), 0) + 1 FROM messages m WHERE m.conversation_id = c.id),
             $4, $5, $6, $7, $8, $9, $10
         FROM conversations c WHERE c.project_id = $2 AND c.id = $3",
    )
    .bind(message.id.0)
    .bind(message.project.0)
    .bind(message.conversation.0)
    .bind(message.role.as_str())
    .bind(clean::text(&message.content))
    .bind(clean::json(&message.context)?)
    .bind(clean::json(&message.sources)?)
    .bind(message.confidence)
    .bind(message.state.as_str())
    .bind(message.created_at.0)
    .execute(c)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Missing("conversation")) } else { Ok(()) }
}

pub(crate) async fn finish_message(c: &mut Conn, message: &Message) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE messages SET content = $3, sources = $4, confidence = $5, state = $6
         WHERE project_id = $1 AND id = $2 AND state = 'pending'",
    )
    .bind(message.project.0)
    .bind(message.id.0)
    .bind(clean::text(&message.content))
    .bind(clean::json(&message.sources)?)
    .bind(message.confidence)
    .bind(message.state.as_str())
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn fail_pending_messages(
    c: &mut Conn,
    now: Timestamp,
) -> Result<Vec<(ProjectId, MessageId)>, Error> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "UPDATE messages SET state = 'failed' WHERE state = 'pending' AND created_at <= $1
         RETURNING project_id, id",
    )
    .bind(now.0)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(project, id)| (ProjectId(project), MessageId(id))).collect())
}

pub(crate) async fn list_messages(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    newest: i64,
) -> Result<Vec<Message>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM messages WHERE project_id = $1 AND conversation_id = $2 ORDER BY seq DESC LIMIT $3",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(newest)
    .fetch_all(c)
    .await?;
    rows.iter().rev().map(read).collect()
}

pub(crate) async fn find_message(
    c: &mut Conn,
    project: ProjectId,
    message: MessageId,
) -> Result<Option<Message>, Error> {
    let found = sqlx::query("SELECT * FROM messages WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(message.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Message, Error> {
    Ok(Message {
        id: MessageId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        conversation: ConversationId(row.try_get("conversation_id")?),
        role: word(row.try_get("role")?, Role::parse)?,
        content: row.try_get("content")?,
        context: row.try_get::<Json<Map<String, Value>>, _>("context")?.0,
        sources: row.try_get::<Json<Vec<SourceRef>>, _>("sources")?.0,
        confidence: row.try_get("confidence")?,
        state: word(row.try_get("state")?, State::parse)?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
