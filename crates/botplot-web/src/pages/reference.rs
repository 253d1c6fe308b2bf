//! `GET /docs/api`: the reference for people, rendered from the document that `/openapi.json` sends to programs.

mod curl;
mod example;
mod fields;
mod prose;

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, RefOr, Response as Reply};

use crate::Code;
use crate::openapi::{
    CHAPTERS, Document, INTRODUCTION, Operations as _, caching, is_known, operations, schemes,
};
use prose::prose;

/// Shows the page; who has it already gets 304.
pub(crate) async fn show(Extension(document): Extension<Arc<Document>>, headers: HeaderMap) -> Response {
    if is_known(&headers, &document.tag) {
        return (StatusCode::NOT_MODIFIED, caching(&document.tag)).into_response();
    }
    let body = document.page.get_or_init(|| whole(&document.api));
    let assets = super::Assets { style: Some("reference.css"), script: Some("reference.js"), widget: None };
    let mut page = super::page_with("API reference · BotPlot", assets, body);
    page.headers_mut().extend(axum::http::HeaderMap::from_iter(caching(&document.tag)));
    page
}

fn whole(api: &OpenApi) -> Markup {
    html! {
        body.reference {
            a.skip href="#main" { "Skip to the content" }
            header.top {
                p.brand { a href="/" { "BotPlot" } " " span { "API " (api.info.version) } }
                nav aria-label="More" {
                    a href="/errors" { "Error codes" }
                    a href="/openapi.json" { "OpenAPI 3.1" }
                }
            }
            nav.contents aria-label="Contents" { (contents(api)) }
            main #main tabindex="-1" {
                section.intro {
                    h1 { "API reference" }
                    p.lead {
                        "Send chat messages, manage conversations and sources, and hear of events, from your own programs. "
                        "The base URL is " code { (base(api)) } "."
                    }
                    @for (title, text) in INTRODUCTION {
                        section id=(anchor(title)) { h2 { (title) } (prose(text)) }
                    }
                    div.sample {
                        h2.unseen { "Example" }
                        (code_block("Your first call", &curl::first(base(api))))
                    }
                }
                @for (name, about) in CHAPTERS { (chapter(api, name, about)) }
            }
        }
    }
}

/// The table of contents. It stands open beside the text; on a narrow screen the page's script folds it.
fn contents(api: &OpenApi) -> Markup {
    html! {
        details open {
            summary { "Contents" }
            ul {
                @for (title, _) in INTRODUCTION { li { a href={ "#" (anchor(title)) } { (title) } } }
            }
            @for (name, _) in CHAPTERS {
                h2 { a href={ "#" (anchor(name)) } { (name) } }
                ul {
                    @for (method, _, operation) in of(api, name) {
                        li {
                            a href={ "#" (id(operation)) } {
                                span { (summary(operation)) } " " (badge(method))
                            }
                        }
                    }
                    @if *name == "Webhooks" { li { a href="#events" { span { "Events that are sent" } } } }
                }
            }
        }
    }
}

fn chapter(api: &OpenApi, name: &str, about: &str) -> Markup {
    html! {
        section.chapter id=(anchor(name)) aria-labelledby={ (anchor(name)) "-title" } {
            div.opening { h2 id={ (anchor(name)) "-title" } { (name) } (prose(about)) }
            @for (method, path, operation) in of(api, name) { (article(api, method, path, operation)) }
            @if name == "Webhooks" { (events(api)) }
        }
    }
}

fn article(api: &OpenApi, method: &str, path: &str, operation: &Operation) -> Markup {
    html! {
        article id=(id(operation)) {
            div.words {
                h3 { (summary(operation)) " " a.anchor href={ "#" (id(operation)) } aria-label="Link to this" { "#" } }
                p.address { (badge(method)) " " code { (address(path)) } }
                (prose(operation.description.as_deref().unwrap_or_default()))
                p.auth { (auth(operation)) }
                (fields::parameters(operation))
                (fields::body(api, operation))
                (fields::reply(api, operation))
                (errors(api, operation))
            }
            div.sample {
                (code_block("Request", &curl::request(api, base(api), method, path, operation)))
                @for (title, text) in replies(api, operation) { (code_block(&title, &text)) }
            }
        }
    }
}

fn events(api: &OpenApi) -> Markup {
    let all = api.webhooks.iter().flat_map(|webhooks| &webhooks.paths);
    html! {
        article #events {
            div.words {
                h3 { "Events that are sent" " " a.anchor href="#events" aria-label="Link to this" { "#" } }
                p.address { (badge("POST")) " " code { "your endpoint's address" } }
                (prose("Each event is a POST of JSON to every endpoint that takes it. Any 2xx within 15 seconds means \
                    that it arrived; everything else is tried again for three days, with the same `id` and the same \
                    bytes.\n\n`X-BotPlot-Signature` is `sha256=` and the HMAC-SHA256 of the raw body in hex, with \
                    your endpoint's secret as the key. Verify it before you believe a word."))
                h4 { "Events" }
                div.wide tabindex="0" role="region" aria-label="Events" {
                    table {
                        thead { tr { th scope="col" { "Event" } th scope="col" { "When" } } }
                        tbody {
                            @for (name, item) in all.clone() {
                                @for (_, operation) in item.each() {
                                    tr {
                                        th scope="row" { code { (name) } }
                                        td { (prose(operation.description.as_deref().unwrap_or_default())) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            div.sample {
                @for (name, item) in all {
                    @for (_, operation) in item.each() {
                        details open[name == "message.received"] {
                            summary { code { (name) } }
                            pre tabindex="0" aria-label={ "Payload of " (name) } { code { (payload(operation)) } }
                        }
                    }
                }
            }
        }
    }
}

fn payload(operation: &Operation) -> String {
    let Some(RefOr::T(body)) = &operation.request_body else { return String::new() };
    let Some(RefOr::T(content)) = body.content.values().next() else { return String::new() };
    content.example.as_ref().map(example::pretty).unwrap_or_default()
}

/// The example of each good reply that has a body: what kind of reply, and its text.
fn replies(api: &OpenApi, operation: &Operation) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (status, reply) in &operation.responses.responses {
        let RefOr::T(Reply { content, .. }) = reply else { continue };
        if !status.starts_with('2') {
            continue;
        }
        for (media, content) in content {
            let RefOr::T(content) = content else { continue };
            if let Some(text) = shown(api, content) {
                let title = if media == "application/json" {
                    format!("Response {status}")
                } else {
                    format!("Response {status} · {media}")
                };
                all.push((title, text));
            }
        }
    }
    all
}

fn shown(api: &OpenApi, content: &Content) -> Option<String> {
    match &content.example {
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(value) => Some(example::pretty(value)),
        None => content.schema.as_ref().and_then(|schema| example::reply(api, schema)),
    }
}

/// The errors that the operation can answer with, each leading to its explanation.
fn errors(api: &OpenApi, operation: &Operation) -> Markup {
    let mut named = Vec::new();
    for (status, reply) in &operation.responses.responses {
        let found = match reply {
            RefOr::Ref(reference) => {
                let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
                api.components.as_ref().and_then(|c| c.responses.get(name))
            }
            RefOr::T(_) => Some(reply),
        };
        let Some(RefOr::T(reply)) = found else { continue };
        for content in reply.content.values() {
            let RefOr::T(content) = content else { continue };
            named.extend(
                content.examples.keys().filter(|name| Code::find(name).is_some()).map(|name| (status, name)),
            );
        }
    }
    html! {
        @if !named.is_empty() {
            h4 { "Errors" }
            ul.codes {
                @for (status, name) in named { li { span { (status) } " " a href={ "/errors#" (name) } { code { (name) } } } }
            }
        }
    }
}

fn auth(operation: &Operation) -> Markup {
    let named = schemes(operation);
    let either = named.iter().any(|name| name.starts_with("publishable"));
    html! {
        @if named.is_empty() { "No key is needed." }
        @else if either { "Takes a publishable or a secret key." }
        @else { "Takes a secret key." }
    }
}

fn code_block(title: &str, text: &str) -> Markup {
    html! {
        figure.code {
            figcaption { (title) }
            pre tabindex="0" aria-label=(title) { code { (text) } }
        }
    }
}

/// The address with its parameters set off.
fn address(path: &str) -> Markup {
    html! {
        @for piece in path.split_inclusive('}') {
            @match piece.split_once('{') {
                Some((before, name)) => { (before) em { "{" (name) } }
                None => { (piece) }
            }
        }
    }
}

fn badge(method: &str) -> Markup {
    html! { span.method.{ (method.to_ascii_lowercase()) } { (method) } }
}

fn of<'a>(
    api: &'a OpenApi,
    chapter: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str, &'a Operation)> {
    operations(api).filter(move |(_, _, operation)| operation.tags.iter().flatten().any(|tag| tag == chapter))
}

fn summary(operation: &Operation) -> &str {
    operation.summary.as_deref().unwrap_or_default().trim_end_matches('.')
}

fn id(operation: &Operation) -> &str {
    operation.operation_id.as_deref().unwrap_or_default()
}

fn anchor(title: &str) -> String {
    title.to_ascii_lowercase().replace(' ', "-")
}

fn base(api: &OpenApi) -> &str {
    api.servers.iter().flatten().next().map_or("", |server| &server.url)
}
