//! `POST /api/chat/typing`: the team sees that the visitor is writing.

use axum::Json;
use axum::extract::State;
use botplot_engine::conversations;
use serde::Serialize;
use utoipa::ToSchema;

use super::schema::IdentityProof;
use super::target;
use crate::auth::{Caller, VisitorToken};
use crate::fields::Fields;
use crate::{ApiError, AppState};

/// Whether the visitor is writing, and where.
#[derive(ToSchema)]
#[schema(as = ChatTypingBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct TypingBody {
    /// The conversation.
    #[schema(rename = "conversationId")]
    conversation_id: uuid::Uuid,
    /// True while they write; said once, it holds for five seconds.
    #[schema(example = true)]
    typing: bool,
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

/// What the team is told.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatTyping)]
pub(crate) struct TypingOut {
    /// Whether the visitor is writing.
    #[schema(example = true)]
    typing: bool,
}

/// Say that the visitor is typing
///
/// Shown to the team while they look at the conversation, and not stored. Say it at most every three seconds, and only
/// where a person has the conversation or was asked for.
#[utoipa::path(
    post,
    path = "/api/chat/typing",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = TypingBody,
    responses((status = 200, description = "The team is told.", body = TypingOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Json<TypingOut>, ApiError> {
    let typing = fields.flag("typing");
    if typing.is_none() {
        // A fault that was noted before, such as a wrong type, stays.
        fields.fault("typing", "is required");
    }
    let (id, shown) = target::read(&state, &caller, &token, fields).await?;
    let (project, visitor) = (caller.project.id, shown.visitor.as_deref());
    let typing = typing.unwrap_or_default();
    conversations::visitor_types(&state.engine, project, id, visitor, &shown.proof, typing).await?;
    Ok(Json(TypingOut { typing }))
}
