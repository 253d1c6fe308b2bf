//! The real widget in a frame, with what stands in the form: nothing of it is stored.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use botplot_core::project::Settings;
use botplot_core::project::patch::patched;
use maud::{DOCTYPE, Markup, html};
use serde::Serialize;

use super::super::{places, publishable, refused};
use crate::dashboard::form::Form;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::widget::words::Language;
use crate::widget::{config, logo};
use crate::{ApiError, AppState, Code, pages};

/// The frame's name, for forms that are sent into it.
const FRAME: &str = "preview";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/widget/preview", ADMIN, show),
        Route::post("/app/{project}/settings/widget/preview", ADMIN, attempt),
    ]
}

/// Where the form is sent to be looked at.
pub(super) fn path(seat: &Seat) -> String {
    seat.path("settings/widget/preview")
}

/// The frame that shows it beside the settings.
pub(super) fn frame(seat: &Seat) -> Markup {
    html! {
        section.card.sight {
            h2 { "Preview" }
            div.preview { iframe name=(FRAME) src=(path(seat)) title="Your widget, with what stands in the fields" {} }
            p.hint #sight role="status" {}
            p.faint { "The real widget, with what stands in the fields, saved or not. What you ask in it is a conversation of yours, answered with what is saved." }
        }
    }
}

/// What looks at the form where no script does.
pub(super) fn button(seat: &Seat) -> Markup {
    html! { noscript { button formaction=(path(seat)) formtarget=(FRAME) { "Preview" } } }
}

/// The widget as it is saved.
async fn show(State(state): State<AppState>, seat: Seat, headers: HeaderMap) -> Result<Response, ApiError> {
    let language = spoken(&seat.project.settings, &headers);
    page(&state, &seat, language, &configured(&state, &seat.project.settings, language)).await
}

/// What a script of the settings is told of a form.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<'a> {
    /// The widget's configuration, as `GET /widget/config` would give it.
    Config(String),
    /// Each field that cannot be, with the rule that it breaks.
    Faults(&'a [(String, String)]),
}

/// The widget as it would be if the form were saved.
async fn attempt(
    State(state): State<AppState>,
    seat: Seat,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response, ApiError> {
    let is_piece = headers.contains_key("hx-request");
    match patched(&seat.project.settings, &super::patch(&form)) {
        Ok(settings) => {
            let language = spoken(&settings, &headers);
            let config = configured(&state, &settings, language);
            if is_piece {
                Ok(told(&Outcome::Config(config)))
            } else {
                page(&state, &seat, language, &config).await
            }
        }
        Err(faults) => {
            places::blame(&mut form, &faults);
            // A script asked what is wrong, and is told: that is no error that a browser should note.
            let faults = Outcome::Faults(form.faults());
            Ok(if is_piece { told(&faults) } else { refused(sheet(&state, &faulty(&form))) })
        }
    }
}

fn told(outcome: &Outcome<'_>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(outcome)).into_response()
}

/// The language that the widget has for whoever looks.
fn spoken(settings: &Settings, headers: &HeaderMap) -> &'static Language {
    Language::set_for(&settings.widget, || Language::of_browser(headers))
}

fn configured(state: &AppState, settings: &Settings, language: &'static Language) -> String {
    let logo = settings.widget.logo_url.as_deref().map(|path| logo::address(state, path));
    config::text(settings, logo, language, state.engine.clock().now())
}

/// A page that stands for the owner's, with their widget open on it.
async fn page(
    state: &AppState,
    seat: &Seat,
    language: &'static Language,
    config: &str,
) -> Result<Response, ApiError> {
    let key = publishable(state, seat).await?.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let page = html! {
        html lang=(language.code) dir=(language.dir) {
            (head(&html! { script src="/assets/preview.js" data-key=(key) data-config=(config) {} }))
            body {
                noscript { p { "The widget itself needs JavaScript." } }
                main aria-hidden="true" {
                    @for _ in 0..3 { div.heading {} div.line {} div.line {} div.line.short {} }
                }
            }
        }
    };
    Ok(sheet(state, &page))
}

/// A page that says why there is nothing to look at.
fn faulty(form: &Form) -> Markup {
    html! {
        html lang="en" {
            (head(&html! {}))
            body {
                main {
                    p { "It cannot look like this:" }
                    ul { @for (name, why) in form.faults() { li { (name) " " (why) "." } } }
                }
            }
        }
    }
}

fn head(script: &Markup) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { "Preview" }
            link rel="icon" href="/assets/icon.svg";
            link rel="stylesheet" href="/assets/preview.css";
            (script)
        }
    }
}

/// A page for the frame. A logo that is not sent yet is a picture that the browser holds.
fn sheet(state: &AppState, page: &Markup) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, pages::chat_policy(state, "'self'", "blob:")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::OK, headers, html! { (DOCTYPE) (page) }).into_response()
}
