//! The owner's own answer to a question that one of their pairs asks, too.

use std::collections::HashSet;

use botplot_core::ProjectId;
use botplot_core::answer::asks_the_same;
use botplot_core::source::Kind;

use crate::remembered::cosine;
use crate::retrieve::Retrieved;
use crate::sources::pairs;
use crate::{Engine, Error};

/// An answer as the owner wrote it.
#[derive(Debug, Default)]
pub(super) struct OwnWords {
    /// The question of the pair.
    pub(super) question: String,
    /// Markdown.
    pub(super) answer: String,
    /// Indexes of the passages that are of the pair.
    pub(super) used: Vec<usize>,
}

/// The pair that asks what the visitor asks, if one was found; the nearest of several.
pub(super) async fn find(
    engine: &Engine,
    project: ProjectId,
    question: &str,
    found: &Retrieved,
) -> Result<Option<OwnWords>, Error> {
    if found.passages.iter().all(|passage| passage.kind != Kind::Qa) {
        return Ok(None);
    }
    // A question that follows up on something is not what was asked before it.
    let asked = found.repaired.as_deref().unwrap_or(question);
    let vector = engine.0.remembered.of(engine.embedder(), asked).await;
    let (mut best, mut seen) = (None, HashSet::new());
    for passage in found.passages.iter().filter(|passage| passage.kind == Kind::Qa) {
        if !seen.insert(passage.page) {
            continue;
        }
        let near = cosine(&vector, &engine.0.remembered.of(engine.embedder(), &passage.title).await);
        let same = asks_the_same(asked, &passage.title, near);
        if same && best.is_none_or(|(nearest, _)| near > nearest) {
            best = Some((near, passage));
        }
    }
    let Some((_, passage)) = best else { return Ok(None) };
    // What was edited and is not read yet is not answered with either version.
    let answer = pairs::find(engine, project, passage.source, &passage.title).await?;
    let places = found.passages.iter().enumerate().filter(|(_, other)| other.page == passage.page);
    let used = places.map(|(place, _)| place).collect();
    Ok(answer.map(|answer| OwnWords { question: passage.title.clone(), answer, used }))
}
