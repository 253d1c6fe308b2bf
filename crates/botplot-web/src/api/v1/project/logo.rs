//! `/api/v1/project/logo`: the picture in the widget's head.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use botplot_core::project::logo;
use botplot_engine::projects::settings;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::{ApiError, AppState, Code, body};

/// A project's logo.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogoOut {
    /// Where it is served; null when there is none.
    #[schema(
        example = "https://chat.example.com/widget/logo/018f2a4e-5b1c-7c3e-9d2a-0f6b8c4d1e2f/9f86d081884c7d659a2feaa0c55ad015"
    )]
    logo_url: Option<String>,
}

/// Set the logo
///
/// The picture itself is the body: PNG, JPEG, WebP or GIF, at most 256 KB.
#[utoipa::path(
    put,
    path = "/api/v1/project/logo",
    tag = "Project",
    security(("secret_key" = [])),
    request_body(content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/gif"))),
    responses((status = 200, description = "It is set.", body = LogoOut)),
)]
pub(crate) async fn replace(
    State(state): State<AppState>,
    owner: Owner,
    request: Request,
) -> Result<Json<LogoOut>, ApiError> {
    let refused = || {
        let detail =
            "send a picture as `image/png`, `image/jpeg`, `image/webp` or `image/gif`, and as what it is";
        ApiError::saying(Code::UnsupportedMediaType, detail)
    };
    let sent = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let media = logo::media(sent).ok_or_else(refused)?;
    let content = body::bytes(request, logo::LIMIT).await?;
    if !logo::is(media, &content) {
        return Err(refused());
    }
    let path = settings::set_logo(&state.engine, owner.project.id, media, content.into()).await?;
    Ok(Json(LogoOut { logo_url: Some(crate::widget::logo::address(&state, &path)) }))
}

/// Remove the logo
///
/// Its address answers 404 from then on.
#[utoipa::path(
    delete,
    path = "/api/v1/project/logo",
    tag = "Project",
    security(("secret_key" = [])),
    responses((status = 200, description = "There is none any more.", body = LogoOut)),
)]
pub(crate) async fn remove(State(state): State<AppState>, owner: Owner) -> Result<Json<LogoOut>, ApiError> {
    settings::remove_logo(&state.engine, owner.project.id).await?;
    Ok(Json(LogoOut { logo_url: None }))
}
