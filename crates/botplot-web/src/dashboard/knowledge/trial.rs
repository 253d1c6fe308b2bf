//! `GET /app/{project}/knowledge/test`: what the bot finds for a question and would do with it, by the code of chat.

use axum::extract::State;
use axum::response::Response;
use botplot_core::answer::Plan;
use botplot_core::message;
use botplot_engine::chat::{Rehearsal, rehearse};
use botplot_engine::retrieve::Passage;
use maud::{Markup, html};

use crate::dashboard::form::Form;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::{self, Section};
use crate::page::Query;
use crate::{ApiError, AppState};

/// Shows what is found for `q`.
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    mut query: Query,
) -> Result<Response, ApiError> {
    let asked = query.text("q");
    let mut form = Form::of(&[("q", asked.as_deref().unwrap_or_default())]);
    let mut found = None;
    if let Some(asked) = asked {
        match message::clean(&asked) {
            Ok(question) => found = Some(rehearse(&state.engine, &seat.project, &question, false).await?),
            Err(why) => form.fault("q", why),
        }
    }
    let question = Field { required: true, ..Field::text("q", "Question") };
    let body = html! {
        (ui::heading("Test a question", &html! { a.button href=(seat.path("knowledge")) { "Back to the list" } }))
        form.card.row method="get" action=(seat.path("knowledge/test")) role="search" {
            (question.show(&form))
            button.primary { "Test" }
        }
        @match &found {
            Some(found) => { (verdict(&state, &seat, found)) (candidates(&seat, &found.found.passages)) }
            None => { (ui::empty("Ask as a visitor would", &html! {
                p { "You see which passages are found, how sure the bot is, and what it would do. Nothing is stored and no model is asked." }
            })) }
        }
    };
    Ok(ui::page(&seat, Section::Knowledge, "Test a question", &body))
}

/// What the bot would do, and why.
fn verdict(state: &AppState, seat: &Seat, found: &Rehearsal) -> Markup {
    let (threshold, confidence) = (seat.project.settings.threshold, found.found.confidence);
    let (tone, what) = match (found.plan, found.is_refused()) {
        (_, true) => ("bad", "It would say that it does not know"),
        (Plan::Greet(_), _) => ("", "It would answer politely"),
        (Plan::Verbatim, _) => ("good", "It would answer in your own words"),
        (Plan::Generate, _) => ("good", "The model would write the answer from these passages"),
        (Plan::HandOver, _) => ("", "It would say that a person was asked to come"),
        (Plan::Extract | Plan::Refuse, _) => ("good", "It would quote the knowledge"),
    };
    html! {
        section.card aria-labelledby="verdict" {
            h2 #verdict { (ui::badge(tone, what)) }
            @if let Some(pair) = &found.pair { p { "Your answer to “" (pair) "”:" } }
            @if !found.text.is_empty() { blockquote.passage { (found.text) } }
            @if found.plan == Plan::Generate {
                p.hint { "Model: " (state.engine.model_name().unwrap_or("none")) }
            }
            dl.facts {
                div { dt { "Confidence" } dd.score {
                    meter min="0" max="1" low=(share(threshold)) optimum="1" value=(share(confidence)) aria-label="Confidence" {}
                    span { (share(confidence)) " – " @if confidence < threshold { "below" } @else { "at or above" } " the threshold of " (share(threshold)) }
                } }
                @if let Some(repaired) = &found.found.repaired {
                    div { dt { "Read as" } dd { "“" (repaired) "”, since a word was misspelt" } }
                }
            }
        }
    }
}

fn candidates(seat: &Seat, passages: &[Passage]) -> Markup {
    html! {
        section.stack.wide aria-labelledby="candidates" {
            h2 #candidates { (passages.len()) @if passages.len() == 1 { " passage" } @else { " passages" } }
            @if passages.is_empty() { p { "Nothing that was learnt has to do with this question." } }
            ol.chunks { @for passage in passages { (candidate(seat, passage)) } }
        }
    }
}

fn candidate(seat: &Seat, passage: &Passage) -> Markup {
    let page = seat.path(&format!("knowledge/sources/{}/pages/{}", passage.source, passage.page));
    html! {
        li.card {
            h3 { a href=(page) { @if passage.title.is_empty() { "Page" } @else { (passage.title) } } }
            @if !passage.heading.is_empty() { p.path { (passage.heading) } }
            p.passage { (passage.body) }
            dl.scores {
                (bar("Words", Some(passage.lexical.into())))
                (bar("Meaning", passage.cosine.map(f64::from)))
                (bar("Together", Some(passage.score.into())))
            }
        }
    }
}

fn bar(name: &str, score: Option<f64>) -> Markup {
    html! {
        div {
            dt { (name) }
            dd.score { @match score {
                Some(score) => { meter min="0" max="1" value=(share(score)) aria-label=(name) {} span { (share(score)) } }
                None => span { "no vector yet" },
            } }
        }
    }
}

fn share(number: f64) -> String {
    format!("{:.2}", number.clamp(0.0, 1.0))
}
