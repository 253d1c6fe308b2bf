//! Knowledge: sources, their pages and chunks, and what a question finds in them.

mod add;
mod files;
mod pages;
mod shown;
mod source;
mod trial;
mod written;

use axum::extract::State;
use axum::response::Response;
use botplot_core::account::Role;
use botplot_core::source::{Source, Status};
use botplot_engine::sources::new::{endings, formats};
use maud::{Markup, html};

use super::reply::piece;
use super::route::{ADMIN, Route, VIEWER};
use super::seat::Seat;
use super::ui::{self, Section};
use crate::page::Query;
use crate::{ApiError, AppState};

/// Sources on a page.
const LIMIT: i64 = 50;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/knowledge", VIEWER, show),
        Route::get("/app/{project}/knowledge/list", VIEWER, list),
        Route::get("/app/{project}/knowledge/add", ADMIN, add::show),
        Route::post("/app/{project}/knowledge/add", ADMIN, add::create),
        Route::post("/app/{project}/knowledge/files", ADMIN, files::create),
        Route::get("/app/{project}/knowledge/test", VIEWER, trial::show),
        Route::get("/app/{project}/knowledge/sources/{source}", VIEWER, source::show),
        Route::get("/app/{project}/knowledge/sources/{source}/state", VIEWER, source::state),
        Route::post("/app/{project}/knowledge/sources/{source}/sync", ADMIN, source::sync),
        Route::post("/app/{project}/knowledge/sources/{source}/switch", ADMIN, source::switch),
        Route::post("/app/{project}/knowledge/sources/{source}/rename", ADMIN, source::rename),
        Route::post("/app/{project}/knowledge/sources/{source}/remove", ADMIN, source::remove),
        Route::get("/app/{project}/knowledge/sources/{source}/pages/{page}", VIEWER, pages::show),
        Route::get("/app/{project}/knowledge/sources/{source}/text", ADMIN, written::show_text),
        Route::post("/app/{project}/knowledge/sources/{source}/text", ADMIN, written::save_text),
        Route::get("/app/{project}/knowledge/sources/{source}/pairs", ADMIN, written::show_pairs),
        Route::post("/app/{project}/knowledge/sources/{source}/pairs", ADMIN, written::save_pair),
        Route::post("/app/{project}/knowledge/sources/{source}/pairs/remove", ADMIN, written::remove_pair),
    ]
}

/// `GET /app/{project}/knowledge`
async fn show(State(state): State<AppState>, seat: Seat, mut query: Query) -> Result<Response, ApiError> {
    let offset = query.page_of(LIMIT, LIMIT).offset;
    let listed = listed(&state, &seat, offset).await?;
    let actions = html! {
        a.button href=(seat.path("knowledge/test")) { "Test a question" }
        @if seat.may(Role::Admin) { a.button.primary href=(seat.path("knowledge/add")) { "Add knowledge" } }
    };
    let body = html! {
        (ui::heading("Knowledge", &actions))
        @if seat.may(Role::Admin) { (drop_zone(&state, &seat, &[])) }
        (listed)
    };
    Ok(ui::page(&seat, Section::Knowledge, "Knowledge", &body))
}

/// `GET /app/{project}/knowledge/list`: the list alone, for a page that keeps it up to date.
async fn list(State(state): State<AppState>, seat: Seat, mut query: Query) -> Result<Response, ApiError> {
    let offset = query.page_of(LIMIT, LIMIT).offset;
    Ok(piece(&listed(&state, &seat, offset).await?))
}

/// Where files are dropped or chosen; it works without a script, too. `faults` are of files that were sent before.
pub(super) fn drop_zone(state: &AppState, seat: &Seat, faults: &[String]) -> Markup {
    let (limit, endings, formats) = (state.upload_bytes, endings().join(", "), formats().join(", "));
    html! {
        form #upload.drop method="post" enctype="multipart/form-data" action=(seat.path("knowledge/files"))
            data-limit=(limit) {
            @for fault in faults { (ui::complaint(&ui::sentence(fault))) }
            div.row {
                div.field {
                    label for="file" { "Add files" }
                    p.hint #file-hint {
                        "Drop them here or choose them: " (formats) ", up to " (shown::size(limit as i64)) " each."
                    }
                    input #file name="file" type="file" multiple required accept=(endings) aria-describedby="file-hint";
                }
                button { "Upload" }
            }
            ul #uploads.uploads aria-live="polite" {}
        }
    }
}

async fn listed(state: &AppState, seat: &Seat, offset: i64) -> Result<Markup, ApiError> {
    let (sources, total) = state.engine.reader().list_sources(seat.id(), LIMIT, offset).await?;
    let mut rows = Vec::with_capacity(sources.len());
    let busy = sources.iter().any(is_busy);
    for source in sources {
        let read = shown::read_so_far(state, &source).await?;
        rows.push((source, read));
    }
    let own = format!("knowledge/list?offset={offset}");
    let now = state.engine.clock().now();
    Ok(html! {
        div #sources hx-get=(seat.path(&own)) hx-trigger=(if busy { "every 2s, refresh" } else { "refresh" }) hx-swap="outerMorph" {
            @if rows.is_empty() {
                (ui::empty("The bot knows nothing yet", &html! {
                    p { "It answers only from what you add: your website, files, texts, or questions with their answers." }
                    @if seat.may(Role::Admin) {
                        a.button.primary href=(seat.path("knowledge/add")) { "Add your website" }
                    } @else { p { "Ask an admin of the project to add something." } }
                }))
            } @else {
                div.card.scroll {
                    table {
                        caption { (total) @if total == 1 { " source" } @else { " sources" } }
                        thead { tr {
                            th scope="col" { "Source" } th scope="col" { "State" }
                            th.number scope="col" { "Pages" } th.number scope="col" { "Passages" }
                            th.number scope="col" { "Size" } th scope="col" { "Last read" }
                        } }
                        tbody { @for (source, read) in &rows { (shown::row(seat, source, *read, now)) } }
                    }
                    @if busy { noscript { p { a href=(seat.path("knowledge")) { "Look again" } " to see how far it is." } } }
                }
                (ui::pager(&seat.path("knowledge"), offset, LIMIT, total))
            }
        }
    })
}

/// True while a source changes by itself.
fn is_busy(source: &Source) -> bool {
    matches!(source.status, Status::Pending | Status::Processing)
}
