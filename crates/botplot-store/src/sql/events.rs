//! What happened, with the bytes that webhooks send.

use botplot_core::delivery::Record;
use botplot_core::{EventId, Timestamp};

use super::Conn;
use crate::{Error, clean};

pub(crate) async fn add_event(c: &mut Conn, event: &Record) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO events (id, project_id, kind, visitor_id, conversation_id, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(event.id.0)
    .bind(event.project.0)
    .bind(clean::text(&event.kind))
    .bind(clean::maybe(event.visitor_id.as_deref()))
    .bind(event.conversation.map(|id| id.0))
    .bind(&event.body)
    .bind(event.created_at.0)
    .execute(c)
    .await?;
    Ok(())
}

/// Event ids begin with the time, so that their own index finds the old ones.
pub(crate) async fn remove_events_before(
    c: &mut Conn,
    before: EventId,
    since: Timestamp,
    limit: i64,
) -> Result<i64, Error> {
    let done = sqlx::query(
        "DELETE FROM events WHERE id IN (
             SELECT e.id FROM events e WHERE e.id < $1 AND NOT EXISTS (
                 SELECT 1 FROM deliveries d WHERE d.event_id = e.id
                     AND (d.state = 'pending' OR d.attempted_at > $2))
             ORDER BY e.id LIMIT $3)",
    )
    .bind(before.0)
    .bind(since.0)
    .bind(limit)
    .execute(c)
    .await?;
    Ok(done.rows_affected() as i64)
}
