//! Leads: contact details that visitors left, with what they agreed to.

mod export;
mod list;

use axum::extract::State;
use axum::response::Response;
use botplot_core::LeadId;
use botplot_core::lead::Lead;
use botplot_engine::erasure;
use maud::{Markup, html};

use super::reply::{encoded, lead_to};
use super::route::{ADMIN, AGENT, Route, VIEWER};
use super::seat::Seat;
use super::ui::{self, Section};
use crate::ids::{self, Path};
use crate::page::Query;
use crate::{ApiError, AppState, Code};

/// Leads shown at once.
const PAGE: i64 = 25;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/leads", VIEWER, show),
        Route::get("/app/{project}/leads.csv", AGENT, export::show),
        Route::post("/app/{project}/leads/{lead}/erase", ADMIN, erase),
    ]
}

async fn show(State(state): State<AppState>, seat: Seat, mut query: Query) -> Result<Response, ApiError> {
    let words = query.text("q").unwrap_or_default().trim().to_owned();
    let part = query.page_of(PAGE, PAGE);
    query.finish()?;
    let (leads, total) = state.engine.reader().page_leads(seat.id(), &words, part.limit, part.offset).await?;
    let path = match words.as_str() {
        "" => seat.path("leads"),
        words => format!("{}?q={}", seat.path("leads"), encoded(words)),
    };
    let body = html! {
        (list::heading(&seat, &words, total))
        @if total > 0 || !words.is_empty() { (list::search(&seat, &words)) }
        @if leads.is_empty() { (list::nothing(&seat, &words)) } @else { (list::table(&seat, &leads)) }
        (ui::pager(&path, part.offset, part.limit, total))
    };
    Ok(ui::page(&seat, Section::Leads, "Leads", &body))
}

/// Erases all that the lead's visitor left.
async fn erase(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, lead)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let lead: LeadId = ids::read(&lead)?;
    let found = state.engine.reader().find_lead(seat.id(), lead).await?;
    let Lead { visitor_id, .. } = found.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let erased = erasure::erase(&state.engine, seat.id(), &visitor_id, &seat.actor()).await?;
    let said = format!(
        "Erased: {} and {}.",
        counted(erased.leads, "lead", "leads"),
        counted(erased.conversations, "conversation", "conversations")
    );
    Ok(lead_to(&seat.path("leads"), &said))
}

fn counted(count: i64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Details beside the consent, as names and values to be read.
fn details(lead: &Lead) -> Vec<(String, String)> {
    let told = |(name, value): (&String, &serde_json::Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), value)
    };
    let all = lead.details.iter().filter(|(name, _)| *name != botplot_core::lead::CONSENT);
    all.map(told).filter(|(_, value)| !value.trim().is_empty()).collect()
}

/// A name for a lead: the first that is known.
fn called(lead: &Lead) -> &str {
    let known = [&lead.name, &lead.email, &lead.phone];
    known.into_iter().flatten().next().map_or(lead.visitor_id.as_str(), String::as_str)
}

/// An address to write to or to call, safe to be put into a link.
fn reach(scheme: &str, address: &str) -> Markup {
    html! { a href={ (scheme) ":" (encoded(address).replace('+', "%20").replace("%40", "@")) } { (address) } }
}
