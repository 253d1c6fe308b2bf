//! `POST /widget/session`: a token for a visitor, before the first message.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use botplot_core::visitor::TOKEN_LIFE;
use serde::Serialize;

use crate::auth::{Caller, Session, VisitorToken};
use crate::fields::Fields;
use crate::{ApiError, AppState};

/// Whose token the reply's header `X-Visitor-Token` carries.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionOut {
    /// The visitor.
    visitor_id: String,
    /// Seconds that the token in `X-Visitor-Token` is good for.
    expires_in: i64,
}

/// Who asks for a token.
#[derive(utoipa::ToSchema)]
#[schema(as = SessionBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct SessionBody {
    /// The id that you chose for the visitor.
    #[schema(rename = "visitorId", min_length = 1, max_length = 128, pattern = r"^[^\p{Cc}]+$")]
    visitor_id: String,
}

/// Begin a session
///
/// Gives a token in `X-Visitor-Token`; a valid one that was sent is renewed and keeps its session.
#[utoipa::path(
    post,
    path = "/widget/session",
    tag = "Widget",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(("X-Visitor-Token" = Option<String>, Header, description = "A token to renew.")),
    request_body = SessionBody,
    responses((status = 200, description = "The header `X-Visitor-Token` carries the token.", body = SessionOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut fields: Fields,
) -> Result<Response, ApiError> {
    let visitor_id = fields.visitor_id(true).unwrap_or_default();
    fields.finish()?;
    let session = token.open(&state, &caller, &visitor_id)?;
    let project = caller.project.id;
    let text = botplot_engine::visitors::fresh(&state.engine, project, &visitor_id, Some(session.id)).1;
    let out = SessionOut { visitor_id, expires_in: TOKEN_LIFE };
    let mut reply = ([(header::CACHE_CONTROL, "no-store")], Json(out)).into_response();
    Session::carry(Some(text), &mut reply);
    Ok(reply)
}
