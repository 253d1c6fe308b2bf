//! From a question to the passages that may answer it: the one path that chat, search and the tests share.

use botplot_core::source::Kind;
use botplot_core::{ChunkId, PageId, ProjectId, SourceId};
use botplot_search::{Index, Query, Terms};

use crate::{Engine, Error};

/// A passage that was found, with its scores.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The chunk.
    pub chunk: ChunkId,
    /// Its page.
    pub page: PageId,
    /// Its source.
    pub source: SourceId,
    /// What its source is made of.
    pub kind: Kind,
    /// The page's title.
    pub title: String,
    /// The headings above the chunk, as `A > B`.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// The page's address, if a visitor can open it.
    pub url: Option<String>,
    /// BM25 as a share of the best, 0–1.
    pub lexical: f32,
    /// Cosine of question and chunk; none while the chunk has no vector yet.
    pub cosine: Option<f32>,
    /// What the passages are ordered by.
    pub score: f32,
}

/// What was found for a question.
#[derive(Clone, Debug)]
pub struct Retrieved {
    /// Best first.
    pub passages: Vec<Passage>,
    /// How likely it is that the knowledge covers the question, 0–1.
    pub confidence: f64,
    /// The question as it was searched: with its context when it follows up on something.
    pub question: String,
    /// The question with its misspellings repaired, when it had any.
    pub repaired: Option<String>,
    /// The vector of that question.
    pub vector: Vec<f32>,
    /// The question's telling words, as the index reads them.
    pub terms: Terms,
}

/// Finds up to `limit` passages for `question`; `earlier` are the visitor's messages before it, oldest first.
pub async fn passages(
    engine: &Engine,
    project: ProjectId,
    question: &str,
    earlier: &[String],
    limit: usize,
) -> Result<Retrieved, Error> {
    let turns: Vec<&str> = earlier.iter().map(String::as_str).collect();
    let is_word = |word: &str| engine.embedder().is_word(word);
    let context = turns.join("\n");
    let respell = |index: &Index| {
        let (context, is_word) = (Some(context.as_str()), Some(&is_word as _));
        index.respelt(&Query { text: question, context, vector: None, is_word, limit })
    };
    let respelt = engine.0.indexes.look(engine.reader(), project, respell).await?;
    let standalone = botplot_search::standalone(respelt.as_deref().unwrap_or(question), &turns);
    let vector = engine.embedder().question(&standalone).await;
    let search = |index: &Index| {
        let (context, vector, is_word) =
            (Some(context.as_str()), Some(vector.as_slice()), Some(&is_word as _));
        index.search(&Query { text: question, context, vector, is_word, limit })
    };
    let found = engine.0.indexes.look(engine.reader(), project, search).await?;
    let ids: Vec<ChunkId> = found.hits.iter().map(|h| h.chunk).collect();
    let mut rows: std::collections::HashMap<_, _> =
        engine.reader().chunks_by_id(project, &ids).await?.into_iter().map(|r| (r.chunk, r)).collect();
    let passages = found.hits.iter().filter_map(|hit| {
        // A chunk that was removed after the index was read is not used.
        let row = rows.remove(&hit.chunk)?;
        let kind = row.source_kind;
        let url = kind.is_web().then_some(row.url);
        let (lexical, cosine, score) = (hit.lexical, hit.cosine, hit.score);
        let (chunk, page, source) = (row.chunk, row.page, row.source);
        let (title, heading, body) = (row.title, row.heading, row.body);
        Some(Passage { chunk, page, source, kind, title, heading, body, url, lexical, cosine, score })
    });
    let passages = passages.collect();
    Ok(Retrieved {
        passages,
        confidence: f64::from(found.confidence),
        question: standalone,
        repaired: respelt,
        vector,
        terms: found.terms,
    })
}
