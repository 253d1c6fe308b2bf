//! `/api/v1/notices`: what the server wants an owner to know.

use axum::Json;
use axum::extract::State;
use botplot_core::NoticeId;
use botplot_core::notice::{Kind, Notice};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::page::Query;
use crate::{ApiError, AppState};

/// Something that you should know, told once per occasion.
#[derive(Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: NoticeId,
    /// What it is about: `messages_near_limit` (80 % of the month's answers are used), `messages_at_limit`,
    /// `spending_at_limit`, `secret_key_in_browser`, `endpoint_disabled`, `endpoint_unsigned`,
    /// `source_failed`, `letter_failed` (an e-mail to one of your addresses was given up).
    #[schema(example = "messages_near_limit")]
    kind: &'static str,
    /// The occasion, such as a month or a key's id.
    #[schema(example = "2025-01")]
    occasion: String,
    /// Figures and names that go with it.
    #[schema(value_type = Object, example = json!({ "used": 1600, "limit": 2000 }))]
    detail: Map<String, Value>,
    /// When it was left.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
}

impl From<Notice> for NoticeOut {
    fn from(it: Notice) -> Self {
        Self {
            id: it.id,
            kind: Kind::as_str(it.kind),
            occasion: it.occasion,
            detail: it.detail,
            created_at: it.created_at.rfc3339(),
        }
    }
}

/// A part of the list of notices.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeList)]
pub(crate) struct NoticesOut {
    /// Newest first.
    notices: Vec<NoticeOut>,
    /// Notices in all.
    #[schema(minimum = 0)]
    total: i64,
    /// Notices served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    limit: i64,
    /// Notices passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// List notices
///
/// What you should know: limits that are near or reached, keys that were seen in a browser, endpoints that were
/// disabled, sources that could not be read. Newest first. The addresses in the project's `notices.emails` get them as
/// letters too, where the operator of the server has set up e-mail.
#[utoipa::path(
    get,
    path = "/api/v1/notices",
    tag = "Usage",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The notices.", body = NoticesOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<NoticesOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let reader = state.engine.reader();
    let (found, total) = reader.list_notices(owner.project.id, page.limit, page.offset).await?;
    let notices = found.into_iter().map(NoticeOut::from).collect();
    Ok(Json(NoticesOut { notices, total, limit: page.limit, offset: page.offset }))
}
