//! `POST /api/chat/close`: a visitor has what they wanted.

use axum::Json;
use axum::extract::State;
use botplot_engine::conversations;

use super::handoff::StandingOut;
use super::target::{self, ConversationBody};
use crate::auth::{Caller, VisitorToken};
use crate::fields::Fields;
use crate::{ApiError, AppState};

/// Close a conversation
///
/// Closes it in the visitor's name; their next message reopens it. To close it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/chat/close",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = ConversationBody,
    responses((status = 200, description = "Where the conversation stands.", body = StandingOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    fields: Fields,
) -> Result<Json<StandingOut>, ApiError> {
    let (id, shown) = target::read(&state, &caller, &token, fields).await?;
    let (engine, project, visitor) = (&state.engine, caller.project.id, shown.visitor.as_deref());
    let it = conversations::close_by_visitor(engine, project, id, visitor, &shown.proof).await?;
    Ok(Json(StandingOut::of(&it)))
}
