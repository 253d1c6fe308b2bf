//! `POST /api/chat/feedback`: what a visitor thinks of an answer.

use axum::Json;
use axum::extract::State;
use botplot_core::MessageId;
use botplot_core::message::Rating;
use botplot_engine::feedback::{self, COMMENT_LIMIT};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema::IdentityProof;
use crate::auth::{Caller, VisitorToken, identity};
use crate::fields::Fields;
use crate::{ApiError, AppState, ids};

/// What the visitor thinks of the answer now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FeedbackOut {
    /// The answer.
    #[schema(value_type = uuid::Uuid)]
    message_id: MessageId,
    /// `up` or `down`.
    #[schema(example = "up")]
    rating: &'static str,
}

/// What a visitor thinks of an answer.
#[derive(ToSchema)]
#[schema(as = FeedbackBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct FeedbackBody {
    /// The answer.
    #[schema(rename = "messageId")]
    message_id: uuid::Uuid,
    /// Whether it helped.
    rating: RatingWord,
    /// What else there is to say; up to 2,000 characters.
    #[schema(max_length = 2000)]
    comment: Option<String>,
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

/// Whether an answer helped.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum RatingWord {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

/// Rate an answer
///
/// Notes what the visitor thinks of an answer; the last word counts. Takes the visitor's token, an identity, or a
/// secret key.
#[utoipa::path(
    post,
    path = "/api/chat/feedback",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token.")),
    request_body = FeedbackBody,
    responses((status = 200, description = "What was noted.", body = FeedbackOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Json<FeedbackOut>, ApiError> {
    let message = fields.required_text(&["messageId", "message_id"]);
    let rating = fields.required_text(&["rating"]).and_then(|(name, word)| {
        let rating = Rating::parse(&word);
        if rating.is_none() {
            fields.fault(name, "must be `up` or `down`");
        }
        rating
    });
    let comment = fields.text(&["comment"]).map(|(_, comment)| comment);
    if comment.as_ref().is_some_and(|comment| comment.chars().count() > COMMENT_LIMIT) {
        fields.fault("comment", "must have at most 2,000 characters");
    }
    let visitor = fields.visitor_id(false);
    let identity = identity::read(&mut fields, visitor.as_deref());
    fields.finish()?;
    let shown = token.show(&state, &caller, visitor, identity.as_ref()).await?;
    let id = ids::read(&message.map(|m| m.1).unwrap_or_default())?;
    let rating = rating.unwrap_or(Rating::Up);
    let given = feedback::Feedback { message: id, rating, comment };
    let visitor = shown.visitor.as_deref();
    feedback::give(&state.engine, caller.project.id, visitor, &shown.proof, given).await?;
    Ok(Json(FeedbackOut { message_id: id, rating: rating.as_str() }))
}
