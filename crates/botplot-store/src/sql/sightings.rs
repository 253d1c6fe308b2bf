//! On which sites projects' widgets were seen.

use botplot_core::{ProjectId, Timestamp};

use super::Conn;
use crate::{Error, clean};

pub(crate) async fn note_sighting(
    c: &mut Conn,
    project: ProjectId,
    origin: &str,
    now: Timestamp,
    most: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO sightings (project_id, origin, last_seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, origin) DO UPDATE SET last_seen_at = excluded.last_seen_at",
    )
    .bind(project.0)
    .bind(clean::text(origin))
    .bind(now.0)
    .execute(&mut *c)
    .await?;
    sqlx::query(
        "DELETE FROM sightings WHERE project_id = $1 AND origin NOT IN
             (SELECT origin FROM sightings WHERE project_id = $1 ORDER BY last_seen_at DESC, origin LIMIT $2)",
    )
    .bind(project.0)
    .bind(most)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn list_sightings(
    c: &mut Conn,
    project: ProjectId,
) -> Result<Vec<(String, Timestamp)>, Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT origin, last_seen_at FROM sightings WHERE project_id = $1 ORDER BY last_seen_at DESC, origin",
    )
    .bind(project.0)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(origin, at)| (origin, Timestamp(at))).collect())
}
