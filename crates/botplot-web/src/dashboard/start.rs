//! The first run within a project: from its name to an answered question and a line for the owner's site. Each step has
//! an address of its own and its outcome is kept, so that a reload goes on, and each can be passed over.

mod learn;
mod questions;
mod site;

use axum::extract::State;
use axum::response::Response;
use botplot_engine::setup::FIRST;
use maud::{Markup, html};

use super::form::Form;
use super::reply::lead_to;
use super::route::{ADMIN, Route};
use super::seat::Seat;
use super::settings::general::name_project;
use super::ui::field::Field;
use super::ui::{self, Section};
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/app/{project}/start", ADMIN, begin),
        Route::get("/app/{project}/start/name", ADMIN, ask_name),
        Route::post("/app/{project}/start/name", ADMIN, take_name),
    ];
    routes.extend(learn::routes());
    routes.extend(questions::routes());
    routes.extend(site::routes());
    routes
}

/// What there is to do, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name,
    Website,
    Questions,
    Try,
    Site,
}

impl Step {
    const ALL: [Self; 5] = [Self::Name, Self::Website, Self::Questions, Self::Try, Self::Site];

    fn name(self) -> &'static str {
        match self {
            Self::Name => "Your company",
            Self::Website => "What it knows",
            Self::Questions => "First questions",
            Self::Try => "Try it",
            Self::Site => "Your site",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Name => "start/name",
            Self::Website => "start/website",
            Self::Questions => "start/questions",
            Self::Try => "start/try",
            Self::Site => "start/site",
        }
    }

    /// The step after it.
    fn next(self) -> Self {
        Self::ALL.into_iter().find(|step| *step > self).unwrap_or(self)
    }
}

/// The steps whose outcome is there.
async fn done(state: &AppState, seat: &Seat) -> Result<Vec<Step>, ApiError> {
    let reader = state.engine.reader();
    let (_, sources) = reader.list_sources(seat.id(), 1, 0).await?;
    let seen = reader.list_sightings(seat.id()).await?;
    let (_, asked) =
        reader.list_conversations(seat.id(), &botplot_store::ConversationFilter::default(), 1, 0).await?;
    let found = [
        (Step::Name, seat.project.name != FIRST),
        (Step::Website, sources > 0),
        (Step::Questions, !seat.project.settings.widget.starters.is_empty()),
        (Step::Try, asked > 0),
        (Step::Site, !seen.is_empty()),
    ];
    Ok(found.into_iter().filter(|(_, is_done)| *is_done).map(|(step, _)| step).collect())
}

/// Leads to the first step that is still to be done.
async fn begin(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let done = done(&state, &seat).await?;
    let open = Step::ALL.into_iter().find(|step| !done.contains(step)).unwrap_or(Step::Site);
    Ok(lead_to(&seat.path(open.path()), ""))
}

/// A step's page.
async fn page(state: &AppState, seat: &Seat, step: Step, body: &Markup) -> Result<Response, ApiError> {
    let done = done(state, seat).await?;
    let whole = html! {
        div.start {
            (ui::heading("Set up your chat", &html! { a href=(seat.path("inbox")) { "Leave for now" } }))
            nav aria-label="Steps" {
                ol.way {
                    @for each in Step::ALL {
                        li.done[done.contains(&each) && each != step] aria-current=[(each == step).then_some("step")] {
                            a href=(seat.path(each.path())) {
                                (each.name())
                                @if done.contains(&each) { span.unseen { " (done)" } }
                            }
                        }
                    }
                }
            }
            (body)
        }
    };
    Ok(ui::page(seat, Section::Start, step.name(), &whole))
}

/// The way on, past a step that is not wanted.
fn skip(seat: &Seat, step: Step) -> Markup {
    html! { a.button.quiet href=(seat.path(step.next().path())) { "Skip this" } }
}

async fn ask_name(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let name = if seat.project.name == FIRST { "" } else { &seat.project.name };
    name_page(&state, &seat, &Form::of(&[("name", name)])).await
}

async fn take_name(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    if name_project(&state, &seat, &mut form).await? {
        return Ok(lead_to(&seat.path(Step::Website.path()), ""));
    }
    Ok(super::settings::refused(name_page(&state, &seat, &form).await?))
}

async fn name_page(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let body = html! {
        form.card.step method="post" action=(seat.path(Step::Name.path())) {
            h2 { "What is your company called?" }
            (Field { hint: "Your team sees it here, and the bot says whose assistant it is.", fill: "organization", required: true, ..Field::text("name", "Name") }.show(form))
            div.onward { (skip(seat, Step::Name)) button.primary { "Go on" } }
        }
    };
    page(state, seat, Step::Name, &body).await
}
