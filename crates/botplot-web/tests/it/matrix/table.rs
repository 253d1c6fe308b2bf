//! One line for each operation: who may call it, with what, and what they get.

use super::world::Caller;

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Everybody.
    Open,
    /// Either key; what belongs to a visitor opens to that visitor and to secret keys.
    Visitor,
    /// Secret keys.
    Owner,
}

/// What goes with a call. `$conversation` and the like stand for ids, `$visitor` for the caller's visitor,
/// `$key` for the caller's key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(&'static str),
    /// A picture.
    Png,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) method: &'static str,
    /// As described; the ids in it are named in `world`.
    pub(super) path: &'static str,
    pub(super) query: &'static str,
    pub(super) door: Door,
    pub(super) body: Body,
    /// The status for whom it serves.
    served: u16,
    /// The status for a publishable key that shows no token, where that differs.
    bare: u16,
}

impl Line {
    /// True when the call names something that can be another's.
    pub(super) fn names_something(&self) -> bool {
        let body = if let Body::Json(text) = self.body { text } else { "" };
        let named = |text: &str| ["$conversation", "$message"].iter().any(|name| text.contains(name));
        let is_model = self.path.starts_with("/v1/models");
        !is_model && (self.path.contains('{') || named(body) || named(self.query))
    }

    /// The statuses that a caller may get whom it serves.
    pub(super) fn served_to(&self, caller: Caller) -> [u16; 1] {
        let bare = matches!(caller, Caller::PublishableA | Caller::PublishableB);
        [if bare && self.bare != 0 { self.bare } else { self.served }]
    }
}

const fn line(method: &'static str, path: &'static str, door: Door, body: Body, served: u16) -> Line {
    Line { method, path, query: "", door, body, served, bare: 0 }
}

const fn asking(path: &'static str, query: &'static str, bare: u16) -> Line {
    Line { method: "GET", path, query, door: Door::Visitor, body: Body::None, served: 200, bare }
}

use Body::{Json, None, Png};
use Door::{Open, Owner, Visitor};

/// Every operation.
pub(super) const LINES: &[Line] = &[
    line(
        "POST",
        "/api/chat",
        Visitor,
        Json(r#"{"message":"hi","visitorId":"$visitor","conversationId":"$conversation","stream":false}"#),
        200,
    ),
    line("GET", "/api/chat/stream/{messageId}", Visitor, None, 200),
    asking("/api/chat/events", "?conversationId=$conversation&visitorId=$visitor", 0),
    asking("/api/chat/conversations", "?visitorId=$visitor", 404),
    asking("/api/chat/conversations/{id}/messages", "?visitorId=$visitor", 0),
    line("POST", "/api/chat/feedback", Visitor, Json(r#"{"messageId":"$message","rating":"up"}"#), 200),
    line(
        "POST",
        "/api/chat/handoff",
        Visitor,
        Json(r#"{"visitorId":"$visitor","conversationId":"$conversation"}"#),
        200,
    ),
    line(
        "POST",
        "/api/chat/lead",
        Visitor,
        Json(r#"{"visitorId":"$visitor","conversationId":"$conversation","visitor_info":{"phone":"12"}}"#),
        200,
    ),
    line("POST", "/api/chat/close", Visitor, Json(r#"{"conversationId":"$conversation"}"#), 200),
    line("POST", "/api/chat/stop", Visitor, Json(r#"{"conversationId":"$conversation"}"#), 200),
    line(
        "POST",
        "/api/chat/typing",
        Visitor,
        Json(r#"{"conversationId":"$conversation","typing":true}"#),
        200,
    ),
    asking("/widget/config", "?key=$key&lang=en", 0),
    line("POST", "/widget/session", Visitor, Json(r#"{"visitorId":"$visitor"}"#), 200),
    line("GET", "/widget/logo/{project}/{hash}", Open, None, 200),
    line("GET", "/api/v1/conversations", Owner, None, 200),
    line("GET", "/api/v1/conversations/{id}", Owner, None, 200),
    line("PATCH", "/api/v1/conversations/{id}", Owner, Json(r#"{"status":"closed"}"#), 200),
    line("DELETE", "/api/v1/conversations/{id}", Owner, None, 200),
    line("GET", "/api/v1/conversations/{id}/messages", Owner, None, 200),
    line("POST", "/api/v1/conversations/{id}/messages", Owner, Json(r#"{"content":"hello"}"#), 201),
    line("POST", "/api/v1/conversations/{id}/typing", Owner, Json(r#"{"typing":true}"#), 200),
    line("GET", "/api/v1/sources", Owner, None, 200),
    line("POST", "/api/v1/sources", Owner, Json(r#"{"type":"text","name":"New","text":"Some text."}"#), 202),
    line("GET", "/api/v1/sources/{id}", Owner, None, 200),
    line("PATCH", "/api/v1/sources/{id}", Owner, Json(r#"{"name":"Other"}"#), 200),
    line("DELETE", "/api/v1/sources/{id}", Owner, None, 200),
    line("GET", "/api/v1/sources/{id}/pages", Owner, None, 200),
    line("POST", "/api/v1/sources/{id}/sync", Owner, None, 202),
    line("POST", "/api/v1/search", Owner, Json(r#"{"query":"shipping"}"#), 200),
    line("GET", "/api/v1/leads", Owner, None, 200),
    line("GET", "/api/v1/usage", Owner, None, 200),
    line("GET", "/api/v1/notices", Owner, None, 200),
    line("GET", "/api/v1/audit", Owner, None, 200),
    line("GET", "/api/v1/project", Owner, None, 200),
    line("PATCH", "/api/v1/project", Owner, Json(r#"{"instructions":"Be brief."}"#), 200),
    line("PUT", "/api/v1/project/logo", Owner, Png, 200),
    line("DELETE", "/api/v1/project/logo", Owner, None, 200),
    line("POST", "/api/v1/project/identity-secret", Owner, None, 201),
    line("GET", "/api/v1/webhooks", Owner, None, 200),
    line("POST", "/api/v1/webhooks", Owner, Json(r#"{"url":"https://hooks.example/new"}"#), 201),
    line("GET", "/api/v1/webhooks/{id}", Owner, None, 200),
    line("PATCH", "/api/v1/webhooks/{id}", Owner, Json(r#"{"description":"CRM"}"#), 200),
    line("DELETE", "/api/v1/webhooks/{id}", Owner, None, 200),
    line("POST", "/api/v1/webhooks/{id}/rotate-secret", Owner, Json("{}"), 200),
    line("POST", "/api/v1/webhooks/{id}/switch-secret", Owner, None, 409),
    line("POST", "/api/v1/webhooks/{id}/test", Owner, Json("{}"), 202),
    line("POST", "/api/v1/webhooks/{id}/replay", Owner, Json("{}"), 202),
    line("GET", "/api/v1/webhooks/{id}/deliveries", Owner, None, 200),
    line("GET", "/api/v1/webhooks/{id}/deliveries/{delivery_id}", Owner, None, 200),
    line("POST", "/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay", Owner, None, 202),
    line("DELETE", "/api/v1/visitors/{visitor_id}", Owner, None, 200),
    line("GET", "/api/v1/visitors/{visitor_id}/export", Owner, None, 200),
    line("GET", "/api/v1/keys", Owner, None, 200),
    line("POST", "/api/v1/keys", Owner, Json(r#"{"name":"new"}"#), 201),
    line("PATCH", "/api/v1/keys/{id}", Owner, Json(r#"{"name":"other"}"#), 200),
    line("DELETE", "/api/v1/keys/{id}", Owner, None, 200),
    line("POST", "/api/v1/keys/{id}/rotate", Owner, Json("{}"), 201),
    line(
        "POST",
        "/v1/chat/completions",
        Owner,
        Json(
            r#"{"model":"botplot","messages":[{"role":"user","content":"hi"}],"botplot":{"conversation_id":"$conversation"}}"#,
        ),
        200,
    ),
    line("GET", "/v1/models", Owner, None, 200),
    line("GET", "/v1/models/{model}", Owner, None, 200),
    line("GET", "/healthz", Open, None, 200),
    line("GET", "/readyz", Open, None, 200),
    line("GET", "/metrics", Open, None, 200),
];
