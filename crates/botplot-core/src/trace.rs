//! How an answer came about: kept with it, for the owner who asks why.

use crate::{ChunkId, SourceId};

/// Candidates that a trace keeps.
pub const CANDIDATES: usize = 10;

/// How an answer came about.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trace {
    /// The question as it was searched: respelt, and with its context when it follows up on something.
    pub question: String,
    /// The way to the answer: `greet`, `refuse`, `verbatim`, `quote` or `model`.
    pub plan: String,
    /// The model that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The passages that were found, best first.
    pub candidates: Vec<Candidate>,
    /// How likely it is that the knowledge covers the question, 0–1.
    pub confidence: f64,
    /// The confidence below which the project's bot refused then.
    pub threshold: f64,
    /// Milliseconds from the stored question to the first words of the answer; none when it said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_ms: Option<i64>,
}

/// A passage that was found for a question.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Candidate {
    /// Its page's title.
    pub title: String,
    /// Its page's address, if a visitor can open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its source.
    pub source_id: SourceId,
    /// The passage; it may be gone by now.
    pub chunk_id: ChunkId,
    /// BM25 as a share of the best, 0–1.
    pub lexical: f64,
    /// Cosine of question and passage; none while it had no vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vector: Option<f64>,
    /// What the passages are ordered by.
    pub score: f64,
    /// Whether the answer rests on it.
    pub used: bool,
}
