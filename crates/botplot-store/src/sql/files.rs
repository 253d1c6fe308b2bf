//! The bytes of files that a source was given.

use botplot_core::{ProjectId, SourceId};

use super::Conn;
use crate::{Error, clean};

pub(crate) async fn add_file(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    name: &str,
    content: &[u8],
) -> Result<(), Error> {
    let done = sqlx::query(
        "INSERT INTO files (project_id, source_id, name, content)
         SELECT s.project_id, s.id, $3, $4 FROM sources s WHERE s.project_id = $1 AND s.id = $2
         ON CONFLICT (source_id, name) DO UPDATE SET content = excluded.content",
    )
    .bind(project.0)
    .bind(source.0)
    .bind(clean::text(name))
    .bind(content)
    .execute(c)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Missing("source")) } else { Ok(()) }
}

pub(crate) async fn clear_files(c: &mut Conn, project: ProjectId, source: SourceId) -> Result<(), Error> {
    let clear = sqlx::query("DELETE FROM files WHERE project_id = $1 AND source_id = $2");
    clear.bind(project.0).bind(source.0).execute(c).await?;
    Ok(())
}

pub(crate) async fn list_files(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
) -> Result<Vec<(String, i64)>, Error> {
    let list = sqlx::query_as(
        "SELECT name, CAST(length(content) AS BIGINT) FROM files
         WHERE project_id = $1 AND source_id = $2 ORDER BY name",
    );
    Ok(list.bind(project.0).bind(source.0).fetch_all(c).await?)
}

pub(crate) async fn read_file(
    c: &mut Conn,
    project: ProjectId,
    source: SourceId,
    name: &str,
) -> Result<Option<Vec<u8>>, Error> {
    let content = sqlx::query_scalar(
        "SELECT content FROM files WHERE project_id = $1 AND source_id = $2 AND name = $3",
    );
    Ok(content.bind(project.0).bind(source.0).bind(clean::text(name)).fetch_optional(c).await?)
}
