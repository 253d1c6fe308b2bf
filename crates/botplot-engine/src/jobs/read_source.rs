//! Reads a source: every page becomes an outcome, changed pages replace their chunks, vectors follow.

mod kept;
mod pages;
mod producer;

use std::collections::{HashMap, HashSet};

use botplot_core::event::Event;
use botplot_core::job::{Fault, Job};
use botplot_core::notice::{self, Notice};
use botplot_core::source::{Page, PageState, Source, Status, vanished};
use botplot_core::{NoticeId, ProjectId, SourceId};
use botplot_store::Tx;
use tokio::sync::mpsc;

use super::{Kind, embed_project};
use crate::{Engine, Error, notices, outbox};
use pages::PageRead;

/// Its name in the list of jobs.
pub(crate) const KIND: &str = "read_source";
/// Pages that wait to be stored; a slow disk slows the reading.
const QUEUE: usize = 64;
/// Pages per transaction at most.
const BATCH: usize = 32;

/// The job.
pub(super) const JOB: Kind = Kind {
    name: KIND,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |engine, job, why| Box::pin(give_up(engine, job, why)),
};

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Retry(error.to_string())
    }
}

async fn run(engine: &Engine, job: &Job) -> Result<(), Fault> {
    let Some(source) = find(engine, job).await? else { return Ok(()) };
    if !begin(engine, &source).await? {
        return Ok(());
    }
    let known = engine.reader().list_pages(source.project, source.id).await.map_err(Error::from)?;
    let known: HashMap<String, Page> = known.into_iter().map(|p| (p.url.clone(), p)).collect();
    let (sender, receiver) = mpsc::channel(QUEUE);
    let (read, stored) = tokio::join!(
        producer::run(engine, &source, &known, sender),
        store_all(engine, &source, &known, receiver)
    );
    let met = stored?;
    let whole = read?;
    if whole {
        remove_vanished(engine, &source, &known, &met).await?;
    }
    finish(engine, &source).await
}

/// Stores pages as they come; returns the addresses of all that were met.
async fn store_all(
    engine: &Engine,
    source: &Source,
    known: &HashMap<String, Page>,
    mut receiver: mpsc::Receiver<PageRead>,
) -> Result<HashSet<String>, Error> {
    let (mut met, mut batch) = (HashSet::new(), Vec::new());
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        met.extend(batch.iter().map(|p| p.url.clone()));
        pages::store(engine, source, known, std::mem::take(&mut batch)).await?;
    }
    Ok(met)
}

async fn remove_vanished(
    engine: &Engine,
    source: &Source,
    known: &HashMap<String, Page>,
    met: &HashSet<String>,
) -> Result<(), Error> {
    let stored = known.iter().map(|(url, page)| (url.clone(), page.id)).collect();
    let gone: Vec<_> = vanished(&stored, met).into_iter().map(|(_, id)| id).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let (project, source) = (source.project, source.id);
    let removed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.bump_index(project).await?;
            tx.remove_pages(project, &gone).await?;
            Ok::<_, Error>(tx.refresh_source_counts(project, source).await?)
        })
    });
    removed.await
}

/// Makes the vectors, then says how the source stands.
async fn finish(engine: &Engine, source: &Source) -> Result<(), Fault> {
    embed_project::fill(engine, source.project).await?;
    let pages = engine.reader().list_pages(source.project, source.id).await.map_err(Error::from)?;
    let usable = pages.iter().any(|p| p.state == PageState::Indexed);
    if !usable {
        let why = pages.iter().find_map(|p| p.reason.as_ref().map(|r| format!("`{}`: {r}", p.url)));
        return Err(Fault::Fail(
            why.map_or_else(|| "there was nothing to read".into(), |w| format!("nothing could be read: {w}")),
        ));
    }
    let (project, id, now) = (source.project, source.id, engine.clock().now());
    let finished = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.set_source_synced(project, id, now).await?;
            // Who switched it off meanwhile meant it.
            if is_on(tx, project, id).await? {
                tx.set_source_status(project, id, Status::Ready, None).await?;
            }
            Ok::<_, Error>(())
        })
    });
    Ok(finished.await?)
}

/// Says that a source is being read; false when it is gone or switched off.
async fn begin(engine: &Engine, source: &Source) -> Result<bool, Error> {
    let (project, id) = (source.project, source.id);
    let begun = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let on = is_on(tx, project, id).await?;
            if on {
                tx.set_source_status(project, id, Status::Processing, None).await?;
            }
            Ok::<_, Error>(on)
        })
    });
    begun.await
}

/// Marks a source as failed and says so to whoever listens.
async fn give_up(engine: &Engine, job: &Job, why: &str) {
    let failed = async {
        if let Some(source) = find(engine, job).await? {
            let (failing, why) = (engine.clone(), why.to_owned());
            let failed = engine.0.store.write(move |tx| {
                Box::pin(async move {
                    let (project, id) = (source.project, source.id);
                    if is_on(tx, project, id).await? {
                        tx.set_source_status(project, id, Status::Failed, Some(&why)).await?;
                        let Source { name, url, .. } = source;
                        notices::leave(tx, &failing, &notice(&failing, project, id, &name, &why)).await?;
                        let event = Event::SourceFailed { source_id: id, name, url, error: why };
                        outbox::emit(tx, &failing, project, &[event]).await?;
                    }
                    Ok::<_, Error>(())
                })
            });
            failed.await?;
            engine.0.outbox.wake();
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = failed.await {
        tracing::error!(%error, "could not mark a source as failed");
    }
}

/// What its owner is told of a source that failed, each time.
fn notice(engine: &Engine, project: ProjectId, source: SourceId, name: &str, why: &str) -> Notice {
    let now = engine.clock().now();
    let detail = [("source_id", source.to_string()), ("name", name.to_owned()), ("error", why.to_owned())];
    Notice {
        id: NoticeId(engine.ids().ordered(now)),
        project,
        kind: notice::Kind::SourceFailed,
        occasion: format!("{source} {}", now.rfc3339()),
        detail: detail.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect(),
        created_at: now,
    }
}

/// True when the source is there and not switched off.
async fn is_on(tx: &mut Tx, project: ProjectId, source: SourceId) -> Result<bool, Error> {
    Ok(tx.find_source(project, source).await?.is_some_and(|s| s.status != Status::Disabled))
}

async fn find(engine: &Engine, job: &Job) -> Result<Option<Source>, Error> {
    let id = job.payload.get("source").and_then(|v| v.as_str()).and_then(|t| t.parse::<SourceId>().ok());
    let Some(id) = id else { return Ok(None) };
    Ok(engine.reader().find_source(job.project, id).await?)
}
