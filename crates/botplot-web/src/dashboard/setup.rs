//! The first step of the first run: a one-time link makes the owner's account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::Secret;
use botplot_core::link::{Kind, State as LinkState};
use botplot_engine::accounts::{NewAccount, first, links};
use maud::{Markup, html};

use super::form::Form;
use super::route::{Access, Route};
use super::sign_in::{Caller, admit, dead};
use super::ui::{self, field::Field};
use crate::ids::Path;
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/setup/{token}", Access::Open, show),
        Route::post("/setup/{token}", Access::Open, make_owner),
    ]
}

async fn show(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, ApiError> {
    match links::find(&state.engine, Kind::Setup, &token).await? {
        Some((_, LinkState::Open)) if !first::is_done(&state.engine).await? => {
            Ok(ui::bare("Set up", &body(&token, &Form::default())))
        }
        _ => refuse(&state, &token).await,
    }
}

async fn make_owner(
    State(state): State<AppState>,
    Path(token): Path<String>,
    caller: Caller,
    mut form: Form,
) -> Result<Response, ApiError> {
    let new = NewAccount {
        email: form.text("email"),
        name: form.text("name"),
        password: Secret::new(form.raw("password")),
        operator: true,
    };
    match first::make_owner(&state.engine, Secret::new(&token), new).await {
        Ok(Some((account, project))) => {
            let next = project.map_or("/app".to_owned(), |project| format!("/app/{project}/start"));
            admit(&state, &account, &caller, &next).await
        }
        Ok(None) => refuse(&state, &token).await,
        Err(error) => {
            form.blame(error)?;
            let mut page = ui::bare("Set up", &body(&token, &form));
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
    }
}

fn body(token: &str, form: &Form) -> Markup {
    html! {
        h1 { "Welcome to BotPlot" }
        p { "Make your account: it owns everything on this server. Then you teach your bot, and paste it into your site." }
        form.stack method="post" action={ "/setup/" (token) } {
            (name().show(form))
            (email().show(form))
            (new_password("password", "Password").show(form))
            button.primary { "Make my account" }
        }
    }
}

/// A person's name.
pub(super) fn name<'a>() -> Field<'a> {
    Field {
        hint: "Your colleagues see it, and visitors whom you answer.",
        fill: "name",
        required: true,
        ..Field::text("name", "Your name")
    }
}

/// The address that somebody signs in with.
pub(super) fn email<'a>() -> Field<'a> {
    Field {
        kind: "email",
        hint: "You sign in with it.",
        fill: "username",
        required: true,
        ..Field::text("email", "E-mail")
    }
}

/// A password that is chosen here.
pub(super) fn new_password<'a>(name: &'a str, label: &'a str) -> Field<'a> {
    Field {
        kind: "password",
        hint: "At least 10 characters; a few words are easy to keep.",
        fill: "new-password",
        required: true,
        ..Field::text(name, label)
    }
}

/// What a link is told that makes no account.
async fn refuse(state: &AppState, token: &str) -> Result<Response, ApiError> {
    if first::is_done(&state.engine).await? {
        let way_on = html! {
            p { "This server has its owner. Sign in, or ask them for an invitation." }
            p { a.button href="/sign-in" { "Sign in" } }
        };
        return Ok(dead("Set-up is done", &way_on));
    }
    let expired = links::find(&state.engine, Kind::Setup, token).await?.is_some();
    let why =
        if expired { "It was good for a day." } else { "Look whether it is complete, and the newest one." };
    Ok(dead(
        "This set-up link does not work",
        &html! {
            p { (why) }
            p { "The server prints a new link each time that it starts: start it again and open that one." }
        },
    ))
}
