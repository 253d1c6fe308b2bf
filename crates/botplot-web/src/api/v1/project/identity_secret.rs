//! `POST /api/v1/project/identity-secret`: what your server proves its visitors' identities with.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use botplot_engine::identity;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::{ApiError, AppState};

/// A secret that is shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentitySecretOut {
    /// The key for HMAC-SHA256, as it stands here.
    secret: String,
}

/// Make an identity secret
///
/// In place of the last one, which proves nothing from then on. It is shown in this reply and never again.
#[utoipa::path(
    post,
    path = "/api/v1/project/identity-secret",
    tag = "Project",
    security(("secret_key" = [])),
    responses((status = 201, description = "The secret, shown this once.", body = IdentitySecretOut)),
)]
pub(crate) async fn create(State(state): State<AppState>, owner: Owner) -> Result<Response, ApiError> {
    let secret = identity::rotate_secret(&state.engine, owner.project.id, &owner.key.prefix).await?;
    let out = IdentitySecretOut { secret: secret.expose().to_owned() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(out)).into_response())
}
