//! What `PATCH /api/v1/conversations/{id}` takes.

use botplot_core::conversation::{HandledBy, Status};
use botplot_engine::conversations::{Change, TAGS, agent_fault, tag_fault};
use serde_json::Value;
use utoipa::ToSchema;

use super::shown::{ConversationStatus, Handler};
use crate::ApiError;
use crate::fields::Fields;

/// What is to change about a conversation; what is absent or null stays.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct ConversationChanges {
    /// Where it stands. `archived` is final.
    status: Option<ConversationStatus>,
    /// Who answers.
    handled_by: Option<Handler>,
    /// The name of the person who has it, as the visitor sees it.
    agent: Option<PersonName>,
    /// Your words for it, in place of those that it has; each is kept once.
    #[schema(max_items = 20)]
    tags: Option<Vec<Tag>>,
}

/// A word for a conversation.
#[derive(ToSchema)]
#[schema(
    min_length = 1,
    max_length = 50,
    pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
    example = "vip"
)]
#[expect(dead_code, reason = "only its schema is used")]
struct Tag(String);

/// A person's name.
#[derive(ToSchema)]
#[schema(
    min_length = 1,
    max_length = 100,
    pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
    example = "Ann"
)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PersonName(String);

/// A change that is within its limits.
#[derive(Debug)]
pub(super) struct ChangesIn(pub(super) Change);

impl ChangesIn {
    /// Reads all fields; the error names every one that breaks a rule.
    pub(super) fn read(mut fields: Fields) -> Result<Self, ApiError> {
        let status = word(&mut fields, "status", Status::parse, "`active`, `closed`, `archived`");
        let handled_by = word(&mut fields, "handled_by", HandledBy::parse, "`ai`, `human`");
        let agent = person(&mut fields, "agent");
        let tags = tags(&mut fields);
        fields.finish()?;
        Ok(Self(Change { status, handled_by, agent, tags }))
    }
}

fn word<T>(fields: &mut Fields, name: &'static str, parse: fn(&str) -> Option<T>, words: &str) -> Option<T> {
    let (_, text) = fields.text(&[name])?;
    let value = parse(&text);
    if value.is_none() {
        fields.fault(name, format!("must be one of {words}"));
    }
    value
}

/// A person's name, trimmed.
pub(super) fn person(fields: &mut Fields, name: &'static str) -> Option<String> {
    let (_, text) = fields.text(&[name])?;
    if let Some(fault) = agent_fault(&text) {
        fields.fault(name, fault);
    }
    Some(text.trim().to_owned())
}

fn tags(fields: &mut Fields) -> Option<Vec<String>> {
    let Value::Array(values) = fields.take(&["tags"])?.1 else {
        fields.fault("tags", "must be an array of strings");
        return None;
    };
    if values.len() > TAGS {
        fields.fault("tags", "must have at most 20 entries");
    }
    let mut tags = Vec::new();
    for (place, value) in values.into_iter().enumerate() {
        match value {
            Value::String(tag) => {
                if let Some(fault) = tag_fault(&tag) {
                    fields.fault(format!("tags.{place}"), fault);
                }
                tags.push(tag);
            }
            _ => fields.fault(format!("tags.{place}"), "must be a string"),
        }
    }
    Some(tags)
}
