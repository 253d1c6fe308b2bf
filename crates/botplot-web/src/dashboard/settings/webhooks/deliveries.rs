//! One delivery: what was sent, each attempt, and sending it once more.

use axum::extract::State;
use axum::response::Response;
use botplot_core::DeliveryId;
use botplot_core::delivery::{Attempt, Exchange, Status};
use botplot_engine::webhooks;
use maud::{Markup, html};

use super::{attempt_line, find, state_badge};
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::{Tab, page};
use crate::dashboard::ui::time;
use crate::ids::Path;
use crate::{ApiError, AppState, Code, ids};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/webhooks/{endpoint}/deliveries/{delivery}", ADMIN, show),
        Route::post(
            "/app/{project}/settings/webhooks/{endpoint}/deliveries/{delivery}/replay",
            ADMIN,
            replay,
        ),
    ]
}

async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, endpoint, id)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let endpoint = find(&state, &seat, &endpoint).await?;
    let (reader, id) = (state.engine.reader(), ids::read::<DeliveryId>(&id)?);
    let found = reader.find_delivery(seat.id(), endpoint.id, id).await?;
    let (it, body) = found.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let attempts = reader.list_attempts(seat.id(), id).await?;
    let back = seat.path(&format!("settings/webhooks/{}", endpoint.id));
    let shown = html! {
        p { a href={ (back) "#log" } { "← " (endpoint.url) } }
        section.card {
            header.heading {
                h2 { (it.kind) " " (state_badge(it.state)) }
                @if endpoint.status == Status::Active {
                    form method="post" action={ (back) "/deliveries/" (it.id) "/replay" } { button { "Send it once more" } }
                }
            }
            p.faint { "It happened " (time::at(it.created_at)) ". Attempts: " (it.made) "." }
            h3 { "Body of every attempt" }
            pre tabindex="0" aria-label="Body of the request" { code { (pretty(&body)) } }
        }
        @if attempts.is_empty() { p.faint { "No attempt was made yet." } }
        @for (attempt, exchange) in &attempts { (logged(attempt, exchange)) }
    };
    Ok(page(&seat, Tab::Webhooks, &shown))
}

/// JSON with line breaks; anything else as it is.
fn pretty(body: &[u8]) -> String {
    let read = serde_json::from_slice::<serde_json::Value>(body);
    let pretty = read.and_then(|value| serde_json::to_string_pretty(&value));
    pretty.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned())
}

fn logged(attempt: &Attempt, exchange: &Exchange) -> Markup {
    html! {
        section.card {
            h3 { "Attempt " (attempt.number) }
            p { (attempt_line(attempt)) }
            @if let Some(next) = attempt.next_at { p.faint { "The next one was to follow " (time::at(next)) "." } }
            (part("Head of the request", exchange.request_head.as_deref()))
            (part("Head of the answer", exchange.response_head.as_deref()))
            (part("First KiB of the answer", exchange.response_body.as_deref()))
        }
    }
}

fn part(title: &str, text: Option<&str>) -> Markup {
    html! {
        @if let Some(text) = text.filter(|text| !text.is_empty()) {
            details { summary { (title) } pre tabindex="0" aria-label=(title) { code { (text) } } }
        }
    }
}

async fn replay(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, endpoint, id)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let endpoint = find(&state, &seat, &endpoint).await?;
    let id = ids::read::<DeliveryId>(&id)?;
    webhooks::replay(&state.engine, seat.id(), endpoint.id, id).await?;
    let path = seat.path(&format!("settings/webhooks/{}/deliveries/{id}", endpoint.id));
    Ok(lead_to(&path, "It is sent once more."))
}
