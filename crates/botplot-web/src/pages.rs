//! Pages for people. Rendered here, usable without anything from elsewhere, under a strict content policy.

pub(crate) mod assets;
mod chat;
pub(crate) mod errors;
pub(crate) mod home;
pub(crate) mod hosted;
pub(crate) mod reference;
pub(crate) mod stop_letters;
pub(crate) mod trial;

pub(crate) use chat::policy_with as chat_policy;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A whole page with the headers that every page has.
fn page(title: &str, body: &Markup) -> Response {
    page_with(title, Assets::default(), body)
}

/// What a page loads besides the common style sheet: files of `assets`, and the widget of the project with this key.
#[derive(Clone, Copy, Default)]
struct Assets<'a> {
    style: Option<&'static str>,
    script: Option<&'static str>,
    widget: Option<&'a str>,
}

/// As `page`, with more than that to load.
fn page_with(title: &str, assets: Assets<'_>, body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/page.css";
                @if let Some(style) = assets.style {
                    link rel="stylesheet" href={ "/assets/" (style) };
                }
                @if let Some(script) = assets.script {
                    script src={ "/assets/" (script) } defer {}
                }
                @if let Some(key) = assets.widget {
                    script src="/widget/w.js" data-key=(key) async {}
                }
            }
            (body)
        }
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, markup).into_response()
}
