//! Conversations.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, ProjectId, SessionId, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_conversation(c: &mut Conn, conversation: &Conversation) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO conversations (id, project_id, visitor_id, session, token_required, visitor_info, status,
             handled_by, handoff_requested, message_count, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(conversation.id.0)
    .bind(conversation.project.0)
    .bind(clean::text(&conversation.visitor_id))
    .bind(conversation.session.map(|s| s.0))
    .bind(conversation.token_required)
    .bind(clean::json(&conversation.visitor_info)?)
    .bind(conversation.status.as_str())
    .bind(conversation.handled_by.as_str())
    .bind(conversation.handoff_requested)
    .bind(conversation.message_count)
    .bind(conversation.created_at.0)
    .bind(conversation.updated_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_conversation(c: &mut Conn, conversation: &Conversation) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET visitor_id = $3, session = $4, token_required = $5, visitor_info = $6,
             status = $7, handled_by = $8, handoff_requested = $9, message_count = $10, updated_at = $11
         WHERE project_id = $1 AND id = $2",
    )
    .bind(conversation.project.0)
    .bind(conversation.id.0)
    .bind(clean::text(&conversation.visitor_id))
    .bind(conversation.session.map(|s| s.0))
    .bind(conversation.token_required)
    .bind(clean::json(&conversation.visitor_info)?)
    .bind(conversation.status.as_str())
    .bind(conversation.handled_by.as_str())
    .bind(conversation.handoff_requested)
    .bind(conversation.message_count)
    .bind(conversation.updated_at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_conversation(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<Conversation>, Error> {
    let found = sqlx::query("SELECT * FROM conversations WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(conversation.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

/// Like [`find_conversation`]; nobody else changes the conversation until the transaction ends.
pub(crate) async fn lock_conversation(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<Conversation>, Error> {
    let found =
        sqlx::query(concat!("SELECT * FROM conversations WHERE project_id = $1 AND id = $2", for_update!()))
            .bind(project.0)
            .bind(conversation.0)
            .fetch_optional(c)
            .await?;
    found.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Conversation, Error> {
    Ok(Conversation {
        id: ConversationId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        visitor_id: row.try_get("visitor_id")?,
        session: row.try_get::<Option<Uuid>, _>("session")?.map(SessionId),
        token_required: row.try_get("token_required")?,
        visitor_info: row.try_get::<Json<VisitorInfo>, _>("visitor_info")?.0,
        status: word(row.try_get("status")?, Status::parse)?,
        handled_by: word(row.try_get("handled_by")?, HandledBy::parse)?,
        handoff_requested: row.try_get("handoff_requested")?,
        message_count: row.try_get("message_count")?,
        created_at: Timestamp(row.try_get("created_at")?),
        updated_at: Timestamp(row.try_get("updated_at")?),
    })
}
