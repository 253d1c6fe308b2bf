//! Analytics: what visitors ask and what becomes of it, in figures.

mod page;
mod parts;
mod period;
mod report;
mod tables;
mod zone;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::csv;
use super::route::{Route, VIEWER};
use super::seat::Seat;
use super::ui::{self, Section};
use crate::page::Query;
use crate::{ApiError, AppState, Code};
use period::Period;
use report::Report;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/analytics", VIEWER, show),
        Route::get("/app/{project}/analytics.csv", VIEWER, export),
    ]
}

async fn show(
    State(state): State<AppState>,
    seat: Seat,
    headers: HeaderMap,
    mut query: Query,
) -> Result<Response, ApiError> {
    let zone_given = query.text("zone").is_some();
    let (period, fault) = Period::read(&mut query, &headers, state.engine.clock().now());
    query.finish()?;
    let report = Box::pin(Report::load(&state.engine, &seat.project, period)).await?;
    let body = page::body(&seat, &report, fault.as_deref(), zone_given);
    Ok(ui::page(&seat, Section::Analytics, "Analytics", &body))
}

/// One of the page's tables as a file.
async fn export(
    State(state): State<AppState>,
    seat: Seat,
    headers: HeaderMap,
    mut query: Query,
) -> Result<Response, ApiError> {
    let (period, fault) = Period::read(&mut query, &headers, state.engine.clock().now());
    let name = query.text("table").unwrap_or_default();
    if let Some(why) = fault {
        query.fault("from", why);
    }
    query.finish()?;
    if !tables::NAMES.contains(&name.as_str()) {
        return Err(ApiError::new(Code::NotFound));
    }
    let report = Box::pin(Report::load(&state.engine, &seat.project, period)).await?;
    let table = tables::named(&name, &report).ok_or_else(|| ApiError::new(Code::NotFound))?;
    let mut text = csv::MARK.to_owned();
    csv::row(&mut text, &table.head);
    for cells in &table.rows {
        csv::row(&mut text, cells);
    }
    let file = format!("{name}-{}-{}.csv", report.period.first, report.period.last);
    Ok(csv::file(&file, text.into()))
}
