//! Cross-origin rules: pages anywhere may call the chat and the widget's addresses; the keys decide the rest.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, x-api-key, content-type, idempotency-key, last-event-id, x-resume, x-visitor-token",
);
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "X-Conversation-Id, X-Message-Id, X-Visitor-Token, X-Request-Id, Retry-After, RateLimit",
);

/// Answers preflights of the public addresses and lets pages read every reply there, errors included.
pub(crate) async fn open(request: Request, next: Next) -> Response {
    if !is_public(request.uri().path()) {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if is_preflight(&request) { preflight() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.unwrap_or(HeaderValue::from_static("*")));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

fn is_public(path: &str) -> bool {
    ["/api/chat", "/widget"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn only_the_chat_and_the_widget_are_public() {
        for path in ["/api/chat", "/api/chat/", "/api/chat/stop", "/widget/session", "/widget"] {
            assert!(is_public(path), "{path}");
        }
        for path in ["/api/chats", "/api/v1/conversations", "/", "/widgets", "/try/x"] {
            assert!(!is_public(path), "{path}");
        }
    }
}
