//! Conversations.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, ProjectId, SessionId, Timestamp};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

pub(crate) use super::listing::list_conversations;
use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_conversation(c: &mut Conn, conversation: &Conversation) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO conversations (id, project_id, visitor_id, session, token_required, identified, visitor_info,
             status, handled_by, handoff_requested, agent, tags, message_count, created_at, updated_at, person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $10 OR $9 = 'human')",
    )
    .bind(conversation.id.0)
    .bind(conversation.project.0)
    .bind(clean::text(&conversation.visitor_id))
    .bind(conversation.session.map(|s| s.0))
    .bind(conversation.token_required)
    .bind(conversation.identified)
    .bind(clean::json(&conversation.visitor_info)?)
    .bind(conversation.status.as_str())
    .bind(conversation.handled_by.as_str())
    .bind(conversation.handoff_requested)
    .bind(clean::maybe(conversation.agent.as_deref()))
    .bind(clean::json(&conversation.tags)?)
    .bind(conversation.message_count)
    .bind(conversation.created_at.0)
    .bind(conversation.updated_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_conversation(c: &mut Conn, conversation: &Conversation) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET visitor_id = $3, session = $4, token_required = $5, identified = $6,
             visitor_info = $7, status = $8, handled_by = $9, handoff_requested = $10, agent = $11, tags = $12,
             message_count = $13, updated_at = $14, person = person OR $10 OR $9 = 'human'
         WHERE project_id = $1 AND id = $2",
    )
    .bind(conversation.project.0)
    .bind(conversation.id.0)
    .bind(clean::text(&conversation.visitor_id))
    .bind(conversation.session.map(|s| s.0))
    .bind(conversation.token_required)
    .bind(conversation.identified)
    .bind(clean::json(&conversation.visitor_info)?)
    .bind(conversation.status.as_str())
    .bind(conversation.handled_by.as_str())
    .bind(conversation.handoff_requested)
    .bind(clean::maybe(conversation.agent.as_deref()))
    .bind(clean::json(&conversation.tags)?)
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

pub(crate) async fn remove_conversation(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM conversations WHERE project_id = $1 AND id = $2");
    Ok(remove.bind(project.0).bind(conversation.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn idle_conversations(
    c: &mut Conn,
    project: ProjectId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<ConversationId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM conversations WHERE project_id = $1 AND status = 'active' AND updated_at < $2
         ORDER BY updated_at, id LIMIT $3",
    )
    .bind(project.0)
    .bind(before.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// Three ranges of one index, merged: what changed later is never looked at.
pub(crate) async fn stale_conversations(
    c: &mut Conn,
    project: ProjectId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<ConversationId>, Error> {
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "SELECT id, updated_at FROM conversations WHERE project_id = $1 AND status = 'active' AND updated_at < $2
         UNION ALL
         SELECT id, updated_at FROM conversations WHERE project_id = $1 AND status = 'closed' AND updated_at < $2
         UNION ALL
         SELECT id, updated_at FROM conversations WHERE project_id = $1 AND status = 'archived' AND updated_at < $2
         ORDER BY updated_at, id LIMIT $3",
    )
    .bind(project.0)
    .bind(before.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(id, _)| ConversationId(id)).collect())
}

/// Locks the conversation first: of two places counted at once, one would be taken.
pub(crate) async fn add_conversation_event(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    payload: &Value,
    now: Timestamp,
) -> Result<i64, Error> {
    let found = lock_conversation(&mut *c, project, conversation).await?;
    found.ok_or(Error::Missing("conversation"))?;
    let place = sqlx::query_scalar(
        "INSERT INTO conversation_events (project_id, conversation_id, seq, payload, created_at)
         VALUES ($1, $2, (SELECT coalesce(max(e.seq), 0) + 1 FROM conversation_events e
             WHERE e.conversation_id = $2), $3, $4)
         RETURNING seq",
    );
    let place = place.bind(project.0).bind(conversation.0).bind(clean::json(payload)?).bind(now.0);
    Ok(place.fetch_one(c).await?)
}

pub(crate) async fn conversation_events(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Value)>, Error> {
    let rows: Vec<(i64, Json<Value>)> = sqlx::query_as(
        "SELECT seq, payload FROM conversation_events
         WHERE project_id = $1 AND conversation_id = $2 AND seq > $3 ORDER BY seq LIMIT $4",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(after)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(place, payload)| (place, payload.0)).collect())
}

pub(crate) async fn count_waiting(c: &mut Conn, project: ProjectId) -> Result<i64, Error> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM conversations WHERE project_id = $1 AND handoff_requested AND handled_by = 'ai'",
    );
    Ok(count.bind(project.0).fetch_one(c).await?)
}

pub(super) fn read(row: &Row) -> Result<Conversation, Error> {
    Ok(Conversation {
        id: ConversationId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        visitor_id: row.try_get("visitor_id")?,
        session: row.try_get::<Option<Uuid>, _>("session")?.map(SessionId),
        token_required: row.try_get("token_required")?,
        identified: row.try_get("identified")?,
        visitor_info: row.try_get::<Json<VisitorInfo>, _>("visitor_info")?.0,
        status: word(row.try_get("status")?, Status::parse)?,
        handled_by: word(row.try_get("handled_by")?, HandledBy::parse)?,
        handoff_requested: row.try_get("handoff_requested")?,
        agent: row.try_get("agent")?,
        tags: row.try_get::<Json<Vec<String>>, _>("tags")?.0,
        message_count: row.try_get("message_count")?,
        created_at: Timestamp(row.try_get("created_at")?),
        updated_at: Timestamp(row.try_get("updated_at")?),
    })
}
