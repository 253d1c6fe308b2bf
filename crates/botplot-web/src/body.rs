//! Request bodies: JSON objects of a limited size, read whole.

mod budget;

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde_json::{Map, Value};

use crate::error::Fault;
use crate::fields::Fields;
use crate::{ApiError, AppState, Code};

/// Bytes that a body may have.
const LIMIT: usize = 256 * 1024;
/// Bytes that a large body may have.
const LARGE: usize = 1 << 20;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

impl FromRequest<AppState> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        object(request, LIMIT).await
    }
}

/// The fields of a body of up to 1 MB, for addresses that take whole conversations.
pub(crate) struct Large(pub(crate) Fields);

impl FromRequest<AppState> for Large {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        object(request, LARGE).await.map(Self)
    }
}

/// The fields of a body that may be left out.
pub(crate) struct Maybe(pub(crate) Fields);

impl FromRequest<AppState> for Maybe {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        let told = request.headers().get(header::CONTENT_LENGTH);
        let absent = told.map_or(!request.headers().contains_key(header::TRANSFER_ENCODING), |n| n == "0");
        if absent { Ok(Self(Fields::new(Map::new()))) } else { object(request, LIMIT).await.map(Self) }
    }
}

/// The fields of a body that may be left out.
pub(crate) struct Optional(pub(crate) Fields);

impl FromRequest<AppState> for Optional {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        let headers = request.headers();
        let told = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
        if !told && !headers.contains_key(header::TRANSFER_ENCODING) {
            return Ok(Self(Fields::new(Map::new())));
        }
        object(request, LIMIT).await.map(Self)
    }
}

/// The fields of a body of up to `limit` bytes.
pub(crate) async fn object(request: Request, limit: usize) -> Result<Fields, ApiError> {
    expect_json(request.headers())?;
    match parse(&bytes(request, limit).await?)? {
        Value::Object(values) => Ok(Fields::new(values)),
        other => Err(body_fault(format!("the body must be a JSON object, not {}", kind(&other)))),
    }
}

fn expect_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let refusal = |text| Err(ApiError::saying(Code::UnsupportedMediaType, text));
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    let media = text(header::CONTENT_TYPE).split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let is_json =
        media == "application/json" || media.starts_with("application/") && media.ends_with("+json");
    if !is_json {
        return refusal("send the body as JSON, with `Content-Type: application/json`");
    }
    match text(header::CONTENT_ENCODING).trim() {
        "" | "identity" => Ok(()),
        _ => refusal("send the body without `Content-Encoding`"),
    }
}

/// A body of up to `limit` bytes as it came.
pub(crate) async fn bytes(request: Request, limit: usize) -> Result<Bytes, ApiError> {
    let (head, body) = request.into_parts();
    let bytes = tokio::time::timeout(PATIENCE, read(&head.headers, body, limit));
    bytes.await.unwrap_or(Err(ApiError::new(Code::RequestTimeout)))
}

async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let too_large = || {
        let most = format!("the body may have at most {} KB", limit / 1024);
        ApiError::saying(Code::PayloadTooLarge, most)
    };
    let told = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|n| n > limit) {
        return Err(too_large());
    }
    let mut whole = BytesMut::with_capacity(told.unwrap_or(1024));
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| body_fault("the body broke off before its end".to_owned()))?;
        if whole.len() + piece.len() > limit {
            return Err(too_large());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| body_fault(format!("the body is not UTF-8 from byte {}", e.valid_up_to() + 1)))?;
    // Some tools put a byte order mark before their JSON; RFC 8259 lets readers overlook it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    budget::parse(text).map_err(|e| body_fault(format!("the body is not valid JSON: {e}")))
}

fn body_fault(message: String) -> ApiError {
    ApiError::invalid(vec![Fault { field: String::new(), message }])
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn content_type(value: &'static str) -> Result<(), Code> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]);
        expect_json(&headers).map_err(|e| e.code())
    }

    #[test]
    fn json_is_told_from_other_types() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/vnd.x+json"] {
            assert_eq!(content_type(good), Ok(()), "{good}");
        }
        for bad in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/x+json"]
        {
            assert_eq!(content_type(bad), Err(Code::UnsupportedMediaType), "{bad}");
        }
    }

    #[test]
    fn broken_json_says_where() {
        let detail = |bytes: &[u8]| String::from_utf8(parse(bytes).unwrap_err().body("", "")).unwrap();
        assert!(detail(b"{\"a\": 1,\n  \"b\" 2}").contains("at line 2 column 7"));
        assert!(detail(b"").contains("line 1 column 0"));
        assert!(detail(b"{\"a\":\"\xff\"}").contains("from byte 7"));
        assert!(detail(br#"{"a":"\ud800"}"#).contains("not valid JSON"));
        assert!(detail("[".repeat(100_000).as_bytes()).contains("recursion limit"));
    }
}
