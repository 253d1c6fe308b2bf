//! The inbox: conversations, live, and what the team does in them.

mod actions;
mod at;
mod canned;
mod compose;
mod list;
mod live;
mod looked;
mod markdown;
mod message;
mod panel;
mod thread;
mod trace;
mod visitor;

use axum::extract::State;
use axum::response::Response;
use botplot_core::ConversationId;
use botplot_core::account::Role;
use botplot_engine::conversations::inbox;
use maud::{Markup, html};

use self::at::At;
use self::list::List;
use self::looked::Looked;
use self::thread::{Thread, Typed};
use super::reply::piece;
use super::route::{AGENT, Route, VIEWER};
use super::seat::Seat;
use super::ui::{self, Section};
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/inbox", VIEWER, show),
        Route::get("/app/{project}/inbox/live", VIEWER, live::show),
        Route::get("/app/{project}/inbox/replies", AGENT, canned::show),
        Route::post("/app/{project}/inbox/replies", AGENT, canned::add),
        Route::post("/app/{project}/inbox/replies/{reply}", AGENT, canned::save),
        Route::post("/app/{project}/inbox/replies/{reply}/remove", AGENT, canned::remove),
        Route::get("/app/{project}/inbox/{conversation}", VIEWER, show_thread),
        Route::post("/app/{project}/inbox/{conversation}/take", AGENT, actions::take),
        Route::post("/app/{project}/inbox/{conversation}/hand-back", AGENT, actions::hand_back),
        Route::post("/app/{project}/inbox/{conversation}/close", AGENT, actions::close),
        Route::post("/app/{project}/inbox/{conversation}/reopen", AGENT, actions::reopen),
        Route::post("/app/{project}/inbox/{conversation}/archive", AGENT, actions::archive),
        Route::post("/app/{project}/inbox/{conversation}/assign", AGENT, actions::assign),
        Route::post("/app/{project}/inbox/{conversation}/tags", AGENT, actions::tags),
        Route::post("/app/{project}/inbox/{conversation}/note", AGENT, actions::note),
        Route::post("/app/{project}/inbox/{conversation}/reply", AGENT, actions::reply),
        Route::post("/app/{project}/inbox/{conversation}/typing", AGENT, actions::typing),
    ]
}

/// The list, with no conversation open.
async fn show(State(state): State<AppState>, seat: Seat, looked: Looked) -> Result<Response, ApiError> {
    if looked.part.as_deref() == Some("list") {
        return Ok(piece(&List::read(&state, &seat, &looked).await?.show(&seat, &looked, None)));
    }
    page(&state, &seat, &looked, None, None).await
}

/// A conversation beside the list; whoever opens it has read it.
async fn show_thread(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    let thread = Thread::read(&state, &at).await?;
    if !at.looked.quiet {
        thread.note_read(&state, &at.seat).await?;
    }
    let shown = thread.show(&at, &Typed::default());
    if at.looked.part.as_deref() == Some("thread") {
        return Ok(piece(&shown));
    }
    page(&state, &at.seat, &at.looked, Some(&shown), Some(at.id)).await
}

/// The whole page.
async fn page(
    state: &AppState,
    seat: &Seat,
    looked: &Looked,
    thread: Option<&Markup>,
    open: Option<ConversationId>,
) -> Result<Response, ApiError> {
    let list = List::read(state, seat, looked).await?;
    let unread = inbox::count(&state.engine, seat.id()).await?.unread(seat.person.account.id);
    let choice = &seat.person.account.preferences;
    let body = html! {
        div.inbox.reading[open.is_some()] #inbox data-live=(seat.path(&format!("inbox/live{}", looked.query())))
            data-base=(seat.path("inbox")) data-unread=(unread) data-me=(seat.person.account.name)
            data-sound[choice.sound] data-notifications[choice.notifications] data-older[looked.before.is_some()] {
            h1.unseen { "Inbox" }
            p.lost #lost role="alert" hidden { "The connection is lost. Trying again…" }
            p.lost #out role="alert" hidden { "You were signed out. " a href="/sign-in" { "Sign in" } " to go on; what you typed is kept." }
            p.ask #ask hidden { button type="button" { "Let this browser show notifications" } }
            (list.show(seat, looked, open))
            @if let Some(thread) = thread { (thread) } @else { (thread::none()) }
            (keys(seat))
        }
    };
    Ok(ui::page(seat, Section::Inbox, "Inbox", &body))
}

/// What the keyboard does, in a window that `?` opens.
fn keys(seat: &Seat) -> Markup {
    let mut keys = vec![("j", "Next conversation"), ("k", "Previous conversation"), ("Enter", "Open it")];
    if seat.may(Role::Agent) {
        keys.extend([("r", "Reply"), ("t", "Take over"), ("e", "Close"), ("a", "Assign to me")]);
    }
    keys.extend([("/", "Search"), ("?", "Show these keys")]);
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl { @for (key, what) in keys { dt { kbd { (key) } } dd { (what) } } }
            form method="dialog" { button { "Close" } }
        }
    }
}
