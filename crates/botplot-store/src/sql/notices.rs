//! Notices to owners.

use botplot_core::notice::{Kind, Notice};
use botplot_core::{NoticeId, ProjectId, Timestamp};
use serde_json::{Map, Value};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_notice(c: &mut Conn, notice: &Notice) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO notices (id, project_id, kind, occasion, detail, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (project_id, kind, occasion) DO NOTHING",
    )
    .bind(notice.id.0)
    .bind(notice.project.0)
    .bind(notice.kind.as_str())
    .bind(clean::text(&notice.occasion))
    .bind(clean::json(&notice.detail)?)
    .bind(notice.created_at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn list_notices(
    c: &mut Conn,
    project: ProjectId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Notice>, i64), Error> {
    let rows = sqlx::query(
        "SELECT * FROM notices WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(project.0)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *c)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM notices WHERE project_id = $1");
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total.bind(project.0).fetch_one(c).await?))
}

fn read(row: &Row) -> Result<Notice, Error> {
    Ok(Notice {
        id: NoticeId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        kind: word(row.try_get("kind")?, Kind::parse)?,
        occasion: row.try_get("occasion")?,
        detail: row.try_get::<Json<Map<String, Value>>, _>("detail")?.0,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
