//! The step in which the bot learns: a website that is read while the owner watches, or a text in its place.

use axum::extract::State;
use axum::response::Response;
use botplot_core::source::{Config, Page, PageState, Source, Status};
use botplot_engine::sources::{self, new::New};
use maud::{Markup, html};
use url::Url;

use super::{Step, page, skip};
use crate::dashboard::form::Form;
use crate::dashboard::reply::{lead_to, piece};
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::refused;
use crate::dashboard::ui;
use crate::dashboard::ui::field::Field;
use crate::{ApiError, AppState};

/// Pages that are listed while they are read.
const LISTED: i64 = 40;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/start/website", ADMIN, ask),
        Route::post("/app/{project}/start/website", ADMIN, take_website),
        Route::post("/app/{project}/start/text", ADMIN, take_text),
        Route::get("/app/{project}/start/progress", ADMIN, progress),
    ]
}

async fn ask(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    view(&state, &seat, &Form::default()).await
}

async fn take_website(
    State(state): State<AppState>,
    seat: Seat,
    mut form: Form,
) -> Result<Response, ApiError> {
    if let Some(url) = address(&mut form) {
        match sources::add_website(&state.engine, seat.id(), &url, Config::default()).await {
            Ok(_) => return Ok(lead_to(&seat.path(Step::Website.path()), "")),
            Err(error) => form.blame(error)?,
        }
    }
    Ok(refused(view(&state, &seat, &form).await?))
}

/// The address that was typed, with or without `https://`.
fn address(form: &mut Form) -> Option<Url> {
    let typed = form.text("url");
    let whole = if typed.contains("://") { typed.clone() } else { format!("https://{typed}") };
    let url = Url::parse(&whole).ok().filter(|url| !typed.is_empty() && url.has_host());
    if url.is_none() {
        form.fault("url", "must be an address such as www.example.com");
    }
    url
}

async fn take_text(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let text = New::Text { text: form.text("text") };
    match sources::add(&state.engine, seat.id(), Some("First text"), text).await {
        Ok(_) => Ok(lead_to(&seat.path(Step::Website.path()), "")),
        Err(error) => {
            form.blame(error)?;
            Ok(refused(view(&state, &seat, &form).await?))
        }
    }
}

/// The part of the page that says how far the reading is; asked for every second while it goes on.
async fn progress(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let newest = newest(&state, &seat).await?;
    Ok(piece(&reading(&state, &seat, newest).await?))
}

async fn view(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let newest = newest(state, seat).await?;
    let is_learning = newest.as_ref().is_some_and(|source| source.status != Status::Failed);
    let body = html! {
        section.card.step {
            @if is_learning {
                h2 { "What it learns from" }
                (reading(state, seat, newest).await?)
                details open[!form.is_sound()] { summary { "Something more" } (ways(seat, form)) }
            } @else {
                h2 { "Where does your company explain itself?" }
                p { "Your pages are read from this address on, and the bot answers from them and from nothing else." }
                (reading(state, seat, newest).await?)
                (ways(seat, form))
                div.onward { (skip(seat, Step::Website)) }
            }
        }
    };
    page(state, seat, Step::Website, &body).await
}

/// The forms for a website, or for a text in its place.
fn ways(seat: &Seat, form: &Form) -> Markup {
    html! {
        form.stack method="post" action=(seat.path(Step::Website.path())) {
            (Field { hint: "Your help centre, or the front page.", fill: "url", required: true, ..Field::text("url", "Website") }.show(form))
            button.primary { "Read it" }
        }
        details open[form.why("text").is_some()] {
            summary { "No website, or it cannot be read?" }
            form.stack method="post" action=(seat.path("start/text")) {
                (Field { hint: "Anything that customers ask about; headings make it easier to find.", ..Field::area("text", "Paste a text instead") }.show(form))
                div.actions { button { "Learn this text" } a href=(seat.path("knowledge")) { "or add files" } }
            }
        }
    }
}

/// What was added last.
async fn newest(state: &AppState, seat: &Seat) -> Result<Option<Source>, ApiError> {
    let (all, _) = state.engine.reader().list_sources(seat.id(), 100, 0).await?;
    Ok(all.into_iter().max_by_key(|source| source.created_at))
}

/// How far a source is, and what was read of it.
async fn reading(state: &AppState, seat: &Seat, source: Option<Source>) -> Result<Markup, ApiError> {
    let Some(source) = source else { return Ok(html! { div #reading {} }) };
    let (pages, _) = state.engine.reader().page_pages(seat.id(), source.id, LISTED, 0).await?;
    let runs = matches!(source.status, Status::Pending | Status::Processing);
    let again = runs.then(|| seat.path("start/progress"));
    Ok(html! {
        div #reading hx-get=[again.as_deref()] hx-trigger=[runs.then_some("every 1s")] hx-swap=[runs.then_some("outerHTML")] {
            h3 { (source.name) }
            (standing(&source))
            @if !pages.is_empty() {
                ul.read tabindex="0" aria-label="Pages" { @for page in &pages { (line(page)) } }
            }
            @if source.status != Status::Failed {
                div.onward {
                    (skip(seat, Step::Website))
                    @if source.pages > 0 { a.button.primary href=(seat.path(Step::Questions.path())) { "Go on" } }
                }
            }
            @if runs { noscript { p { a href=(seat.path(Step::Website.path())) { "Look how far it is" } } } }
        }
    })
}

fn standing(source: &Source) -> Markup {
    let (read, found) = (source.pages, source.discovered.max(source.pages));
    html! {
        @match source.status {
            Status::Pending => { p role="status" { "It is about to be read …" } progress aria-label="Pages read" {} }
            Status::Processing => {
                p role="status" { (read) " of " (found) " pages that were found so far …" }
                @if found > 0 { progress max=(found) value=(read) aria-label="Pages read" {} } @else { progress aria-label="Pages read" {} }
            }
            Status::Failed => {
                (ui::complaint(&format!("It could not be read: {}", ui::sentence(source.error.as_deref().unwrap_or("nothing was found there")))))
                p { "Check the address, or paste a text below: the bot can learn from that just as well." }
            }
            Status::Ready | Status::Disabled => {
                p role="status" { (ui::badge("good", "learnt")) " " strong { (read) } @if read == 1 { " page" } @else { " pages" } ". It can be asked about now." }
                @if let Some(error) = &source.error { p.faint { (ui::sentence(error)) } }
            }
        }
    }
}

fn line(page: &Page) -> Markup {
    let name = if page.title.is_empty() { &page.url } else { &page.title };
    html! {
        li {
            @match page.state {
                PageState::Indexed => (ui::badge("good", "read")),
                PageState::Skipped => (ui::badge("", "left out")),
                PageState::Failed => (ui::badge("bad", "failed")),
            }
            span { (name) @if let Some(reason) = &page.reason { span.faint { " · " (reason) } } }
        }
    }
}
