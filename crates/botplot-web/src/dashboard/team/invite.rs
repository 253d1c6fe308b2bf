//! `/invite/{token}`: somebody who is invited comes in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::link::{Kind, Link, State as LinkState};
use botplot_core::{ProjectId, Secret};
use botplot_engine::accounts::{invitations, links};
use maud::{Markup, html};

use super::title;
use crate::dashboard::form::Form;
use crate::dashboard::reply::{encoded, lead_to};
use crate::dashboard::seat::{Person, Visitor};
use crate::dashboard::setup::{name, new_password};
use crate::dashboard::sign_in::{Caller, admit, dead};
use crate::dashboard::ui;
use crate::ids::Path;
use crate::{ApiError, AppState};

/// Who is asking, as seen from an invitation.
enum Guest {
    /// Signed in, and invited.
    Invited(Person),
    /// Signed in, and not the one who is invited.
    Other(Person),
    /// The address has an account, nobody is signed in.
    Known,
    /// The address has no account yet.
    New,
}

/// What the link offers, or what to do where it offers nothing.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Visitor(person): Visitor,
) -> Result<Response, ApiError> {
    page(&state, &token, person, &Form::default()).await
}

async fn page(
    state: &AppState,
    token: &str,
    person: Option<Person>,
    form: &Form,
) -> Result<Response, ApiError> {
    let Some(link) = open(state, token).await? else { return refuse(state, token).await };
    let guest = guest(state, &link, person).await?;
    let project = match link.project {
        Some(project) => state.engine.reader().find_project(project).await?,
        None => None,
    };
    let project = project.map(|project| project.name).unwrap_or_default();
    let role = link.role.map(title).unwrap_or_default();
    let body = html! {
        h1 { "Join " (project) }
        p { "You are invited as " strong { (role) } "." }
        @if let Some(role) = link.role { p.faint { (role.doc()) } }
        (way_in(&guest, &link, token, form))
    };
    let mut page = ui::bare("Invitation", &body);
    if !form.is_sound() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

fn way_in(guest: &Guest, link: &Link, token: &str, form: &Form) -> Markup {
    let path = format!("/invite/{token}");
    let email = link.email.as_deref().unwrap_or_default();
    html! {
        @match guest {
            Guest::Invited(person) => {
                form.stack method="post" action=(path) { button.primary { "Join as " (person.account.name) } }
            }
            Guest::Other(person) => {
                (ui::complaint(&format!("This invitation is for {email}, and you are signed in as {}.", person.account.email)))
                form.stack method="post" action="/sign-out" {
                    input type="hidden" name="next" value=(path);
                    button.primary { "Sign out and go on as " (email) }
                }
            }
            Guest::Known => {
                p { strong { (email) } " has an account here." }
                p { a.button.primary href={ "/sign-in?next=" (encoded(&path)) } { "Sign in to join" } }
            }
            Guest::New => {
                p { "Make your account, " strong { (email) } ":" }
                form.stack method="post" action=(path) {
                    // Password keepers file the new password under this name.
                    input name="username" value=(email) autocomplete="username" hidden;
                    (name().show(form))
                    (new_password("password", "Password").show(form))
                    button.primary { "Join" }
                }
            }
        }
    }
}

/// Takes the invitation: with the account that is signed in, or with a new one.
pub(super) async fn accept(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Visitor(person): Visitor,
    caller: Caller,
    mut form: Form,
) -> Result<Response, ApiError> {
    let Some(link) = open(&state, &token).await? else { return refuse(&state, &token).await };
    match guest(&state, &link, person.clone()).await? {
        Guest::Invited(person) => {
            match invitations::accept(&state.engine, Secret::new(&token), &person.account).await? {
                Some(project) => Ok(lead_to(&inbox(project), "Welcome to the team.")),
                None => refuse(&state, &token).await,
            }
        }
        Guest::Other(_) | Guest::Known => page(&state, &token, person, &form).await,
        Guest::New => {
            let (name, password) = (form.text("name"), Secret::new(form.raw("password")));
            match invitations::accept_as_new(&state.engine, Secret::new(&token), name, password).await {
                Ok(Some((account, project))) => admit(&state, &account, &caller, &inbox(project)).await,
                Ok(None) => refuse(&state, &token).await,
                Err(error) => {
                    form.blame(error)?;
                    page(&state, &token, person, &form).await
                }
            }
        }
    }
}

fn inbox(project: ProjectId) -> String {
    format!("/app/{project}/inbox")
}

async fn open(state: &AppState, token: &str) -> Result<Option<Link>, ApiError> {
    let found = links::find(&state.engine, Kind::Invitation, token).await?;
    Ok(found.filter(|(_, state)| *state == LinkState::Open).map(|(link, _)| link))
}

async fn guest(state: &AppState, link: &Link, person: Option<Person>) -> Result<Guest, ApiError> {
    let email = link.email.as_deref().unwrap_or_default();
    Ok(match person {
        Some(person) if person.account.email == email => Guest::Invited(person),
        Some(person) => Guest::Other(person),
        None if state.engine.reader().find_account_of(email).await?.is_some() => Guest::Known,
        None => Guest::New,
    })
}

async fn refuse(state: &AppState, token: &str) -> Result<Response, ApiError> {
    let why = match links::find(&state.engine, Kind::Invitation, token).await? {
        Some((_, LinkState::Used)) => "It was used already. If that was you, sign in.",
        Some((_, LinkState::Expired)) => {
            "It has expired: an invitation is good for seven days. Ask for a new one."
        }
        _ => "Look whether it is complete. It may also have been withdrawn, or replaced by a newer one.",
    };
    Ok(dead(
        "This invitation does not work",
        &html! { p { (why) } p { a.button href="/sign-in" { "Sign in" } } },
    ))
}
