//! What operators and their machines ask: is it alive, may traffic come, how is it doing.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::{ApiError, AppState, Code};

/// How long the store may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process is alive.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: the store answers and nobody is shutting the server down.
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    let ping = tokio::time::timeout(PATIENCE, state.engine.reader().ping());
    if state.is_ready() && matches!(ping.await, Ok(Ok(()))) {
        return Ok(Json(json!({ "status": "ready" })));
    }
    Err(ApiError::new(Code::NotReady))
}

/// `GET /metrics`: everything counted since the start.
pub(crate) async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render())
}
