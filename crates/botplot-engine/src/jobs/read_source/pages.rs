//! Puts pages that were read into the store: chunks of changed ones replaced, outcomes of the others noted.

use std::collections::HashMap;
use std::sync::Arc;

use botplot_core::source::{Change, Page, PageState, Source, plan_change};
use botplot_core::{ChunkId, PageId};
use botplot_ingest::Document;
use botplot_store::NewChunk;

use crate::{Engine, Error};

/// One page as the reading met it.
pub(super) struct PageRead {
    pub(super) url: String,
    pub(super) outcome: Outcome,
    /// Pages known so far to be read, this one included.
    pub(super) discovered: usize,
}

/// What the reading made of a page.
pub(super) enum Outcome {
    /// Its text, with what the server said for the next conditional request, and the bytes it came from.
    Read { document: Box<Document>, etag: Option<String>, last_modified: Option<String>, bytes: usize },
    /// The same as last time.
    Unchanged,
    /// Left out for good reason.
    Skipped(String),
    /// Could not be had.
    Failed(String),
}

/// A page ready to be written, with its chunks when they change.
struct Ready {
    page: Page,
    bytes: i64,
    chunks: Option<Vec<NewChunk>>,
}

/// Stores a batch in one transaction; from its commit on the pages can be found by their words.
pub(super) async fn store(
    engine: &Engine,
    source: &Source,
    known: &HashMap<String, Page>,
    batch: Vec<PageRead>,
) -> Result<(), Error> {
    let discovered = batch.iter().map(|p| p.discovered).max().unwrap_or(0) as i64;
    let mut ready = Vec::new();
    for read in batch {
        let before = known.get(&read.url).cloned();
        if let Some(page) = prepare(engine, source, before, read).await? {
            ready.push(page);
        }
    }
    let (project, source) = (source.project, source.id);
    let stored = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.set_source_discovered(project, source, discovered).await?;
            if !ready.is_empty() {
                let version = tx.bump_index(project).await?;
                for Ready { page, bytes, chunks } in &ready {
                    let id = tx.save_page(page, *bytes, version).await?;
                    if let Some(chunks) = chunks {
                        tx.replace_chunks(project, id, chunks).await?;
                    }
                }
                tx.refresh_source_counts(project, source).await?;
            }
            Ok::<_, Error>(())
        })
    });
    stored.await
}

/// What has to be written for a page; nothing when it did not change.
async fn prepare(
    engine: &Engine,
    source: &Source,
    before: Option<Page>,
    read: PageRead,
) -> Result<Option<Ready>, Error> {
    let now = engine.clock().now();
    let id = before.as_ref().map_or_else(|| PageId(engine.ids().ordered(now)), |p| p.id);
    let blank = Page {
        id,
        project: source.project,
        source: source.id,
        url: read.url,
        title: String::new(),
        language: None,
        content_hash: None,
        etag: None,
        last_modified: None,
        state: PageState::Skipped,
        reason: None,
        updated_at: now,
    };
    Ok(match read.outcome {
        Outcome::Unchanged => None,
        Outcome::Read { document, etag, last_modified, bytes } => {
            let hash = document.hash().into_bytes();
            let was = before.filter(|p| p.state == PageState::Indexed).and_then(|p| p.content_hash);
            if plan_change(was.as_deref(), &hash) == Change::Keep {
                return Ok(None);
            }
            let (title, language) = (document.title.clone(), document.language.map(str::to_owned));
            let chunks = split(engine, document).await?;
            let content_hash = Some(hash);
            let page = Page {
                title,
                language,
                content_hash,
                etag,
                last_modified,
                state: PageState::Indexed,
                ..blank
            };
            Some(Ready { page, bytes: bytes as i64, chunks: Some(chunks) })
        }
        Outcome::Skipped(why) => {
            Some(Ready { page: Page { reason: Some(why), ..blank }, bytes: 0, chunks: Some(Vec::new()) })
        }
        // The last good copy stays, with a note; a page that never was good is a failed one.
        Outcome::Failed(why) => Some(match before.filter(|p| p.state == PageState::Indexed) {
            Some(good) => Ready {
                page: Page { reason: Some(format!("kept as it was: {why}")), ..good },
                bytes: 0,
                chunks: None,
            },
            None => Ready {
                page: Page { reason: Some(why), state: PageState::Failed, ..blank },
                bytes: 0,
                chunks: Some(Vec::new()),
            },
        }),
    })
}

async fn split(engine: &Engine, document: Box<Document>) -> Result<Vec<NewChunk>, Error> {
    let counter = engine.clone();
    let split = tokio::task::spawn_blocking(move || {
        botplot_ingest::split(&document, &|text: &str| counter.embedder().count_pieces(text))
    });
    let chunks =
        split.await.map_err(|e| Error::Internal(anyhow::Error::new(e).context("splitting a page")))?;
    let (ids, now) = (Arc::clone(&engine.0.ids), engine.clock().now());
    let numbered = chunks.into_iter().enumerate().map(|(ord, chunk)| NewChunk {
        id: ChunkId(ids.ordered(now)),
        ord: ord as i64,
        heading: chunk.heading,
        body: chunk.body,
        pieces: chunk.pieces as i64,
    });
    Ok(numbered.collect())
}
