//! Events on their way to endpoints: claimed with a lease, filed, replayed.

use botplot_core::delivery::{Attempt, Claimed, Delivery, Exchange, LOGGED, State};
use botplot_core::{ConversationId, DeliveryId, EndpointId, EventId, ProjectId, Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row, endpoints, word};
use crate::{ClaimRow, Error, Filed, clean};

/// A delivery's columns, with its event's kind and its last attempt.
macro_rules! select {
    ($rest:literal $($more:literal)?) => {
        concat!(
            "SELECT d.*, e.kind, ", $($more,)? "a.number, a.began_at, a.duration_ms, a.status_code, a.error, a.planned_at
             FROM deliveries d JOIN events e ON e.id = d.event_id
             LEFT JOIN attempts a ON a.delivery_id = d.id AND a.number = d.made ",
            $rest
        )
    };
}

pub(crate) async fn add_delivery(c: &mut Conn, delivery: &Delivery) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO deliveries (id, project_id, endpoint_id, event_id, state, attempts, made, next_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(delivery.id.0)
    .bind(delivery.project.0)
    .bind(delivery.endpoint.0)
    .bind(delivery.event.0)
    .bind(delivery.state.as_str())
    .bind(delivery.attempts)
    .bind(delivery.made)
    .bind(delivery.next_at.0)
    .bind(delivery.created_at.0)
    .execute(c)
    .await?;
    Ok(())
}

/// A claim pushes `next_at` to the lease's end, as with jobs. First attempts are claimed by one holder at a time, so
/// that they go in order whatever number of nodes there is; attempts that follow are not in anybody's way.
pub(crate) async fn claim_deliveries(
    c: &mut Conn,
    endpoint: EndpointId,
    first: bool,
    now: Timestamp,
    lease: (Uuid, Timestamp),
    limit: i64,
) -> Result<Option<ClaimRow>, Error> {
    let found =
        sqlx::query(concat!("SELECT * FROM endpoints WHERE id = $1 AND status = 'active'", guard_or_skip!()))
            .bind(endpoint.0)
            .fetch_optional(&mut *c)
            .await?;
    let Some(endpoint) = found.as_ref().map(endpoints::read).transpose()? else { return Ok(None) };
    // A statement of its own: it must see what the last holder of the lock committed.
    sqlx::query(
        "UPDATE deliveries SET lease = $4, next_at = $5 WHERE id IN (
             SELECT id FROM deliveries
             WHERE endpoint_id = $1 AND state = 'pending' AND next_at <= $3 AND (attempts = 0) = $2
                 AND NOT ($2 AND EXISTS (SELECT 1 FROM deliveries o WHERE o.endpoint_id = $1
                     AND o.state = 'pending' AND o.next_at > $3 AND o.attempts = 0 AND o.lease IS NOT NULL))
             ORDER BY next_at, event_id LIMIT $6)",
    )
    .bind(endpoint.id.0)
    .bind(first)
    .bind(now.0)
    .bind(lease.0)
    .bind(lease.1.0)
    .bind(limit)
    .execute(&mut *c)
    .await?;
    let rows = sqlx::query(
        "SELECT d.id, d.event_id, d.attempts, d.made, d.lease, e.conversation_id, e.body
         FROM deliveries d JOIN events e ON e.id = d.event_id
         WHERE d.endpoint_id = $1 AND d.state = 'pending' AND d.next_at = $3 AND d.lease = $2
         ORDER BY d.event_id",
    )
    .bind(endpoint.id.0)
    .bind(lease.0)
    .bind(lease.1.0)
    .fetch_all(c)
    .await?;
    Ok(Some(ClaimRow { endpoint, deliveries: rows.iter().map(claimed).collect::<Result<_, _>>()? }))
}

pub(crate) async fn file_attempt(c: &mut Conn, filed: &Filed) -> Result<bool, Error> {
    let Attempt { number, at, .. } = &filed.attempt;
    let done = sqlx::query(
        "UPDATE deliveries SET state = $3, attempts = attempts + 1, made = $4, next_at = $5, lease = NULL,
             attempted_at = $6
         WHERE id = $1 AND lease = $2 AND state = 'pending'",
    )
    .bind(filed.delivery.0)
    .bind(filed.lease)
    .bind(filed.state.as_str())
    .bind(*number)
    .bind(filed.next_at.0)
    .bind(at.0)
    .execute(&mut *c)
    .await?;
    let held = done.rows_affected() > 0;
    if held {
        log_attempt(c, filed).await?;
    }
    Ok(held)
}

/// Nobody else numbers an attempt of this delivery: it is written under the lease.
async fn log_attempt(c: &mut Conn, filed: &Filed) -> Result<(), Error> {
    let (Attempt { number, at, duration_ms, status_code, error, next_at }, exchange) =
        (&filed.attempt, &filed.exchange);
    sqlx::query(
        "INSERT INTO attempts (delivery_id, number, began_at, duration_ms, status_code, planned_at, error,
             request_head, response_head, response_body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(filed.delivery.0)
    .bind(*number)
    .bind(at.0)
    .bind(*duration_ms)
    .bind(*status_code)
    .bind(next_at.map(|t| t.0))
    .bind(clean::maybe(error.as_deref()))
    .bind(clean::maybe(exchange.request_head.as_deref()))
    .bind(clean::maybe(exchange.response_head.as_deref()))
    .bind(clean::maybe(exchange.response_body.as_deref()))
    .execute(&mut *c)
    .await?;
    if *number > LOGGED {
        sqlx::query("DELETE FROM attempts WHERE delivery_id = $1 AND number <= $2")
            .bind(filed.delivery.0)
            .bind(*number - LOGGED)
            .execute(c)
            .await?;
    }
    Ok(())
}

pub(crate) async fn release_deliveries(
    c: &mut Conn,
    endpoint: EndpointId,
    lease: Uuid,
    now: Timestamp,
) -> Result<i64, Error> {
    // First attempts go back to their old place in the order.
    let done = sqlx::query(
        "UPDATE deliveries SET lease = NULL, next_at = CASE WHEN attempts = 0 THEN created_at ELSE $3 END
         WHERE endpoint_id = $1 AND lease = $2 AND state = 'pending'",
    )
    .bind(endpoint.0)
    .bind(lease)
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() as i64)
}

pub(crate) async fn release_all_deliveries(c: &mut Conn, now: Timestamp) -> Result<i64, Error> {
    let done = sqlx::query(
        "UPDATE deliveries SET lease = NULL, next_at = CASE WHEN attempts = 0 THEN created_at ELSE $1 END
         WHERE state = 'pending' AND lease IS NOT NULL",
    )
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() as i64)
}

pub(crate) async fn replay_delivery(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
    delivery: DeliveryId,
    now: Timestamp,
) -> Result<bool, Error> {
    // One that is under way is not sent a second time beside it.
    let done = sqlx::query(
        "UPDATE deliveries SET state = 'pending', attempts = 0, next_at = $4
         WHERE project_id = $1 AND endpoint_id = $2 AND id = $3 AND lease IS NULL",
    )
    .bind(project.0)
    .bind(endpoint.0)
    .bind(delivery.0)
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn replay_failed(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
    since: Timestamp,
    now: Timestamp,
) -> Result<i64, Error> {
    let done = sqlx::query(
        "UPDATE deliveries SET state = 'pending', attempts = 0, next_at = $4
         WHERE project_id = $1 AND endpoint_id = $2 AND created_at >= $3
             AND (state = 'failed' OR state = 'pending' AND attempts > 0 AND lease IS NULL)",
    )
    .bind(project.0)
    .bind(endpoint.0)
    .bind(since.0)
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(done.rows_affected() as i64)
}

pub(crate) async fn list_deliveries(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
    state: Option<State>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Delivery>, i64), Error> {
    let state = state.map(State::as_str);
    let total = sqlx::query_scalar(
        "SELECT count(*) FROM deliveries
         WHERE project_id = $1 AND endpoint_id = $2 AND (CAST($3 AS text) IS NULL OR state = $3)",
    )
    .bind(project.0)
    .bind(endpoint.0)
    .bind(state)
    .fetch_one(&mut *c)
    .await?;
    let rows = sqlx::query(select!(
        "WHERE d.project_id = $1 AND d.endpoint_id = $2 AND (CAST($3 AS text) IS NULL OR d.state = $3)
         ORDER BY d.created_at DESC, d.event_id DESC LIMIT $4 OFFSET $5"
    ))
    .bind(project.0)
    .bind(endpoint.0)
    .bind(state)
    .bind(limit)
    .bind(offset)
    .fetch_all(c)
    .await?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

pub(crate) async fn newest_delivery(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
) -> Result<Option<Delivery>, Error> {
    let found = sqlx::query(select!(
        "WHERE d.project_id = $1 AND d.endpoint_id = $2 ORDER BY d.created_at DESC, d.event_id DESC LIMIT 1"
    ))
    .bind(project.0)
    .bind(endpoint.0)
    .fetch_optional(c)
    .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn find_delivery(
    c: &mut Conn,
    project: ProjectId,
    endpoint: EndpointId,
    delivery: DeliveryId,
) -> Result<Option<(Delivery, Vec<u8>)>, Error> {
    let found =
        sqlx::query(select!("WHERE d.project_id = $1 AND d.endpoint_id = $2 AND d.id = $3" "e.body, "))
            .bind(project.0)
            .bind(endpoint.0)
            .bind(delivery.0)
            .fetch_optional(c)
            .await?;
    found.as_ref().map(|row| Ok((read(row)?, row.try_get("body")?))).transpose()
}

pub(crate) async fn list_attempts(
    c: &mut Conn,
    project: ProjectId,
    delivery: DeliveryId,
) -> Result<Vec<(Attempt, Exchange)>, Error> {
    let rows = sqlx::query(
        "SELECT a.* FROM deliveries d JOIN attempts a ON a.delivery_id = d.id
         WHERE d.project_id = $1 AND d.id = $2 ORDER BY a.number DESC",
    )
    .bind(project.0)
    .bind(delivery.0)
    .fetch_all(c)
    .await?;
    let exchange = |row: &Row| {
        Ok::<_, Error>(Exchange {
            request_head: row.try_get("request_head")?,
            response_head: row.try_get("response_head")?,
            response_body: row.try_get("response_body")?,
        })
    };
    rows.iter().map(|row| Ok((attempt(row, row.try_get("number")?)?, exchange(row)?))).collect()
}

fn claimed(row: &Row) -> Result<Claimed, Error> {
    Ok(Claimed {
        id: DeliveryId(row.try_get("id")?),
        event: EventId(row.try_get("event_id")?),
        conversation: row.try_get::<Option<Uuid>, _>("conversation_id")?.map(ConversationId),
        attempts: row.try_get("attempts")?,
        made: row.try_get("made")?,
        lease: row.try_get("lease")?,
        body: row.try_get("body")?,
    })
}

fn attempt(row: &Row, number: i64) -> Result<Attempt, Error> {
    Ok(Attempt {
        number,
        at: Timestamp(row.try_get("began_at")?),
        duration_ms: row.try_get("duration_ms")?,
        status_code: row.try_get("status_code")?,
        error: row.try_get("error")?,
        next_at: row.try_get::<Option<i64>, _>("planned_at")?.map(Timestamp),
    })
}

fn read(row: &Row) -> Result<Delivery, Error> {
    let last = row.try_get::<Option<i64>, _>("number")?;
    Ok(Delivery {
        id: DeliveryId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        endpoint: EndpointId(row.try_get("endpoint_id")?),
        event: EventId(row.try_get("event_id")?),
        kind: row.try_get("kind")?,
        state: word(row.try_get("state")?, State::parse)?,
        attempts: row.try_get("attempts")?,
        made: row.try_get("made")?,
        next_at: Timestamp(row.try_get("next_at")?),
        last: last.map(|number| attempt(row, number)).transpose()?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
