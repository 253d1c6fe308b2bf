//! Webhook endpoints.

use botplot_core::delivery::{Endpoint, OtherSecret, Secrets, Status};
use botplot_core::event::Kind;
use botplot_core::{EndpointId, ProjectId, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_endpoint(c: &mut Conn, endpoint: &Endpoint) -> Result<(), Error> {
    let other = endpoint.secrets.other.as_ref();
    sqlx::query(
        "INSERT INTO endpoints (id, project_id, url, description, events, status, reason, secret, other_secret,
             other_until, other_is_next, failing_since, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(endpoint.id.0)
    .bind(endpoint.project.0)
    .bind(clean::text(&endpoint.url))
    .bind(clean::text(&endpoint.description))
    .bind(words(&endpoint.events))
    .bind(endpoint.status.as_str())
    .bind(clean::maybe(endpoint.reason.as_deref()))
    .bind(&endpoint.secrets.primary)
    .bind(other.map(|o| &o.sealed))
    .bind(other.map(|o| o.until.0))
    .bind(other.is_some_and(|o| o.is_next))
    .bind(endpoint.failing_since.map(|t| t.0))
    .bind(endpoint.created_at.0)
    .bind(endpoint.updated_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_endpoint(c: &mut Conn, endpoint: &Endpoint) -> Result<bool, Error> {
    let other = endpoint.secrets.other.as_ref();
    let done = sqlx::query(
        "UPDATE endpoints SET url = $3, description = $4, events = $5, status = $6, reason = $7, secret = $8,
             other_secret = $9, other_until = $10, other_is_next = $11, failing_since = $12, updated_at = $13
         WHERE project_id = $1 AND id = $2",
    )
    .bind(endpoint.project.0)
    .bind(endpoint.id.0)
    .bind(clean::text(&endpoint.url))
    .bind(clean::text(&endpoint.description))
    .bind(words(&endpoint.events))
    .bind(endpoint.status.as_str())
    .bind(clean::maybe(endpoint.reason.as_deref()))
    .bind(&endpoint.secrets.primary)
    .bind(other.map(|o| &o.sealed))
    .bind(other.map(|o| o.until.0))
    .bind(other.is_some_and(|o| o.is_next))
    .bind(endpoint.failing_since.map(|t| t.0))
    .bind(endpoint.updated_at.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn remove_endpoint(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM endpoints WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(endpoint.0)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_endpoint(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
) -> Result<Option<Endpoint>, Error> {
    let found = sqlx::query("SELECT * FROM endpoints WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(endpoint.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn lock_endpoint(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
) -> Result<Option<Endpoint>, Error> {
    let found = sqlx::query(concat!("SELECT * FROM endpoints WHERE project_id = $1 AND id = $2", guard!()))
        .bind(project.0)
        .bind(endpoint.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn all_endpoints(c: &mut Conn, project: ProjectId) -> Result<Vec<Endpoint>, Error> {
    let rows = sqlx::query("SELECT * FROM endpoints WHERE project_id = $1 ORDER BY created_at, id")
        .bind(project.0)
        .fetch_all(c)
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn list_endpoints(
    c: &mut Conn,
    project: ProjectId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Endpoint>, i64), Error> {
    let total = sqlx::query_scalar("SELECT count(*) FROM endpoints WHERE project_id = $1")
        .bind(project.0)
        .fetch_one(&mut *c)
        .await?;
    let rows = sqlx::query(
        "SELECT * FROM endpoints WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(project.0)
    .bind(limit)
    .bind(offset)
    .fetch_all(c)
    .await?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

pub(crate) async fn listening_endpoints(
    c: &mut Conn,
    project: ProjectId,
) -> Result<Vec<(EndpointId, Vec<Kind>)>, Error> {
    let rows = sqlx::query(
        "SELECT id, events FROM endpoints WHERE project_id = $1 AND status = 'active' ORDER BY created_at, id",
    )
    .bind(project.0)
    .fetch_all(c)
    .await?;
    rows.iter().map(|row| Ok((EndpointId(row.try_get("id")?), kinds(row)?))).collect()
}

pub(crate) async fn due_endpoints(
    c: &mut Conn,
    now: Timestamp,
) -> Result<Vec<(ProjectId, EndpointId)>, Error> {
    let rows = sqlx::query(
        "SELECT e.project_id, e.id FROM endpoints e WHERE e.status = 'active' AND EXISTS (
             SELECT 1 FROM deliveries d WHERE d.endpoint_id = e.id AND d.state = 'pending' AND d.next_at <= $1)",
    )
    .bind(now.0)
    .fetch_all(c)
    .await?;
    let ids = |row: &Row| Ok((ProjectId(row.try_get("project_id")?), EndpointId(row.try_get("id")?)));
    rows.iter().map(ids).collect()
}

fn words(events: &[Kind]) -> Json<Vec<&'static str>> {
    Json(events.iter().map(|kind| kind.as_str()).collect())
}

/// What an endpoint wants to hear of; words that this version does not know are passed over.
fn kinds(row: &Row) -> Result<Vec<Kind>, Error> {
    let Json(words) = row.try_get::<Json<Vec<String>>, _>("events")?;
    Ok(words.iter().filter_map(|word| Kind::parse(word)).collect())
}

pub(crate) fn read(row: &Row) -> Result<Endpoint, Error> {
    let instant = |column| Ok::<_, Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp));
    let other = match (row.try_get::<Option<Vec<u8>>, _>("other_secret")?, instant("other_until")?) {
        (Some(sealed), Some(until)) => {
            Some(OtherSecret { sealed, until, is_next: row.try_get("other_is_next")? })
        }
        _ => None,
    };
    Ok(Endpoint {
        id: EndpointId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        url: row.try_get("url")?,
        description: row.try_get("description")?,
        events: kinds(row)?,
        status: word(row.try_get("status")?, Status::parse)?,
        reason: row.try_get("reason")?,
        secrets: Secrets { primary: row.try_get("secret")?, other },
        failing_since: instant("failing_since")?,
        created_at: Timestamp(row.try_get("created_at")?),
        updated_at: Timestamp(row.try_get("updated_at")?),
    })
}
