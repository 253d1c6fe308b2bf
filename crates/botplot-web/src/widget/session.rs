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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionOut {
    visitor_id: String,
    /// Seconds that the token in `X-Visitor-Token` is good for.
    expires_in: i64,
}

/// Gives a token in `X-Visitor-Token`; a valid one that was sent is renewed and keeps its session.
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
