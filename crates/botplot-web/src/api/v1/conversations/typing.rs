//! `POST /api/v1/conversations/{id}/typing`: the visitor sees that a person is writing.

use axum::Json;
use axum::extract::State;
use botplot_engine::conversations;
use serde::Serialize;
use utoipa::ToSchema;

use super::changes::{PersonName, person};
use crate::auth::Owner;
use crate::fields::Fields;
use crate::ids::Path;
use crate::{ApiError, AppState, ids};

/// Whether a person is writing.
#[derive(ToSchema)]
#[schema(as = TypingBody)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct TypingIn {
    /// True while they write; said once, it holds for five seconds.
    #[schema(example = true)]
    typing: bool,
    /// The name that the visitor sees; without it that of the person who has the conversation.
    name: Option<PersonName>,
}

/// What the visitor is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Typing)]
pub(crate) struct TypingOut {
    /// Whether a person is writing.
    #[schema(example = true)]
    typing: bool,
}

/// Say that a person is typing
///
/// Shown on the visitor's page, and not stored.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/typing",
    tag = "Messages",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The conversation's id.")),
    request_body = TypingIn,
    responses((status = 200, description = "The visitor's page is told.", body = TypingOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Json<TypingOut>, ApiError> {
    let typing = fields.flag("typing");
    if typing.is_none() {
        // A fault that was noted before, such as a wrong type, stays.
        fields.fault("typing", "is required");
    }
    let name = person(&mut fields, "name");
    fields.finish()?;
    let typing = typing.unwrap_or_default();
    let id = ids::read(&id)?;
    conversations::typing(&state.engine, owner.project.id, id, name.as_deref(), typing).await?;
    Ok(Json(TypingOut { typing }))
}
