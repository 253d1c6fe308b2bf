//! One source: how it stands, its pages with what became of each, and what can be done with it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::SourceId;
use botplot_core::account::Role;
use botplot_core::source::{Kind, PageState, Source, Status};
use botplot_engine::sources;
use maud::{Markup, html};

use super::{is_busy, pages, shown};
use crate::dashboard::form::Form;
use crate::dashboard::reply::{lead_to, piece};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::{self, Section, time};
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};

/// Finds the source that an address names, within the project.
pub(super) async fn find(state: &AppState, seat: &Seat, id: &str) -> Result<Source, ApiError> {
    let id: SourceId = ids::read(id)?;
    let found = state.engine.reader().find_source(seat.id(), id).await?;
    found.ok_or_else(|| ApiError::new(Code::NotFound))
}

/// An address of a source.
pub(super) fn place(seat: &Seat, source: SourceId, rest: &str) -> String {
    seat.path(&format!("knowledge/sources/{source}{rest}"))
}

/// `GET /app/{project}/knowledge/sources/{source}`
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    query: Query,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    let form = Form::of(&[("name", &source.name)]);
    page(&state, &seat, &source, query, &form).await
}

/// `GET /app/{project}/knowledge/sources/{source}/state`: how it stands alone, for a page that keeps it up to date.
pub(super) async fn state(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    Ok(piece(&standing(&state, &seat, &source).await?))
}

/// `POST …/sync`
pub(super) async fn sync(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let id = ids::read(&id)?;
    match sources::sync(&state.engine, seat.id(), id).await {
        Ok(_) => Ok(lead_to(&place(&seat, id, ""), "It is being read anew.")),
        Err(botplot_engine::Error::Conflict(_)) => {
            Ok(lead_to(&place(&seat, id, ""), "It is switched off: switch it on to have it read."))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST …/switch`: off, or with `on` on again.
pub(super) async fn switch(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, ApiError> {
    let (id, on) = (ids::read(&id)?, form.flag("on"));
    sources::change_by(&state.engine, seat.id(), id, (None, Some(!on)), &seat.actor()).await?;
    let said =
        if on { "Switched on. It is being read anew." } else { "Switched off. No answer uses it now." };
    Ok(lead_to(&place(&seat, id, ""), said))
}

/// `POST …/rename`
pub(super) async fn rename(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    query: Query,
    mut form: Form,
) -> Result<Response, ApiError> {
    let source = find(&state, &seat, &id).await?;
    let name = form.text("name");
    match sources::change_by(&state.engine, seat.id(), source.id, (Some(&name), None), &seat.actor()).await {
        Ok(_) => return Ok(lead_to(&place(&seat, source.id, ""), "Renamed.")),
        Err(error) => form.blame(error)?,
    }
    let mut response = page(&state, &seat, &source, query, &form).await?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

/// `POST …/remove`
pub(super) async fn remove(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    sources::remove_by(&state.engine, seat.id(), ids::read(&id)?, &seat.actor()).await?;
    Ok(lead_to(&seat.path("knowledge"), "Removed. No answer uses it any more."))
}

async fn page(
    state: &AppState,
    seat: &Seat,
    source: &Source,
    mut query: Query,
    form: &Form,
) -> Result<Response, ApiError> {
    let wanted = query.text("state").and_then(|word| PageState::parse(&word));
    let offset = query.page_of(pages::LIMIT, pages::LIMIT).offset;
    let body = html! {
        (ui::heading(&source.name, &html! { a.button href=(seat.path("knowledge")) { "Back to the list" } }))
        (standing(state, seat, source).await?)
        @if seat.may(Role::Admin) { (actions(seat, source)) }
        (pages::list(state, seat, source, wanted, offset).await?)
        @if seat.may(Role::Admin) { (change(seat, source, form)) }
    };
    Ok(ui::page(seat, Section::Knowledge, &source.name, &body))
}

async fn standing(state: &AppState, seat: &Seat, source: &Source) -> Result<Markup, ApiError> {
    let read = shown::read_so_far(state, source).await?;
    let now = state.engine.clock().now();
    let busy = is_busy(source);
    Ok(html! {
        div #standing.card hx-get=[busy.then(|| place(seat, source.id, "/state"))] hx-trigger=[busy.then_some("every 2s")] hx-swap="outerMorph" {
            dl.facts {
                div { dt { "State" } dd { (shown::standing(source, read)) } }
                div { dt { "Kind" } dd { (shown::kind(source.kind)) } }
                @if let Some(url) = &source.url { div { dt { "Address" } dd { a href=(url) rel="noreferrer" { (url) } } } }
                div { dt { "Pages" } dd { (source.pages) } }
                div { dt { "Passages" } dd { (source.chunks) } }
                div { dt { "Size" } dd { (shown::size(source.bytes)) } }
                div { dt { "Last read" } dd { @match source.last_synced_at { Some(at) => { (time::ago(at, now)) } None => "not yet" } } }
                div { dt { "Added" } dd { (time::at(source.created_at)) } }
                @if matches!(source.kind, Kind::Website | Kind::Sitemap) { div { dt { "Pages at most" } dd { (source.config.max_pages) } } }
            }
            @if busy { noscript { p { a href=(place(seat, source.id, "")) { "Look again" } " to see how far it is." } } }
        }
    })
}

fn actions(seat: &Seat, source: &Source) -> Markup {
    let off = source.status == Status::Disabled;
    html! {
        div.actions {
            @match source.kind {
                Kind::Text => a.button.primary href=(place(seat, source.id, "/text")) { "Edit the text" },
                Kind::Qa => a.button.primary href=(place(seat, source.id, "/pairs")) { "Edit the pairs" },
                _ => {}
            }
            @if !off {
                form method="post" action=(place(seat, source.id, "/sync")) { button { "Read it again now" } }
            }
            form method="post" action=(place(seat, source.id, "/switch")) {
                @if off { input type="hidden" name="on" value="on"; }
                button { @if off { "Switch on" } @else { "Switch off" } }
            }
        }
    }
}

fn change(seat: &Seat, source: &Source, form: &Form) -> Markup {
    let sure = "Remove this source with all that was learnt from it? This cannot be undone.";
    html! {
        div.columns {
            form.card.stack method="post" action=(place(seat, source.id, "/rename")) {
                h2 { "Name" }
                (Field { required: true, ..Field::text("name", "Name") }.show(form))
                button { "Rename" }
            }
            form.card.stack method="post" action=(place(seat, source.id, "/remove")) data-sure=(sure) {
                h2 { "Remove" }
                p { "No answer uses it from that moment. To keep it for later, switch it off instead." }
                button.danger { "Remove this source" }
            }
        }
    }
}
