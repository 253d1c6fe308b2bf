//! `GET /c/{publishable key}`: a project's chat as a page of its own, to link to.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use botplot_core::origin;
use botplot_core::project::Project;
use maud::{DOCTYPE, Markup, html};

use super::chat;
use crate::ids::Path;
use crate::widget::config::title;
use crate::widget::words::Language;
use crate::{ApiError, AppState};

const ROBOTS: header::HeaderName = header::HeaderName::from_static("x-robots-tag");

/// The page, in the language that the owner fixed, or else of `lang` in its address, or of the browser. Search engines leave it out: it is
/// linked to by whoever means it.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(key): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some((key, project)) = chat::find(&state, &key).await? else { return Ok(chat::unknown()) };
    let asked = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "lang")
        .map(|(_, tag)| tag.into_owned());
    let of_page = || asked.as_deref().map_or_else(|| Language::of_browser(&headers), Language::of_page);
    let language = Language::set_for(&project.settings.widget, of_page);
    let policy = chat::policy(&state, &ancestors(&project.settings.origins));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (ROBOTS, HeaderValue::from_static("noindex")),
    ];
    Ok((headers, page(&project, key.expose(), language)).into_response())
}

fn page(project: &Project, key: &str, language: &Language) -> Markup {
    let widget = &project.settings.widget;
    let title = title(widget, language);
    let theme = match widget.theme.as_str() {
        "auto" => "light dark",
        theme => theme,
    };
    html! {
        (DOCTYPE)
        html lang=(language.code) dir=(language.dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(theme);
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/hosted.css";
                script src="/widget/w.js" data-key=(key) data-mode="inline" data-target="#chat" async {}
            }
            body {
                main { h1 { (title) } div #chat {} }
                noscript { p { "This chat needs JavaScript. Please switch it on and load the page again." } }
            }
        }
    }
}

/// Who may show the page in a frame: the pages that may use the key.
fn ancestors(origins: &[String]) -> String {
    if origins.is_empty() {
        return "*".to_owned();
    }
    let known = origins.iter().filter_map(|rule| origin::source(rule));
    std::iter::once("'self'".to_owned()).chain(known).collect::<Vec<_>>().join(" ")
}
