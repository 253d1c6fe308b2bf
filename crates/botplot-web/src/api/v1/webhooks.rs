//! `/api/v1/webhooks`: the endpoints that BotPlot calls.

pub(crate) mod deliveries;
mod shown;
mod taken;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use botplot_core::EndpointId;
use botplot_core::delivery::Endpoint;
use botplot_engine::webhooks;

use crate::auth::Owner;
use crate::body::Maybe;
use crate::fields::Fields;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};
use shown::{EndpointOut, WebhookRemoved, WebhooksOut, WithSecret};
use taken::{RotationIn, WebhookChanges, WebhookIn};

/// List webhook endpoints
///
/// Newest first, each with its newest delivery.
#[utoipa::path(
    get,
    path = "/api/v1/webhooks",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The endpoints.", body = WebhooksOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<WebhooksOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let reader = state.engine.reader();
    let (found, total) = reader.list_endpoints(owner.project.id, page.limit, page.offset).await?;
    let mut webhooks = Vec::with_capacity(found.len());
    for it in found {
        webhooks.push(shown(&state, it).await?);
    }
    Ok(Json(WebhooksOut { webhooks, total, limit: page.limit, offset: page.offset }))
}

/// Add a webhook endpoint
///
/// BotPlot calls it from then on whenever one of its events happens. The secret in the reply is shown this once: keep
/// it to verify signatures.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks",
    tag = "Webhooks",
    security(("secret_key" = [])),
    request_body = WebhookIn,
    responses((status = 201, description = "The endpoint and its secret.", body = WithSecret)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    fields: Fields,
) -> Result<(StatusCode, Json<WithSecret>), ApiError> {
    let wanted = taken::wanted(fields)?;
    let made = webhooks::create(&state.engine, owner.project.id, wanted, &owner.key.prefix).await;
    let (endpoint, secret) = made?;
    let endpoint = shown(&state, endpoint).await?;
    Ok((StatusCode::CREATED, Json(WithSecret { endpoint, secret: secret.expose().to_owned() })))
}

/// Get a webhook endpoint
#[utoipa::path(
    get,
    path = "/api/v1/webhooks/{id}",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    responses((status = 200, description = "The endpoint.", body = EndpointOut)),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<EndpointOut>, ApiError> {
    let found = find(&state, &owner, &id).await?;
    Ok(Json(shown(&state, found).await?))
}

/// Change a webhook endpoint
///
/// `"status": "paused"` holds it back: what happens meanwhile is not sent, what is still pending waits. `"active"`
/// lets it go on, also after it was disabled.
#[utoipa::path(
    patch,
    path = "/api/v1/webhooks/{id}",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    request_body = WebhookChanges,
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointOut)),
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<EndpointOut>, ApiError> {
    let id = find(&state, &owner, &id).await?.id;
    let change = taken::changes(fields)?;
    let changed = webhooks::change(&state.engine, owner.project.id, id, change, &owner.key.prefix).await?;
    Ok(Json(shown(&state, changed).await?))
}

/// Remove a webhook endpoint
///
/// Its deliveries go with it.
#[utoipa::path(
    delete,
    path = "/api/v1/webhooks/{id}",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    responses((status = 200, description = "It is gone.", body = WebhookRemoved)),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<WebhookRemoved>, ApiError> {
    let id = ids::read::<EndpointId>(&id)?;
    webhooks::remove(&state.engine, owner.project.id, id, &owner.key.prefix).await?;
    Ok(Json(WebhookRemoved { id, deleted: true }))
}

/// Replace an endpoint's secret
///
/// The reply shows the next secret this once. For 24 hours `webhook-signature` carries a signature by each of the two,
/// and `X-BotPlot-Signature` that of the old one; then the next one takes over, or earlier when you switch. When the old
/// one cannot be opened any more (see the notice `endpoint_unsigned`), the next one takes its place at once.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/rotate-secret",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    request_body = Option<RotationIn>,
    responses((status = 200, description = "The endpoint and its next secret.", body = WithSecret)),
)]
pub(crate) async fn rotate(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    Maybe(fields): Maybe,
) -> Result<Json<WithSecret>, ApiError> {
    let id = find(&state, &owner, &id).await?.id;
    let own = taken::secret(fields)?;
    let rotated = webhooks::rotate(&state.engine, owner.project.id, id, own, &owner.key.prefix).await;
    let (endpoint, secret) = rotated?;
    let endpoint = shown(&state, endpoint).await?;
    Ok(Json(WithSecret { endpoint, secret: secret.expose().to_owned() }))
}

/// Switch to an endpoint's next secret
///
/// `X-BotPlot-Signature` is signed with the next secret from now on; the old one goes on signing `webhook-signature`
/// for 24 hours.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/{id}/switch-secret",
    tag = "Webhooks",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint's id.")),
    responses((status = 200, description = "The endpoint.", body = EndpointOut)),
)]
pub(crate) async fn switch(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<EndpointOut>, ApiError> {
    let id = ids::read::<EndpointId>(&id)?;
    let switched = webhooks::switch(&state.engine, owner.project.id, id, &owner.key.prefix).await?;
    Ok(Json(shown(&state, switched).await?))
}

/// The endpoint of this id, if it is the owner's.
async fn find(state: &AppState, owner: &Owner, id: &str) -> Result<Endpoint, ApiError> {
    let id = ids::read::<EndpointId>(id)?;
    let found = state.engine.reader().find_endpoint(owner.project.id, id).await?;
    found.ok_or_else(|| ApiError::new(Code::NotFound))
}

async fn shown(state: &AppState, it: Endpoint) -> Result<EndpointOut, ApiError> {
    let last = state.engine.reader().newest_delivery(it.project, it.id).await?;
    Ok(EndpointOut::of(it, last, state.engine.clock().now()))
}
