//! Who waits: visitors for a person, and persons' replies for the visitor.

use botplot_core::{ConversationId, ProjectId, Timestamp};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::Conn;
use crate::{Error, clean};

/// What was noted first stays: a visitor who asks again has not begun to wait anew.
pub(crate) async fn note_waiting(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    since: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE conversations SET waiting_since = $3, alerted_at = NULL
         WHERE project_id = $1 AND id = $2 AND waiting_since IS NULL",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(since.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn end_waiting(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE conversations SET waiting_since = NULL, alerted_at = NULL
         WHERE project_id = $1 AND id = $2 AND waiting_since IS NOT NULL",
    )
    .bind(project.0)
    .bind(conversation.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn projects_waiting(c: &mut Conn) -> Result<Vec<ProjectId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT project_id FROM conversations WHERE waiting_since IS NOT NULL AND alerted_at IS NULL
         UNION SELECT project_id FROM conversations WHERE replied_at IS NOT NULL",
    )
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

pub(crate) async fn overdue(
    c: &mut Conn,
    project: ProjectId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(ConversationId, Timestamp)>, Error> {
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "SELECT id, waiting_since FROM conversations
         WHERE project_id = $1 AND waiting_since IS NOT NULL AND alerted_at IS NULL AND waiting_since <= $2
         ORDER BY waiting_since, id LIMIT $3",
    )
    .bind(project.0)
    .bind(before.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(id, since)| (ConversationId(id), Timestamp(since))).collect())
}

pub(crate) async fn claim_alert(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET alerted_at = $4
         WHERE project_id = $1 AND id = $2 AND waiting_since = $3 AND alerted_at IS NULL",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(since.0)
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn note_reply(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE conversations SET replied_at = $3 WHERE project_id = $1 AND id = $2 AND replied_at IS NULL",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn unheard(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<i64>, Error> {
    let newest: Option<i64> = sqlx::query_scalar(
        "SELECT e.seq FROM conversation_events e JOIN conversations c ON c.id = e.conversation_id
         WHERE c.project_id = $1 AND c.id = $2 AND e.seq > c.heard ORDER BY e.seq DESC LIMIT 1",
    )
    .bind(project.0)
    .bind(conversation.0)
    .fetch_optional(c)
    .await?;
    Ok(newest)
}

pub(crate) async fn note_heard(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    place: i64,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE conversations SET heard = $3, replied_at = CASE WHEN EXISTS
             (SELECT 1 FROM conversation_events e WHERE e.conversation_id = conversations.id AND e.seq > $3)
             THEN replied_at END
         WHERE project_id = $1 AND id = $2 AND heard < $3",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(place)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn unread_replies(
    c: &mut Conn,
    project: ProjectId,
    before: Timestamp,
    mailed_before: Timestamp,
    limit: i64,
) -> Result<Vec<ConversationId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM conversations WHERE project_id = $1 AND replied_at IS NOT NULL AND replied_at <= $2
             AND (mailed_at IS NULL OR mailed_at <= $3)
         ORDER BY replied_at, id LIMIT $4",
    )
    .bind(project.0)
    .bind(before.0)
    .bind(mailed_before.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

pub(crate) async fn since_reply(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<(Timestamp, Vec<Value>)>, Error> {
    let since: Option<Option<i64>> =
        sqlx::query_scalar("SELECT replied_at FROM conversations WHERE project_id = $1 AND id = $2")
            .bind(project.0)
            .bind(conversation.0)
            .fetch_optional(&mut *c)
            .await?;
    let Some(since) = since.flatten() else { return Ok(None) };
    let events: Vec<Json<Value>> = sqlx::query_scalar(
        "SELECT e.payload FROM conversation_events e JOIN conversations c ON c.id = e.conversation_id
         WHERE c.project_id = $1 AND c.id = $2 AND e.seq > c.heard AND e.created_at >= $3 ORDER BY e.seq",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(since)
    .fetch_all(c)
    .await?;
    Ok(Some((Timestamp(since), events.into_iter().map(|event| event.0).collect())))
}

pub(crate) async fn end_reply(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    since: Timestamp,
    mailed: Option<Timestamp>,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET replied_at = NULL, mailed_at = coalesce($4, mailed_at)
         WHERE project_id = $1 AND id = $2 AND replied_at = $3",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(since.0)
    .bind(mailed.map(|at| at.0))
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn add_unsubscribed(
    c: &mut Conn,
    project: ProjectId,
    email: &str,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO unsubscribed (project_id, email, created_at)
         SELECT id, $2, $3 FROM projects WHERE id = $1
         ON CONFLICT (project_id, email) DO NOTHING",
    )
    .bind(project.0)
    .bind(clean::text(email))
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn is_unsubscribed(c: &mut Conn, project: ProjectId, email: &str) -> Result<bool, Error> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM unsubscribed WHERE project_id = $1 AND email = $2")
            .bind(project.0)
            .bind(clean::text(email))
            .fetch_one(c)
            .await?;
    Ok(count > 0)
}
