//! Runs of the question set: the last ones as a trend and a table, and one with how each question went.

use axum::extract::State;
use axum::response::Response;
use botplot_core::question::{Asked, Run};
use maud::{Markup, html};

use super::{Half, tabs};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section, time};
use crate::ids::Path;
use crate::{ApiError, AppState, Code, ids};

/// Runs that are shown.
pub(super) const SHOWN: i64 = 12;
/// Width of a bar with the space beside it, and height of a full one.
const BAR: (i64, i64) = (30, 60);

/// `GET /app/{project}/improve/runs/{run}`
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let run = state.engine.reader().find_run(seat.id(), ids::read(&id)?).await?;
    let run = run.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let mut results: Vec<&Asked> = run.results.iter().collect();
    // What failed is why the page is opened.
    results.sort_by_key(|result| result.passed);
    let back = html! { a.button href=(seat.path("improve/questions")) { "Back to the question set" } };
    let body = html! {
        (ui::heading(&format!("{} of {} right", run.passed, run.questions), &back))
        (tabs(&seat, Half::Questions))
        p { "Asked " (time::at(run.created_at)) "." }
        ol.chunks { @for result in results { li { (shown(result)) } } }
    };
    Ok(ui::page(&seat, Section::Improve, "Run of the question set", &body))
}

fn shown(result: &Asked) -> Markup {
    let (tone, text) = if result.passed { ("good", "right") } else { ("bad", "wrong") };
    html! {
        article.card {
            h2 { (result.question) }
            p.facts-line { (ui::badge(tone, text)) " " span { (how(&result.how)) } " · confidence " (format!("{:.2}", result.confidence)) }
            @if !result.answer.is_empty() { blockquote.passage { (result.answer) } }
            @if !result.missing.is_empty() { p.complaint { "It lacks: " (result.missing.join("; ")) } }
        }
    }
}

/// How an answer came about, for people.
fn how(word: &str) -> &'static str {
    match word {
        "greeted" => "a polite word",
        "handed_over" => "handed over to a person",
        "refused" => "no answer",
        "verbatim" => "in your own words",
        "quoted" => "quoted",
        "written" => "written by the model",
        _ => "could not be asked",
    }
}

/// The last runs: a trend, oldest first, and the table behind it, newest first.
pub(super) fn list(seat: &Seat, runs: &[Run]) -> Markup {
    html! {
        section.card aria-labelledby="runs-title" {
            h2 #runs-title { "Last runs" }
            @if runs.len() > 1 { (trend(runs)) }
            div.scroll { table {
                thead { tr { th scope="col" { "When" } th.number scope="col" { "Right" } th.number scope="col" { "Questions" } th scope="col" { "Result" } } }
                tbody { @for run in runs { tr {
                    td { (time::at(run.created_at)) }
                    td.number { (run.passed) }
                    td.number { (run.questions) }
                    td { a href=(seat.path(&format!("improve/runs/{}", run.id))) {
                        @if run.passed == run.questions { "All right" } @else { (run.questions - run.passed) " wrong" }
                    } }
                } } }
            } }
        }
    }
}

fn percent(run: &Run) -> i64 {
    if run.questions == 0 { 0 } else { run.passed * 100 / run.questions }
}

fn trend(runs: &[Run]) -> Markup {
    let (step, full) = BAR;
    let said: Vec<String> = runs.iter().rev().map(|run| format!("{} %", percent(run))).collect();
    let width = step * runs.len() as i64;
    html! {
        svg.trend viewBox={ "0 0 " (width) " " (full + 14) } width=(width) height=(full + 14) role="img"
            aria-label={ "Share of right answers, oldest run first: " (said.join(", ")) } {
            @for (n, run) in runs.iter().rev().enumerate() {
                @let (x, high) = (n as i64 * step + 3, percent(run) * full / 100);
                rect.base x=(x) y="0" width=(step - 6) height=(full) rx="3" {}
                rect.passed x=(x) y=(full - high) width=(step - 6) height=(high) rx="3" {}
                text x=(x + (step - 6) / 2) y=(full + 11) text-anchor="middle" { (percent(run)) }
            }
        }
    }
}
