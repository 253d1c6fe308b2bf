//! `/api/v1/visitors`: what one visitor left, to be exported or erased.

mod export;

use axum::Json;
use axum::extract::State;
use botplot_core::ProjectId;
use botplot_core::visitor::id_fault;
use botplot_engine::erasure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::ids::Path;
use crate::{ApiError, AppState, Code};
use export::ExportOut;

/// What was erased.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasedVisitor)]
pub(crate) struct ErasedOut {
    /// The visitor.
    #[schema(example = "visitor-123")]
    visitor_id: String,
    /// Always true.
    deleted: bool,
    /// Conversations erased.
    #[schema(minimum = 0, example = 2)]
    conversations: i64,
    /// Messages erased with them.
    #[schema(minimum = 0, example = 14)]
    messages: i64,
    /// Leads erased.
    #[schema(minimum = 0, example = 1)]
    leads: i64,
    /// Events erased whose webhooks told of the visitor.
    #[schema(minimum = 0, example = 18)]
    events: i64,
}

/// Erase a visitor
///
/// Erases all that the visitor left: conversations, messages, leads, ratings, and the bodies of webhooks about them.
/// Answers that are being written are stopped first. The audit log keeps how much there was, and a hash of the id.
#[utoipa::path(
    delete,
    path = "/api/v1/visitors/{visitor_id}",
    tag = "Visitors",
    security(("secret_key" = [])),
    params(("visitor_id" = String, Path, description = "The visitor's id, percent-encoded.", example = "visitor-123")),
    responses((status = 200, description = "Nothing is left of them.", body = ErasedOut)),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    owner: Owner,
    Path(visitor_id): Path<String>,
) -> Result<Json<ErasedOut>, ApiError> {
    known(&visitor_id)?;
    let erased = erasure::erase(&state.engine, owner.project.id, &visitor_id, &owner.key.prefix).await?;
    Ok(Json(ErasedOut {
        visitor_id,
        deleted: true,
        conversations: erased.conversations,
        messages: erased.messages,
        leads: erased.leads,
        events: erased.events,
    }))
}

/// Export a visitor
///
/// All that the visitor left, as one JSON document: conversations with their messages, leads and ratings.
#[utoipa::path(
    get,
    path = "/api/v1/visitors/{visitor_id}/export",
    tag = "Visitors",
    security(("secret_key" = [])),
    params(("visitor_id" = String, Path, description = "The visitor's id, percent-encoded.", example = "visitor-123")),
    responses((status = 200, description = "What they left.", body = ExportOut)),
)]
pub(crate) async fn export(
    State(state): State<AppState>,
    owner: Owner,
    Path(visitor_id): Path<String>,
) -> Result<Json<ExportOut>, ApiError> {
    known(&visitor_id)?;
    Ok(Json(ExportOut::collect(&state, owner.project.id, visitor_id).await?))
}

/// The export of a visitor as JSON.
pub(crate) async fn exported(
    state: &AppState,
    project: ProjectId,
    visitor: String,
) -> Result<Vec<u8>, ApiError> {
    known(&visitor)?;
    let export = ExportOut::collect(state, project, visitor).await?;
    Ok(serde_json::to_vec_pretty(&export).expect("strings and numbers always serialise"))
}

/// What cannot be a visitor's id is nobody's.
fn known(visitor_id: &str) -> Result<(), ApiError> {
    if id_fault(visitor_id).is_some() { Err(ApiError::new(Code::NotFound)) } else { Ok(()) }
}
