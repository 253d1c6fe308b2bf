//! `GET` and `POST /stop-letters/{token}`: somebody without an account wants no more letters of a project's team.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use botplot_engine::attention;
use maud::{Markup, html};

use crate::ids::Path;
use crate::{ApiError, AppState};

/// As on other pages, but for the form.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Asks whether that is meant: programs that look at what a letter links to must not stop anything.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let Some((email, project)) = attention::find_stop(&state.engine, &token).await? else {
        return Ok(unknown());
    };
    let body = html! {
        h1 { "Stop letters" }
        p.lead { "No more letters with replies of " strong { (project) } " to " strong { (email) } "?" }
        p { "What people write to you still waits in the chat on their site." }
        form method="post" { button type="submit" { "Stop letters" } }
    };
    Ok(page("Stop letters", &body))
}

/// Does it. Mail programs send this by themselves, too, when their user unsubscribes there.
pub(crate) async fn stop(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    if !attention::stop_letters(&state.engine, &token).await? {
        return Ok(unknown());
    }
    let body = html! {
        h1 { "Done" }
        p.lead { "You get no more of these letters." }
    };
    Ok(page("Letters stopped", &body))
}

fn unknown() -> Response {
    let body = html! {
        h1 { "This link stops nothing" }
        p.lead { "It is not whole, or the project that wrote to you is gone. Try the link in the letter once more." }
    };
    (StatusCode::NOT_FOUND, page("Not found", &body)).into_response()
}

fn page(title: &str, body: &Markup) -> Response {
    let body = html! { body.plain { main { (body) } } };
    let mut response = super::page(title, &body);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
