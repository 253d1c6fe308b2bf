//! What visitors asked in vain, gathered by what they ask; one such cluster with all its questions.

use axum::extract::State;
use axum::response::Response;
use botplot_core::account::Role;
use botplot_core::question::Gap;
use botplot_core::{MessageId, Timestamp};
use botplot_engine::gaps::{self, Cluster, Gathered};
use maud::{Markup, html};

use super::answer::form as answer_form;
use super::{Half, tabs};
use crate::dashboard::form::Form;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section, time};
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};

/// Days that can be looked back.
const DAYS: [i64; 2] = [30, 90];
/// Clusters on a page.
const LIMIT: i64 = 20;
/// Questions of a cluster that are shown.
const SHOWN: usize = 50;

/// `GET /app/{project}/improve`
pub(super) async fn list(
    State(state): State<AppState>,
    seat: Seat,
    mut query: Query,
) -> Result<Response, ApiError> {
    let asked = query.text("days").and_then(|days| days.parse().ok()).unwrap_or(DAYS[0]);
    let days = if DAYS.contains(&asked) { asked } else { DAYS[0] };
    let offset = query.page_of(LIMIT, LIMIT).offset;
    let found = gaps::gather(&state.engine, seat.id(), days).await?;
    let now = state.engine.clock().now();
    let own = seat.path(&format!("improve?days={days}"));
    let span = html! {
        @for choice in DAYS {
            a.button href=(seat.path(&format!("improve?days={choice}"))) aria-current=[(choice == days).then_some("true")] { (choice) " days" }
        }
    };
    let body = html! {
        (ui::heading("Improve", &span))
        (tabs(&seat, Half::Gaps))
        @if found.clusters.is_empty() {
            (ui::empty("Nothing was asked in vain", &html! {
                p { "In the last " (days) " days the bot had an answer to every question, and nobody rated one as bad." }
                p { "Questions that it cannot answer gather here, the most frequent first, so that you can write the answer." }
            }))
        } @else {
            (summary(&found, days))
            ol.gaps {
                @for cluster in found.clusters.iter().skip(offset as usize).take(LIMIT as usize) { li { (card(&seat, cluster, now)) } }
            }
            (ui::pager(&own, offset, LIMIT, found.clusters.len() as i64))
        }
    };
    Ok(ui::page(&seat, Section::Improve, "Improve", &body))
}

fn summary(found: &Gathered, days: i64) -> Markup {
    html! {
        p {
            "In the last " (days) " days "
            @if found.gaps == 1 { strong { "1" } " answer was" } @else { strong { (found.gaps) } " answers were" }
            " none, or rated as bad: to "
            strong { (found.clusters.len()) } @if found.clusters.len() == 1 { " question." } @else { " different questions." }
            @if found.is_cut { " Older ones appear once these are dealt with." }
        }
        @if found.waiting > 0 {
            p.notice { (found.waiting) " of them are still being compared by their meaning: look again in a moment." }
        }
    }
}

fn card(seat: &Seat, cluster: &Cluster, now: Timestamp) -> Markup {
    let newest = &cluster.gaps[0];
    html! {
        article.card.gap {
            div.stack {
                h2 { a href=(seat.path(&format!("improve/gaps/{}", newest.message))) { (cluster.question) } }
                p.facts-line {
                    (asked(cluster))
                    (badges(&cluster.gaps))
                    span { "last " (time::ago(newest.created_at, now)) @if now.seconds_since(newest.created_at) >= 60 { " ago" } }
                    a href=(seat.path(&format!("inbox/{}", newest.conversation))) { "Newest conversation" }
                }
            }
            div.actions {
                @if seat.may(Role::Admin) {
                    a.button.primary href=(seat.path(&format!("improve/gaps/{}", newest.message))) { "Write the answer" }
                    (dismiss(seat, cluster))
                }
            }
        }
    }
}

fn asked(cluster: &Cluster) -> Markup {
    let times = cluster.gaps.len();
    html! { span { "asked " @if times == 1 { "once" } @else { (times) " times" } } }
}

fn badges(gaps: &[Gap]) -> Markup {
    html! {
        @if gaps.iter().any(|gap| gap.refused) { (ui::badge("warn", "no answer")) }
        @if gaps.iter().any(|gap| gap.rated_down) { (ui::badge("bad", "rated as bad")) }
    }
}

/// The button that takes a cluster off the list.
fn dismiss(seat: &Seat, cluster: &Cluster) -> Markup {
    let newest = cluster.gaps[0].message;
    html! {
        form method="post" action=(seat.path(&format!("improve/gaps/{newest}/dismiss"))) {
            (members(&cluster.gaps))
            button { "Dismiss" }
        }
    }
}

/// The messages of a cluster as it was seen, for the forms about it.
pub(super) fn members(gaps: &[Gap]) -> Markup {
    html! { @for gap in gaps { input type="hidden" name="message" value=(gap.message); } }
}

/// `GET /app/{project}/improve/gaps/{message}`
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let cluster = find(&state, &seat, &id).await?;
    let form = Form::of(&[("question", &cluster.question)]);
    Ok(page(&state, &seat, &cluster, &form))
}

/// The cluster that an answer is in now; an answer that was looked into before stands alone.
pub(super) async fn find(state: &AppState, seat: &Seat, id: &str) -> Result<Cluster, ApiError> {
    let id: MessageId = ids::read(id)?;
    let gap = state.engine.reader().find_gap(seat.id(), id).await?;
    let gap = gap.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let found = gaps::gather(&state.engine, seat.id(), DAYS[1]).await?;
    let its = found.clusters.into_iter().find(|cluster| cluster.gaps.iter().any(|gap| gap.message == id));
    Ok(its.unwrap_or_else(|| Cluster { question: gap.question.clone(), gaps: vec![gap] }))
}

/// A cluster with the form for its answer.
pub(super) fn page(state: &AppState, seat: &Seat, cluster: &Cluster, form: &Form) -> Response {
    let now = state.engine.clock().now();
    let body = html! {
        (ui::heading(&cluster.question, &html! { a.button href=(seat.path("improve")) { "Back to the list" } }))
        p.facts-line { (asked(cluster)) " " (badges(&cluster.gaps)) }
        div.columns {
            section.stack.wide aria-labelledby="asked" {
                h2 #asked { "What was asked, and what the bot said" }
                ol.gaps { @for gap in cluster.gaps.iter().take(SHOWN) { li { (said(seat, gap, now)) } } }
                @if cluster.gaps.len() > SHOWN { p { "and " (cluster.gaps.len() - SHOWN) " more" } }
            }
            @if seat.may(Role::Admin) {
                div.stack.wide { (answer_form(seat, cluster, form)) (into_the_set(seat, cluster)) (dismiss(seat, cluster)) }
            }
        }
    };
    ui::page(seat, Section::Improve, &cluster.question, &body)
}

fn said(seat: &Seat, gap: &Gap, now: Timestamp) -> Markup {
    html! {
        article.card {
            p { strong { (gap.question) } }
            blockquote.passage.then { (gap.answer) }
            p.facts-line {
                (badges(std::slice::from_ref(gap)))
                span { (time::ago(gap.created_at, now)) } " · "
                a href=(seat.path(&format!("inbox/{}", gap.conversation))) { "Conversation" }
            }
            @if let Some(comment) = gap.comment.as_deref().filter(|comment| !comment.is_empty()) { p { "“" (comment) "”" } }
        }
    }
}

fn into_the_set(seat: &Seat, cluster: &Cluster) -> Markup {
    html! {
        form.card.stack method="post" action=(seat.path("improve/questions")) {
            h2 { "Keep an eye on it" }
            p { "Put the question into the question set, to see with each run whether it is answered." }
            input type="hidden" name="question" value=(cluster.question);
            button { "Add to the question set" }
        }
    }
}
