//! `/api/v1/search`: what the bot would find for a question, by the very path that the chat takes.

use axum::Json;
use axum::extract::State;
use botplot_core::{ChunkId, PageId, SourceId, message};
use botplot_engine::retrieve::{self, Passage};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::fields::Fields;
use crate::{ApiError, AppState};

/// Passages when nothing else is asked for.
const DEFAULT_LIMIT: i64 = 8;
/// Passages at most.
const MOST: i64 = 20;

/// A question to search for.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct SearchIn {
    /// The question, as a visitor would put it.
    #[schema(
        min_length = 1,
        max_length = 8000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "How long does shipping take?"
    )]
    query: String,
    /// Passages at most.
    #[schema(minimum = 1, maximum = 20, default = 8)]
    limit: Option<u32>,
}

/// What a passage is ordered by.
#[derive(Serialize, ToSchema)]
#[schema(as = Scores)]
pub(crate) struct ScoresOut {
    /// How well its words match, as a share of the best, 0–1.
    #[schema(minimum = 0.0, maximum = 1.0, example = 1.0)]
    lexical: f64,
    /// How near its meaning is: the cosine; null while it has no vector yet.
    #[schema(minimum = -1.0, maximum = 1.0, example = 0.83)]
    vector: Option<f64>,
    /// Both together: what the passages are ordered by.
    #[schema(example = 0.89)]
    r#final: f64,
}

/// A passage that was found.
#[derive(Serialize, ToSchema)]
#[schema(as = Passage)]
pub(crate) struct PassageOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ChunkId,
    /// The source that it is from.
    #[schema(value_type = uuid::Uuid)]
    source_id: SourceId,
    /// The page that it is a piece of.
    #[schema(value_type = uuid::Uuid)]
    page_id: PageId,
    /// The page's title.
    #[schema(example = "Shipping")]
    title: String,
    /// The headings above it, from the outermost.
    #[schema(example = "Delivery > Times")]
    heading: String,
    /// Its text.
    #[schema(example = "Standard shipping takes three to five working days.")]
    content: String,
    /// The page's address, if a visitor can open it.
    #[schema(example = "https://help.example.com/shipping")]
    url: Option<String>,
    /// What it is ordered by.
    scores: ScoresOut,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchOut {
    /// Best first.
    passages: Vec<PassageOut>,
    /// How likely it is that the knowledge covers the question, 0–1.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.87)]
    confidence: f64,
}

impl From<Passage> for PassageOut {
    fn from(it: Passage) -> Self {
        Self {
            id: it.chunk,
            source_id: it.source,
            page_id: it.page,
            title: it.title,
            heading: it.heading,
            content: it.body,
            url: it.url,
            scores: ScoresOut {
                lexical: rounded(it.lexical.into()),
                vector: it.cosine.map(|cosine| rounded(cosine.into())),
                r#final: rounded(it.score.into()),
            },
        }
    }
}

fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

/// Search the knowledge
///
/// The passages that the bot would answer from, with their scores. Nothing is counted and no model is asked.
#[utoipa::path(
    post,
    path = "/api/v1/search",
    tag = "Search",
    security(("secret_key" = [])),
    request_body = SearchIn,
    responses((status = 200, description = "The passages, best first.", body = SearchOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    mut fields: Fields,
) -> Result<Json<SearchOut>, ApiError> {
    let query = fields.required_text(&["query"]).map(|(_, text)| {
        message::clean(&text).unwrap_or_else(|fault| {
            fields.fault("query", fault);
            String::new()
        })
    });
    let limit = fields.number("limit", 1, MOST).unwrap_or(DEFAULT_LIMIT);
    fields.finish()?;
    let query = query.unwrap_or_default();
    let found = retrieve::passages(&state.engine, owner.project.id, &query, &[], limit as usize).await?;
    let passages = found.passages.into_iter().map(PassageOut::from).collect();
    Ok(Json(SearchOut { passages, confidence: rounded(found.confidence) }))
}
