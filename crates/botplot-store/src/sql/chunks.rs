//! Chunks of pages and their vectors.

use std::collections::{HashMap, HashSet};

use botplot_core::source::Kind;
use botplot_core::{ChunkId, PageId, ProjectId, SourceId};
use futures_util::TryStreamExt as _;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, word};
use crate::{ChunkRow, Error, NewChunk, PassageRow, clean};

/// Rows of one statement: with seven values each well below SQLite's 32,766 parameters.
const GROUP: usize = 200;

pub(crate) async fn replace_chunks(
    c: &mut Conn,
    project: ProjectId,
    page: PageId,
    chunks: &[NewChunk],
) -> Result<(), Error> {
    let found: Option<Uuid> = sqlx::query_scalar("SELECT id FROM pages WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(page.0)
        .fetch_optional(&mut *c)
        .await?;
    found.ok_or(Error::Missing("page"))?;
    // By the page alone, which was just found to be the project's: with both, SQLite walks all the project's chunks.
    sqlx::query("DELETE FROM chunks WHERE page_id = $1").bind(page.0).execute(&mut *c).await?;
    for group in chunks.chunks(GROUP) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO chunks (id, project_id, page_id, ord, heading, body, pieces) ",
        );
        insert.push_values(group, |mut row, chunk| {
            row.push_bind(chunk.id.0)
                .push_bind(project.0)
                .push_bind(page.0)
                .push_bind(chunk.ord)
                .push_bind(clean::text(&chunk.heading).into_owned())
                .push_bind(clean::text(&chunk.body).into_owned())
                .push_bind(chunk.pieces);
        });
        // Each length is a statement of its own: keeping them would push out what is used again.
        insert.build().persistent(false).execute(&mut *c).await?;
    }
    Ok(())
}

pub(crate) async fn save_vectors(
    c: &mut Conn,
    project: ProjectId,
    model: &str,
    vectors: &[(ChunkId, Vec<u8>)],
    index_version: i64,
) -> Result<(), Error> {
    let mut pages = HashSet::new();
    for (chunk, vector) in vectors {
        let page: Option<Uuid> = sqlx::query_scalar(
            "UPDATE chunks SET model = $3, vector = $4 WHERE project_id = $1 AND id = $2 RETURNING page_id",
        )
        .bind(project.0)
        .bind(chunk.0)
        .bind(model)
        .bind(vector)
        .fetch_optional(&mut *c)
        .await?;
        pages.extend(page);
    }
    for page in pages {
        sqlx::query("UPDATE pages SET index_version = $3 WHERE project_id = $1 AND id = $2")
            .bind(project.0)
            .bind(page)
            .bind(index_version)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub(crate) async fn each_changed_chunk(
    c: &mut Conn,
    project: ProjectId,
    since: i64,
    each: &mut (dyn FnMut(ChunkRow) + Send),
) -> Result<(), Error> {
    let mut rows = sqlx::query(
        "SELECT c.id AS chunk, c.page_id, p.source_id, p.title, c.heading, c.body, p.language, c.model, c.vector
         FROM pages p JOIN sources s ON s.id = p.source_id JOIN chunks c ON c.page_id = p.id
         WHERE p.project_id = $1 AND p.index_version > $2 AND s.status <> 'disabled'
         ORDER BY p.index_version, p.id, c.ord",
    )
    .bind(project.0)
    .bind(since)
    .fetch(c);
    while let Some(row) = rows.try_next().await? {
        each(ChunkRow {
            chunk: ChunkId(row.try_get(0)?),
            page: PageId(row.try_get(1)?),
            source: SourceId(row.try_get(2)?),
            title: row.try_get(3)?,
            heading: row.try_get(4)?,
            body: row.try_get(5)?,
            language: row.try_get(6)?,
            model: row.try_get(7)?,
            vector: row.try_get(8)?,
        });
    }
    Ok(())
}

pub(crate) async fn changed_chunks(
    c: &mut Conn,
    project: ProjectId,
    since: i64,
) -> Result<Vec<ChunkRow>, Error> {
    let mut rows = Vec::new();
    each_changed_chunk(c, project, since, &mut |row| rows.push(row)).await?;
    Ok(rows)
}

pub(crate) async fn chunks_by_id(
    c: &mut Conn,
    project: ProjectId,
    chunks: &[ChunkId],
) -> Result<Vec<PassageRow>, Error> {
    let mut found = HashMap::new();
    for group in chunks.chunks(GROUP) {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT c.id AS chunk, c.page_id, p.source_id, p.title, c.heading, c.body, p.url, s.kind
             FROM chunks c JOIN pages p ON p.id = c.page_id JOIN sources s ON s.id = p.source_id
             WHERE s.status <> 'disabled' AND c.project_id = ",
        );
        select.push_bind(project.0).push(" AND c.id IN (");
        let mut ids = select.separated(", ");
        for chunk in group {
            ids.push_bind(chunk.0);
        }
        ids.push_unseparated(")");
        for row in select.build().fetch_all(&mut *c).await? {
            let passage = passage(&row)?;
            found.insert(passage.chunk, passage);
        }
    }
    Ok(chunks.iter().filter_map(|id| found.remove(id)).collect())
}

pub(crate) async fn chunks_of(
    c: &mut Conn,
    project: ProjectId,
    page: PageId,
) -> Result<Vec<(String, String, bool)>, Error> {
    // By the page alone, as above: the project's own is found through the page.
    let rows = sqlx::query_as(
        "SELECT c.heading, c.body, c.vector IS NOT NULL FROM pages p JOIN chunks c ON c.page_id = p.id
         WHERE p.project_id = $1 AND p.id = $2 ORDER BY c.ord",
    );
    Ok(rows.bind(project.0).bind(page.0).fetch_all(c).await?)
}

pub(crate) async fn chunks_without_vector(
    c: &mut Conn,
    project: ProjectId,
    model: &str,
    limit: i64,
) -> Result<Vec<(ChunkId, String, String, String)>, Error> {
    // Three ranges of one index: what has its vector is never looked at.
    let rows: Vec<(Uuid, String, String, String)> = sqlx::query_as(
        "SELECT c.id, p.title, c.heading, c.body FROM chunks c JOIN pages p ON p.id = c.page_id WHERE c.id IN (
             SELECT w.id FROM chunks w WHERE w.project_id = $1 AND w.model IS NULL
             UNION ALL SELECT w.id FROM chunks w WHERE w.project_id = $1 AND w.model < $2
             UNION ALL SELECT w.id FROM chunks w WHERE w.project_id = $1 AND w.model > $2
             LIMIT $3)",
    )
    .bind(project.0)
    .bind(model)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(id, title, heading, body)| (ChunkId(id), title, heading, body)).collect())
}

pub(crate) async fn projects_without_vectors(c: &mut Conn, model: &str) -> Result<Vec<ProjectId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT p.id FROM projects p
         WHERE EXISTS (SELECT 1 FROM chunks w WHERE w.project_id = p.id AND w.model IS NULL)
            OR EXISTS (SELECT 1 FROM chunks w WHERE w.project_id = p.id AND w.model < $1)
            OR EXISTS (SELECT 1 FROM chunks w WHERE w.project_id = p.id AND w.model > $1)
         ORDER BY p.id",
    )
    .bind(model)
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

fn passage(row: &Row) -> Result<PassageRow, Error> {
    Ok(PassageRow {
        chunk: ChunkId(row.try_get(0)?),
        page: PageId(row.try_get(1)?),
        source: SourceId(row.try_get(2)?),
        title: row.try_get(3)?,
        heading: row.try_get(4)?,
        body: row.try_get(5)?,
        url: row.try_get(6)?,
        source_kind: word(row.try_get(7)?, Kind::parse)?,
    })
}
