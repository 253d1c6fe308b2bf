//! Pages of sources and what became of each.

use botplot_core::source::{Page, PageState};
use botplot_core::{PageId, ProjectId, SourceId, Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn save_page(
    c: &mut Conn,
    page: &Page,
    bytes: i64,
    index_version: i64,
) -> Result<PageId, Error> {
    let id: Option<Uuid> = sqlx::query_scalar(
        "INSERT INTO pages (id, project_id, source_id, url, title, language, content_hash, etag, last_modified,
             state, reason, bytes, index_version, updated_at)
         SELECT $1, s.project_id, s.id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
         FROM sources s WHERE s.project_id = $2 AND s.id = $3
         ON CONFLICT (source_id, url) DO UPDATE SET title = excluded.title, language = excluded.language,
             content_hash = excluded.content_hash, etag = excluded.etag, last_modified = excluded.last_modified,
             state = excluded.state, reason = excluded.reason, bytes = excluded.bytes,
             index_version = excluded.index_version, updated_at = excluded.updated_at
         RETURNING id",
    )
    .bind(page.id.0)
    .bind(page.project.0)
    .bind(page.source.0)
    .bind(clean::text(&page.url))
    .bind(clean::text(&page.title))
    .bind(clean::maybe(page.language.as_deref()))
    .bind(&page.content_hash)
    .bind(clean::maybe(page.etag.as_deref()))
    .bind(clean::maybe(page.last_modified.as_deref()))
    .bind(page.state.as_str())
    .bind(clean::maybe(page.reason.as_deref()))
    .bind(bytes)
    .bind(index_version)
    .bind(page.updated_at.0)
    .fetch_optional(c)
    .await?;
    id.map(PageId).ok_or(Error::Missing("source"))
}

pub(crate) async fn remove_pages(c: &mut Conn, project: ProjectId, pages: &[PageId]) -> Result<(), Error> {
    for page in pages {
        sqlx::query("DELETE FROM pages WHERE project_id = $1 AND id = $2")
            .bind(project.0)
            .bind(page.0)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub(crate) async fn list_pages(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
) -> Result<Vec<Page>, Error> {
    let rows = sqlx::query("SELECT * FROM pages WHERE project_id = $1 AND source_id = $2 ORDER BY id")
        .bind(project.0)
        .bind(source.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn page_pages(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Page>, i64), Error> {
    let rows = sqlx::query(
        "SELECT * FROM pages WHERE project_id = $1 AND source_id = $2 ORDER BY id DESC LIMIT $3 OFFSET $4",
    )
    .bind(project.0)
    .bind(source.0)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *c)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM pages WHERE project_id = $1 AND source_id = $2");
    let total = total.bind(project.0).bind(source.0).fetch_one(c).await?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

pub(crate) async fn pages_in(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    state: Option<PageState>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Page>, i64), Error> {
    let word = state.map_or("", PageState::as_str);
    let rows = sqlx::query(
        "SELECT * FROM pages WHERE project_id = $1 AND source_id = $2 AND ($3 = '' OR state = $3)
         ORDER BY id DESC LIMIT $4 OFFSET $5",
    );
    let rows = rows.bind(project.0).bind(source.0).bind(word).bind(limit).bind(offset);
    let rows = rows.fetch_all(&mut *c).await?;
    let total = sqlx::query_scalar(
        "SELECT count(*) FROM pages WHERE project_id = $1 AND source_id = $2 AND ($3 = '' OR state = $3)",
    );
    let total = total.bind(project.0).bind(source.0).bind(word).fetch_one(c).await?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

pub(crate) async fn count_pages(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
) -> Result<Vec<(PageState, i64)>, Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT state, count(*) FROM pages WHERE project_id = $1 AND source_id = $2 GROUP BY state ORDER BY state",
    )
    .bind(project.0)
    .bind(source.0)
    .fetch_all(c)
    .await?;
    rows.into_iter().map(|(state, count)| Ok((word(&state, PageState::parse)?, count))).collect()
}

pub(crate) async fn find_page(c: &mut Conn, project: ProjectId, page: PageId) -> Result<Option<Page>, Error> {
    let found = sqlx::query("SELECT * FROM pages WHERE project_id = $1 AND id = $2");
    found.bind(project.0).bind(page.0).fetch_optional(c).await?.as_ref().map(read).transpose()
}

pub(crate) async fn indexed_pages(c: &mut Conn, project: ProjectId) -> Result<Vec<PageId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT p.id FROM pages p JOIN sources s ON s.id = p.source_id
         WHERE p.project_id = $1 AND s.status <> 'disabled'
           AND EXISTS (SELECT 1 FROM chunks c WHERE c.page_id = p.id)",
    )
    .bind(project.0)
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(PageId).collect())
}

fn read(row: &Row) -> Result<Page, Error> {
    Ok(Page {
        id: PageId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        source: SourceId(row.try_get("source_id")?),
        url: row.try_get("url")?,
        title: row.try_get("title")?,
        language: row.try_get("language")?,
        content_hash: row.try_get("content_hash")?,
        etag: row.try_get("etag")?,
        last_modified: row.try_get("last_modified")?,
        state: word(row.try_get("state")?, PageState::parse)?,
        reason: row.try_get("reason")?,
        updated_at: Timestamp(row.try_get("updated_at")?),
    })
}
