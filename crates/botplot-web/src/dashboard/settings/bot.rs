//! What the bot is told, when it says that it does not know, and a question to try that on.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use botplot_core::message::clean;
use botplot_core::project::Project;
use botplot_core::project::patch::patched;
use botplot_engine::chat::{self, Rehearsal};
use maud::{Markup, html};

use super::places::{self, As, Place};
use super::{Tab, page, refused};
use crate::dashboard::form::Form;
use crate::dashboard::reply::{lead_to, piece};
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::dashboard::ui::field::Field;
use crate::{ApiError, AppState};

const PLACES: &[Place] = &[("instructions", As::Text), ("refusal", As::Text), ("threshold", As::Number)];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/bot", ADMIN, show),
        Route::post("/app/{project}/settings/bot", ADMIN, save),
        Route::post("/app/{project}/settings/bot/test", ADMIN, test),
    ]
}

async fn show(State(state): State<AppState>, seat: Seat) -> Response {
    view(&state, &seat, &places::stored(&seat.project.settings, PLACES), &html! {})
}

async fn save(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let patch = places::patch(&form, PLACES);
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Tab::Bot.path()), "Saved."));
    }
    Ok(refused(view(&state, &seat, &form, &html! {})))
}

/// Answers a question with the settings as they stand in the form, saved or not.
async fn test(
    State(state): State<AppState>,
    seat: Seat,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response, ApiError> {
    let question = clean(form.raw("question")).map_err(|why| form.fault("question", why));
    let settings = patched(&seat.project.settings, &places::patch(&form, PLACES));
    let settings = settings.map_err(|faults| places::blame(&mut form, &faults));
    let is_piece = headers.contains_key("hx-request");
    let (Ok(question), Ok(settings)) = (question, settings) else {
        let faults = ui::field::faults(&form);
        return Ok(refused(if is_piece { piece(&faults) } else { view(&state, &seat, &form, &html! {}) }));
    };
    let project = Project { settings, ..seat.project.clone() };
    let shown = answer(&rehearsed(&state, project, question).await?);
    Ok(if is_piece { piece(&shown) } else { view(&state, &seat, &form, &shown) })
}

fn view(state: &AppState, seat: &Seat, form: &Form, answer: &Markup) -> Response {
    let body = html! {
        form.columns method="post" action=(seat.path(Tab::Bot.path())) {
            section.card {
                h2 { "How it answers" }
                (model(state))
                (Field { hint: "Tone, names, what to point out. At most 4,000 characters. A model follows them; quoted answers do not.", ..Field::area("instructions", "Instructions") }.show(form))
                (Field { hint: "What the bot says when your knowledge does not cover a question. Left as it came, it is said in the language of the question.", ..Field::area("refusal", "Words for “I do not know”") }.show(form))
                (threshold(form))
                div.actions { button.primary { "Save" } }
            }
            section.card {
                h2 { "Try it" }
                p.faint { "Ask with what stands in the fields, before you save it. Nothing of it is stored, and it does not count as an answer of your plan." }
                div.field.wrong[form.why("question").is_some()] {
                    label for="question" { "Question" }
                    input #question name="question" type="text" value=(form.raw("question")) autocomplete="off" maxlength="8000"
                        aria-describedby=[form.why("question").map(|_| "question-why")];
                    @if let Some(why) = form.why("question") { p.why #question-why { "The question " (why) "." } }
                }
                div.actions {
                    button formaction=(seat.path("settings/bot/test")) hx-post=(seat.path("settings/bot/test"))
                        hx-target="#answer" hx-swap="innerHTML" { "Ask" }
                }
                div #answer aria-live="polite" { (answer) }
            }
        }
    };
    page(seat, Tab::Bot, &body)
}

fn model(state: &AppState) -> Markup {
    html! {
        p.model {
            @match state.engine.model_name() {
                Some(name) => { "Answers are written by " strong { (name) } ", from your documents only. The operator of this server chooses the model." }
                None => { strong { "No model: " } "answers quote your documents. The operator of this server can add a model that writes them." }
            }
        }
    }
}

fn threshold(form: &Form) -> Markup {
    let value = form.raw("threshold");
    html! {
        div.field.wrong[form.why("threshold").is_some()] {
            label for="threshold" { "Confidence that an answer needs: " output #threshold-shown { (value) } }
            p.hint #threshold-hint { "Below it, the bot says that it does not know. Lower answers more and errs more; higher is stricter. 0.5 suits most." }
            input #threshold name="threshold" type="range" min="0" max="1" step="0.01" value=(value)
                data-shows="threshold-shown" aria-describedby="threshold-hint";
            div.ends aria-hidden="true" { span { "answers more" } span { "stricter" } }
            @if let Some(why) = form.why("threshold") { p.why { "The confidence " (why) "." } }
        }
    }
}

/// What the bot says to a question. A browser that goes away meanwhile changes nothing: what the model costs is counted.
pub(in crate::dashboard) async fn rehearsed(
    state: &AppState,
    project: Project,
    question: String,
) -> Result<Rehearsal, ApiError> {
    let engine = state.engine.clone();
    let asked = async move { chat::rehearse(&engine, &project, &question, true).await };
    let said = state.engine.tracker().spawn(asked).await;
    Ok(said.map_err(|panic| botplot_engine::Error::Internal(panic.into()))??)
}

/// An answer that was tried, with what it rests on.
pub(in crate::dashboard) fn answer(it: &Rehearsal) -> Markup {
    let (tone, how) = match it.how {
        "refused" => ("warn", "does not know"),
        "written" => ("good", "written by the model"),
        "greeted" => ("", "a kind word"),
        "handed_over" => ("", "handed over to a person"),
        "verbatim" => ("good", "your own answer, word by word"),
        _ => ("good", "quoted from your documents"),
    };
    html! {
        article.trial {
            p.answer { (it.text) }
            p.row { (ui::badge(tone, how)) span { "Confidence " strong { (format!("{:.2}", it.found.confidence)) } } }
            @if !it.sources.is_empty() {
                h3 { "Sources" }
                ol.found {
                    @for source in &it.sources {
                        li {
                            @match &source.url {
                                Some(url) => { a href=(url) rel="noreferrer noopener" target="_blank" { (source.title) } }
                                None => { strong { (source.title) } }
                            }
                            details { summary { "Passage" } p { (source.content) } }
                        }
                    }
                }
            } @else if !it.found.passages.is_empty() {
                h3 { "The nearest that was found" }
                ol.found {
                    @for passage in it.found.passages.iter().take(3) {
                        li { strong { (passage.title) } details { summary { "Passage" } p { (passage.body) } } }
                    }
                }
            }
        }
    }
}
