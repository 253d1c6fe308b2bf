//! API keys.

use botplot_core::key::{Class, KeyRecord};
use botplot_core::{KeyId, ProjectId, Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_key(c: &mut Conn, key: &KeyRecord) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO keys (id, project_id, class, name, prefix, hash, shown, created_at, last_used_at, revoked_at,
             expires_at, seen_in_browser_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(key.id.0)
    .bind(key.project.0)
    .bind(key.class.as_str())
    .bind(clean::text(&key.name))
    .bind(&key.prefix)
    .bind(&key.hash)
    .bind(&key.shown)
    .bind(key.created_at.0)
    .bind(key.last_used_at.map(|t| t.0))
    .bind(key.revoked_at.map(|t| t.0))
    .bind(key.expires_at.map(|t| t.0))
    .bind(key.seen_in_browser_at.map(|t| t.0))
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn revoke_key(
    c: &mut Conn,
    project: ProjectId,
    key: KeyId,
    now: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE keys SET revoked_at = $3 WHERE project_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(project.0)
    .bind(key.0)
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn rename_key(
    c: &mut Conn,
    project: ProjectId,
    key: KeyId,
    name: &str,
) -> Result<bool, Error> {
    let rename = sqlx::query("UPDATE keys SET name = $3 WHERE project_id = $1 AND id = $2");
    let done = rename.bind(project.0).bind(key.0).bind(clean::text(name)).execute(c).await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn expire_key(
    c: &mut Conn,
    project: ProjectId,
    key: KeyId,
    at: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE keys SET expires_at = $3 WHERE project_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(project.0)
    .bind(key.0)
    .bind(at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn flag_key(
    c: &mut Conn,
    project: ProjectId,
    key: KeyId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query("UPDATE keys SET seen_in_browser_at = $3 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(key.0)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn touch_keys(c: &mut Conn, keys: &[KeyId], now: Timestamp) -> Result<(), Error> {
    for key in keys {
        sqlx::query(
            "UPDATE keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        )
        .bind(key.0)
        .bind(now.0)
        .execute(&mut *c)
        .await?;
    }
    Ok(())
}

pub(crate) async fn find_key(c: &mut Conn, prefix: &str) -> Result<Option<KeyRecord>, Error> {
    let found = sqlx::query("SELECT * FROM keys WHERE prefix = $1").bind(prefix).fetch_optional(c).await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn list_keys(c: &mut Conn, project: ProjectId) -> Result<Vec<KeyRecord>, Error> {
    let rows = sqlx::query("SELECT * FROM keys WHERE project_id = $1 ORDER BY created_at, id")
        .bind(project.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn keys_ended(c: &mut Conn, since: Timestamp, now: Timestamp) -> Result<Vec<KeyId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM keys WHERE revoked_at > $1 AND revoked_at <= $2
         UNION SELECT id FROM keys WHERE expires_at > $1 AND expires_at <= $2 ORDER BY id",
    )
    .bind(since.0)
    .bind(now.0)
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(KeyId).collect())
}

fn read(row: &Row) -> Result<KeyRecord, Error> {
    Ok(KeyRecord {
        id: KeyId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        class: word(row.try_get("class")?, Class::parse)?,
        name: row.try_get("name")?,
        prefix: row.try_get("prefix")?,
        hash: row.try_get("hash")?,
        shown: row.try_get("shown")?,
        created_at: Timestamp(row.try_get("created_at")?),
        last_used_at: row.try_get::<Option<i64>, _>("last_used_at")?.map(Timestamp),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_at")?.map(Timestamp),
        expires_at: row.try_get::<Option<i64>, _>("expires_at")?.map(Timestamp),
        seen_in_browser_at: row.try_get::<Option<i64>, _>("seen_in_browser_at")?.map(Timestamp),
    })
}
