//! `GET /openapi.json`: the description of every address, put together from what the handlers' attributes say.
//!
//! What holds for all of them is added here, once: keys, errors, the order of chapters, the webhooks.

mod chapters;
mod errors;
mod events;
mod keys;
mod shapes;
mod walk;

use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use utoipa::openapi::server::Server;
use utoipa::openapi::{Info, License, OpenApi, OpenApiVersion};

use crate::pages::assets::tag;
pub(crate) use chapters::{CHAPTERS, INTRODUCTION};
pub(crate) use walk::{Operations, operations, parameters, schemes};

/// The document, ready to be sent.
pub(crate) struct Document {
    /// What it says.
    pub(crate) api: OpenApi,
    /// Its page for people, once somebody asked for it.
    pub(crate) page: OnceLock<Markup>,
    /// What tells it from other versions of it.
    pub(crate) tag: HeaderValue,
    text: String,
}

impl Document {
    /// Completes what the routes say of themselves; `base` is the public address.
    pub(crate) fn of(mut api: OpenApi, base: &str) -> Arc<Self> {
        api.openapi = OpenApiVersion::Version31;
        api.info = about();
        api.servers = Some(vec![Server::new(base)]);
        walk::name_all(&mut api);
        chapters::arrange(&mut api);
        shapes::correct(&mut api);
        keys::add(&mut api);
        errors::add(&mut api, base);
        events::add(&mut api);
        let mut text = api.to_pretty_json().expect("strings and numbers always serialise");
        text.push('\n');
        let tag = tag(text.as_bytes());
        Arc::new(Self { api, page: OnceLock::new(), tag, text })
    }
}

/// The document of a server at `base`, as `/openapi.json` sends it.
pub fn text(base: &str) -> String {
    Document::of(crate::router::documented().1, base).text.clone()
}

/// Sends the document; who has it already gets 304.
pub(crate) async fn show(Extension(document): Extension<Arc<Document>>, headers: HeaderMap) -> Response {
    let caching = caching(&document.tag);
    if is_known(&headers, &document.tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, "application/json")], document.text.clone()).into_response()
}

/// The headers that let a client keep what it got, as long as it asks whether that is current.
pub(crate) fn caching(tag: &HeaderValue) -> [(HeaderName, HeaderValue); 2] {
    [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))]
}

/// True when `If-None-Match` names the tag; proxies that compress weaken it on its way.
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(|t| t.trim().trim_start_matches("W/"));
    tags.any(|sent| sent == "*" || tag == sent)
}

fn about() -> Info {
    let mut info = Info::new("BotPlot API", env!("CARGO_PKG_VERSION"));
    let sections = INTRODUCTION.iter().map(|(title, text)| format!("## {title}\n\n{text}"));
    info.description = Some(sections.collect::<Vec<_>>().join("\n\n"));
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".into());
    info.license = Some(license);
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_every_spelling_of_the_header() {
        let tag = HeaderValue::from_static("\"a1\"");
        for (sent, known) in [
            ("\"a1\"", true),
            ("W/\"a1\"", true),
            ("\"b\", \"a1\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a1", false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(is_known(&headers, &tag), known, "{sent}");
        }
        assert!(!is_known(&HeaderMap::new(), &tag));
    }
}
