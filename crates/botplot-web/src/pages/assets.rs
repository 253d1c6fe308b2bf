//! `GET /assets/…`: the pages' own script and style sheet, compiled in.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use crate::ApiError;
use crate::error::no_such_address;
use crate::ids::Path;
use crate::packed::Packed;

struct Asset {
    name: &'static str,
    media: &'static str,
    text: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: &[Asset] = &[
    Asset { name: "analytics.css", media: CSS, text: include_str!("../assets/dashboard/analytics.css") },
    Asset { name: "analytics.js", media: SCRIPT, text: include_str!("../assets/dashboard/analytics.js") },
    Asset { name: "leads.css", media: CSS, text: include_str!("../assets/dashboard/leads.css") },
    Asset { name: "dashboard.css", media: CSS, text: include_str!("../assets/dashboard/dashboard.css") },
    Asset { name: "dashboard.js", media: SCRIPT, text: include_str!("../assets/dashboard/dashboard.js") },
    Asset { name: "team.css", media: CSS, text: include_str!("../assets/dashboard/team.css") },
    Asset { name: "preview.css", media: CSS, text: include_str!("../assets/dashboard/preview.css") },
    Asset { name: "preview.js", media: SCRIPT, text: include_str!("../assets/dashboard/preview.js") },
    Asset { name: "settings.css", media: CSS, text: include_str!("../assets/dashboard/settings.css") },
    Asset { name: "settings.js", media: SCRIPT, text: include_str!("../assets/dashboard/settings.js") },
    Asset { name: "knowledge.css", media: CSS, text: include_str!("../assets/dashboard/knowledge.css") },
    Asset { name: "knowledge.js", media: SCRIPT, text: include_str!("../assets/dashboard/knowledge.js") },
    Asset { name: "htmx.js", media: SCRIPT, text: include_str!("../assets/dashboard/htmx.js") },
    Asset { name: "hx-sse.js", media: SCRIPT, text: include_str!("../assets/dashboard/hx-sse.js") },
    Asset { name: "inbox.css", media: CSS, text: include_str!("../assets/dashboard/inbox.css") },
    Asset { name: "inbox.js", media: SCRIPT, text: include_str!("../assets/dashboard/inbox.js") },
    Asset { name: "hosted.css", media: CSS, text: include_str!("../assets/hosted.css") },
    Asset { name: "reference.css", media: CSS, text: include_str!("../assets/reference.css") },
    Asset { name: "reference.js", media: SCRIPT, text: include_str!("../assets/reference.js") },
    Asset { name: "icon.svg", media: "image/svg+xml", text: include_str!("../assets/icon.svg") },
    Asset { name: "page.css", media: CSS, text: include_str!("../assets/page.css") },
];

/// The files as they are sent, packed when the first one is asked for.
static PACKED: LazyLock<Vec<Packed>> =
    LazyLock::new(|| ASSETS.iter().map(|asset| Packed::of(asset.text)).collect());

/// One file; who has it already gets 304.
pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let Some(place) = ASSETS.iter().position(|a| a.name == name) else { return Err(no_such_address()) };
    Ok(PACKED[place].reply(&headers, ASSETS[place].media, "no-cache"))
}

/// What tells a text from other versions of it, as `ETag` wants it.
pub(crate) fn tag(text: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let quoted = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::from_str(&quoted).expect("hex digits are a header's value")
}
