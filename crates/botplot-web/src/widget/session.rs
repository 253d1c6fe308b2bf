//! `POST /widget/session`: a token for a visitor, before the first message.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use botplot_core::visitor::TOKEN_LIFE;
use botplot_engine::visitors;
use serde::Serialize;

use crate::api::chat::schema::IdentityProof;
use crate::auth::{Caller, Session, VisitorToken, identity};
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
    /// Seconds that it proves the visitor's identity for; only where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    identity_expires_in: Option<i64>,
}

/// Who asks for a token.
#[derive(utoipa::ToSchema)]
#[schema(as = SessionBody)]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub(crate) struct SessionBody {
    /// The id that you chose for the visitor.
    #[schema(
        rename = "visitorId",
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"
    )]
    visitor_id: String,
    /// Proof that the visitor id is the person's own; the token carries it from then on.
    identity: Option<IdentityProof>,
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
    let visitor_id = fields.visitor_id(true);
    let identity = identity::read(&mut fields, visitor_id.as_deref());
    fields.finish()?;
    let visitor_id = visitor_id.unwrap_or_default();
    let session = token.open(&state, &caller, &visitor_id, identity.as_ref()).await?;
    let (engine, project, proved) = (&state.engine, caller.project.id, session.proved);
    let (token, text) = visitors::fresh(engine, project, &visitor_id, Some(session.id), proved);
    let identity_expires_in = proved.map(|proved| proved.until.seconds_since(token.issued_at));
    let out = SessionOut { visitor_id, expires_in: TOKEN_LIFE, identity_expires_in };
    let mut reply = ([(header::CACHE_CONTROL, "no-store")], Json(out)).into_response();
    Session::carry(Some(text), &mut reply);
    Ok(reply)
}
