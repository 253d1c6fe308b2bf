//! Editing what owners wrote themselves: a text, or questions with their answers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::source::{Pair, Source};
use botplot_engine::sources::pairs;
use maud::{Markup, html};

use super::source::{find, place};
use crate::dashboard::form::{self, Form};
use crate::dashboard::reply::lead_to;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::{Field, faults};
use crate::dashboard::ui::{self, Section};
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code};

/// Bytes of a text that a form still takes when each of them needs three.
const TEXT_LIMIT: usize = form::LIMIT / 3 - 1024;
/// Pairs on a page.
const LIMIT: i64 = 25;

/// `GET …/text`
pub(super) async fn show_text(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    let text = pairs::text(&state.engine, &source).await?.ok_or_else(|| ApiError::new(Code::NotFound))?;
    Ok(text_page(&seat, &source, &Form::of(&[("text", &text)])))
}

/// `POST …/text`
pub(super) async fn save_text(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    match pairs::save_text(&state.engine, seat.id(), source.id, form.text("text"), &seat.actor()).await {
        Ok(()) => return Ok(lead_to(&place(&seat, source.id, ""), "Saved. It is being read anew.")),
        Err(error) => form.blame(error)?,
    }
    let mut response = text_page(&seat, &source, &form);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

fn text_page(seat: &Seat, source: &Source, form: &Form) -> Response {
    let fits = form.raw("text").len() <= TEXT_LIMIT;
    let body = html! {
        (ui::heading(&source.name, &html! { a.button href=(place(seat, source.id, "")) { "Back to the source" } }))
        @if fits {
            form.card.stack.tall method="post" action=(place(seat, source.id, "/text")) {
                (Field { required: true, hint: "Markdown: headings help the bot to find the right passage.", ..Field::area("text", "Text") }.show(form))
                button.primary { "Save and read anew" }
            }
        } @else {
            p.notice { "This text is too long to be edited here. Send it over the API, or add it as a file instead." }
            pre { (form.raw("text")) }
        }
    };
    ui::page(seat, Section::Knowledge, &source.name, &body)
}

/// `GET …/pairs`
pub(super) async fn show_pairs(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut query: Query,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    let offset = query.page_of(LIMIT, LIMIT).offset;
    pairs_page(&state, &seat, &source, offset, &Form::default()).await
}

/// `POST …/pairs`: a new pair, or with `was` another in its place.
pub(super) async fn save_pair(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    let pair = Pair { question: form.text("question"), answer: form.text("answer") };
    let was = Some(form.raw("was").replace("\r\n", "\n")).filter(|was| !was.is_empty());
    match pairs::save(&state.engine, seat.id(), source.id, was, pair, &seat.actor()).await {
        Ok(()) => return Ok(lead_to(&place(&seat, source.id, "/pairs"), "Saved. It is being read anew.")),
        Err(error) => form.blame(error)?,
    }
    wrong(pairs_page(&state, &seat, &source, 0, &form).await)
}

/// `POST …/pairs/remove`
pub(super) async fn remove_pair(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    let was = form.raw("was").replace("\r\n", "\n");
    match pairs::remove(&state.engine, seat.id(), source.id, was, &seat.actor()).await {
        Ok(()) => return Ok(lead_to(&place(&seat, source.id, "/pairs"), "Removed.")),
        Err(botplot_engine::Error::Invalid { .. }) => {
            form.fault("The last pair", "stays: remove the source instead");
        }
        Err(error) => return Err(error.into()),
    }
    wrong(pairs_page(&state, &seat, &source, 0, &form).await)
}

fn wrong(shown: Result<Response, ApiError>) -> Result<Response, ApiError> {
    let mut response = shown?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

/// All pairs, each with its form; `form` is one that was sent and is wrong.
async fn pairs_page(
    state: &AppState,
    seat: &Seat,
    source: &Source,
    offset: i64,
    form: &Form,
) -> Result<Response, ApiError> {
    let all = pairs::list(&state.engine, source).await?.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let total = all.len() as i64;
    let own = place(seat, source.id, "/pairs");
    let faulty = !form.is_sound();
    let body = html! {
        (ui::heading(&source.name, &html! { a.button href=(place(seat, source.id, "")) { "Back to the source" } }))
        p { "Whoever asks a question closely like one of these gets its answer word for word." }
        @if faulty && form.why("question").is_none() && form.why("answer").is_none() { (faults(form)) }
        form.card.stack method="post" action=(own) {
            @let was = form.raw("was");
            h2 { @if was.is_empty() { "Add a pair" } @else { "Edit a pair" } }
            @if !was.is_empty() { input type="hidden" name="was" value=(was); }
            (Field { required: true, ..Field::text("question", "Question") }.show(form))
            (Field { required: true, hint: "Markdown.", ..Field::area("answer", "Answer") }.show(form))
            button.primary { "Save" }
        }
        ul.pairs { @for (n, pair) in all.iter().enumerate().skip(offset as usize).take(LIMIT as usize) { (pair_form(&own, n, pair)) } }
        (ui::pager(&own, offset, LIMIT, total))
    };
    Ok(ui::page(seat, Section::Knowledge, &source.name, &body))
}

fn pair_form(own: &str, n: usize, pair: &Pair) -> Markup {
    let (question, answer) = (format!("question-of-{n}"), format!("answer-of-{n}"));
    html! {
        li.card {
            details {
                summary { (pair.question) }
                form.stack method="post" action=(own) {
                    input type="hidden" name="was" value=(pair.question);
                    div.field { label for=(question) { "Question" } input id=(question) name="question" value=(pair.question) required autocomplete="off"; }
                    div.field { label for=(answer) { "Answer" } textarea id=(answer) name="answer" rows="4" required { (pair.answer) } }
                    button.primary { "Save" }
                }
                form method="post" action={ (own) "/remove" } data-sure="Remove this pair?" {
                    input type="hidden" name="was" value=(pair.question);
                    button.danger { "Remove" }
                }
            }
            p.passage { (pair.answer) }
        }
    }
}
