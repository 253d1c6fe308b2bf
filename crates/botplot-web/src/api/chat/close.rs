//! `POST /api/chat/close`: a visitor has what they wanted.

use axum::Json;
use axum::extract::State;
use botplot_engine::conversations;
use utoipa::ToSchema;

use super::handoff::StandingOut;
use super::schema::IdentityProof;
use crate::auth::{Caller, VisitorToken, identity};
use crate::fields::Fields;
use crate::{ApiError, AppState, ids};

/// Which conversation is over.
#[derive(ToSchema)]
#[schema(as = CloseBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct CloseBody {
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

/// Close a conversation
///
/// Closes it in the visitor's name; their next message reopens it. To close it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/chat/close",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = CloseBody,
    responses((status = 200, description = "Where the conversation stands.", body = StandingOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Json<StandingOut>, ApiError> {
    let conversation = fields.required_text(&["conversationId", "conversation_id"]);
    let visitor = fields.visitor_id(false);
    let identity = identity::read(&mut fields, visitor.as_deref());
    fields.finish()?;
    let shown = token.show(&state, &caller, visitor, identity.as_ref()).await?;
    let id = ids::read(&conversation.map(|c| c.1).unwrap_or_default())?;
    let (engine, project, visitor) = (&state.engine, caller.project.id, shown.visitor.as_deref());
    let it = conversations::close_by_visitor(engine, project, id, visitor, &shown.proof).await?;
    Ok(Json(StandingOut::of(&it)))
}
