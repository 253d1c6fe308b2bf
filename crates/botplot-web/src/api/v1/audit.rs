//! `/api/v1/audit`: who erased, deleted, revoked or changed what.

use axum::Json;
use axum::extract::State;
use botplot_core::AuditId;
use botplot_core::notice::Entry;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::page::Query;
use crate::{ApiError, AppState};

/// A line of the audit log. It never holds what was erased.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct EntryOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: AuditId,
    /// What was done, as `noun.verb`.
    #[schema(example = "visitor.erased")]
    action: String,
    /// Who did it: the beginning of a key, `retention` or `operator`.
    #[schema(example = "bp_sec_4fJ2kQ81xZpA")]
    actor: String,
    /// What it was done to: an id, or for an erased visitor the first 16 hex digits of the SHA-256 of their id.
    #[schema(example = "9f86d081884c7d65")]
    subject: String,
    /// Counts and names that go with it.
    #[schema(value_type = Object, example = json!({ "conversations": 2, "messages": 14 }))]
    detail: Map<String, Value>,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
}

impl From<Entry> for EntryOut {
    fn from(it: Entry) -> Self {
        Self {
            id: it.id,
            action: it.action,
            actor: it.actor,
            subject: it.subject,
            detail: it.detail,
            created_at: it.created_at.rfc3339(),
        }
    }
}

/// A part of the audit log.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditLog)]
pub(crate) struct AuditOut {
    /// Newest first.
    entries: Vec<EntryOut>,
    /// Lines in all.
    #[schema(minimum = 0)]
    total: i64,
    /// Lines served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    limit: i64,
    /// Lines passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// Read the audit log
///
/// Who did what: erased visitors, deleted conversations, changed keys. Newest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "Usage",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The lines.", body = AuditOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<AuditOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let (found, total) = state.engine.reader().list_audit(owner.project.id, page.limit, page.offset).await?;
    let entries = found.into_iter().map(EntryOut::from).collect();
    Ok(Json(AuditOut { entries, total, limit: page.limit, offset: page.offset }))
}
