//! The real widget in a frame, as it is saved.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

use super::super::publishable;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::widget::words::Language;
use crate::{ApiError, AppState, Code, pages};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/app/{project}/settings/widget/preview", ADMIN, show)]
}

/// The frame that shows it beside the settings.
pub(super) fn frame(seat: &Seat) -> Markup {
    html! {
        section.card {
            h2 { "Preview" }
            iframe.preview src=(seat.path("settings/widget/preview")) title="Your widget, as it is saved" loading="lazy" {}
            p.faint { "This is the real widget, as it is saved. What you write in it is a conversation of yours." }
        }
    }
}

/// A page that stands for the owner's, with their widget open on it.
async fn show(State(state): State<AppState>, seat: Seat, headers: HeaderMap) -> Result<Response, ApiError> {
    let key = publishable(&state, &seat).await?.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let language = Language::of_browser(&headers);
    // A browser may keep the widget's settings for a minute; those of another address it has to ask for.
    let tag = format!("{}-x-{:x}", language.code, version(&seat));
    let page = html! {
        (DOCTYPE)
        html lang=(language.code) dir=(language.dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Preview" }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/preview.css";
                script src="/assets/preview.js" {}
                script src="/widget/w.js" data-key=(key) data-lang=(tag) async {}
            }
            body {
                main aria-hidden="true" {
                    @for _ in 0..3 { div.heading {} div.line {} div.line {} div.line.short {} }
                }
            }
        }
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, pages::chat_policy(&state, "'self'")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, page).into_response())
}

/// What tells these settings from others.
fn version(seat: &Seat) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&seat.project.settings).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
