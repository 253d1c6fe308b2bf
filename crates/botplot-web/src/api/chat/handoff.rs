//! `POST /api/chat/handoff`: a visitor asks for a person.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use botplot_core::ConversationId;
use botplot_core::conversation::Conversation;
use botplot_engine::conversations;
use serde::Serialize;
use utoipa::ToSchema;

use super::schema::IdentityProof;
use crate::auth::{Caller, VisitorToken, identity};
use crate::fields::Fields;
use crate::widget::words::Language;
use crate::{ApiError, AppState, ids};

/// Characters that a reason may have.
const REASON_LIMIT: usize = 1_000;

/// Where the conversation stands once a person is asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoffOut {
    #[serde(flatten)]
    standing: StandingOut,
    /// What the visitor reads now: the owner's words, or the built-in ones in the visitor's language; outside office
    /// hours, when people are back.
    #[schema(example = "A person has been asked to join.")]
    message: String,
}

/// Where a conversation stands.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatStanding)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StandingOut {
    /// The conversation.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// `active`, `closed` or `archived`.
    #[schema(example = "active")]
    status: &'static str,
    /// True when the visitor asked for a person.
    handoff_requested: bool,
    /// Who answers: `ai` or `human`.
    #[schema(example = "ai")]
    handled_by: &'static str,
}

impl StandingOut {
    /// Of this conversation.
    pub(super) fn of(conversation: &Conversation) -> Self {
        Self {
            conversation_id: conversation.id,
            status: conversation.status.as_str(),
            handoff_requested: conversation.handoff_requested,
            handled_by: conversation.handled_by.as_str(),
        }
    }
}

/// Who asks for a person, and why.
#[derive(ToSchema)]
#[schema(as = HandoffBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct HandoffBody {
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
    /// What it is about; up to 1,000 characters.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// The visitor's language, such as `de`; without it that of `Accept-Language`. One that the owner fixed goes before both.
    #[schema(example = "de")]
    lang: Option<String>,
    /// Proof that the visitor id is the person's own.
    identity: Option<IdentityProof>,
}

/// Ask for a person
///
/// Sets `handoffRequested`; to ask again changes nothing. The AI goes on answering until a person takes over, or
/// falls silent, as the project has it.
#[utoipa::path(
    post,
    path = "/api/chat/handoff",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = HandoffBody,
    responses((status = 200, description = "Where the conversation stands.", body = HandoffOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    headers: HeaderMap,
    mut fields: Fields,
) -> Result<Json<HandoffOut>, ApiError> {
    let visitor = fields.visitor_id(true);
    let conversation = fields.required_text(&["conversationId", "conversation_id"]);
    let reason = fields.text(&["reason"]).map(|(_, reason)| reason.trim().to_owned());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_LIMIT) {
        fields.fault("reason", "must have at most 1,000 characters");
    }
    let named = fields.text(&["lang"]).map(|(_, tag)| tag);
    let of_page = || named.as_deref().map_or_else(|| Language::of_browser(&headers), Language::of_page);
    let language = Language::set_for(&caller.project.settings.widget, of_page);
    let identity = identity::read(&mut fields, visitor.as_deref());
    fields.finish()?;
    let shown = token.show(&state, &caller, visitor, identity.as_ref()).await?;
    let id = ids::read(&conversation.map(|c| c.1).unwrap_or_default())?;
    let (visitor, reason) = (shown.visitor.as_deref(), reason.filter(|reason| !reason.is_empty()));
    let (engine, project) = (&state.engine, &caller.project);
    let it = conversations::request_handoff(engine, project, id, visitor, &shown.proof, reason).await?;
    let away = project.settings.hours.closed_message(engine.clock().now());
    let message = away.unwrap_or_else(|| language.speech.handoff_of(&project.settings).to_owned());
    Ok(Json(HandoffOut { standing: StandingOut::of(&it), message }))
}
