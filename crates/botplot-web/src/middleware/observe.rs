//! Gives each request its id, writes its line in the log and its figures, and writes the bodies of errors.
//!
//! The log has the route's pattern and not the address, since addresses can carry keys; it has no texts of messages.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::{Instrument as _, field};

use crate::{ApiError, AppState, Peer, metrics};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The layer around everything else.
pub(crate) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(&state);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        request.id = %id,
        method = %request.method(),
        route,
        peer = field::Empty,
        project.id = field::Empty,
    );
    if let Some(Peer(address)) = request.extensions().get() {
        span.record("peer", field::display(address));
    }
    let mut response = next.run(request).instrument(span.clone()).await;
    let error = response.extensions_mut().remove::<ApiError>();
    if let Some(error) = &error {
        write_problem(&mut response, error, &id, &state.public_url);
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from_str(&id).expect("hex digits are a header's value"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics::request(route, status, took);
    let code = error.as_ref().map(|e| e.code().name());
    span.in_scope(|| {
        let took_ms = millis(took);
        if matches!(route, "/healthz" | "/readyz" | "/metrics") {
            tracing::debug!(status, code, took_ms, "served");
        } else {
            tracing::info!(status, code, took_ms, "served");
        }
    });
    response
}

/// Milliseconds to the microsecond, as the log has them.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

fn request_id(state: &AppState) -> String {
    let mut bytes = [0; 12];
    state.engine.ids().fill(&mut bytes);
    bytes.iter().fold(String::from("req_"), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

fn write_problem(response: &mut Response, error: &ApiError, id: &str, base: &str) {
    let body = error.body(id, base);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
}
