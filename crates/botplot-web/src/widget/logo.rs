//! `GET /widget/logo/…`: a project's logo, for everyone who opens a page with the widget.

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use botplot_core::ProjectId;
use botplot_core::project::Widget;

use crate::ids::Path;
use crate::{ApiError, AppState, Code, ids};

pub(super) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The widget's settings with the address of the logo whole.
pub(crate) fn with_address(state: &AppState, widget: Widget) -> Widget {
    let logo_url = widget.logo_url.map(|path| address(state, &path));
    Widget { logo_url, ..widget }
}

/// The address of a logo that is kept under this path.
pub(crate) fn address(state: &AppState, path: &str) -> String {
    format!("{}{path}", state.public_url)
}

/// Get a logo
///
/// The picture that the owner set. Its address changes with it, so that it may be kept for ever.
#[utoipa::path(
    get,
    path = "/widget/logo/{project}/{hash}",
    tag = "Widget",
    params(
        ("project" = uuid::Uuid, Path, description = "The project's id."),
        ("hash" = String, Path, description = "What tells this picture from others."),
    ),
    responses((
        status = 200,
        description = "The picture.",
        content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/gif")),
    )),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    Path((project, hash)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let found = state.engine.reader().find_logo(ids::read::<ProjectId>(&project)?).await?;
    let found = found.filter(|(_, known, _)| *known == hash);
    let (media, _, content) = found.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let headers = [
        (header::CONTENT_TYPE, media.as_str()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (RESOURCE_POLICY, "cross-origin"),
    ];
    Ok((headers, content).into_response())
}
