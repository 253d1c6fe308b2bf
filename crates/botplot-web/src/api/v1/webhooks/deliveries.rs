//! `/api/v1/webhooks/{id}/deliveries`: what was sent, how it went, and sending it once more.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use botplot_core::DeliveryId;
use botplot_core::delivery;
use botplot_engine::webhooks;

use super::find;
use super::shown::{DeliveriesOut, DeliveryOut, DeliveryState, ReplayedOut, WithLog};
use super::taken::{self, ReplayIn, TestIn};
use crate::auth::Owner;
use crate::body::Maybe;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};

/// List an endpoint's deliveries
///
/// Newest event first, each with how its last attempt went.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/deliveries",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The endpoint's id."),
        ("state" = Option<DeliveryState>, Query, description = "Only those that stand there."),
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The deliveries.", body = DeliveriesOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut query: Query,
) -> Result<Json<DeliveriesOut>, ApiError> {
    let endpoint = find(&state, &owner, &id).await?.id;
    let stands = query.word("state", delivery::State::parse, "`pending`, `delivered`, `failed`");
    let page = query.page();
    query.finish()?;
    let reader = state.engine.reader();
    let found = reader.list_deliveries(owner.project.id, endpoint, stands, page.limit, page.offset).await;
    let (found, total) = found?;
    let deliveries = found.into_iter().map(DeliveryOut::from).collect();
    Ok(Json(DeliveriesOut { deliveries, total, limit: page.limit, offset: page.offset }))
}

/// Get a delivery
///
/// With the body as every attempt sends it, and all attempts: what was sent, what your server answered, how long it
/// took, and when the next one was to follow.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}/deliveries/{delivery_id}",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The endpoint's id."),
        ("delivery_id" = uuid::Uuid, Path, description = "The delivery's id."),
    ),
    responses((status = 200, description = "The delivery and its attempts.", body = WithLog)),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    owner: Owner,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Json<WithLog>, ApiError> {
    let endpoint = find(&state, &owner, &id).await?.id;
    let delivery = ids::read::<DeliveryId>(&delivery)?;
    let (reader, project) = (state.engine.reader(), owner.project.id);
    let found = reader.find_delivery(project, endpoint, delivery).await?;
    let (found, body) = found.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let attempts = reader.list_attempts(project, delivery).await?.into_iter().map(Into::into).collect();
    let request_body = String::from_utf8_lossy(&body).into_owned();
    Ok(Json(WithLog { delivery: found.into(), request_body, attempts }))
}

/// Replay a delivery
///
/// Sends it once more, whatever came of it, on a schedule from its start. Its id and body stay the same.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The endpoint's id."),
        ("delivery_id" = uuid::Uuid, Path, description = "The delivery's id."),
    ),
    responses((status = 202, description = "The delivery; an attempt is due.", body = DeliveryOut)),
)]
pub(crate) async fn replay(
    State(state): State<AppState>,
    owner: Owner,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<(StatusCode, Json<DeliveryOut>), ApiError> {
    let endpoint = find(&state, &owner, &id).await?.id;
    let delivery = ids::read::<DeliveryId>(&delivery)?;
    let replayed = webhooks::replay(&state.engine, owner.project.id, endpoint, delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(replayed.into())))
}

/// Replay failed deliveries
///
/// Sends all that failed once more, given up or waiting for the next attempt: of events since a time, or of all that are
/// still known (30 days).
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/replay",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    request_body = Option<ReplayIn>,
    responses((status = 202, description = "How much is sent once more.", body = ReplayedOut)),
)]
pub(crate) async fn replay_all(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    Maybe(fields): Maybe,
) -> Result<(StatusCode, Json<ReplayedOut>), ApiError> {
    let endpoint = find(&state, &owner, &id).await?.id;
    let since = taken::since(fields)?;
    let replayed = webhooks::replay_since(&state.engine, owner.project.id, endpoint, since).await?;
    Ok((StatusCode::ACCEPTED, Json(ReplayedOut { replayed })))
}

/// Send a test event
///
/// It is signed and logged as any other, and its body says `"test": true`.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/test",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    request_body = Option<TestIn>,
    responses((status = 202, description = "Its delivery; an attempt is due.", body = DeliveryOut)),
)]
pub(crate) async fn test(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    Maybe(fields): Maybe,
) -> Result<(StatusCode, Json<DeliveryOut>), ApiError> {
    let endpoint = find(&state, &owner, &id).await?.id;
    let kind = taken::kind(fields)?;
    let sent = webhooks::test(&state.engine, owner.project.id, endpoint, kind).await?;
    Ok((StatusCode::ACCEPTED, Json(sent.into())))
}
