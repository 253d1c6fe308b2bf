//! Canned replies.

use botplot_core::{ProjectId, ReplyId, Timestamp};
use sqlx::Row as _;

use super::{Conn, Row};
use crate::{Error, ReplyRow, clean};

pub(crate) async fn add_reply(
    c: &mut Conn,
    project: ProjectId,
    reply: &ReplyRow,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO replies (id, project_id, name, content, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(reply.id.0)
    .bind(project.0)
    .bind(clean::text(&reply.name))
    .bind(clean::text(&reply.content))
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_reply(c: &mut Conn, project: ProjectId, reply: &ReplyRow) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE replies SET name = $3, content = $4 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(reply.id.0)
        .bind(clean::text(&reply.name))
        .bind(clean::text(&reply.content))
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn remove_reply(c: &mut Conn, project: ProjectId, reply: ReplyId) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM replies WHERE project_id = $1 AND id = $2");
    Ok(remove.bind(project.0).bind(reply.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn count_replies(c: &mut Conn, project: ProjectId) -> Result<i64, Error> {
    let count = sqlx::query_scalar("SELECT count(*) FROM replies WHERE project_id = $1");
    Ok(count.bind(project.0).fetch_one(c).await?)
}

pub(crate) async fn list_replies(c: &mut Conn, project: ProjectId) -> Result<Vec<ReplyRow>, Error> {
    let rows = sqlx::query("SELECT * FROM replies WHERE project_id = $1 ORDER BY lower(name), id");
    rows.bind(project.0).fetch_all(c).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ReplyRow, Error> {
    Ok(ReplyRow {
        id: ReplyId(row.try_get("id")?),
        name: row.try_get("name")?,
        content: row.try_get("content")?,
    })
}
