//! Sources of knowledge: adding, reading again, removing. The reading itself is a job.

use botplot_core::source::{Config, Kind, Source, Status};
use botplot_core::{JobId, ProjectId, SourceId, Timestamp};
use botplot_store::{NewJob, Tx};
use url::Url;

use crate::{Engine, Error, jobs};

/// Characters a source's name may have.
const NAME_LIMIT: usize = 300;
/// Characters an address may have.
const URL_LIMIT: usize = 2_000;

/// Adds files as one source, or replaces the files of the source of that name; their bytes are kept.
pub async fn add_files(
    engine: &Engine,
    project: ProjectId,
    name: &str,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Source, Error> {
    if files.is_empty() {
        return Err(Error::invalid("files", "must not be empty"));
    }
    add(engine, draft(engine, project, Kind::Files, name, None, Config::default()), files).await
}

/// Adds one web page, or reads it again if it is a source already.
pub async fn add_url(engine: &Engine, project: ProjectId, url: &Url) -> Result<Source, Error> {
    add(engine, draft(engine, project, Kind::Url, url.as_str(), Some(url), Config::default()), Vec::new())
        .await
}

/// Adds a website by its address, or reads it again if it is a source already.
pub async fn add_website(
    engine: &Engine,
    project: ProjectId,
    url: &Url,
    config: Config,
) -> Result<Source, Error> {
    if config.max_pages == 0 || config.max_pages > 100_000 {
        return Err(Error::invalid("max_pages", "takes a number from 1 to 100,000"));
    }
    add(engine, draft(engine, project, Kind::Website, url.as_str(), Some(url), config), Vec::new()).await
}

/// Reads a source again; pages that did not change are left alone.
pub async fn sync(engine: &Engine, project: ProjectId, source: SourceId) -> Result<(), Error> {
    let job = reading_job(engine, project, source);
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.set_source_status(project, source, Status::Pending, None).await?;
            if known {
                tx.add_job(&job).await?;
            }
            Ok::<_, Error>(known)
        })
    });
    if !known.await? {
        return Err(Error::NotFound);
    }
    engine.0.job_added.notify_waiters();
    Ok(())
}

/// Removes a source with all that was learnt from it; no answer uses it from that moment.
pub async fn remove(engine: &Engine, project: ProjectId, source: SourceId) -> Result<(), Error> {
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.remove_source(project, source).await?;
            tx.bump_index(project).await?;
            Ok::<_, Error>(known)
        })
    });
    if known.await? { Ok(()) } else { Err(Error::NotFound) }
}

async fn add(engine: &Engine, draft: Source, files: Vec<(String, Vec<u8>)>) -> Result<Source, Error> {
    check(&draft)?;
    let job_id = JobId(engine.ids().ordered(draft.created_at));
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let source = same_or_new(tx, draft).await?;
            if source.kind == Kind::Files {
                tx.clear_files(source.project, source.id).await?;
            }
            for (name, bytes) in &files {
                tx.add_file(source.project, source.id, name, bytes).await?;
            }
            tx.add_job(&job(job_id, source.project, source.id, source.created_at)).await?;
            Ok::<_, Error>(source)
        })
    });
    let source = added.await?;
    engine.0.job_added.notify_waiters();
    Ok(source)
}

/// The source that has the draft's kind and name already, set back to pending, or the draft, now stored.
async fn same_or_new(tx: &mut Tx, draft: Source) -> Result<Source, Error> {
    if let Some(known) = tx.find_source_named(draft.project, draft.kind, &draft.name).await? {
        tx.set_source_status(known.project, known.id, Status::Pending, None).await?;
        return Ok(Source { status: Status::Pending, error: None, ..known });
    }
    tx.add_source(&draft).await?;
    Ok(draft)
}

fn check(draft: &Source) -> Result<(), Error> {
    if draft.name.trim().is_empty() || draft.name.chars().count() > NAME_LIMIT.max(URL_LIMIT) {
        return Err(Error::invalid("name", "must have 1 to 300 characters"));
    }
    let Some(url) = &draft.url else { return Ok(()) };
    match Url::parse(url) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            Err(Error::invalid("url", "must begin with `http://` or `https://`"))
        }
        Ok(_) if url.chars().count() > URL_LIMIT => {
            Err(Error::invalid("url", "must have at most 2,000 characters"))
        }
        Ok(_) => Ok(()),
        Err(fault) => Err(Error::invalid("url", format!("is not an address: {fault}"))),
    }
}

fn draft(
    engine: &Engine,
    project: ProjectId,
    kind: Kind,
    name: &str,
    url: Option<&Url>,
    config: Config,
) -> Source {
    Source {
        id: SourceId(engine.ids().random()),
        project,
        kind,
        name: name.to_owned(),
        url: url.map(|u| u.as_str().to_owned()),
        config,
        status: Status::Pending,
        error: None,
        discovered: 0,
        pages: 0,
        chunks: 0,
        bytes: 0,
        last_synced_at: None,
        created_at: engine.clock().now(),
    }
}

fn reading_job(engine: &Engine, project: ProjectId, source: SourceId) -> NewJob {
    let now = engine.clock().now();
    job(JobId(engine.ids().ordered(now)), project, source, now)
}

fn job(id: JobId, project: ProjectId, source: SourceId, now: Timestamp) -> NewJob {
    NewJob {
        id,
        project,
        kind: jobs::read_source::KIND.to_owned(),
        payload: serde_json::json!({ "source": source }),
        run_at: now,
        dedupe_key: Some(format!("{}:{source}", jobs::read_source::KIND)),
    }
}
