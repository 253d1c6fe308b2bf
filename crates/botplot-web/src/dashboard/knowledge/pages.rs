//! The pages of a source with what became of each, and a page's passages as the bot sees them.

use axum::extract::State;
use axum::response::Response;
use botplot_core::PageId;
use botplot_core::source::{Page, PageState, Source, Status};
use maud::{Markup, html};

use super::source::{find, place};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section, time};
use crate::ids::Path;
use crate::{ApiError, AppState, Code, ids};

/// Pages of a list.
pub(super) const LIMIT: i64 = 50;

/// The states that a list can be narrowed to.
const STATES: [(PageState, &str); 3] =
    [(PageState::Indexed, "Learnt"), (PageState::Skipped, "Left out"), (PageState::Failed, "Failed")];

/// A part of a source's pages, of one state or of all.
pub(super) async fn list(
    state: &AppState,
    seat: &Seat,
    source: &Source,
    wanted: Option<PageState>,
    offset: i64,
) -> Result<Markup, ApiError> {
    let reader = state.engine.reader();
    let counts = reader.count_pages(source.project, source.id).await?;
    let (found, total) = reader.pages_in(source.project, source.id, wanted, LIMIT, offset).await?;
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    let own = place(seat, source.id, &wanted.map(|w| format!("?state={}", w.as_str())).unwrap_or_default());
    let count = |state| counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
    Ok(html! {
        section.card aria-labelledby="pages" {
            h2 #pages { "Pages" }
            nav.tabs aria-label="Which pages" {
                a href=(place(seat, source.id, "")) aria-current=[wanted.is_none().then_some("page")] { "All (" (all) ")" }
                @for (state, name) in STATES {
                    a href={ (place(seat, source.id, "?state=")) (state.as_str()) } aria-current=[(wanted == Some(state)).then_some("page")] {
                        (name) " (" (count(state)) ")"
                    }
                }
            }
            @if found.is_empty() {
                p { (nothing(source, wanted)) }
            } @else {
                div.scroll { table {
                    thead { tr { th scope="col" { "Page" } th scope="col" { "What became of it" } th scope="col" { "Changed" } } }
                    tbody { @for page in &found { (row(seat, source, page)) } }
                } }
                (ui::pager(&own, offset, LIMIT, total))
            }
        }
    })
}

fn nothing(source: &Source, wanted: Option<PageState>) -> &'static str {
    match (wanted, source.status) {
        (Some(_), _) => "No page of this source is in that state.",
        (None, Status::Pending | Status::Processing) => "Pages appear here as they are read.",
        (None, _) => "Nothing was read. Read it again once what is wrong with it is put right.",
    }
}

fn row(seat: &Seat, source: &Source, page: &Page) -> Markup {
    let title = if page.title.is_empty() { &page.url } else { &page.title };
    html! {
        tr {
            th scope="row" {
                @if page.state == PageState::Indexed {
                    a href={ (place(seat, source.id, "/pages/")) (page.id) } { (title) }
                } @else { (title) }
                @if *title != page.url { p.under { (page.url) } }
            }
            td {
                (badge(page.state))
                @if let Some(why) = &page.reason { p.reason { (ui::sentence(why)) } }
            }
            td { (time::at(page.updated_at)) }
        }
    }
}

fn badge(state: PageState) -> Markup {
    let tone = match state {
        PageState::Indexed => "good",
        PageState::Skipped => "",
        PageState::Failed => "bad",
    };
    ui::badge(tone, STATES.iter().find(|(known, _)| *known == state).map_or("", |(_, name)| *name))
}

/// `GET /app/{project}/knowledge/sources/{source}/pages/{page}`
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, source, page)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &source).await?;
    let id: PageId = ids::read(&page)?;
    let page = state.engine.reader().find_page(seat.id(), id).await?.filter(|page| page.source == source.id);
    let page = page.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let chunks = state.engine.reader().chunks_of(seat.id(), id).await?;
    let title = if page.title.is_empty() { &page.url } else { &page.title };
    let back = html! { a.button href=(place(&seat, source.id, "")) { "Back to " (source.name) } };
    let body = html! {
        (ui::heading(title, &back))
        div.card {
            p {
                (badge(page.state)) " "
                @if source.kind.is_web() { a href=(page.url) rel="noreferrer" { (page.url) } } @else { (page.url) }
            }
            @if let Some(why) = &page.reason { p.reason { (ui::sentence(why)) } }
        }
        @if chunks.is_empty() {
            (ui::empty("No passages", &html! { p { "Nothing of this page can be found." } }))
        }
        ol.chunks {
            @for (heading, body, has_vector) in &chunks {
                li.card {
                    @if !heading.is_empty() { p.path { (heading) } }
                    p.passage { (body) }
                    @if !has_vector { p { (ui::badge("warn", "found by its words only, until its vector is made")) } }
                }
            }
        }
    };
    Ok(ui::page(&seat, Section::Knowledge, title, &body))
}
