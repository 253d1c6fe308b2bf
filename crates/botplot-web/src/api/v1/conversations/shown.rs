//! A conversation as `/api/v1` shows it.

use botplot_core::ConversationId;
use botplot_core::conversation::Conversation;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Where a conversation stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ConversationStatus {
    /// Open.
    Active,
    /// Over until the visitor writes again.
    Closed,
    /// Over for good.
    Archived,
}

/// Who answers the visitor.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum Handler {
    /// The bot.
    Ai,
    /// A person.
    Human,
}

/// A conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversation)]
pub(crate) struct ConversationOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid, example = "550e8400-e29b-41d4-a716-446655440000")]
    id: ConversationId,
    /// The id that you chose for the visitor.
    #[schema(example = "visitor-123")]
    visitor_id: String,
    /// What the visitor said of themselves; empty when they said nothing.
    #[schema(value_type = Object, example = json!({ "name": "John", "email": "john@example.com" }))]
    visitor_info: Map<String, Value>,
    /// Where it stands.
    #[schema(value_type = ConversationStatus)]
    status: &'static str,
    /// True when the visitor asked for a person and none has finished with them.
    #[schema(example = false)]
    handoff_requested: bool,
    /// When it began.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
    /// Who answers.
    #[schema(value_type = Handler)]
    handled_by: &'static str,
    /// The name of the person who has it or had it last.
    #[schema(example = "Ann")]
    agent: Option<String>,
    /// Your words for it.
    #[schema(example = json!(["vip"]))]
    tags: Vec<String>,
    /// When anything in it last changed.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:07Z")]
    updated_at: String,
    /// Messages so far.
    #[schema(minimum = 0, example = 2)]
    message_count: i64,
}

impl From<Conversation> for ConversationOut {
    fn from(it: Conversation) -> Self {
        Self {
            id: it.id,
            visitor_id: it.visitor_id,
            visitor_info: it.visitor_info.0,
            status: it.status.as_str(),
            handoff_requested: it.handoff_requested,
            created_at: it.created_at.rfc3339(),
            handled_by: it.handled_by.as_str(),
            agent: it.agent,
            tags: it.tags,
            updated_at: it.updated_at.rfc3339(),
            message_count: it.message_count,
        }
    }
}
