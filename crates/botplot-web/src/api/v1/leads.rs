//! `/api/v1/leads`: the contact details that visitors left.

use axum::Json;
use axum::extract::State;
use botplot_core::lead::Lead;
use botplot_core::{ConversationId, LeadId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::page::Query;
use crate::{ApiError, AppState};

/// Contact details that a visitor left.
#[derive(Serialize, ToSchema)]
#[schema(as = Lead)]
pub(crate) struct LeadOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: LeadId,
    /// The id that you chose for the visitor.
    #[schema(example = "visitor-123")]
    visitor_id: String,
    /// The conversation that they were left in.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// The visitor's name.
    #[schema(example = "John")]
    name: Option<String>,
    /// The visitor's e-mail address.
    #[schema(example = "john@example.com")]
    email: Option<String>,
    /// The visitor's telephone number.
    #[schema(example = "+49 30 1234567")]
    phone: Option<String>,
    /// Further details, as they came.
    #[schema(value_type = Object, example = json!({ "company": "Example Ltd" }))]
    details: Map<String, Value>,
    /// When they were first left.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:05Z")]
    created_at: String,
    /// When a value last changed.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:05Z")]
    updated_at: String,
}

impl From<Lead> for LeadOut {
    fn from(it: Lead) -> Self {
        Self {
            id: it.id,
            visitor_id: it.visitor_id,
            conversation_id: it.conversation,
            name: it.name,
            email: it.email,
            phone: it.phone,
            details: it.details,
            created_at: it.created_at.rfc3339(),
            updated_at: it.updated_at.rfc3339(),
        }
    }
}

/// A part of the list of leads.
#[derive(Serialize, ToSchema)]
#[schema(as = LeadList)]
pub(crate) struct LeadsOut {
    /// Newest first.
    leads: Vec<LeadOut>,
    /// Leads in all.
    #[schema(minimum = 0)]
    total: i64,
    /// Leads served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    limit: i64,
    /// Leads passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// List leads
///
/// Newest first. A `limit` over 100 is served as 100.
#[utoipa::path(
    get,
    path = "/api/v1/leads",
    tag = "Leads",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The leads.", body = LeadsOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<LeadsOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let (found, total) = state.engine.reader().list_leads(owner.project.id, page.limit, page.offset).await?;
    let leads = found.into_iter().map(LeadOut::from).collect();
    Ok(Json(LeadsOut { leads, total, limit: page.limit, offset: page.offset }))
}
