//! `GET /api/chat/conversations` and `…/{id}/messages`: what a visitor has talked about before.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use botplot_core::conversation::{Conversation, Proof};
use botplot_core::event::Author;
use botplot_core::message::{Message, State as Progress};
use botplot_core::visitor::id_fault;
use botplot_core::{ConversationId, MessageId, ProjectId};
use botplot_engine::live;
use botplot_store::ConversationFilter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Shown, VisitorToken};
use crate::cited::CitedOut;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};

/// Messages of a conversation in one reply, when nothing else is asked for and at most.
const MESSAGES: i64 = 1_000;
/// Newest messages among which there is one to show: the others are answers to come, or that failed in silence.
const NEWEST: i64 = 8;

/// A visitor's conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatConversations)]
pub(crate) struct ConversationsOut {
    /// Newest first.
    conversations: Vec<ConversationOut>,
    /// How many there are in all.
    total: i64,
    /// How many are in a reply at most.
    limit: i64,
    /// How many were passed over.
    offset: i64,
}

/// One of a visitor's conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatConversation)]
#[serde(rename_all = "camelCase")]
struct ConversationOut {
    /// Its id, to go on with.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// `active`, `closed` or `archived`.
    #[schema(example = "active")]
    status: &'static str,
    /// Who answers: `ai` or `human`.
    #[schema(example = "ai")]
    handled_by: &'static str,
    /// True when the visitor asked for a person.
    handoff_requested: bool,
    /// When it began.
    #[schema(format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
    /// When anything in it last changed.
    #[schema(format = DateTime, example = "2025-01-15T10:30:00Z")]
    updated_at: String,
    /// Messages so far.
    message_count: i64,
    /// The newest of them.
    #[schema(required)]
    last_message: Option<LastOut>,
}

/// A conversation's newest message.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatLastMessage)]
#[serde(rename_all = "camelCase")]
struct LastOut {
    /// Who it is from: `user` or `assistant`.
    #[schema(example = "assistant")]
    role: &'static str,
    /// The text.
    content: String,
    /// When it was written.
    #[schema(format = DateTime, example = "2025-01-15T10:30:07Z")]
    created_at: String,
}

/// The messages of one of a visitor's conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatMessages)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagesOut<'a> {
    /// Oldest first.
    messages: Vec<MessageOut<'a>>,
    /// True when there are more behind them.
    has_more: bool,
}

/// A message as its visitor sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatMessage)]
#[serde(rename_all = "camelCase")]
struct MessageOut<'a> {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: MessageId,
    /// Who it is from: `user` or `assistant`.
    #[schema(example = "assistant")]
    role: &'static str,
    /// The text.
    content: &'a str,
    /// The passages that an answer used.
    sources: Vec<CitedOut<'a>>,
    /// When it was written.
    #[schema(format = DateTime, example = "2025-01-15T10:30:07Z")]
    created_at: String,
    /// The person who wrote it in the bot's place.
    #[schema(required)]
    author: Option<AuthorOut<'a>>,
    /// What the visitor thinks of it: `up` or `down`.
    #[schema(required, example = "up")]
    rating: Option<&'static str>,
    /// How likely it is that the knowledge covers the question; null for what people wrote.
    #[schema(required, minimum = 0, maximum = 1, example = 0.87)]
    confidence: Option<f64>,
    /// True when the bot said that it does not know; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    refused: bool,
}

/// A person who writes in the bot's place.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatAuthor)]
struct AuthorOut<'a> {
    /// Always `human`.
    #[schema(example = "human")]
    r#type: &'static str,
    /// Their name.
    #[schema(example = "Ann")]
    name: &'a str,
}

/// List a visitor's conversations
///
/// The conversations that the visitor's token opens; all of the visitor's where it carries a verified identity, and
/// for a secret key.
#[utoipa::path(
    get,
    path = "/api/chat/conversations",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(
        ("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token."),
        ("visitorId" = Option<String>, Query, description = "The visitor; with a secret key it is required.", min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"),
        ("limit" = Option<i64>, Query, description = "Max results (default 20; over 100 is served as 100).", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The conversations.", body = ConversationsOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    mut query: Query,
) -> Result<Json<ConversationsOut>, ApiError> {
    let visitor = visitor_of(&mut query);
    let page = query.page();
    query.finish()?;
    let shown = token.show(&state, &caller, visitor, None).await?;
    let (reader, project) = (state.engine.reader(), caller.project.id);
    let wanted = own(shown)?;
    let (found, total) = reader.list_conversations(project, &wanted, page.limit, page.offset).await?;
    let mut conversations = Vec::with_capacity(found.len());
    for conversation in &found {
        let last = last_message(&state, project, conversation.id).await?;
        conversations.push(ConversationOut::of(conversation, last.as_ref()));
    }
    Ok(Json(ConversationsOut { conversations, total, limit: page.limit, offset: page.offset }))
}

/// List the messages of a visitor's conversation
///
/// Oldest first, for the visitor's token, identity, or a secret key.
#[utoipa::path(
    get,
    path = "/api/chat/conversations/{id}/messages",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(
        ("id" = String, Path, description = "The conversation."),
        ("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token."),
        ("visitorId" = Option<String>, Query, description = "The visitor, where the token does not say.", min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"),
        ("limit" = Option<i64>, Query, description = "Max results (default 1,000; over 1,000 is served as 1,000).", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The messages.", body = MessagesOut)),
)]
pub(crate) async fn messages(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    Path(id): Path<String>,
    mut query: Query,
) -> Result<Response, ApiError> {
    let visitor = visitor_of(&mut query);
    let page = query.page_of(MESSAGES, MESSAGES);
    query.finish()?;
    let shown = token.show(&state, &caller, visitor, None).await?;
    let (reader, project) = (state.engine.reader(), caller.project.id);
    let conversation = open(&state, project, &id, &shown).await?;
    let (found, has_more) = reader.page_messages(project, conversation.id, page.limit, page.offset).await?;
    if !has_more && shown.is_visitor() {
        note_heard(&state, &conversation).await?;
    }
    let messages = found.iter().map(MessageOut::of).collect();
    Ok(Json(MessagesOut { messages, has_more }).into_response())
}

/// Notes that the visitor's page is up to date, where that is news.
async fn note_heard(state: &AppState, conversation: &Conversation) -> Result<(), ApiError> {
    let (project, id) = (conversation.project, conversation.id);
    if let Some(newest) = state.engine.reader().unheard(project, id).await? {
        live::note_heard(&state.engine, project, id, newest).await?;
    }
    Ok(())
}

/// The conversation of this id, if what is shown opens it.
pub(super) async fn open(
    state: &AppState,
    project: ProjectId,
    id: &str,
    shown: &Shown,
) -> Result<Conversation, ApiError> {
    let found = state.engine.reader().find_conversation(project, ids::read(id)?).await?;
    found
        .filter(|c| c.may_open(shown.visitor.as_deref(), &shown.proof))
        .ok_or_else(|| ApiError::new(Code::NotFound))
}

/// The visitor that a query names, if it does.
pub(super) fn visitor_of(query: &mut Query) -> Option<String> {
    let visitor = query.text("visitorId")?;
    if let Some(fault) = id_fault(&visitor) {
        query.fault("visitorId", fault);
    }
    Some(visitor)
}

/// The conversations that are open to whoever shows this.
fn own(shown: Shown) -> Result<ConversationFilter, ApiError> {
    let all = ConversationFilter { visitor_id: shown.visitor, ..ConversationFilter::default() };
    match shown.proof {
        Proof::SecretKey if all.visitor_id.is_none() => Err(ApiError::invalid(vec![crate::error::Fault {
            field: "visitorId".to_owned(),
            message: "is required with a secret key".to_owned(),
        }])),
        Proof::SecretKey | Proof::Identity => Ok(all),
        Proof::Session(session) => Ok(ConversationFilter { session: Some(session), ..all }),
        Proof::Bare => Err(ApiError::new(Code::NotFound)),
    }
}

async fn last_message(
    state: &AppState,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<Message>, ApiError> {
    let newest = state.engine.reader().list_messages(project, conversation, NEWEST).await?;
    let silent = |m: &Message| m.state == Progress::Failed && m.content.is_empty();
    Ok(newest.into_iter().rev().find(|m| m.state != Progress::Pending && !silent(m)))
}

impl ConversationOut {
    fn of(conversation: &Conversation, last: Option<&Message>) -> Self {
        Self {
            conversation_id: conversation.id,
            status: conversation.status.as_str(),
            handled_by: conversation.handled_by.as_str(),
            handoff_requested: conversation.handoff_requested,
            created_at: conversation.created_at.rfc3339(),
            updated_at: conversation.updated_at.rfc3339(),
            message_count: conversation.message_count,
            last_message: last.map(|message| LastOut {
                role: message.role.as_str(),
                content: message.content.clone(),
                created_at: message.created_at.rfc3339(),
            }),
        }
    }
}

impl<'a> MessageOut<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            id: message.id,
            role: message.role.as_str(),
            content: &message.content,
            sources: CitedOut::all(&message.sources),
            created_at: message.created_at.rfc3339(),
            author: message
                .author
                .as_deref()
                .map(|name| AuthorOut { r#type: Author::human("").r#type, name }),
            rating: message.rating.map(botplot_core::message::Rating::as_str),
            confidence: message.confidence,
            refused: message.outcome.as_ref().is_some_and(|outcome| outcome.refused),
        }
    }
}
