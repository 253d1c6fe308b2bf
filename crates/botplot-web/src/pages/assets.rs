//! `GET /assets/…`: the pages' own script and style sheet, compiled in.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::ApiError;
use crate::error::no_such_address;
use crate::ids::Path;

struct Asset {
    name: &'static str,
    media: &'static str,
    text: &'static str,
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "hosted.css",
        media: "text/css; charset=utf-8",
        text: include_str!("../assets/hosted.css"),
    },
    Asset {
        name: "reference.css",
        media: "text/css; charset=utf-8",
        text: include_str!("../assets/reference.css"),
    },
    Asset {
        name: "reference.js",
        media: "text/javascript; charset=utf-8",
        text: include_str!("../assets/reference.js"),
    },
    Asset { name: "icon.svg", media: "image/svg+xml", text: include_str!("../assets/icon.svg") },
    Asset { name: "page.css", media: "text/css; charset=utf-8", text: include_str!("../assets/page.css") },
];

/// One file; who has it already gets 304.
pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let Some(asset) = ASSETS.iter().find(|a| a.name == name) else { return Err(no_such_address().await) };
    let tag = tag(asset.text.as_bytes());
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|sent| *sent == tag);
    let caching = [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, asset.media)], asset.text).into_response())
}

/// What tells a text from other versions of it, as `ETag` wants it.
pub(crate) fn tag(text: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let quoted = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::from_str(&quoted).expect("hex digits are a header's value")
}
