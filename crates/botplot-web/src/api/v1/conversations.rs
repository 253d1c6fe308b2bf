//! `/api/v1/conversations`: listing, reading, changing and deleting conversations.

mod changes;
pub(crate) mod messages;
mod shown;
pub(crate) mod typing;

use axum::Json;
use axum::extract::State;
use botplot_core::ConversationId;
use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::visitor::id_fault;
use botplot_engine::conversations;
use botplot_store::ConversationFilter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::fields::Fields;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, ids};
use changes::ChangesIn;
pub(crate) use shown::ConversationOut;

/// A part of the list of conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationList)]
pub(crate) struct ConversationsOut {
    /// Newest first.
    conversations: Vec<ConversationOut>,
    /// Conversations that the filters let through.
    #[schema(minimum = 0, example = 42)]
    total: i64,
    /// Conversations served at most.
    #[schema(minimum = 1, maximum = 100, example = 10)]
    limit: i64,
    /// Conversations passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletedConversation)]
pub(crate) struct ConversationGoneOut {
    /// The conversation's id.
    #[schema(value_type = uuid::Uuid)]
    id: ConversationId,
    /// Always true.
    deleted: bool,
}

/// List conversations
///
/// Newest first. The filters can be combined; without one, conversations of every status are listed. A `limit` over
/// 100 is served as 100.
#[utoipa::path(
    get,
    path = "/api/v1/conversations",
    tag = "Conversations",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1, example = 10),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
        ("status" = Option<shown::ConversationStatus>, Query, description = "Filter by status."),
        ("handled_by" = Option<shown::Handler>, Query, description = "Filter by who answers."),
        ("handoff_requested" = Option<bool>, Query, description = "Filter by whether the visitor waits for a person."),
        ("visitor_id" = Option<String>, Query, description = "Filter by visitor.", min_length = 1, max_length = 128, pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f\\ufffd]+$"),
        ("tag" = Option<String>, Query, description = "Filter by a tag.", min_length = 1, max_length = 50, pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f\\ufffd]*[^\\s\\u0000-\\u001f\\u007f-\\u009f\\ufffd][^\\u0000-\\u001f\\u007f-\\u009f\\ufffd]*$"),
    ),
    responses((status = 200, description = "The conversations.", body = ConversationsOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<ConversationsOut>, ApiError> {
    let page = query.page();
    let wanted = filter(&mut query);
    query.finish()?;
    let reader = state.engine.reader();
    let (found, total) =
        reader.list_conversations(owner.project.id, &wanted, page.limit, page.offset).await?;
    let conversations = found.into_iter().map(ConversationOut::from).collect();
    Ok(Json(ConversationsOut { conversations, total, limit: page.limit, offset: page.offset }))
}

fn filter(query: &mut Query) -> ConversationFilter {
    let visitor_id = query.text("visitor_id");
    if let Some(fault) = visitor_id.as_deref().and_then(id_fault) {
        query.fault("visitor_id", fault);
    }
    let tag = query.text("tag");
    if let Some(fault) = tag.as_deref().and_then(conversations::tag_fault) {
        query.fault("tag", fault);
    }
    ConversationFilter {
        status: query.word("status", Status::parse, "`active`, `closed`, `archived`"),
        handled_by: query.word("handled_by", HandledBy::parse, "`ai`, `human`"),
        handoff_requested: query.flag("handoff_requested"),
        visitor_id,
        session: None,
        tag: tag.map(|t| t.trim().to_owned()),
    }
}

/// Get a conversation
///
/// Where it stands, who answers in it, and whose it is.
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}",
    tag = "Conversations",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The conversation's id.")),
    responses((status = 200, description = "The conversation.", body = ConversationOut)),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<ConversationOut>, ApiError> {
    Ok(Json(find(&state, &owner, &id).await?.into()))
}

/// Change a conversation
///
/// Changes what is named and leaves the rest. `handled_by: "human"` takes the conversation over: the AI is silent
/// from then on, and an answer that it was writing is cut. `handled_by: "ai"` hands it back. Closing and archiving
/// hand it back too, whatever `handled_by` says beside. An archived conversation is final: only its `tags` and the
/// `agent`'s name can be changed, anything else is refused with `conversation_archived`.
#[utoipa::path(
    patch,
    path = "/api/v1/conversations/{id}",
    tag = "Conversations",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The conversation's id.")),
    request_body = changes::ConversationChanges,
    responses((status = 200, description = "The conversation as it is now.", body = ConversationOut)),
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<ConversationOut>, ApiError> {
    let changes = ChangesIn::read(fields)?;
    let id = ids::read(&id)?;
    let changed = conversations::change(&state.engine, owner.project.id, id, changes.0).await?;
    Ok(Json(changed.into()))
}

/// Delete a conversation
///
/// Deletes it with all that was said in it; the audit log keeps its id and how many messages there were.
#[utoipa::path(
    delete,
    path = "/api/v1/conversations/{id}",
    tag = "Conversations",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The conversation's id.")),
    responses((status = 200, description = "It is gone.", body = ConversationGoneOut)),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<ConversationGoneOut>, ApiError> {
    let id = ids::read(&id)?;
    conversations::remove(&state.engine, owner.project.id, id, &owner.key.prefix).await?;
    Ok(Json(ConversationGoneOut { id, deleted: true }))
}

/// The owner's conversation of this id.
async fn find(state: &AppState, owner: &Owner, id: &str) -> Result<Conversation, ApiError> {
    let found = state.engine.reader().find_conversation(owner.project.id, ids::read(id)?).await?;
    found.ok_or_else(|| ApiError::new(Code::NotFound))
}
