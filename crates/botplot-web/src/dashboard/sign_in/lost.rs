//! Lost passwords: asking for a link, and setting a new password by it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::Secret;
use botplot_core::link::{Kind, State as LinkState};
use botplot_engine::accounts::{links, resets};
use maud::{Markup, html};

use super::{Caller, admit, dead, too_often};
use crate::dashboard::form::Form;
use crate::dashboard::setup::new_password;
use crate::dashboard::ui::{self, field::Field};
use crate::ids::Path;
use crate::{ApiError, AppState};

/// The form that asks for a link.
pub(super) async fn show() -> Response {
    ui::bare("Lost password", &question(&Form::default(), None))
}

/// Sends a link if the address has an account; says the same if not.
pub(super) async fn ask(State(state): State<AppState>, caller: Caller, form: Form) -> Response {
    let email = form.text("email");
    if let Err(wait) = state.limits.sign_in(caller.peer, &email) {
        return too_often(wait, |why| ui::bare("Lost password", &question(&form, Some(why))));
    }
    resets::ask(&state.engine, &email, &state.public_url);
    let sent = html! {
        h1 { "Look into your mailbox" }
        p { "If " strong { (email) } " has an account here, a link to set a new password is on its way. It works for an hour." }
        p.faint {
            "Nothing came? A server without e-mail writes the link into its own log: ask whoever runs it, who can also make one with "
            code { "botplot account reset" } "."
        }
        p { a href="/sign-in" { "Back to signing in" } }
    };
    ui::bare("Lost password", &sent)
}

fn question(form: &Form, why: Option<&str>) -> Markup {
    let email = Field { kind: "email", fill: "username", required: true, ..Field::text("email", "E-mail") };
    html! {
        h1 { "Lost your password?" }
        p { "Type the address that you sign in with, and a link to set a new one is sent to it." }
        @if let Some(why) = why { (ui::complaint(why)) }
        form.stack method="post" action="/reset" {
            (email.show(form))
            div.row {
                button.primary { "Send the link" }
                a.button href="/sign-in" { "Back" }
            }
        }
    }
}

/// The form that a link opens.
pub(super) async fn open(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    match resets::account_of(&state.engine, &token).await? {
        Some(account) => Ok(ui::bare("New password", &choice(&token, &account.email, &Form::default()))),
        None => refuse(&state, &token).await,
    }
}

/// Sets the password and signs in; a second factor is still asked for.
pub(super) async fn set(
    State(state): State<AppState>,
    Path(token): Path<String>,
    caller: Caller,
    mut form: Form,
) -> Result<Response, ApiError> {
    match resets::set(&state.engine, Secret::new(&token), Secret::new(form.raw("password"))).await {
        Ok(Some(account)) => admit(&state, &account, &caller, "/app").await,
        Ok(None) => refuse(&state, &token).await,
        Err(error) => {
            form.blame(error)?;
            let account = resets::account_of(&state.engine, &token).await?;
            let email = account.map(|account| account.email).unwrap_or_default();
            let mut page = ui::bare("New password", &choice(&token, &email, &form));
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
    }
}

fn choice(token: &str, email: &str, form: &Form) -> Markup {
    html! {
        h1 { "Set a new password" }
        p { "For " strong { (email) } ". All browsers that are signed in are signed out." }
        form.stack method="post" action={ "/reset/" (token) } {
            // Password keepers file the new password under this name.
            input name="username" value=(email) autocomplete="username" hidden;
            (new_password("password", "New password").show(form))
            button.primary { "Set it and sign in" }
        }
    }
}

async fn refuse(state: &AppState, token: &str) -> Result<Response, ApiError> {
    let why = match links::find(&state.engine, Kind::Reset, token).await? {
        Some((_, LinkState::Used)) => "This link was used already. Each works once.",
        Some((_, LinkState::Expired)) => "This link has expired. Each works for an hour.",
        _ => "This link does not work. Look whether it is complete; using one ends the others.",
    };
    Ok(dead(
        "No new password yet",
        &html! {
            p { (why) }
            p { a.button href="/reset" { "Ask for a new link" } " " a.button href="/sign-in" { "Sign in" } }
        },
    ))
}
