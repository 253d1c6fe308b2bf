//! The project's question set: its questions, the run that goes on, and the last ones.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::account::Role;
use botplot_core::question::Question;
use botplot_engine::questions as set;
use maud::{Markup, html};

use super::{Half, runs, tabs};
use crate::dashboard::form::Form;
use crate::dashboard::reply::{lead_to, piece};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::{self, Section};
use crate::ids::Path;
use crate::{ApiError, AppState, ids};

/// `GET /app/{project}/improve/questions`
pub(super) async fn list(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    page(&state, &seat, &Form::default()).await
}

/// `GET /app/{project}/improve/questions/state`: the runs alone, for a page that keeps them up to date.
pub(super) async fn state(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    Ok(piece(&standing(&state, &seat).await?))
}

/// `POST /app/{project}/improve/questions`
pub(super) async fn add(
    State(state): State<AppState>,
    seat: Seat,
    mut form: Form,
) -> Result<Response, ApiError> {
    let (question, expected) = (form.text("question"), form.text("expected"));
    match set::add(&state.engine, seat.id(), &question, &expected, &seat.actor()).await {
        Ok(_) => return Ok(lead_to(&seat.path("improve/questions"), "Added to the question set.")),
        Err(error) => form.blame(error)?,
    }
    let mut response = page(&state, &seat, &form).await?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

/// `POST /app/{project}/improve/questions/{question}/remove`
pub(super) async fn remove(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    set::remove(&state.engine, seat.id(), ids::read(&id)?, &seat.actor()).await?;
    Ok(lead_to(&seat.path("improve/questions"), "Removed from the question set."))
}

/// `POST /app/{project}/improve/questions/run`
pub(super) async fn run(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let said = match set::run(&state.engine, seat.id()).await {
        Ok(true) => "The questions are being asked.",
        Ok(false) => "The questions are being asked already.",
        Err(botplot_engine::Error::Invalid { .. }) => "There is no question to ask yet: add one first.",
        Err(error) => return Err(error.into()),
    };
    Ok(lead_to(&seat.path("improve/questions"), said))
}

async fn page(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let questions = state.engine.reader().list_questions(seat.id()).await?;
    let run = html! {
        @if seat.may(Role::Admin) && !questions.is_empty() {
            form method="post" action=(seat.path("improve/questions/run")) { button.primary { "Run now" } }
        }
    };
    let body = html! {
        (ui::heading("Improve", &run))
        (tabs(seat, Half::Questions))
        p { "Questions that your bot should answer right. Run them after a change to see that nothing got worse." }
        (standing(state, seat).await?)
        @if questions.is_empty() {
            (ui::empty("No questions yet", &html! {
                p { "Add the questions that matter most, with the words that a right answer contains. Those that were not answered well can be taken over with one click." }
            }))
        } @else { (table(seat, &questions)) }
        @if seat.may(Role::Admin) { (new(seat, form)) }
    };
    Ok(ui::page(seat, Section::Improve, "Question set", &body))
}

/// The run that goes on, and the last ones.
async fn standing(state: &AppState, seat: &Seat) -> Result<Markup, ApiError> {
    let going_on = set::progress(&state.engine, seat.id()).await?;
    let last = state.engine.reader().list_runs(seat.id(), runs::SHOWN).await?;
    let own = going_on.map(|_| seat.path("improve/questions/state"));
    Ok(html! {
        div #runs.stack.wide hx-get=[own] hx-trigger=[going_on.map(|_| "every 1s")] hx-swap="outerMorph" {
            @if let Some(progress) = going_on {
                div.card role="status" {
                    p.how-far {
                        @match progress {
                            set::Progress::Waiting => { span { "The questions will be asked in a moment." } progress aria-label="Questions asked" {} }
                            set::Progress::Asking { done, questions } => {
                                span { "Asking: " (done) " of " (questions) }
                                progress aria-label="Questions asked" max=(questions) value=(done) {}
                            }
                        }
                    }
                    noscript { p { a href=(seat.path("improve/questions")) { "Look again" } } }
                }
            }
            @if !last.is_empty() { (runs::list(seat, &last)) }
        }
    })
}

fn table(seat: &Seat, questions: &[Question]) -> Markup {
    html! {
        div.card.scroll {
            table {
                caption { (questions.len()) @if questions.len() == 1 { " question" } @else { " questions" } }
                thead { tr { th scope="col" { "Question" } th scope="col" { "A right answer contains" } th { span.unseen { "Remove" } } } }
                tbody {
                    @for question in questions {
                        tr {
                            th scope="row" { (question.question) }
                            td.passage { @if question.expected.is_empty() { "anything but a refusal" } @else { (question.expected) } }
                            td.actions {
                                @if seat.may(Role::Admin) {
                                    form method="post" action=(seat.path(&format!("improve/questions/{}/remove", question.id))) data-sure="Remove this question from the set?" {
                                        button.quiet aria-label={ "Remove: " (question.question) } { "Remove" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn new(seat: &Seat, form: &Form) -> Markup {
    html! {
        form.card.stack method="post" action=(seat.path("improve/questions")) {
            h2 { "Add a question" }
            (Field { required: true, ..Field::text("question", "Question") }.show(form))
            (Field { hint: "Words that must stand in it, a line each, such as “30 days”. Empty when any answer will do.", ..Field::area("expected", "A right answer contains") }.show(form))
            button.primary { "Add" }
        }
    }
}
