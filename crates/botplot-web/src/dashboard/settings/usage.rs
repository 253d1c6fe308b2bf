//! What the plan holds and how much of it is used; how long things are kept; who is told what an owner should know.

use axum::extract::State;
use axum::response::Response;
use botplot_core::notice::{Kind, Notice};
use botplot_engine::SPEND;
use botplot_engine::chat::MESSAGES;
use maud::{Markup, html};

use super::places::{self, As, Place};
use super::{Tab, page, refused};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::time;
use crate::{ApiError, AppState};

const PLACES: &[Place] = &[
    ("idle_days", As::Number),
    ("retention_days", As::Number),
    ("daily_spend", As::Number),
    ("notices.emails", As::Lines),
];
/// Notices that are shown.
const NOTICES: i64 = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/usage", ADMIN, show),
        Route::post("/app/{project}/settings/usage", ADMIN, save),
    ]
}

async fn show(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    view(&state, &seat, &places::stored(&seat.project.settings, PLACES)).await
}

async fn save(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let patch = places::patch(&form, PLACES);
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Tab::Usage.path()), "Saved."));
    }
    Ok(refused(view(&state, &seat, &form).await?))
}

async fn view(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let used = used(state, seat).await?;
    let (notices, _) = state.engine.reader().list_notices(seat.id(), NOTICES, 0).await?;
    let body = html! {
        (used)
        div.columns {
            form.card method="post" action=(seat.path(Tab::Usage.path())) {
                h2 { "Keeping and spending" }
                (Field { kind: "number", hint: "Days without a message after which a conversation is closed; 0 never.", ..Field::text("idle_days", "Close after") }.show(form))
                (Field { kind: "number", hint: "Days after which a conversation in which nothing happened is deleted for good; 0 never.", ..Field::text("retention_days", "Delete after") }.show(form))
                (Field { hint: "What the model may cost a day, in the operator’s currency; then answers are quoted until the next day. 0 is no cap of your own.", ..Field::text("daily_spend", "Spend at most a day") }.show(form))
                h2 { "Notices by e-mail" }
                @if state.engine.mail_server().is_none() { p.notice { "This server sends no e-mail yet: its operator can set that up." } }
                (Field { hint: "One address a line, at most 10; none tells nobody.", ..Field::area("notices.emails", "Tell these addresses") }.show(form))
                div.actions { button.primary { "Save" } }
            }
            (list(&notices))
        }
    };
    Ok(page(seat, Tab::Usage, &body))
}

/// The figures of the month and the day.
async fn used(state: &AppState, seat: &Seat) -> Result<Markup, ApiError> {
    let (engine, now) = (&state.engine, state.engine.clock().now());
    let limits = engine.plan_limits(&seat.project);
    let answers = of(state, seat, &now.month(), MESSAGES).await?;
    let spent = of(state, seat, &now.day(), SPEND).await?;
    let (_, endpoints) = engine.reader().list_endpoints(seat.id(), 1, 0).await?;
    let cap = engine.spending().cap(&seat.project);
    let money = |millionths: i64| format!("{:.2}", millionths as f64 / 1e6);
    Ok(html! {
        div.cards {
            section.card {
                h2 { "Plan" }
                p.figure { (seat.project.plan.as_str()) }
                p.faint { "The operator of this server sets it. " @if limits.api { "The API is open." } @else { "The API is not part of it." } }
            }
            section.card {
                h2 { "Answers this month" }
                p.figure { (answers) @if let Some(limit) = limits.monthly() { span.faint { " of " (limit) } } }
                @match limits.monthly() {
                    Some(limit) => { (meter("Answers this month", answers, limit)) }
                    None => { p.faint { "Without a limit." } }
                }
                p.faint { "Counted anew " (time::at(now.next_month())) "." }
            }
            section.card {
                h2 { "Webhook endpoints" }
                p.figure { (endpoints) span.faint { " of " (limits.endpoints) } }
                (meter("Webhook endpoints", endpoints, limits.endpoints))
            }
            section.card {
                h2 { "Spent today" }
                p.figure { (money(spent)) @if let Some(cap) = cap { span.faint { " of " (money(cap)) } } }
                @match cap {
                    Some(cap) => { (meter("Spent today", spent, cap)) }
                    None => { p.faint { "Without a cap." } }
                }
                p.faint { "Counted anew " (time::at(now.next_day())) "." }
            }
        }
    })
}

/// What was used of something in a month or on a day.
async fn of(state: &AppState, seat: &Seat, period: &str, metric: &str) -> Result<i64, ApiError> {
    let all = state.engine.reader().usage(seat.id(), period).await?;
    Ok(all.into_iter().find(|(name, _)| name == metric).map_or(0, |(_, used)| used.max(0)))
}

fn meter(label: &str, used: i64, limit: i64) -> Markup {
    let (most, high) = (limit.max(1), limit.max(1) * 4 / 5);
    html! { meter aria-label=(label) min="0" max=(most) high=(high) optimum="0" value=(used.min(most)) { (used) " of " (limit) } }
}

fn list(notices: &[Notice]) -> Markup {
    html! {
        section.card {
            h2 { "What you should know" }
            @if notices.is_empty() {
                p.faint { "Nothing: no limit reached, no key in a browser, no source or webhook that fails." }
            } @else {
                ul.notices { @for notice in notices { li { strong { (words(notice.kind)) } (detail(notice)) p.faint { (time::at(notice.created_at)) } } } }
            }
        }
    }
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::MessagesNearLimit => "Eighty per cent of the month’s answers are used",
        Kind::MessagesAtLimit => "The month’s answers are used up",
        Kind::SpendingAtLimit => "The day’s spending cap is reached: answers are quoted",
        Kind::SecretKeyInBrowser => "A secret key came from a browser: revoke it",
        Kind::EndpointDisabled => "A webhook endpoint was disabled",
        Kind::EndpointUnsigned => "A webhook endpoint’s secret cannot be opened: make a new one",
        Kind::SourceFailed => "A source could not be read",
        Kind::LetterFailed => "An e-mail could not be sent",
    }
}

/// The names that go with a notice.
fn detail(notice: &Notice) -> Markup {
    let texts = ["name", "prefix", "url", "error", "reason"].iter();
    let texts: Vec<&str> = texts.filter_map(|name| notice.detail.get(*name)?.as_str()).collect();
    html! { @if !texts.is_empty() { p { (texts.join(" · ")) } } }
}
