//! What a provider's failure means: one of five outcomes, and whether trying again at once makes sense.

use std::error::Error as _;
use std::time::Duration;

use botplot_core::Secret;
use genai::webc::StreamTimeout;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::Error;

/// How much of a provider's own words is logged.
const LOGGED: usize = 300;

/// An error, with what the outcome alone does not tell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// Whether the same request may be sent again at once; a wait that was long already is not repeated.
    pub(crate) again: bool,
    /// The provider's words or the system's, for the log: without address and key.
    pub(crate) detail: Option<String>,
}

impl Failure {
    pub(crate) fn transient(what: &str) -> Self {
        Self { error: Error::Transient(what.into()), again: true, detail: None }
    }

    pub(crate) fn permanent(what: &str) -> Self {
        Self { error: Error::Permanent(what.into()), again: false, detail: None }
    }

    fn refused(what: &str) -> Self {
        Self { error: Error::Refused(what.into()), again: false, detail: None }
    }

    /// Nothing came for as long as the configuration allows.
    pub(crate) fn silent() -> Self {
        Self { again: false, ..Self::transient("it stayed silent too long") }
    }

    /// The content filter took the whole answer.
    pub(crate) fn filtered() -> Self {
        Self::refused("its content filter stopped the answer")
    }

    /// The stream ended before the answer did.
    pub(crate) fn broken() -> Self {
        Self::transient("the answer broke off")
    }

    /// Reads a failure of `genai`; `key` is kept out of the detail.
    pub(crate) fn of(error: &genai::Error, key: Option<&Secret>) -> Self {
        match error {
            genai::Error::HttpError { status, body, headers, .. } => {
                let failure = by_status(status.as_u16(), body, retry_after(headers));
                // A provider that refuses a key likes to quote half of it.
                let quotes_key = matches!(status.as_u16(), 401 | 403);
                failure.with_detail(if quotes_key { "" } else { body }, key)
            }
            genai::Error::WebStream { error, .. } => Self::of_transport(error.as_ref(), key),
            genai::Error::ChatResponse { body, .. } => by_object(body).with_detail(&body.to_string(), key),
            genai::Error::StreamParse { .. } | genai::Error::JsonValueExt(_) | genai::Error::SerdeJson(_) => {
                Self::transient("it sent something unreadable")
            }
            _ => Self::permanent("the request could not be built"),
        }
    }

    fn of_transport(error: &(dyn std::error::Error + Send + Sync + 'static), key: Option<&Secret>) -> Self {
        if let Some(inner) = error.downcast_ref::<genai::Error>() {
            return Self::of(inner, key);
        }
        if error.is::<StreamTimeout>() {
            return Self::silent();
        }
        let Some(error) = error.downcast_ref::<reqwest::Error>() else {
            return Self::transient("it sent something unreadable");
        };
        let failure = if error.is_connect() {
            Self { again: !error.is_timeout(), ..Self::transient("cannot connect to the provider") }
        } else if error.is_timeout() {
            Self::silent()
        } else if error.is_builder() {
            Self::permanent("the request could not be built")
        } else {
            Self::transient("the connection broke")
        };
        // The innermost cause is the system's own word; the outer ones hold the address.
        let mut cause = error.source();
        while let Some(inner) = cause.and_then(std::error::Error::source) {
            cause = Some(inner);
        }
        failure.with_detail(&cause.map(ToString::to_string).unwrap_or_default(), key)
    }

    fn with_detail(mut self, text: &str, key: Option<&Secret>) -> Self {
        let text = match key {
            Some(key) if !key.is_empty() => text.replace(key.expose(), "[key]"),
            _ => text.to_string(),
        };
        let short: String = text.chars().filter(|c| !c.is_control()).take(LOGGED).collect();
        self.detail = (!short.is_empty()).then_some(short);
        self
    }
}

fn by_status(status: u16, body: &str, after: Option<Duration>) -> Failure {
    let limited = || Failure { error: Error::Limited { after }, again: true, detail: None };
    let words = body.to_ascii_lowercase();
    match status {
        400 | 413 | 422 if is_too_long(&words) => too_long(),
        413 => too_long(),
        402 => out_of_credit(),
        400 | 403 | 422 if is_refusal(&words) => Failure::refused("the question breaks its content rules"),
        401 | 403 => Failure::permanent("the provider does not accept the key"),
        404 => Failure::permanent("the provider does not know this model or address"),
        429 if is_out_of_credit(&words) => out_of_credit(),
        429 => limited(),
        503 if after.is_some() => limited(),
        408 | 409 | 425 | 500.. => Failure::transient(&format!("the provider answered `{status}`")),
        300..400 => Failure::permanent("the address redirects elsewhere: configure its target"),
        _ => Failure::permanent(&format!("the provider answered `{status}`")),
    }
}

/// An error object within a stream of status 200.
fn by_object(body: &Value) -> Failure {
    let error = body.get("error").unwrap_or(body);
    let words = body.to_string().to_ascii_lowercase();
    if error.get("finishReason").is_some() {
        // Gemini's adapter says so when a candidate has no text, which is how a blocked prompt looks.
        return Failure::refused("the question breaks its content rules");
    }
    let code = ["code", "status"].iter().find_map(|field| {
        let value = error.get(*field)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    });
    if let Some(code @ 300..=599) = code {
        return by_status(code as u16, &words, None);
    }
    let status = if is_too_long(&words) {
        413
    } else if is_out_of_credit(&words) {
        402
    } else if words.contains("rate_limit") || words.contains("resource_exhausted") {
        429
    } else if words.contains("authentication") || words.contains("permission") {
        401
    } else if words.contains("not_found_error") {
        404
    } else if is_refusal(&words) || words.contains("invalid_request") {
        400
    } else {
        return Failure::transient("the provider reported an error of its own");
    };
    by_status(status, &words, None)
}

fn too_long() -> Failure {
    Failure { error: Error::TooLong, again: false, detail: None }
}

fn out_of_credit() -> Failure {
    Failure::permanent("the provider's account is out of credit")
}

/// The words of OpenAI, Anthropic, Gemini, Groq, llama.cpp, vLLM, Mistral and Ollama for a prompt without end.
fn is_too_long(words: &str) -> bool {
    const SIGNS: [&str; 12] = [
        "context_length_exceeded",
        "maximum context length",
        "context length",
        "context window",
        "context size",
        "prompt is too long",
        "too many tokens",
        "token count",
        "request_too_large",
        "reduce the length",
        "too large for model",
        "exceeds the maximum number of tokens",
    ];
    SIGNS.iter().any(|sign| words.contains(sign))
}

fn is_refusal(words: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "content_filter",
        "content_policy",
        "content management policy",
        "responsibleaipolicyviolation",
        "data_inspection_failed",
        "flagged",
    ];
    SIGNS.iter().any(|sign| words.contains(sign))
}

fn is_out_of_credit(words: &str) -> bool {
    const SIGNS: [&str; 4] =
        ["insufficient_quota", "insufficient balance", "credit balance is too low", "billing_hard_limit"];
    SIGNS.iter().any(|sign| words.contains(sign))
}

/// `retry-after-ms` or `Retry-After` in seconds; a date is taken as no hint.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|ms| ms / 1000.0).or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn statuses_become_the_outcome_that_the_caller_can_act_on() {
        let after = Some(Duration::from_secs(2));
        let outcome = |status, body| by_status(status, body, after).error;
        assert_eq!(outcome(429, "slow down"), Error::Limited { after });
        assert_eq!(outcome(503, ""), Error::Limited { after });
        assert_eq!(outcome(413, ""), Error::TooLong);
        assert_eq!(outcome(400, "prompt is too long: 210000 tokens > 200000 maximum"), Error::TooLong);
        assert!(matches!(outcome(429, r#"{"code":"insufficient_quota"}"#), Error::Permanent(_)));
        assert!(matches!(outcome(400, r#"{"code":"content_filter"}"#), Error::Refused(_)));
        for status in [401, 402, 403, 404, 405, 302, 400] {
            assert!(matches!(outcome(status, ""), Error::Permanent(_)), "{status}");
        }
        for status in [408, 500, 502, 504, 520, 529] {
            assert!(matches!(outcome(status, ""), Error::Transient(_)), "{status}");
        }
    }

    #[test]
    fn errors_within_a_stream_are_read_in_every_dialect() {
        let outcome = |body: Value| by_object(&body).error;
        assert!(matches!(outcome(json!({"code": 502, "message": "x"})), Error::Transient(_)));
        assert_eq!(
            outcome(json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}})),
            Error::Limited { after: None }
        );
        let overloaded =
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
        assert!(matches!(outcome(overloaded), Error::Transient(_)));
        assert_eq!(outcome(json!({"error": {"type": "rate_limit_error"}})), Error::Limited { after: None });
        assert_eq!(outcome(json!({"message": "the prompt exceeds the context window"})), Error::TooLong);
        assert!(matches!(outcome(json!({"finishReason": null, "usageMetadata": null})), Error::Refused(_)));
    }

    #[test]
    fn a_key_in_a_providers_words_is_taken_out_of_the_detail() {
        let failure = Failure::broken().with_detail("bad\nkey sk-canary!", Some(&Secret::new("sk-canary")));
        assert_eq!(failure.detail.as_deref(), Some("badkey [key]!"));
    }

    #[test]
    fn waiting_times_are_read_in_seconds_and_milliseconds() {
        let headers = |name: &'static str, value: &'static str| {
            HeaderMap::from_iter([(
                reqwest::header::HeaderName::from_static(name),
                reqwest::header::HeaderValue::from_static(value),
            )])
        };
        assert_eq!(retry_after(&headers("retry-after", "7")), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&headers("retry-after-ms", "1500")), Some(Duration::from_millis(1500)));
        for odd in ["Fri, 31 Dec 1999 23:59:59 GMT", "-1", "nan", "1e300"] {
            assert_eq!(retry_after(&headers("retry-after", odd)), None, "{odd}");
        }
    }
}
