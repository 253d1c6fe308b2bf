//! The passages that an answer used, as every address shows them.

use botplot_core::message::SourceRef;
use botplot_core::{ChunkId, SourceId};
use serde::Serialize;
use utoipa::ToSchema;

/// A passage that an answer used: a snapshot that outlives its source.
#[derive(Serialize, ToSchema)]
pub(crate) struct CitedOut<'a> {
    /// The passage's text.
    #[schema(example = "Hours: Mon-Fri 9-5...")]
    content: &'a str,
    /// Cosine of question and passage, two decimals.
    #[schema(minimum = 0, maximum = 1, example = 0.89)]
    similarity: f64,
    /// The passage.
    #[schema(value_type = uuid::Uuid)]
    id: ChunkId,
    /// The source that it belongs to.
    #[schema(value_type = uuid::Uuid)]
    source_id: SourceId,
    /// The page's title.
    #[schema(example = "Opening hours")]
    title: &'a str,
    /// The page's address, if a visitor can open it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    url: Option<&'a str>,
}

impl<'a> CitedOut<'a> {
    /// All of them, in their order.
    pub(crate) fn all(sources: &'a [SourceRef]) -> Vec<Self> {
        let out = |source: &'a SourceRef| {
            let SourceRef { content, similarity, id, source_id, title, url } = source;
            let url = url.as_deref();
            Self { content, similarity: *similarity, id: *id, source_id: *source_id, title, url }
        };
        sources.iter().map(out).collect()
    }
}
