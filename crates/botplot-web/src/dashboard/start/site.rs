//! The last two steps: the bot is tried beside what it finds, and put on the owner's site, where it is waited for.

use axum::extract::State;
use axum::response::Response;
use botplot_core::message::clean;
use maud::{Markup, html};

use super::{Step, page, skip};
use crate::dashboard::form::Form;
use crate::dashboard::reply::piece;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::{bot, publishable, refused, snippet};
use crate::dashboard::ui;
use crate::dashboard::ui::field::Field;
use crate::{ApiError, AppState};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/start/try", ADMIN, try_it),
        Route::post("/app/{project}/start/try", ADMIN, answer),
        Route::get("/app/{project}/start/site", ADMIN, site),
        Route::get("/app/{project}/start/seen", ADMIN, seen),
    ]
}

async fn try_it(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    try_page(&state, &seat, &Form::default(), &html! {}).await
}

/// Answers a question of somebody whose browser runs no script.
async fn answer(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    match clean(form.raw("question")) {
        Ok(question) => {
            let said = bot::rehearsed(&state, seat.project.clone(), question).await?;
            try_page(&state, &seat, &form, &bot::answer(&said)).await
        }
        Err(why) => {
            form.fault("question", why);
            Ok(refused(try_page(&state, &seat, &form, &html! {}).await?))
        }
    }
}

async fn try_page(state: &AppState, seat: &Seat, form: &Form, answer: &Markup) -> Result<Response, ApiError> {
    let key = publishable(state, seat).await?;
    let body = html! {
        section.card.step {
            h2 { "Ask it something" }
            @match &key {
                Some(key) => {
                    p { "This is your chat, as visitors see it. Beside it stands what each answer rests on." }
                    div.both {
                        div #chat {}
                        aside #sources aria-live="polite" {
                            h2 { "What it found" }
                            p { "Ask a question: the passages of your pages that the answer is made from appear here." }
                        }
                    }
                    script src="/widget/w.js" data-key=(key) data-mode="inline" data-target="#chat" async {}
                }
                None => { p.notice { "The project has no publishable key, so the chat cannot be shown here." } }
            }
            noscript {
                form.stack method="post" action=(seat.path(Step::Try.path())) {
                    (Field { required: true, ..Field::text("question", "Question") }.show(form))
                    button { "Ask" }
                }
            }
            (answer)
            div.onward { (skip(seat, Step::Try)) a.button.primary href=(seat.path(Step::Site.path())) { "Go on" } }
        }
    };
    page(state, seat, Step::Try, &body).await
}

async fn site(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let key = publishable(&state, &seat).await?;
    let body = html! {
        section.card.step {
            h2 { "Put it on your site" }
            @match &key {
                Some(key) => {
                    p { "Paste this line into your pages, anywhere between " code { "<head>" } " and " code { "</body>" } "." }
                    pre tabindex="0" aria-label="The line for your site" { code #snippet { (snippet(&state, key)) } }
                    div.actions {
                        button.primary data-copy="snippet" type="button" { "Copy" }
                        a.button href={ "/c/" (key) } target="_blank" rel="noopener" { "Or link to the chat’s own page" }
                    }
                }
                None => { p.notice { "The project has no publishable key. An owner finds its keys under " a href=(seat.path("settings/security")) { "Security" } "." } }
            }
            (sighting(&state, &seat).await?)
        }
        section.card.step {
            h2 { "What is next" }
            div.actions {
                a.button href=(seat.path("inbox")) { "Open the inbox" }
                a.button href=(seat.path("team")) { "Invite your team" }
                a.button href=(seat.path("knowledge")) { "Teach it more" }
                a.button href=(seat.path("settings/widget")) { "Change how it looks" }
            }
        }
    };
    page(&state, &seat, Step::Site, &body).await
}

/// Whether the widget was seen on a site; asked for every two seconds until it was.
async fn seen(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    Ok(piece(&sighting(&state, &seat).await?))
}

async fn sighting(state: &AppState, seat: &Seat) -> Result<Markup, ApiError> {
    let seen = state.engine.reader().list_sightings(seat.id()).await?;
    let waits = seen.is_empty();
    let again = waits.then(|| seat.path("start/seen"));
    Ok(html! {
        p #seen role="status" hx-get=[again.as_deref()] hx-trigger=[waits.then_some("every 2s")] hx-swap=[waits.then_some("outerHTML")] {
            "Seen on your site: "
            @match seen.first() {
                Some((origin, _)) => { (ui::badge("good", "yes")) " on " strong { (origin) } ". Your chat is live." }
                None => { (ui::badge("", "not yet")) " Open a page that has the line, and this changes by itself." }
            }
        }
    })
}
