//! `/api/v1/conversations/{id}/messages`: what was said, and what a person says.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use botplot_core::MessageId;
use botplot_core::event::Author;
use botplot_core::message::{self, Message, Rating, SourceRef};
use botplot_engine::conversations::{self, agent_fault};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::changes::PersonName;
use super::find;
use crate::auth::Owner;
use crate::fields::Fields;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, cited, ids};

/// Messages served at most, and when nothing else is asked for.
const MOST: i64 = 1000;

/// Who wrote a message.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Role {
    /// The visitor.
    User,
    /// The bot, or a person in its place.
    Assistant,
}

/// How far a message got.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum MessageState {
    /// Whole.
    Complete,
    /// Cut on the visitor's or an agent's wish.
    Stopped,
    /// Broken off by a fault.
    Failed,
}

/// What a visitor thinks of an answer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum AnswerRating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

/// The person who wrote a message in the bot's place.
#[derive(Serialize, ToSchema)]
#[schema(as = Author)]
struct AuthorOut {
    /// Always `human`.
    #[schema(example = "human")]
    r#type: &'static str,
    /// The name that the visitor sees.
    #[schema(example = "Ann")]
    name: String,
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: MessageId,
    /// `user` for the visitor, `assistant` for the bot and for people in its place.
    #[schema(value_type = Role)]
    role: &'static str,
    /// The text.
    #[schema(example = "What are your business hours?")]
    content: String,
    /// The passages that an answer used, as they were then.
    #[schema(value_type = Vec<cited::CitedOut<'static>>)]
    sources: Vec<SourceRef>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:05Z")]
    created_at: String,
    /// The person who wrote it; null for visitors and the bot.
    author: Option<AuthorOut>,
    /// How likely it is that the knowledge covers the question; null for visitors' and people's messages.
    #[schema(minimum = 0, maximum = 1, example = 0.87)]
    confidence: Option<f64>,
    /// How far it got.
    #[schema(value_type = MessageState)]
    state: &'static str,
    /// What the visitor thinks of it.
    #[schema(value_type = Option<AnswerRating>)]
    rating: Option<&'static str>,
    /// What the visitor said with the rating.
    comment: Option<String>,
    /// Where the visitor wrote it and what came with it: `url`, `title`, `metadata`.
    #[schema(value_type = Object, example = json!({ "url": "https://shop.example/pricing" }))]
    context: Map<String, Value>,
}

impl From<Message> for MessageOut {
    fn from(it: Message) -> Self {
        let author = it.author.map(Author::human).map(|Author { r#type, name }| AuthorOut { r#type, name });
        Self {
            id: it.id,
            role: it.role.as_str(),
            content: it.content,
            sources: it.sources,
            created_at: it.created_at.rfc3339(),
            author,
            confidence: it.confidence,
            state: it.state.as_str(),
            rating: it.rating.map(Rating::as_str),
            comment: it.comment,
            context: it.context,
        }
    }
}

/// A part of what was said.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageList)]
pub(crate) struct MessagesOut {
    /// Oldest first. An answer that is still being written is not among them.
    messages: Vec<MessageOut>,
    /// True when there are more behind these.
    #[schema(example = false)]
    has_more: bool,
    /// Messages served at most.
    #[schema(minimum = 1, maximum = 1000, example = 1000)]
    limit: i64,
    /// Messages passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// What a person writes.
#[derive(ToSchema)]
#[schema(as = PersonReply)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct ReplyIn {
    /// The text; 1 to 8,000 characters after trimming.
    #[schema(
        min_length = 1,
        max_length = 8000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "Hello, I am Ann. Let me look into that."
    )]
    content: String,
    /// Who writes it; without a name it is that of the person who has the conversation.
    author: Option<ReplyAuthor>,
}

/// Who writes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct ReplyAuthor {
    /// The name that the visitor sees.
    name: Option<PersonName>,
}

/// List messages in a conversation
///
/// Oldest first, up to 1,000 at once; `has_more` says whether there are further ones, to be fetched with `offset`.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/messages",
    tag = "Messages",
    security(("secret_key" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The conversation's id."),
        ("limit" = Option<i64>, Query, description = "Max results; over 1,000 is served as 1,000.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The messages.", body = MessagesOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut query: Query,
) -> Result<Json<MessagesOut>, ApiError> {
    let page = query.page_of(MOST, MOST);
    query.finish()?;
    let conversation = find(&state, &owner, &id).await?.id;
    let reader = state.engine.reader();
    let (found, has_more) =
        reader.page_messages(owner.project.id, conversation, page.limit, page.offset).await?;
    let messages = found.into_iter().map(MessageOut::from).collect();
    Ok(Json(MessagesOut { messages, has_more, limit: page.limit, offset: page.offset }))
}

/// Reply as a person
///
/// Writes into the conversation in the bot's place. The person has the conversation from then on, and an answer that
/// the AI was writing is cut: the two never both answer. A closed conversation is open again.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/messages",
    tag = "Messages",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The conversation's id.")),
    request_body = ReplyIn,
    responses((status = 201, description = "The message.", body = MessageOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<(StatusCode, Json<MessageOut>), ApiError> {
    let content = fields
        .required_text(&["content"])
        .and_then(|(_, text)| message::clean(&text).map_err(|fault| fields.fault("content", fault)).ok());
    let author = author(&mut fields);
    fields.finish()?;
    let id = ids::read(&id)?;
    let content = content.unwrap_or_default();
    let written = conversations::reply(&state.engine, owner.project.id, id, author.as_deref(), content);
    Ok((StatusCode::CREATED, Json(written.await?.into())))
}

fn author(fields: &mut Fields) -> Option<String> {
    let (_, author) = fields.object(&["author"])?;
    match author.get("name")? {
        Value::Null => None,
        Value::String(name) => {
            if let Some(fault) = agent_fault(name) {
                fields.fault("author.name", fault);
            }
            Some(name.trim().to_owned())
        }
        _ => {
            fields.fault("author.name", "must be a string");
            None
        }
    }
}
