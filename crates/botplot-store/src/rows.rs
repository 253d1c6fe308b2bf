//! Rows that are no type of the domain: what a write brings and what an index reads.

use botplot_core::{ChunkId, JobId, PageId, ProjectId, SourceId, Timestamp, source};
use serde_json::Value;

/// One passage-sized piece of a page, before it has a vector.
#[derive(Clone, Debug)]
pub struct NewChunk {
    /// Its id.
    pub id: ChunkId,
    /// Its place within the page, from 0; unique there.
    pub ord: i64,
    /// The path of headings above it.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// Its length in word pieces.
    pub pieces: i64,
}

/// A chunk as the search index takes it in.
#[derive(Clone, Debug, PartialEq)]
pub struct ChunkRow {
    /// The chunk.
    pub chunk: ChunkId,
    /// The page it is a piece of.
    pub page: PageId,
    /// The source of that page.
    pub source: SourceId,
    /// The page's title.
    pub title: String,
    /// The path of headings above it.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// Language of the page as ISO 639-1, where known.
    pub language: Option<String>,
    /// The model that made the vector.
    pub model: Option<String>,
    /// The vector's bytes as they were saved.
    pub vector: Option<Vec<u8>>,
}

/// A chunk as an answer quotes it.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageRow {
    /// The chunk.
    pub chunk: ChunkId,
    /// The page it is a piece of.
    pub page: PageId,
    /// The source of that page.
    pub source: SourceId,
    /// The page's title.
    pub title: String,
    /// The path of headings above it.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// The page's address, or its path within the files.
    pub url: String,
    /// What the source is made of, which says whether a visitor can open `url`.
    pub source_kind: source::Kind,
}

/// Work to be done later.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// The tenant.
    pub project: ProjectId,
    /// Its name in the list of jobs.
    pub kind: String,
    /// What it works on.
    pub payload: Value,
    /// When it comes due.
    pub run_at: Timestamp,
    /// While a job of the same project, kind and key is queued, this one is not added.
    pub dedupe_key: Option<String>,
}
