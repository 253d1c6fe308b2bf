//! The step in which the chat gets questions to begin with, suggested from what was learnt.

use axum::extract::State;
use axum::response::Response;
use botplot_core::starters::{MOST, Place, suggest};
use maud::html;

use super::{Step, page, skip};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::{places, refused};
use crate::dashboard::ui::field::Field;
use crate::{ApiError, AppState};

/// Chunks that are looked through for headings.
const LOOKED_AT: usize = 1_000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/start/questions", ADMIN, ask),
        Route::post("/app/{project}/start/questions", ADMIN, take),
    ]
}

fn name(number: usize) -> String {
    format!("widget.starters.{number}")
}

/// The questions that are set, or else suggested ones.
async fn ask(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let set = &seat.project.settings.widget.starters;
    let shown = if set.is_empty() { suggested(&state, &seat).await? } else { set.clone() };
    let names: Vec<_> = (0..shown.len()).map(name).collect();
    let values: Vec<_> = names.iter().map(String::as_str).zip(shown.iter().map(String::as_str)).collect();
    view(&state, &seat, &Form::of(&values)).await
}

async fn suggested(state: &AppState, seat: &Seat) -> Result<Vec<String>, ApiError> {
    let mut places = Vec::new();
    let mut note = |chunk: botplot_store::ChunkRow| {
        if places.len() < LOOKED_AT {
            let language = chunk.language.as_deref();
            places.extend(Place::all_of(&chunk.title, &chunk.heading, &chunk.body, language));
        }
    };
    state.engine.reader().each_changed_chunk(seat.id(), 0, &mut note).await?;
    Ok(suggest(&places))
}

async fn take(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let typed: Vec<String> = (0..MOST).map(|n| form.text(&name(n))).filter(|text| !text.is_empty()).collect();
    let mut patch = serde_json::Map::new();
    places::put(&mut patch, "widget.starters", typed.into());
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Step::Try.path()), ""));
    }
    Ok(refused(view(&state, &seat, &form).await?))
}

async fn view(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let (_, sources) = state.engine.reader().list_sources(seat.id(), 1, 0).await?;
    let body = html! {
        form.card.step method="post" action=(seat.path(Step::Questions.path())) {
            h2 { "What may visitors begin with?" }
            @if sources == 0 {
                p { "These stand in the chat before anything was asked. Once the bot has learnt something, questions are suggested here." }
            } @else {
                p { "These stand in the chat before anything was asked. They are made from the headings of what was learnt: change them as you like, and empty those that you do not want." }
            }
            @if let Some(why) = form.why("widget.starters") { p.complaint role="alert" { "A question " (why) "." } }
            @for number in 0..MOST {
                (Field::text(&name(number), &format!("Question {}", number + 1)).show(form))
            }
            div.onward { (skip(seat, Step::Questions)) button.primary { "Save and go on" } }
        }
    };
    page(state, seat, Step::Questions, &body).await
}
