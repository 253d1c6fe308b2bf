//! `POST /api/chat/stop`: a visitor has heard enough.

use axum::Json;
use axum::extract::State;
use botplot_engine::chat;
use serde::Serialize;

use super::target::{self, ConversationBody};
use crate::auth::{Caller, VisitorToken};
use crate::fields::Fields;
use crate::{ApiError, AppState};

/// What there was to stop.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct StopOut {
    /// Whether an answer was being generated.
    stopped: bool,
}

/// Stop an answer
///
/// Stops the answer that is being generated; what was sent of it is kept.
#[utoipa::path(
    post,
    path = "/api/chat/stop",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = ConversationBody,
    responses((status = 200, description = "What there was to stop.", body = StopOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    fields: Fields,
) -> Result<Json<StopOut>, ApiError> {
    let (id, shown) = target::read(&state, &caller, &token, fields).await?;
    let (project, visitor) = (caller.project.id, shown.visitor.as_deref());
    let stopped = chat::stop(&state.engine, project, id, visitor, &shown.proof).await?;
    Ok(Json(StopOut { stopped }))
}
