//! `POST /api/chat/stop`: a visitor has heard enough.

use axum::Json;
use axum::extract::State;
use botplot_engine::chat;
use serde::Serialize;

use super::schema::IdentityProof;
use crate::auth::{Caller, VisitorToken, identity};
use crate::fields::Fields;
use crate::{ApiError, AppState, ids};

/// What there was to stop.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct StopOut {
    /// Whether an answer was being generated.
    stopped: bool,
}

/// Which conversation's answer to stop.
#[derive(utoipa::ToSchema)]
#[schema(as = StopBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct StopBody {
    /// The conversation.
    #[schema(rename = "conversationId")]
    conversation_id: uuid::Uuid,
    /// The visitor, where the token does not say.
    #[schema(
        rename = "visitorId",
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"
    )]
    visitor_id: Option<String>,
    /// Proof that the visitor id is the person's own.
    identity: Option<IdentityProof>,
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
    request_body = StopBody,
    responses((status = 200, description = "What there was to stop.", body = StopOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Json<StopOut>, ApiError> {
    let conversation = fields.required_text(&["conversationId", "conversation_id"]);
    let visitor = fields.visitor_id(false);
    let identity = identity::read(&mut fields, visitor.as_deref());
    fields.finish()?;
    let shown = token.show(&state, &caller, visitor, identity.as_ref()).await?;
    let id = ids::read(&conversation.map(|c| c.1).unwrap_or_default())?;
    let (project, visitor) = (caller.project.id, shown.visitor.as_deref());
    let stopped = chat::stop(&state.engine, project, id, visitor, &shown.proof).await?;
    Ok(Json(StopOut { stopped }))
}
