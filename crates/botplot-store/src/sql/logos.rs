//! Projects' logos.

use botplot_core::ProjectId;

use super::Conn;
use crate::{Error, clean};

pub(crate) async fn set_logo(
    c: &mut Conn,
    project: ProjectId,
    media: &str,
    hash: &str,
    content: &[u8],
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO logos (project_id, media, hash, content) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id) DO UPDATE SET media = excluded.media, hash = excluded.hash,
             content = excluded.content",
    )
    .bind(project.0)
    .bind(clean::text(media))
    .bind(hash)
    .bind(content)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn remove_logo(c: &mut Conn, project: ProjectId) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM logos WHERE project_id = $1");
    Ok(remove.bind(project.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn find_logo(
    c: &mut Conn,
    project: ProjectId,
) -> Result<Option<(String, String, Vec<u8>)>, Error> {
    let logo = sqlx::query_as("SELECT media, hash, content FROM logos WHERE project_id = $1");
    Ok(logo.bind(project.0).fetch_optional(c).await?)
}
