//! `GET /app`: leads to the project that the person opened last.

use axum::extract::State;
use axum::response::Response;

use super::reply::lead_to;
use super::route::{Access, Route};
use super::seat::Person;
use super::ui;
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/app", Access::Person, show)]
}

/// The inbox of the project that was open last, or of the oldest; first of those that the person gets into.
async fn show(State(state): State<AppState>, person: Person) -> Result<Response, ApiError> {
    let projects = state.engine.reader().projects_of(person.account.id).await?;
    let last = person.account.preferences.project;
    let has_factor = person.account.factor.is_some();
    let open = projects
        .iter()
        .min_by_key(|(project, _)| (project.factor_required && !has_factor, Some(project.id) != last));
    Ok(match open {
        Some((project, _)) => lead_to(&format!("/app/{}/inbox", project.id), ""),
        None => ui::bare_saying(
            "No project",
            person.said.as_deref(),
            &maud::html! {
                h1 { "You are not part of a project yet" }
                p { "Ask somebody of the team to invite " strong { (person.account.email) } "." }
                @if person.account.operator { p { a.button href="/projects/new" { "New project" } } }
                p { a href="/account" { "Your account" } }
            },
        ),
    })
}
