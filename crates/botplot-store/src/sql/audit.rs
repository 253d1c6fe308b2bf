//! The audit log.

use botplot_core::notice::Entry;
use botplot_core::{AuditId, ProjectId, Timestamp};
use serde_json::{Map, Value};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row};
use crate::{Error, clean};

pub(crate) async fn add_audit(c: &mut Conn, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO audit (id, project_id, action, actor, subject, detail, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entry.id.0)
    .bind(entry.project.0)
    .bind(clean::text(&entry.action))
    .bind(clean::text(&entry.actor))
    .bind(clean::text(&entry.subject))
    .bind(clean::json(&entry.detail)?)
    .bind(entry.created_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn list_audit(
    c: &mut Conn,
    project: ProjectId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Entry>, i64), Error> {
    let rows = sqlx::query(
        "SELECT * FROM audit WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(project.0)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *c)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM audit WHERE project_id = $1");
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total.bind(project.0).fetch_one(c).await?))
}

fn read(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        id: AuditId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        action: row.try_get("action")?,
        actor: row.try_get("actor")?,
        subject: row.try_get("subject")?,
        detail: row.try_get::<Json<Map<String, Value>>, _>("detail")?.0,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
