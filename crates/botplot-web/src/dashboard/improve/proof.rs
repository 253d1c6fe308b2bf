//! `GET …/proof`: the old question asked again once the answer is learnt, beside what the bot said then.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use botplot_core::SourceId;
use botplot_core::account::Role;
use botplot_core::answer::Plan;
use botplot_core::question::Gap;
use botplot_core::source::Status;
use botplot_engine::chat::{Rehearsal, rehearse};
use botplot_engine::sources::pairs::{self, Learnt};
use maud::{Markup, html};

use crate::dashboard::reply::{encoded, piece};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section, time};
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};

/// The page, or for its script only the piece that changes.
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gap = state.engine.reader().find_gap(seat.id(), ids::read(&id)?).await?;
    let gap = gap.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let source = ids::read(&query.text("source").unwrap_or_default())?;
    let pair = query.text("pair").unwrap_or_default();
    let own = seat.path(&format!("improve/gaps/{id}/proof?source={source}&pair={}", encoded(&pair)));
    let proof = proof(&state, &seat, &gap, source, &pair, &own).await?;
    if headers.contains_key("hx-request") {
        return Ok(piece(&proof));
    }
    let body = html! {
        (ui::heading("Asked again", &html! { a.button.primary href=(seat.path("improve")) { "Next question" } }))
        p { "The question was: " strong { (gap.question) } }
        div.columns {
            section.card aria-labelledby="then" {
                h2 #then { "Then" }
                blockquote.passage.then { (gap.answer) }
                p.facts-line { (time::at(gap.created_at)) " · " a href=(seat.path(&format!("inbox/{}", gap.conversation))) { "Conversation" } }
            }
            (proof)
        }
    };
    Ok(ui::page(&seat, Section::Improve, "Asked again", &body))
}

async fn proof(
    state: &AppState,
    seat: &Seat,
    gap: &Gap,
    source: SourceId,
    pair: &str,
    own: &str,
) -> Result<Markup, ApiError> {
    let learnt = pairs::learnt(&state.engine, seat.id(), source, pair).await?;
    let now = match &learnt {
        // Only who may spend the project's money has its model asked.
        Learnt::Yes => {
            Some(rehearse(&state.engine, &seat.project, &gap.question, seat.may(Role::Admin)).await?)
        }
        Learnt::NotYet | Learnt::Never(_) => None,
    };
    let waits = matches!(learnt, Learnt::NotYet);
    Ok(html! {
        section #now.card aria-labelledby="now-title" aria-live="polite" hx-get=[waits.then_some(own)] hx-trigger=[waits.then_some("every 1s")] hx-swap="outerMorph" {
            h2 #now-title { "Now" }
            @match (&now, &learnt) {
                (Some(said), _) => (answer(seat, said)),
                (None, Learnt::Never(status)) => p.complaint { (gone(*status)) },
                (None, _) => { p { "Your answer is being learnt …" } noscript { p { a href=(own) { "Look again" } } } }
            }
        }
    })
}

fn gone(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Failed) => "Your answer could not be read. Its source, under Knowledge, says why.",
        Some(_) => "The source of your answer is switched off: switch it on under Knowledge.",
        None => "Your answer was removed in the meantime.",
    }
}

fn answer(seat: &Seat, said: &Rehearsal) -> Markup {
    let tone = if said.is_refused() { "bad" } else { "good" };
    let how = match (said.plan, said.is_refused()) {
        (_, true) => "still no answer",
        (Plan::Verbatim, _) => "in your own words",
        (Plan::Generate, _) => "written by the model",
        (Plan::Greet(_), _) => "a polite word",
        (Plan::HandOver, _) => "handed over to a person",
        (Plan::Extract | Plan::Refuse, _) => "quoted from the knowledge",
    };
    html! {
        p { (ui::badge(tone, how)) }
        @if said.text.is_empty() {
            p { "The model would write the answer from these passages." }
        } @else {
            blockquote.passage { (said.text) }
        }
        @if !said.sources.is_empty() {
            p.facts-line { "Sources: " @for (n, source) in said.sources.iter().enumerate() { @if n > 0 { ", " } (source.title) } }
        }
        @if said.plan != Plan::Verbatim {
            p.hint { "This question is not close enough to the one that you wrote for your answer to be given word for word. Put the visitor's own words into the pair to change that, under " a href=(seat.path("knowledge")) { "Knowledge" } "." }
        }
    }
}
