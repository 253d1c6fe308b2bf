//! Turns that were asked for under an idempotency key.

use botplot_core::{ConversationId, MessageId, ProjectId, Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row};
use crate::{Error, RequestRow, clean};

pub(crate) async fn add_request(c: &mut Conn, request: &RequestRow) -> Result<(), Error> {
    let done = sqlx::query(
        "INSERT INTO requests (project_id, visitor_id, key, body_hash, conversation_id, answer_id, refused,
             created_at)
         SELECT c.project_id, $3, $4, $5, c.id, $6, $7, $8 FROM conversations c
         WHERE c.project_id = $1 AND c.id = $2",
    )
    .bind(request.project.0)
    .bind(request.conversation.0)
    .bind(clean::text(&request.visitor_id))
    .bind(clean::text(&request.key))
    .bind(&request.body_hash)
    .bind(request.answer.map(|m| m.0))
    .bind(clean::maybe(request.refused.as_deref()))
    .bind(request.created_at.0)
    .execute(c)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Missing("conversation")) } else { Ok(()) }
}

pub(crate) async fn find_request(
    c: &mut Conn,
    project: ProjectId,
    visitor: &str,
    key: &str,
) -> Result<Option<RequestRow>, Error> {
    let found = sqlx::query("SELECT * FROM requests WHERE project_id = $1 AND visitor_id = $2 AND key = $3")
        .bind(project.0)
        .bind(clean::text(visitor))
        .bind(clean::text(key))
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn remove_requests_before(c: &mut Conn, at: Timestamp) -> Result<i64, Error> {
    let remove = sqlx::query("DELETE FROM requests WHERE created_at < $1");
    Ok(remove.bind(at.0).execute(c).await?.rows_affected() as i64)
}

fn read(row: &Row) -> Result<RequestRow, Error> {
    Ok(RequestRow {
        project: ProjectId(row.try_get("project_id")?),
        visitor_id: row.try_get("visitor_id")?,
        key: row.try_get("key")?,
        body_hash: row.try_get("body_hash")?,
        conversation: ConversationId(row.try_get("conversation_id")?),
        answer: row.try_get::<Option<Uuid>, _>("answer_id")?.map(MessageId),
        refused: row.try_get("refused")?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
