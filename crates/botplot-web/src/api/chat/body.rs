//! The body of `POST /api/chat`.

use botplot_core::message;
use botplot_core::visitor::VisitorInfo;
use botplot_engine::identity::Identity;
use serde_json::{Map, Value};

use crate::ApiError;
use crate::auth::identity;
use crate::fields::Fields;

/// Characters that the address and the title of the visitor's page may have.
const PAGE_LIMIT: usize = 2_048;
/// Bytes that `metadata` may have, as JSON.
const METADATA_BYTES: usize = 4_096;

/// A message that is within its limits.
#[derive(Debug)]
pub(super) struct ChatIn {
    /// The text, trimmed.
    pub(super) message: String,
    /// The id that the caller chose for the visitor.
    pub(super) visitor_id: String,
    /// The conversation to go on with, as sent.
    pub(super) conversation: Option<String>,
    /// What the visitor said of themselves.
    pub(super) visitor_info: VisitorInfo,
    /// What proves that the visitor id is the person's own.
    pub(super) identity: Option<Identity>,
    /// The page that the visitor is on, and the caller's own metadata.
    pub(super) context: Map<String, Value>,
    /// Whether the answer is to be streamed, if the caller said.
    pub(super) stream: Option<bool>,
}

impl ChatIn {
    /// Reads all fields; the error names every one that breaks a rule.
    pub(super) fn read(mut fields: Fields) -> Result<Self, ApiError> {
        let message = fields.required_text(&["message"]).map(|m| cleaned(&mut fields, &m.1));
        let visitor_id = fields.visitor_id(true);
        let conversation = fields.text(&["conversationId", "conversation_id"]).map(|c| c.1);
        let visitor_info = fields.object(&["visitor_info", "visitorInfo"]);
        let visitor_info = visitor_info.map(|(name, info)| visitor_details(&mut fields, name, info));
        let stream = fields.flag("stream");
        let identity = identity::read(&mut fields, visitor_id.as_deref());
        let context = read_context(&mut fields);
        fields.finish()?;
        Ok(Self {
            message: message.unwrap_or_default(),
            visitor_id: visitor_id.unwrap_or_default(),
            conversation,
            visitor_info: visitor_info.unwrap_or_default(),
            identity,
            context,
            stream,
        })
    }
}

fn cleaned(fields: &mut Fields, text: &str) -> String {
    message::clean(text).unwrap_or_else(|fault| {
        fields.fault("message", fault);
        String::new()
    })
}

/// Notes every fault of a visitor's details; what is without one is kept.
pub(super) fn visitor_details(fields: &mut Fields, name: &str, values: Map<String, Value>) -> VisitorInfo {
    let mut info = VisitorInfo(values);
    // It names one fault at a time; without the faulty detail it names the next.
    while let Some((detail, why)) = info.fault() {
        if detail.is_empty() {
            fields.fault(name, why);
            break;
        }
        fields.fault(format!("{name}.{detail}"), why);
        info.0.remove(&detail);
    }
    info
}

/// What a caller says of the page that the visitor is on, with metadata of its own.
fn read_context(fields: &mut Fields) -> Map<String, Value> {
    let mut context = Map::new();
    for name in ["url", "title"] {
        let Some((_, text)) = fields.text(&[name]) else { continue };
        if text.chars().count() > PAGE_LIMIT {
            fields.fault(name, "must have at most 2,048 characters");
        }
        context.insert(name.to_owned(), text.into());
    }
    if let Some((_, metadata)) = fields.object(&["metadata"]) {
        let metadata = Value::Object(metadata);
        if metadata.to_string().len() > METADATA_BYTES {
            fields.fault("metadata", "must have at most 4,096 bytes");
        }
        context.insert("metadata".to_owned(), metadata);
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<ChatIn, ApiError> {
        let Value::Object(values) = value else { panic!("not an object") };
        ChatIn::read(Fields::new(values))
    }

    fn faulty(value: Value) -> Vec<String> {
        let body: Value = serde_json::from_slice(&read(value).unwrap_err().body("", "")).unwrap();
        body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn both_spellings_are_read() {
        let camel = json!({ "message": " hi ", "visitorId": "v", "conversationId": "c", "visitorInfo": { "name": "J" } });
        let snake = json!({ "message": "hi", "visitor_id": "v", "conversation_id": "c", "visitor_info": { "name": "J" } });
        for value in [camel, snake] {
            let it = read(value).unwrap();
            assert_eq!((it.message.as_str(), it.visitor_id.as_str()), ("hi", "v"));
            assert_eq!(
                (it.conversation.as_deref(), it.visitor_info.0["name"].as_str()),
                (Some("c"), Some("J"))
            );
        }
    }

    #[test]
    fn every_faulty_field_is_named() {
        let all = json!({
            "message": "", "visitorId": "a\nb", "visitor_info": { "email": "x", "name": 4 }, "stream": 1,
            "identity": {}, "url": "x".repeat(2049), "title": [], "metadata": { "k": "x".repeat(4096) },
            "conversationId": 5,
        });
        let mut named = faulty(all);
        named.sort();
        let expected =
            ["conversationId", "identity", "identity.id", "message", "metadata", "stream", "title", "url"];
        let details = ["visitorId", "visitor_info.email", "visitor_info.name"];
        assert_eq!(named, [expected.as_slice(), &details].concat());
        assert_eq!(faulty(json!({})), ["message", "visitorId"]);
        assert_eq!(faulty(json!({ "message": "hi\0", "visitorId": "v" })), ["message"]);
        let many: Map<String, Value> = (0..21).map(|i| (format!("k{i}"), json!(1))).collect();
        assert_eq!(
            faulty(json!({ "message": "hi", "visitorId": "v", "visitorInfo": many })),
            ["visitorInfo"]
        );
    }
}
