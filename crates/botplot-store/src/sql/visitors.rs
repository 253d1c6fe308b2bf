//! Visitors: which ids were proved, and forgetting all that one of them left.

use botplot_core::{ProjectId, Timestamp};

use super::Conn;
use crate::{Erased, Error, clean};

pub(crate) async fn note_verified(
    c: &mut Conn,
    project: ProjectId,
    visitor: &str,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO verified_visitors (project_id, visitor_id, verified_at) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, visitor_id) DO NOTHING",
    )
    .bind(project.0)
    .bind(clean::text(visitor))
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn is_verified(c: &mut Conn, project: ProjectId, visitor: &str) -> Result<bool, Error> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT verified_at FROM verified_visitors WHERE project_id = $1 AND visitor_id = $2",
    )
    .bind(project.0)
    .bind(clean::text(visitor))
    .fetch_optional(c)
    .await?;
    Ok(found.is_some())
}

/// Conversations take their messages, events and requests along, events their deliveries.
pub(crate) async fn erase_visitor(c: &mut Conn, project: ProjectId, visitor: &str) -> Result<Erased, Error> {
    let messages: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM conversations c JOIN messages m ON m.conversation_id = c.id
         WHERE c.project_id = $1 AND c.visitor_id = $2",
    )
    .bind(project.0)
    .bind(clean::text(visitor))
    .fetch_one(&mut *c)
    .await?;
    let mut gone = [0; 5];
    let erase = [
        "DELETE FROM conversations WHERE project_id = $1 AND visitor_id = $2",
        "DELETE FROM leads WHERE project_id = $1 AND visitor_id = $2",
        "DELETE FROM events WHERE project_id = $1 AND visitor_id = $2",
        "DELETE FROM requests WHERE project_id = $1 AND visitor_id = $2",
        "DELETE FROM verified_visitors WHERE project_id = $1 AND visitor_id = $2",
    ];
    for (gone, statement) in gone.iter_mut().zip(erase) {
        let done = sqlx::query(statement).bind(project.0).bind(clean::text(visitor)).execute(&mut *c).await?;
        *gone = done.rows_affected() as i64;
    }
    let [conversations, leads, events, ..] = gone;
    Ok(Erased { conversations, messages, leads, events })
}
