//! The project's name, what one visitor left, and the project's end.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use botplot_core::account::Role;
use botplot_core::visitor::id_fault;
use botplot_engine::projects::settings::{self, Outcome, check_name};
use botplot_engine::{Error, erasure, projects};
use maud::{Markup, html};
use serde_json::Map;

use super::{Tab, page, refused, sure};
use crate::api::v1::visitors;
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, OWNER, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::page::Query;
use crate::{ApiError, AppState, Code};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/general", ADMIN, show),
        Route::post("/app/{project}/settings/general", ADMIN, rename),
        Route::get("/app/{project}/settings/general/visitor.json", OWNER, export),
        Route::post("/app/{project}/settings/general/erase", OWNER, erase),
        Route::post("/app/{project}/settings/general/remove", OWNER, remove),
    ]
}

async fn show(seat: Seat) -> Response {
    view(&seat, &Form::of(&[("name", &seat.project.name)]))
}

async fn rename(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    if name_project(&state, &seat, &mut form).await? {
        return Ok(lead_to(&seat.path(Tab::General.path()), "Saved."));
    }
    Ok(refused(view(&seat, &form)))
}

/// Gives the project the name in the form; false when it cannot have it.
pub(in crate::dashboard) async fn name_project(
    state: &AppState,
    seat: &Seat,
    form: &mut Form,
) -> Result<bool, ApiError> {
    let name = form.text("name");
    if let Some(fault) = check_name(&name) {
        form.fault("name", fault);
        return Ok(false);
    }
    match settings::change(&state.engine, seat.id(), Some(name), Map::new(), &seat.actor()).await? {
        Outcome::Changed(_) => Ok(true),
        Outcome::Faulty(faults) => {
            for (place, rule) in faults {
                form.fault(&place, rule);
            }
            Ok(false)
        }
    }
}

/// All that a visitor left, as a file; a visitor who left nothing is told of on the page.
async fn export(State(state): State<AppState>, seat: Seat, mut query: Query) -> Result<Response, ApiError> {
    let visitor = query.text("visitor").unwrap_or_default().trim().to_owned();
    query.finish()?;
    match visitors::exported(&state, seat.id(), visitor.clone()).await {
        Ok(json) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"visitor.json\""),
                (header::CACHE_CONTROL, "no-store"),
            ];
            Ok((headers, json).into_response())
        }
        Err(error) if error.code() == Code::NotFound => Ok(refused(unknown(&seat, &visitor))),
        Err(error) => Err(error),
    }
}

async fn erase(State(state): State<AppState>, seat: Seat, form: Form) -> Result<Response, ApiError> {
    let visitor = form.text("visitor");
    if id_fault(&visitor).is_some() {
        return Ok(refused(unknown(&seat, &visitor)));
    }
    match erasure::erase(&state.engine, seat.id(), &visitor, &seat.actor()).await {
        Ok(erased) => {
            let counts = erasure::counts(&erased).map(|(name, count)| format!("{count} {name}"));
            Ok(lead_to(&seat.path(Tab::General.path()), &format!("Erased: {}.", counts.join(", "))))
        }
        Err(Error::NotFound) => Ok(refused(unknown(&seat, &visitor))),
        Err(error) => Err(error.into()),
    }
}

fn unknown(seat: &Seat, visitor: &str) -> Response {
    let mut form = Form::of(&[("name", &seat.project.name), ("visitor", visitor)]);
    form.fault("visitor", "left nothing here");
    view(seat, &form)
}

/// Ends the project for whoever types its name.
async fn remove(State(state): State<AppState>, seat: Seat, form: Form) -> Result<Response, ApiError> {
    let typed = form.text("confirm");
    if typed != seat.project.name.trim() {
        let mut form = Form::of(&[("name", &seat.project.name), ("confirm", &typed)]);
        form.fault("confirm", "is not what you typed");
        return Ok(refused(view(&seat, &form)));
    }
    projects::remove(&state.engine, seat.id(), &seat.actor()).await?;
    Ok(lead_to("/app", &format!("“{}” is deleted.", seat.project.name)))
}

fn view(seat: &Seat, form: &Form) -> Response {
    let body = html! {
        form.card.narrow method="post" action=(seat.path(Tab::General.path())) {
            h2 { "Project" }
            (Field { hint: "Your company, or what the chat is for. A model calls itself its assistant.", required: true, ..Field::text("name", "Name") }.show(form))
            p.faint { "Id: " code { (seat.id()) } }
            div.actions { button.primary { "Save" } }
        }
        @if seat.may(Role::Owner) { (danger(seat, form)) }
    };
    page(seat, Tab::General, &body)
}

fn danger(seat: &Seat, form: &Form) -> Markup {
    let why = form.why("confirm");
    html! {
        section.card.narrow.danger {
            h2 { "Danger zone" }
            h3 { "One visitor" }
            p.faint { "All that a visitor left: conversations, messages, leads, ratings, and what webhooks told of them." }
            form.stack method="get" action=(seat.path("settings/general/visitor.json")) {
                (Field { hint: "As a conversation in the inbox shows it.", required: true, ..Field::text("visitor", "Visitor’s id") }.show(form))
                div.actions {
                    button { "Export as JSON" }
                    button.danger formmethod="post" formaction=(seat.path("settings/general/erase"))
                        data-sure="Erase all that this visitor left? It cannot be undone." { "Erase" }
                }
            }
            h3 { "The project" }
            (sure("Delete this project", &html! {
                p { "Conversations, leads, knowledge, keys, webhooks, its team and its audit log: all of it goes at once and cannot be brought back. Its widget stops working." }
                form.stack method="post" action=(seat.path("settings/general/remove")) {
                    div.field.wrong[why.is_some()] {
                        label for="confirm" { "Type " strong { (seat.project.name) } " to confirm" }
                        input #confirm name="confirm" value=(form.raw("confirm")) autocomplete="off" required
                            aria-describedby=[why.map(|_| "confirm-why")];
                        @if why.is_some() { p.why #confirm-why { "That is not the project’s name." } }
                    }
                    button.danger { "Delete it for good" }
                }
            }))
            @if let Some(why) = why { (crate::dashboard::ui::complaint(&format!("Nothing was deleted: the name {why}."))) }
        }
    }
}
