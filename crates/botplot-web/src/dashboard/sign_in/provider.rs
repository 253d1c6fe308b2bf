//! Signing in with an account at the operator's provider of OpenID Connect. It begins with a link, since a form would
//! not be led to another site (`form-action 'self'`).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use botplot_engine::accounts::oidc::{self, Callback, Oidc, Outcome, Refusal};
use maud::{Markup, html};

use super::{Caller, admit, local, too_often};
use crate::dashboard::form::Form;
use crate::dashboard::gate::cookie::Halfway;
use crate::dashboard::reply::{encoded, lead_to};
use crate::dashboard::route::{Access, Route};
use crate::dashboard::ui;
use crate::page::Query;
use crate::{ApiError, AppState, Code};

const CALLBACK: &str = "/sign-in/oidc/callback";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/sign-in/oidc", Access::Open, begin), Route::get(CALLBACK, Access::Open, finish)]
}

/// The way to the provider, where there is one.
pub(super) fn link(state: &AppState, next: &str) -> Markup {
    html! {
        @if let Some(oidc) = state.engine.oidc() {
            p { a.button href={ "/sign-in/oidc?next=" (encoded(next)) } { "Sign in with " (oidc.name()) } }
        }
    }
}

async fn begin(
    State(state): State<AppState>,
    caller: Caller,
    mut query: Query,
) -> Result<Response, ApiError> {
    let oidc = find(&state)?;
    let next = query.text("next").unwrap_or_default();
    let next = local(&next);
    // Counted by address only: nobody has said yet who they are.
    if let Err(wait) = state.limits.sign_in(caller.peer, &state.engine.ids().random().to_string()) {
        return Ok(too_often(wait, |why| page(&state, next, why)));
    }
    match oidc::begin(&state.engine, oidc, &redirect(&state), next).await {
        Ok(begun) => {
            let mut response = lead_to(&begun.url, "");
            let cookie = Halfway::Provider.hold(&begun.held, oidc::LIFE, &state);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(refusal) => Ok(refused(&state, oidc, next, &refusal)),
    }
}

/// The provider leads here. Whatever comes of it, what the browser held is of no more use.
async fn finish(
    State(state): State<AppState>,
    headers: HeaderMap,
    caller: Caller,
    mut query: Query,
) -> Result<Response, ApiError> {
    let oidc = find(&state)?;
    let held = Halfway::Provider.find(&headers, &state).unwrap_or_default();
    let mut text = |name| query.text(name).unwrap_or_default();
    let (code, given, redirect) = (text("code"), text("state"), redirect(&state));
    let callback = Callback { held: &held, state: &given, code: &code, redirect: &redirect };
    let mut response = match oidc::finish(&state.engine, oidc, callback).await? {
        Outcome::Known(account, next) => admit(&state, &account, &caller, &next).await?,
        Outcome::Refused(refusal) => refused(&state, oidc, "", &refusal),
    };
    response.headers_mut().append(header::SET_COOKIE, Halfway::Provider.forget(&state));
    Ok(response)
}

fn find(state: &AppState) -> Result<&Oidc, ApiError> {
    state.engine.oidc().ok_or_else(|| ApiError::new(Code::NotFound))
}

fn redirect(state: &AppState) -> String {
    format!("{}{CALLBACK}", state.public_url)
}

/// The sign-in page, with what went wrong.
fn refused(state: &AppState, oidc: &Oidc, next: &str, refusal: &Refusal) -> Response {
    let mut response = page(state, next, &ui::sentence(&refusal.sentence(oidc.name())));
    *response.status_mut() = match refusal {
        Refusal::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Untrusted => StatusCode::BAD_GATEWAY,
        _ => StatusCode::UNAUTHORIZED,
    };
    response
}

fn page(state: &AppState, next: &str, why: &str) -> Response {
    ui::bare("Sign in", &super::body(state, &Form::of(&[("next", next)]), Some(why)))
}
