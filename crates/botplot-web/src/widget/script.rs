//! `GET /widget/w.js`, the widget itself, `GET /widget/more.js`, what it fetches when somebody uses it, and
//! `GET /widget/botplot.d.ts`, the types of what it offers to a page.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;

use super::logo::RESOURCE_POLICY;
use crate::packed::Packed;

/// A page may be five minutes behind; for a day it may use what it has while it asks.
const CACHING: &str = "public, max-age=300, stale-while-revalidate=86400";

static SCRIPT: LazyLock<Packed> = LazyLock::new(|| packed(include_bytes!("../../../../widget/dist/w.js")));
static MORE: LazyLock<Packed> = LazyLock::new(|| packed(include_bytes!("../../../../widget/dist/more.js")));
static TYPES: LazyLock<Packed> = LazyLock::new(|| packed(include_bytes!("../../../../widget/botplot.d.ts")));

/// The script that a page loads.
pub(crate) async fn show(headers: HeaderMap) -> Response {
    reply(&SCRIPT, &headers, "text/javascript; charset=utf-8")
}

/// What the script fetches when it is needed.
pub(crate) async fn more(headers: HeaderMap) -> Response {
    reply(&MORE, &headers, "text/javascript; charset=utf-8")
}

/// The types of `window.BotPlot`.
pub(crate) async fn types(headers: HeaderMap) -> Response {
    reply(&TYPES, &headers, "text/plain; charset=utf-8")
}

fn packed(file: &'static [u8]) -> Packed {
    Packed::of(Bytes::from_static(file))
}

fn reply(file: &Packed, headers: &HeaderMap, media: &'static str) -> Response {
    let mut reply = file.reply(headers, media, CACHING);
    // Pages that isolate themselves load only what says that it is for everyone.
    reply.headers_mut().insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    reply
}
