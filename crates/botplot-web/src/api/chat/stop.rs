//! `POST /api/chat/stop`: a visitor has heard enough.

use axum::Json;
use axum::extract::State;
use botplot_engine::chat;
use serde::Serialize;

use super::conversation_id;
use crate::auth::{Caller, VisitorToken};
use crate::fields::Fields;
use crate::{ApiError, AppState};

/// Whether there was an answer to stop.
#[derive(Serialize)]
pub(crate) struct StopOut {
    stopped: bool,
}

/// Stops the answer that is being generated; what was sent of it is kept.
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Json<StopOut>, ApiError> {
    let conversation = fields.required_text(&["conversationId", "conversation_id"]);
    let visitor = fields.visitor_id(false);
    fields.finish()?;
    let (proof, visitor) = token.proof_alone(&state, &caller, visitor)?;
    let id = conversation_id(&conversation.map(|c| c.1).unwrap_or_default())?;
    let stopped = chat::stop(&state.engine, caller.project.id, id, visitor.as_deref(), &proof).await?;
    Ok(Json(StopOut { stopped }))
}
