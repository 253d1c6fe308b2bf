//! Which conversation a call steers, and what its caller shows for it.

use botplot_core::ConversationId;
use utoipa::ToSchema;

use super::schema::IdentityProof;
use crate::auth::{Caller, Shown, VisitorToken, identity};
use crate::fields::Fields;
use crate::{ApiError, AppState, ids};

/// Which conversation is meant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct ConversationBody {
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

/// Reads a [`ConversationBody`] and checks what comes with it; whether that opens the conversation is not said yet.
pub(super) async fn read(
    state: &AppState,
    caller: &Caller,
    token: &VisitorToken,
    mut fields: Fields,
) -> Result<(ConversationId, Shown), ApiError> {
    let conversation = fields.required_text(&["conversationId", "conversation_id"]);
    let visitor = fields.visitor_id(false);
    let identity = identity::read(&mut fields, visitor.as_deref());
    fields.finish()?;
    let shown = token.show(state, caller, visitor, identity.as_ref()).await?;
    Ok((ids::read(&conversation.map(|c| c.1).unwrap_or_default())?, shown))
}
