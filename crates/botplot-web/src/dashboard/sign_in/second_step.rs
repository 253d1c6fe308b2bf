//! What stands between a right password and the dashboard where an account has a second factor: a code, or a recovery
//! code for those who have lost their app.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use botplot_core::account::Account;
use botplot_engine::accounts::{factor, halfway};
use maud::{Markup, html};

use super::{Caller, let_in, local};
use crate::dashboard::form::Form;
use crate::dashboard::gate::cookie::{self, Halfway};
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{Access, Route};
use crate::dashboard::ui::{self, field::Field};
use crate::{ApiError, AppState};

/// Recovery codes from which on somebody should make new ones.
const FEW: usize = 3;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/sign-in/code", Access::Open, show), Route::post("/sign-in/code", Access::Open, check)]
}

/// Asks for the second factor; who gives it goes on through [`super::let_in`].
pub(super) async fn ask(
    state: &AppState,
    account: &Account,
    _caller: &Caller,
    next: &str,
) -> Result<Response, ApiError> {
    let held = halfway::begin(&state.engine, account, local(next)).await?;
    let mut response = lead_to("/sign-in/code", "");
    let cookie = Halfway::Code.hold(&held, halfway::LIFE, state);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn show(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    Ok(match find(&state, &headers).await? {
        Some((account, _)) => ui::bare("Your code", &body(&account, &Form::default())),
        None => again(&state),
    })
}

async fn check(
    State(state): State<AppState>,
    headers: HeaderMap,
    caller: Caller,
    mut form: Form,
) -> Result<Response, ApiError> {
    let Some((account, next)) = find(&state, &headers).await? else { return Ok(again(&state)) };
    match factor::check(&state.engine, account.id, &form.text("code")).await {
        Ok(left) => {
            let mut response = let_in(&state, &account, &caller, &next).await?;
            let headers = response.headers_mut();
            headers.append(header::SET_COOKIE, Halfway::Code.forget(&state));
            if let Some(left) = left {
                headers.append(header::SET_COOKIE, cookie::say(&used_up(left)));
            }
            Ok(response)
        }
        Err(error) => {
            form.blame(error)?;
            let mut response = ui::bare("Your code", &body(&account, &form));
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(response)
        }
    }
}

/// Who is signing in, and where they wanted to go.
async fn find(state: &AppState, headers: &HeaderMap) -> Result<Option<(Account, String)>, ApiError> {
    let Some(held) = Halfway::Code.find(headers, state) else { return Ok(None) };
    Ok(halfway::find(&state.engine, &held).await?)
}

/// For those who took too long, and for those who come back to a page that has done its work.
fn again(state: &AppState) -> Response {
    let mut response =
        lead_to("/sign-in", "Please sign in once more: that took too long, or was done already.");
    response.headers_mut().append(header::SET_COOKIE, Halfway::Code.forget(state));
    response
}

fn used_up(left: usize) -> String {
    let what_to_do = if left <= FEW { " Make new ones on the page of your account." } else { "" };
    match left {
        0 => format!("That was your last recovery code.{what_to_do}"),
        1 => format!("That recovery code is used up: 1 is left.{what_to_do}"),
        _ => format!("That recovery code is used up: {left} are left.{what_to_do}"),
    }
}

fn body(account: &Account, form: &Form) -> Markup {
    let code = Field {
        fill: "one-time-code",
        required: true,
        hint: "Six digits from your authenticator app, or one of your recovery codes.",
        ..Field::text("code", "Code")
    };
    html! {
        h1 { "Your code" }
        p { "You are signing in as " strong { (account.email) } "." }
        form.stack method="post" action="/sign-in/code" {
            (code.show(form))
            button.primary { "Sign in" }
        }
        details {
            summary { "You have neither?" }
            p {
                "Whoever runs this server can reset your sign-in with "
                code { "botplot account reset " (account.email) " --second-factor" } "."
            }
        }
        p { a href="/sign-in" { "Sign in with another account" } }
    }
}
