//! Signing in and out. Every way of signing in ends with [`admit`].

mod caller;
mod lost;
mod next;
mod provider;
mod second_step;

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use botplot_core::Secret;
use botplot_core::account::Account;
use botplot_engine::accounts::{self, sign_ins};
use maud::{Markup, html};

use super::form::Form;
use super::gate::cookie;
use super::reply::{encoded, lead_to};
use super::route::{Access, Route};
use super::seat::Visitor;
use super::ui::{self, field::Field};
use crate::page::Query;
use crate::{ApiError, AppState};

pub(crate) use caller::Caller;
pub(crate) use next::local;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/sign-in", Access::Open, show),
        Route::post("/sign-in", Access::Open, sign_in),
        Route::get("/signed-in", Access::Open, signed_in),
        Route::post("/sign-out", Access::Open, sign_out),
        Route::get("/reset", Access::Open, lost::show),
        Route::post("/reset", Access::Open, lost::ask),
        Route::get("/reset/{token}", Access::Open, lost::open),
        Route::post("/reset/{token}", Access::Open, lost::set),
    ];
    routes.extend(provider::routes());
    routes.extend(second_step::routes());
    routes
}

/// Signs an account in on the caller's browser and leads to `next`, after the second factor where there is one.
pub(crate) async fn admit(
    state: &AppState,
    account: &Account,
    caller: &Caller,
    next: &str,
) -> Result<Response, ApiError> {
    if account.factor.is_some() {
        return second_step::ask(state, account, caller, next).await;
    }
    let_in(state, account, caller, next).await
}

/// The end of every way in: who the person is has been proved. The browser gets a fresh token, its old sign-in ends.
pub(crate) async fn let_in(
    state: &AppState,
    account: &Account,
    caller: &Caller,
    next: &str,
) -> Result<Response, ApiError> {
    if let Some(old) = &caller.old {
        sign_ins::end(&state.engine, old.account, old.id).await?;
    }
    let (_, token) = sign_ins::begin(&state.engine, account.id, &caller.browser, &caller.address()).await?;
    let mut response = lead_to(local(next), "");
    response.headers_mut().append(header::SET_COOKIE, cookie::keep(&token, state));
    Ok(response)
}

/// The form, or the way on for somebody who is signed in.
async fn show(
    State(state): State<AppState>,
    Visitor(person): Visitor,
    headers: HeaderMap,
    mut query: Query,
) -> Response {
    let next = query.text("next").unwrap_or_default();
    if person.is_some() {
        return lead_to(local(&next), "");
    }
    let said = cookie::said(&headers);
    ui::bare_saying("Sign in", said.as_deref(), &body(&state, &Form::of(&[("next", &next)]), None))
}

async fn sign_in(State(state): State<AppState>, caller: Caller, form: Form) -> Result<Response, ApiError> {
    let (email, password) = (form.text("email"), Secret::new(form.raw("password")));
    if let Err(wait) = state.limits.sign_in(caller.peer, &email) {
        return Ok(too_often(wait, |why| ui::bare("Sign in", &body(&state, &form, Some(why)))));
    }
    if let Some(account) = accounts::check(&state.engine, &email, password).await? {
        return admit(&state, &account, &caller, form.raw("next")).await;
    }
    let why = "The address or the password is not right.";
    let mut response = ui::bare("Sign in", &body(&state, &form, Some(why)));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(response)
}

fn body(state: &AppState, form: &Form, why: Option<&str>) -> Markup {
    let email = Field { kind: "email", fill: "username", required: true, ..Field::text("email", "E-mail") };
    let password = Field {
        kind: "password",
        fill: "current-password",
        required: true,
        ..Field::text("password", "Password")
    };
    html! {
        h1 { "Sign in" }
        @if let Some(why) = why { (ui::complaint(why)) }
        form.stack method="post" action="/sign-in" {
            input type="hidden" name="next" value=(form.raw("next"));
            (email.show(form))
            (password.show(form))
            button.primary { "Sign in" }
        }
        p { a href="/reset" { "Lost your password?" } }
        (provider::link(state, form.raw("next")))
    }
}

/// What a link is told that works no more, and the way on.
pub(crate) fn dead(title: &str, way_on: &Markup) -> Response {
    let mut response = ui::bare(title, &html! { h1 { (title) } (way_on) });
    *response.status_mut() = StatusCode::GONE;
    response
}

/// A page that says how long to wait until the next try.
pub(crate) fn too_often(wait: Duration, page: impl FnOnce(&str) -> Response) -> Response {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let mut response = page(&format!("That was too often. Try again in {seconds} {unit}."));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let after = HeaderValue::from_str(&seconds.to_string());
    response.headers_mut().insert(header::RETRY_AFTER, after.unwrap_or(HeaderValue::from_static("60")));
    response
}

/// For a tab that was opened beside a form whose sign-in had ended.
async fn signed_in(Visitor(person): Visitor) -> Response {
    let body = html! {
        @if let Some(person) = person {
            h1 { "You are signed in" }
            p { "As " strong { (person.account.email) } ". Close this tab, go back to the other one and send your form again." }
            p { a href="/app" { "To the dashboard" } }
        } @else {
            h1 { "You are not signed in" }
            p { a.button href="/sign-in?next=/signed-in" { "Sign in" } }
        }
    };
    ui::bare("Signed in", &body)
}

/// Ends the browser's sign-in. A `next` goes along to whoever signs in then.
async fn sign_out(
    State(state): State<AppState>,
    Visitor(person): Visitor,
    form: Form,
) -> Result<Response, ApiError> {
    if let Some(person) = person {
        sign_ins::end(&state.engine, person.account.id, person.sign_in.id).await?;
    }
    let next = form.raw("next");
    let path = if next.is_empty() {
        "/sign-in".to_owned()
    } else {
        format!("/sign-in?next={}", encoded(local(next)))
    };
    let mut response = lead_to(&path, "You are signed out.");
    response.headers_mut().append(header::SET_COOKIE, cookie::forget(&state));
    Ok(response)
}
