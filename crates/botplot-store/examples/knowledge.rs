//! How fast a large project's knowledge goes in and streams out again, and what memory that takes.
//!
//! `cargo run --release -p botplot-store --example knowledge [FOLDER]`: 10,000 pages of 10 chunks, each with 1,000
//! characters and a vector of 388 bytes.

use std::path::Path;
use std::time::Instant;

use botplot_core::project::{Project, Settings};
use botplot_core::source::{self, Kind, Page, PageState, Source, Status};
use botplot_core::{ChunkId, Ids, PageId, ProjectId, RandomIds, SourceId, Timestamp};
use botplot_store::{Config, Error, NewChunk, Store};

const PAGES: usize = 10_000;
const PER_PAGE: i64 = 10;
const PAGES_PER_WRITE: usize = 20;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is what it is for")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(base)?;
    let (project, source) = (ProjectId(RandomIds.random()), SourceId(RandomIds.random()));
    let store = Store::open(&Config::default(), folder.path()).await?;
    begin(&store, project, source).await?;

    let started = now();
    for first in (0..PAGES).step_by(PAGES_PER_WRITE) {
        add_pages(&store, project, source, first).await?;
    }
    println!("{} chunks with vectors written in {:.1?}", PAGES as i64 * PER_PAGE, started.elapsed());
    store.close().await;
    println!("resident after writing: {} MB", resident());

    let started = now();
    let store = Store::open(&Config::default(), folder.path()).await?;
    println!("opened in {:.1?}", started.elapsed());
    for _ in 0..2 {
        let (started, mut chunks, mut bytes) = (now(), 0, 0);
        let mut count = |row: botplot_store::ChunkRow| {
            chunks += 1;
            bytes += row.body.len();
        };
        store.reader().each_changed_chunk(project, 0, &mut count).await?;
        println!("{chunks} chunks, {} MB of text, streamed out in {:.1?}", bytes >> 20, started.elapsed());
    }
    let started = now();
    let waiting = store.reader().chunks_without_vector(project, "m1", 64).await?.len();
    println!("{waiting} chunks without a vector found in {:.1?}", started.elapsed());
    let started = now();
    let pages = store.reader().indexed_pages(project).await?.len();
    println!("{pages} indexed pages listed in {:.1?}", started.elapsed());
    println!("resident at the end: {} MB", resident());
    store.close().await;
    Ok(())
}

async fn begin(store: &Store, project: ProjectId, source: SourceId) -> Result<(), Error> {
    let new = Project {
        id: project,
        name: "bench".into(),
        plan: botplot_core::plan::Plan::Business,
        settings: Settings::default(),
        factor_required: false,
        index_version: 0,
        created_at: Timestamp(0),
    };
    let of = Source {
        id: source,
        project,
        kind: Kind::Files,
        name: "bench".into(),
        url: None,
        config: source::Config::default(),
        status: Status::Ready,
        error: None,
        discovered: 0,
        pages: 0,
        chunks: 0,
        bytes: 0,
        last_synced_at: None,
        created_at: Timestamp(0),
    };
    store
        .write(move |tx| {
            Box::pin(async move {
                tx.add_project(&new).await?;
                tx.add_source(&of).await
            })
        })
        .await
}

async fn add_pages(store: &Store, project: ProjectId, source: SourceId, first: usize) -> Result<(), Error> {
    store
        .write(move |tx| {
            Box::pin(async move {
                let version = tx.bump_index(project).await?;
                for n in first..first + PAGES_PER_WRITE {
                    let page = page(project, source, n);
                    let chunks: Vec<NewChunk> = (0..PER_PAGE).map(chunk).collect();
                    tx.save_page(&page, 10_000, version).await?;
                    tx.replace_chunks(project, page.id, &chunks).await?;
                    let vectors: Vec<_> = chunks.iter().map(|c| (c.id, vec![7; 388])).collect();
                    tx.save_vectors(project, "m1", &vectors, version).await?;
                }
                Ok(())
            })
        })
        .await
}

fn page(project: ProjectId, source: SourceId, n: usize) -> Page {
    Page {
        id: PageId(RandomIds.ordered(Timestamp(n as i64 * 1000))),
        project,
        source,
        url: format!("docs/{n}.md"),
        title: format!("Article {n}"),
        language: Some("en".into()),
        content_hash: Some(vec![7; 32]),
        etag: None,
        last_modified: None,
        state: PageState::Indexed,
        reason: None,
        updated_at: Timestamp(0),
    }
}

fn chunk(ord: i64) -> NewChunk {
    NewChunk {
        id: ChunkId(RandomIds.ordered(Timestamp(ord * 1000))),
        ord,
        heading: "Billing > Invoices".into(),
        body: "An invoice is sent on the first of the month. ".repeat(22),
        pieces: 200,
    }
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn now() -> Instant {
    Instant::now()
}

/// Resident memory of this process in MB, as Linux counts it.
fn resident() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}
