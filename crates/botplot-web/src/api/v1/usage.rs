//! `/api/v1/usage`: what the plan holds and how much of it is used.

use axum::Json;
use axum::extract::State;
use botplot_core::Timestamp;
use botplot_engine::SPEND;
use botplot_engine::chat::MESSAGES;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::{ApiError, AppState};

/// What the plan holds and how much of it is used.
#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
pub(crate) struct UsageOut {
    /// The calendar month, UTC.
    #[schema(example = "2025-01")]
    period: String,
    /// `free`, `pro` or `business`.
    #[schema(example = "business")]
    plan: &'static str,
    messages: AnswersOut,
    spend: SpendOut,
    endpoints: EndpointsOut,
}

/// Answers of the month; only those that the AI completed count, and those that it is writing.
#[derive(Serialize, ToSchema)]
#[schema(as = AnswerUsage)]
struct AnswersOut {
    /// Used so far.
    #[schema(minimum = 0, example = 1600)]
    used: i64,
    /// What the plan holds; null without a limit.
    #[schema(minimum = 1, example = 2000)]
    limit: Option<i64>,
    /// When the next month begins.
    #[schema(value_type = String, format = DateTime, example = "2025-02-01T00:00:00Z")]
    resets_at: String,
}

/// What the model has cost today, in the operator's currency.
#[derive(Serialize, ToSchema)]
#[schema(as = SpendUsage)]
struct SpendOut {
    /// Spent so far.
    #[schema(minimum = 0, example = 0.42)]
    used: f64,
    /// The cap beyond which answers are quoted instead of written; null without one.
    #[schema(minimum = 0, example = 5.0)]
    cap: Option<f64>,
    /// When the next day begins.
    #[schema(value_type = String, format = DateTime, example = "2025-01-16T00:00:00Z")]
    resets_at: String,
}

/// Webhook endpoints.
#[derive(Serialize, ToSchema)]
#[schema(as = EndpointUsage)]
struct EndpointsOut {
    /// How many the plan holds.
    #[schema(minimum = 0, example = 10)]
    limit: i64,
}

/// Get usage
///
/// This month's answers, today's spending, and what the plan holds of each.
#[utoipa::path(
    get,
    path = "/api/v1/usage",
    tag = "Usage",
    security(("secret_key" = [])),
    responses((status = 200, description = "What is used.", body = UsageOut)),
)]
pub(crate) async fn show(State(state): State<AppState>, owner: Owner) -> Result<Json<UsageOut>, ApiError> {
    let engine = &state.engine;
    let (now, project) = (engine.clock().now(), &owner.project);
    let limits = engine.plan_limits(project);
    let messages = AnswersOut {
        used: used(&state, &owner, &now.month(), MESSAGES).await?,
        limit: limits.monthly(),
        resets_at: now.next_month().rfc3339(),
    };
    let spend = SpendOut {
        used: currency(used(&state, &owner, &now.day(), SPEND).await?),
        cap: engine.spending().cap(project).map(currency),
        resets_at: Timestamp::next_day(now).rfc3339(),
    };
    Ok(Json(UsageOut {
        period: now.month(),
        plan: project.plan.as_str(),
        messages,
        spend,
        endpoints: EndpointsOut { limit: limits.endpoints },
    }))
}

async fn used(state: &AppState, owner: &Owner, period: &str, metric: &str) -> Result<i64, ApiError> {
    let all = state.engine.reader().usage(owner.project.id, period).await?;
    Ok(all.into_iter().find(|(name, _)| name == metric).map_or(0, |(_, used)| used.max(0)))
}

/// Millionths as whole units of the currency.
fn currency(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}
