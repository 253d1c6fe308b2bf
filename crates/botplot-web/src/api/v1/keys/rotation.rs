//! `POST /api/v1/keys/{id}/rotate`: a new key in a key's place.

use axum::extract::State;
use axum::response::Response;
use botplot_engine::keys::{self, LONGEST_OVERLAP};
use utoipa::ToSchema;

use super::{KeyOut, shown_once};
use crate::auth::Owner;
use crate::body::Optional;
use crate::ids::Path;
use crate::{ApiError, AppState, ids};

/// Hours that an old key goes on when nothing else is said.
const OVERLAP: i64 = 24;

/// How a key is replaced.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct RotateIn {
    /// Hours that the old key goes on beside the new one; 0 ends it at once.
    #[schema(minimum = 0, maximum = 168, default = 24)]
    overlap_hours: Option<u32>,
}

/// Rotate a key
///
/// Makes a new key of the same class and name, shown in this reply; the old one goes on for a while. A key that has
/// ended is refused with `key_ended`.
#[utoipa::path(
    post,
    path = "/api/v1/keys/{id}/rotate",
    tag = "Keys",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's id.")),
    request_body = Option<RotateIn>,
    responses((status = 201, description = "The new key, shown this once.", body = KeyOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    Optional(mut fields): Optional,
) -> Result<Response, ApiError> {
    let overlap = fields.number("overlap_hours", 0, LONGEST_OVERLAP).unwrap_or(OVERLAP);
    fields.finish()?;
    let (project, by) = (owner.project.id, &owner.key.prefix);
    let made = keys::rotate(&state.engine, project, ids::read(&id)?, overlap, by).await?;
    Ok(shown_once(made))
}
