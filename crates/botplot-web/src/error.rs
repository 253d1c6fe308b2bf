//! The one error of this crate, and how it is shown: `application/problem+json` as RFC 9457 has it.
//!
//! A handler's error travels as an extension of an empty reply; `middleware::observe`, which knows the request's
//! id, writes the body. So every error looks alike, whoever raised it.

mod code;

use std::any::Any;
use std::borrow::Cow;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

pub use code::Code;

/// A field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field, as the caller spelled it; dots lead into objects; empty for the body as a whole.
    pub field: String,
    /// The rule, as the end of a sentence that starts with the field.
    pub message: String,
}

/// Why a request is not served.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: Code,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    /// Boxed, so that errors are cheap to hand on.
    members: Box<Map<String, Value>>,
    after: Option<Duration>,
}

#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Fault],
    #[serde(flatten)]
    members: &'a Map<String, Value>,
    error: Mirror<'a>,
}

#[derive(Serialize)]
struct Mirror<'a> {
    code: &'a str,
    message: &'a str,
}

impl ApiError {
    /// An error of this code, in the code's own words.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: Cow::Borrowed(code.doc()),
            faults: Vec::new(),
            members: Box::default(),
            after: None,
        }
    }

    /// An error of this code in other words, which a client may see.
    pub fn saying(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: detail.into(), ..Self::new(code) }
    }

    /// Invalid input; `faults` has at least one.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let sentences: Vec<String> = faults.iter().map(Fault::sentence).collect();
        Self { detail: Cow::Owned(sentences.join("; ")), faults, ..Self::new(Code::InvalidRequest) }
    }

    /// The same error with one more member in its JSON.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What it says to whoever reads it.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The fields that break rules, if it is that.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The same error, saying when to come back.
    #[must_use]
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.after = Some(wait);
        self
    }

    /// The reply's body; `base` is the public address, under which `/errors` explains the codes.
    pub(crate) fn body(&self, request_id: &str, base: &str) -> Vec<u8> {
        let (code, status) = (self.code.name(), self.code.status());
        let problem = Problem {
            r#type: format!("{base}/errors#{code}"),
            title: status.canonical_reason().unwrap_or(code),
            status: status.as_u16(),
            detail: &self.detail,
            code,
            request_id,
            errors: &self.faults,
            members: &self.members,
            error: Mirror { code, message: &self.detail },
        };
        serde_json::to_vec(&problem).expect("strings and numbers always serialise")
    }
}

impl Fault {
    fn sentence(&self) -> String {
        if self.field.is_empty() {
            self.message.clone()
        } else {
            format!("`{}` {}", self.field, self.message)
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        let headers = response.headers_mut();
        if self.code.status() == axum::http::StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"BotPlot\""));
        }
        if let Some(wait) = self.after {
            // Rounded up: coming back a moment too soon would only cost another refusal.
            let seconds = wait.as_millis().div_ceil(1000).max(1) as u64;
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<botplot_engine::Error> for ApiError {
    fn from(error: botplot_engine::Error) -> Self {
        use botplot_engine::Error;
        match error {
            Error::NotFound => Self::new(Code::NotFound),
            Error::Invalid { field, why } => Self::invalid(vec![Fault { field, message: why }]),
            Error::Conflict(name) => Self::named(name, Code::Conflict),
            Error::Forbidden(name) => Self::named(name, Code::InsufficientScope),
            Error::LimitReached { limit, used, resets_at, conversation } => {
                let refusal = Self::new(Code::MessageLimitReached).with("limit", limit).with("used", used);
                let refusal = refusal.with("resets_at", resets_at.rfc3339());
                refusal.with("conversation_id", conversation.to_string())
            }
            Error::Mismatch(name) => Self::named(name, Code::IdempotencyKeyReused),
            Error::TooMany { code, after } => Self::named(code, Code::TooManyRequests).after(after),
            Error::Busy => Self::new(Code::Busy).after(Duration::from_secs(1)),
            Error::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<botplot_store::Error> for ApiError {
    fn from(error: botplot_store::Error) -> Self {
        botplot_engine::Error::from(error).into()
    }
}

impl ApiError {
    fn named(name: &str, otherwise: Code) -> Self {
        let code = Code::find(name);
        if code.is_none() {
            tracing::error!(code = name, "the engine raised a code that no line of `Code` names");
        }
        Self::new(code.unwrap_or(otherwise))
    }

    fn internal(cause: &anyhow::Error) -> Self {
        tracing::error!(error = format!("{cause:#}"), "internal error");
        Self::new(Code::InternalError)
    }
}

/// What is wrong with an address that is none.
pub(crate) fn no_such_address() -> ApiError {
    ApiError::saying(Code::NotFound, "there is no such address")
}

/// The reply to a method that an address does not take; axum adds `Allow`.
pub(crate) async fn wrong_method() -> ApiError {
    ApiError::new(Code::MethodNotAllowed)
}

/// The reply when a handler panicked; the panic hook has logged where.
pub(crate) fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::new(Code::InternalError).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_its_fields_in_order_and_its_mirror() {
        let faults = vec![
            Fault { field: "message".into(), message: "is required".into() },
            Fault { field: String::new(), message: "is cut off".into() },
        ];
        let body = String::from_utf8(ApiError::invalid(faults).body("req_1", "https://x.example")).unwrap();
        expect_test::expect![[r#"{"type":"https://x.example/errors#invalid_request","title":"Bad Request","status":400,"detail":"`message` is required; is cut off","code":"invalid_request","request_id":"req_1","errors":[{"field":"message","message":"is required"},{"field":"","message":"is cut off"}],"error":{"code":"invalid_request","message":"`message` is required; is cut off"}}"#]].assert_eq(&body);
    }

    #[test]
    fn waiting_times_are_rounded_up_to_whole_seconds() {
        for (millis, header) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2")] {
            let after = Duration::from_millis(millis);
            let error = botplot_engine::Error::TooMany { code: "too_many_turns", after };
            let response = ApiError::from(error).into_response();
            assert_eq!(response.headers()[header::RETRY_AFTER], header, "{millis} ms");
        }
    }

    async fn broken() -> &'static str {
        panic!("planted")
    }

    #[tokio::test]
    async fn a_panic_is_an_error_like_any_other() {
        let router = axum::Router::new().route("/", axum::routing::get(broken));
        let router = router.layer(tower_http::catch_panic::CatchPanicLayer::custom(after_panic));
        let request = axum::http::Request::new(axum::body::Body::empty());
        let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
        let error = response.extensions().get::<ApiError>().expect("the reply carries its error");
        assert_eq!((response.status().as_u16(), error.code()), (500, Code::InternalError));
    }

    #[test]
    fn what_went_wrong_inside_is_not_shown() {
        let error = botplot_engine::Error::Internal(anyhow::anyhow!("disk /dev/sda1 is full"));
        let body = String::from_utf8(ApiError::from(error).body("r", "")).unwrap();
        assert!(!body.contains("sda1") && body.contains("internal_error"), "{body}");
    }
}
