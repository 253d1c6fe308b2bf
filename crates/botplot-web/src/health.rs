//! What operators and their machines ask: is it alive, may traffic come, how is it doing.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::{ApiError, AppState, Code};

/// How long the store may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the server is.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct HealthOut {
    /// `ok` or `ready`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Is it alive?
///
/// The process is alive.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Operation",
    security(()),
    responses((status = 200, description = "It is.", body = HealthOut)),
)]
pub(crate) async fn alive() -> Json<HealthOut> {
    Json(HealthOut { status: "ok" })
}

/// May traffic come?
///
/// The store answers and nobody is shutting the server down.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Operation",
    security(()),
    responses((status = 200, description = "It may.", body = HealthOut)),
)]
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Json<HealthOut>, ApiError> {
    let ping = tokio::time::timeout(PATIENCE, state.engine.reader().ping());
    if state.is_ready() && matches!(ping.await, Ok(Ok(()))) {
        return Ok(Json(HealthOut { status: "ready" }));
    }
    Err(ApiError::new(Code::NotReady))
}

/// How is it doing?
///
/// Everything counted since the start, in Prometheus' text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Operation",
    security(()),
    responses((status = 200, description = "The figures.", body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render())
}
