//! `POST /api/chat/lead`: a visitor leaves contact details in a form.

use axum::Json;
use axum::extract::State;
use botplot_core::ConversationId;
use botplot_engine::leads;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::visitor_details;
use super::schema::{IdentityProof, VisitorDetails};
use crate::auth::{Caller, VisitorToken, identity};
use crate::fields::Fields;
use crate::{ApiError, AppState, ids};

/// What was kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeadOut {
    /// The conversation that the details belong to.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// Always true.
    #[schema(example = true)]
    captured: bool,
}

/// Who leaves which contact details.
#[derive(ToSchema)]
#[schema(as = LeadBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct LeadBody {
    /// The visitor.
    #[schema(
        rename = "visitorId",
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"
    )]
    visitor_id: String,
    /// The conversation.
    #[schema(rename = "conversationId")]
    conversation_id: uuid::Uuid,
    /// A name, an e-mail address or a telephone number; further members, such as `consent`, are kept as they are.
    visitor_info: VisitorDetails,
    /// Proof that the visitor id is the person's own.
    identity: Option<IdentityProof>,
}

/// Leave contact details
///
/// Keeps what a visitor filled in, at the message limit too; `lead.captured` tells it when it is new. With a message,
/// the same details go as its `visitor_info`.
#[utoipa::path(
    post,
    path = "/api/chat/lead",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = LeadBody,
    responses((status = 200, description = "The details are kept.", body = LeadOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Json<LeadOut>, ApiError> {
    let visitor = fields.visitor_id(true);
    let conversation = fields.required_text(&["conversationId", "conversation_id"]);
    let details = fields.object(&["visitor_info", "visitorInfo"]);
    let details = details.map(|(name, values)| {
        let info = visitor_details(&mut fields, name, values);
        if !info.is_lead() {
            // A fault of a single detail comes first, and counts.
            fields.fault(name, "must have a `name`, an `email` or a `phone`");
        }
        info
    });
    if details.is_none() {
        fields.fault("visitor_info", "is required");
    }
    let identity = identity::read(&mut fields, visitor.as_deref());
    fields.finish()?;
    let named = visitor.clone().unwrap_or_default();
    state.limits.visitor(caller.project.id, caller.class, &named, &caller.meter)?;
    let shown = token.show(&state, &caller, visitor, identity.as_ref()).await?;
    let id = ids::read(&conversation.map(|c| c.1).unwrap_or_default())?;
    let (project, visitor) = (caller.project.id, shown.visitor.as_deref());
    leads::leave(&state.engine, project, id, visitor, &shown.proof, details.unwrap_or_default()).await?;
    Ok(Json(LeadOut { conversation_id: id, captured: true }))
}
