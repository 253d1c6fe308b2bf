//! Sources of knowledge and where they stand.

use botplot_core::source::{Config, Kind, Source, Status};
use botplot_core::{ProjectId, SourceId, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row, projects, word};
use crate::{Error, clean};

pub(crate) async fn add_source(c: &mut Conn, source: &Source) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO sources (id, project_id, kind, name, url, config, status, error, discovered, pages, chunks,
             bytes, last_synced_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(source.id.0)
    .bind(source.project.0)
    .bind(source.kind.as_str())
    .bind(clean::text(&source.name))
    .bind(clean::maybe(source.url.as_deref()))
    .bind(clean::json(&source.config)?)
    .bind(source.status.as_str())
    .bind(clean::maybe(source.error.as_deref()))
    .bind(source.discovered)
    .bind(source.pages)
    .bind(source.chunks)
    .bind(source.bytes)
    .bind(source.last_synced_at.map(|t| t.0))
    .bind(source.created_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn set_source_status(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    status: Status,
    error: Option<&str>,
) -> Result<bool, Error> {
    let before: Option<String> = sqlx::query_scalar(concat!(
        "SELECT status FROM sources WHERE project_id = $1 AND id = $2",
        for_update!()
    ))
    .bind(project.0)
    .bind(source.0)
    .fetch_optional(&mut *c)
    .await?;
    let Some(before) = before else { return Ok(false) };
    sqlx::query("UPDATE sources SET status = $3, error = $4 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(source.0)
        .bind(status.as_str())
        .bind(clean::maybe(error))
        .execute(&mut *c)
        .await?;
    if (before == Status::Disabled.as_str()) != (status == Status::Disabled) {
        refresh_index(c, project, source).await?;
    }
    Ok(true)
}

/// Switching a source off or on changes what can be found, without any page being written.
async fn refresh_index(c: &mut Conn, project: ProjectId, source: SourceId) -> Result<(), Error> {
    let version = projects::bump_index(c, project).await?;
    // The source was just found to be the project's.
    sqlx::query("UPDATE pages SET index_version = $2 WHERE source_id = $1")
        .bind(source.0)
        .bind(version)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn change_source(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    name: &str,
    config: &Config,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE sources SET name = $3, config = $4 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(source.0)
        .bind(clean::text(name))
        .bind(clean::json(config)?)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn set_source_discovered(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    discovered: i64,
) -> Result<(), Error> {
    sqlx::query("UPDATE sources SET discovered = $3 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(source.0)
        .bind(discovered)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn refresh_source_counts(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE sources SET
             pages = (SELECT count(*) FROM pages p WHERE p.source_id = $2
                      AND EXISTS (SELECT 1 FROM chunks c WHERE c.page_id = p.id)),
             chunks = (SELECT count(*) FROM chunks c JOIN pages p ON p.id = c.page_id WHERE p.source_id = $2),
             bytes = (SELECT CAST(coalesce(sum(p.bytes), 0) AS BIGINT) FROM pages p WHERE p.source_id = $2)
         WHERE project_id = $1 AND id = $2",
    )
    .bind(project.0)
    .bind(source.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn set_source_synced(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query("UPDATE sources SET last_synced_at = $3 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(source.0)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn remove_source(c: &mut Conn, project: ProjectId, source: SourceId) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM sources WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(source.0)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_source(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
) -> Result<Option<Source>, Error> {
    let found = sqlx::query("SELECT * FROM sources WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(source.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn find_source_named(
    c: &mut Conn,
    project: ProjectId,
    kind: Kind,
    name: &str,
) -> Result<Option<Source>, Error> {
    let found = sqlx::query(
        "SELECT * FROM sources WHERE project_id = $1 AND kind = $2 AND name = $3 ORDER BY created_at",
    )
    .bind(project.0)
    .bind(kind.as_str())
    .bind(clean::text(name))
    .fetch_optional(c)
    .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn list_sources(
    c: &mut Conn,
    project: ProjectId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Source>, i64), Error> {
    let rows = sqlx::query(
        "SELECT * FROM sources WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(project.0)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *c)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM sources WHERE project_id = $1");
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total.bind(project.0).fetch_one(c).await?))
}

fn read(row: &Row) -> Result<Source, Error> {
    Ok(Source {
        id: SourceId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        kind: word(row.try_get("kind")?, Kind::parse)?,
        name: row.try_get("name")?,
        url: row.try_get("url")?,
        config: row.try_get::<Json<Config>, _>("config")?.0,
        status: word(row.try_get("status")?, Status::parse)?,
        error: row.try_get("error")?,
        discovered: row.try_get("discovered")?,
        pages: row.try_get("pages")?,
        chunks: row.try_get("chunks")?,
        bytes: row.try_get("bytes")?,
        last_synced_at: row.try_get::<Option<i64>, _>("last_synced_at")?.map(Timestamp),
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
