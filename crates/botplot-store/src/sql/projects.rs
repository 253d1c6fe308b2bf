//! Projects, their settings and the version of their search index.

use botplot_core::plan::Plan;
use botplot_core::project::{Project, Settings};
use botplot_core::{ProjectId, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_project(c: &mut Conn, project: &Project) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO projects (id, name, settings, plan, index_version, created_at, factor_required)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(project.id.0)
    .bind(clean::text(&project.name))
    .bind(clean::json(&project.settings)?)
    .bind(project.plan.as_str())
    .bind(project.index_version)
    .bind(project.created_at.0)
    .bind(project.factor_required)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_settings(
    c: &mut Conn,
    project: ProjectId,
    settings: &Settings,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE projects SET settings = $2 WHERE id = $1")
        .bind(project.0)
        .bind(clean::json(settings)?)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn rename_project(c: &mut Conn, project: ProjectId, name: &str) -> Result<bool, Error> {
    let rename = sqlx::query("UPDATE projects SET name = $2 WHERE id = $1");
    Ok(rename.bind(project.0).bind(clean::text(name)).execute(c).await?.rows_affected() > 0)
}

/// Everything that belongs to the project goes with it.
pub(crate) async fn remove_project(c: &mut Conn, project: ProjectId) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM projects WHERE id = $1");
    Ok(remove.bind(project.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn require_factor(c: &mut Conn, project: ProjectId, required: bool) -> Result<bool, Error> {
    let set = sqlx::query("UPDATE projects SET factor_required = $2 WHERE id = $1");
    Ok(set.bind(project.0).bind(required).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn set_plan(c: &mut Conn, project: ProjectId, plan: Plan) -> Result<bool, Error> {
    let set = sqlx::query("UPDATE projects SET plan = $2 WHERE id = $1");
    Ok(set.bind(project.0).bind(plan.as_str()).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn set_identity_secret(
    c: &mut Conn,
    project: ProjectId,
    sealed: Option<&[u8]>,
) -> Result<bool, Error> {
    let set = sqlx::query("UPDATE projects SET identity_secret = $2 WHERE id = $1");
    Ok(set.bind(project.0).bind(sealed).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn identity_secret(c: &mut Conn, project: ProjectId) -> Result<Option<Vec<u8>>, Error> {
    let secret: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("SELECT identity_secret FROM projects WHERE id = $1")
            .bind(project.0)
            .fetch_optional(c)
            .await?;
    Ok(secret.flatten())
}

pub(crate) async fn bump_index(c: &mut Conn, project: ProjectId) -> Result<i64, Error> {
    sqlx::query_scalar(
        "UPDATE projects SET index_version = index_version + 1 WHERE id = $1 RETURNING index_version",
    )
    .bind(project.0)
    .fetch_optional(c)
    .await?
    .ok_or(Error::Missing("project"))
}

pub(crate) async fn index_version(c: &mut Conn, project: ProjectId) -> Result<Option<i64>, Error> {
    let version = sqlx::query_scalar("SELECT index_version FROM projects WHERE id = $1");
    Ok(version.bind(project.0).fetch_optional(c).await?)
}

pub(crate) async fn find_project(c: &mut Conn, project: ProjectId) -> Result<Option<Project>, Error> {
    let found = sqlx::query("SELECT * FROM projects WHERE id = $1").bind(project.0).fetch_optional(c).await?;
    found.as_ref().map(read).transpose()
}

/// Like [`find_project`]; nobody else changes the project until the transaction ends.
pub(crate) async fn lock_project(c: &mut Conn, project: ProjectId) -> Result<Option<Project>, Error> {
    let found = sqlx::query(concat!("SELECT * FROM projects WHERE id = $1", for_update!()))
        .bind(project.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn find_project_named(c: &mut Conn, name: &str) -> Result<Option<Project>, Error> {
    let found = sqlx::query("SELECT * FROM projects WHERE name = $1")
        .bind(clean::text(name))
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn list_projects(c: &mut Conn) -> Result<Vec<Project>, Error> {
    let rows = sqlx::query("SELECT * FROM projects ORDER BY created_at, id").fetch_all(c).await?;
    rows.iter().map(read).collect()
}

pub(super) fn read(row: &Row) -> Result<Project, Error> {
    Ok(Project {
        id: ProjectId(row.try_get("id")?),
        name: row.try_get("name")?,
        settings: row.try_get::<Json<Settings>, _>("settings")?.0,
        plan: word(row.try_get("plan")?, Plan::parse)?,
        factor_required: row.try_get("factor_required")?,
        index_version: row.try_get("index_version")?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
