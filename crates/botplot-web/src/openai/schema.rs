//! What `POST /v1/chat/completions` takes, for the documentation; `body.rs` reads it.

use serde::Serialize;
use utoipa::ToSchema;

/// A question in OpenAI's format. What is not named here and changes no meaning is accepted and has no effect.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct CompletionBody {
    /// Always `botplot`.
    model: ModelName,
    /// The conversation, with at least one `user` message; the last of these is the question, of 1 to 8,000 characters.
    #[schema(min_items = 1, max_items = 200, example = json!([
        { "role": "system", "content": "Answer in one sentence." },
        { "role": "user", "content": "What are your shipping options?" },
    ]))]
    messages: Vec<MessageBody>,
    /// True for a stream of `chat.completion.chunk` events.
    #[schema(default = false)]
    stream: Option<bool>,
    /// What else a stream has.
    stream_options: Option<StreamOptions>,
    /// The visitor; without one it is that of the conversation, or `openai`.
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$",
        example = "visitor-123"
    )]
    user: Option<String>,
    /// The visitor, by the newer name.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    safety_identifier: Option<String>,
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    n: Option<i32>,
    /// What OpenAI's format has no place for.
    botplot: Option<BotplotBody>,
}

/// The one model.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum ModelName {
    Botplot,
}

/// One message.
#[derive(Serialize, ToSchema)]
#[serde(tag = "role", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum MessageBody {
    /// Further instructions.
    System { content: ContentBody },
    /// Further instructions, by the newer name.
    Developer { content: ContentBody },
    /// What the visitor said.
    User { content: AskedBody },
    /// What was answered.
    Assistant { content: Option<ContentBody> },
}

/// A text, or parts that are put together.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum ContentBody {
    Text(String),
    Parts(PartsBody),
}

/// Parts of a text.
#[derive(Serialize, ToSchema)]
#[schema(min_items = 1)]
struct PartsBody(Vec<PartBody>);

/// One part of a text.
#[derive(Serialize, ToSchema)]
struct PartBody {
    r#type: PartType,
    text: String,
}

/// The one type of part.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum PartType {
    Text,
}

/// A visitor's text, which is never empty, or parts of it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum AskedBody {
    Text(AskedText),
    Parts(AskedParts),
}

/// A visitor's text.
#[derive(Serialize, ToSchema)]
#[schema(min_length = 1, pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$")]
struct AskedText(String);

/// Parts of a visitor's text.
#[derive(Serialize, ToSchema)]
#[schema(min_items = 1)]
struct AskedParts(Vec<AskedPart>);

/// One part of a visitor's text.
#[derive(Serialize, ToSchema)]
struct AskedPart {
    r#type: PartType,
    text: AskedText,
}

/// What else a stream has.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct StreamOptions {
    /// True for one more chunk before the end, without choices and with the counts of tokens.
    include_usage: Option<bool>,
}

/// What OpenAI's format has no place for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct BotplotBody {
    /// The conversation to go on with; without it, each request is one of its own.
    conversation_id: Option<uuid::Uuid>,
}
