//! The search indexes in memory: one per project, built from the store on first use, refreshed as pages change,
//! evicted by bytes. Derived data: any of them can be thrown away at any moment.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use botplot_core::{PageId, ProjectId};
use botplot_search::{ChunkText, Index, Vector};
use botplot_store::{ChunkRow, Reader};

use crate::Error;

/// One project's index.
#[derive(Default)]
struct Slot {
    content: RwLock<Content>,
    version: AtomicI64,
    bytes: AtomicUsize,
    last_used: AtomicU64,
    refreshing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Content {
    index: Index,
    pages: HashSet<PageId>,
}

/// All indexes in memory.
pub(crate) struct Indexes {
    slots: Mutex<HashMap<ProjectId, Arc<Slot>>>,
    budget: usize,
    uses: AtomicU64,
}

impl Indexes {
    /// Keeps indexes of at most `budget` bytes together, but always the one in use.
    pub(crate) fn new(budget: usize) -> Self {
        Self { slots: Mutex::default(), budget, uses: AtomicU64::new(0) }
    }

    /// Looks into a project's index as the project stands in the store now.
    pub(crate) async fn look<R>(
        &self,
        reader: &Reader,
        project: ProjectId,
        look: impl FnOnce(&Index) -> R,
    ) -> Result<R, Error> {
        let slot = self.current(reader, project).await?;
        let content = slot.content.read().unwrap_or_else(PoisonError::into_inner);
        Ok(look(&content.index))
    }

    async fn current(&self, reader: &Reader, project: ProjectId) -> Result<Arc<Slot>, Error> {
        let version = reader.index_version(project).await?.ok_or(Error::NotFound)?;
        let slot =
            self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(project).or_default().clone();
        slot.last_used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        if slot.version.load(Ordering::Acquire) < version {
            let _one_at_a_time = slot.refreshing.lock().await;
            if slot.version.load(Ordering::Acquire) < version {
                refresh(reader, project, &slot, version).await?;
                self.evict(project);
            }
        }
        Ok(slot)
    }

    fn evict(&self, in_use: ProjectId) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let mut total: usize = slots.values().map(|s| s.bytes.load(Ordering::Relaxed)).sum();
        let mut oldest: Vec<_> =
            slots.iter().map(|(id, s)| (s.last_used.load(Ordering::Relaxed), *id)).collect();
        oldest.sort_unstable();
        for (_, id) in oldest.into_iter().filter(|(_, id)| *id != in_use) {
            if total <= self.budget {
                return;
            }
            total -= slots.remove(&id).map_or(0, |s| s.bytes.load(Ordering::Relaxed));
        }
    }
}

/// Brings a slot to at least `version`: replaces the pages that changed since, drops those that are gone.
async fn refresh(reader: &Reader, project: ProjectId, slot: &Arc<Slot>, version: i64) -> Result<(), Error> {
    let rows = reader.changed_chunks(project, slot.version.load(Ordering::Acquire)).await?;
    let pages: HashSet<PageId> = reader.indexed_pages(project).await?.into_iter().collect();
    let target = slot.clone();
    tokio::task::spawn_blocking(move || {
        let mut content = target.content.write().unwrap_or_else(PoisonError::into_inner);
        apply(&mut content, &rows, pages);
        target.bytes.store(content.index.bytes(), Ordering::Relaxed);
    })
    .await
    .map_err(|e| Error::Internal(anyhow::Error::new(e).context("building a search index")))?;
    slot.version.store(version, Ordering::Release);
    Ok(())
}

fn apply(content: &mut Content, rows: &[ChunkRow], pages: HashSet<PageId>) {
    let changed: HashSet<PageId> = rows.iter().map(|r| r.page).collect();
    for page in content.pages.difference(&pages).chain(changed.intersection(&content.pages)) {
        content.index.remove_page(*page);
    }
    for row in rows.iter().filter(|r| pages.contains(&r.page)) {
        let ours = row.model.as_deref() == Some(botplot_embed::MODEL_ID);
        content.index.add(ChunkText {
            chunk: row.chunk,
            page: row.page,
            source: row.source,
            title: &row.title,
            heading: &row.heading,
            body: &row.body,
            vector: row.vector.as_deref().filter(|_| ours).and_then(Vector::from_bytes),
        });
    }
    content.pages = pages;
}
