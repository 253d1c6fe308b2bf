//! Sources of knowledge: adding, changing, reading again, removing. The reading itself is a job.

pub mod new;
pub mod pairs;

use botplot_core::notice::Entry;
use botplot_core::source::{Config, Source, Status};
use botplot_core::{AuditId, JobId, ProjectId, SourceId, Timestamp};
use botplot_store::{NewJob, Tx};
use url::Url;

use crate::{Engine, Error, jobs};
use new::{NAME_LIMIT, New, URL_LIMIT};

/// Adds files as one source, or replaces the files of the source of that name; their bytes are kept.
pub async fn add_files(
    engine: &Engine,
    project: ProjectId,
    name: &str,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Source, Error> {
    add(engine, project, Some(name), New::Files { files }).await
}

/// Adds one web page, or reads it again if it is a source already.
pub async fn add_url(engine: &Engine, project: ProjectId, url: &Url) -> Result<Source, Error> {
    add(engine, project, None, New::Url { url: url.clone() }).await
}

/// Adds a website by its address, or reads it again if it is a source already.
pub async fn add_website(
    engine: &Engine,
    project: ProjectId,
    url: &Url,
    config: Config,
) -> Result<Source, Error> {
    add(engine, project, None, New::Website { url: url.clone(), config }).await
}

/// Adds a source and has it read. A source of the same kind and name is read again, with the new content or options;
/// what comes from the web may go without a name and has its address then.
pub async fn add(engine: &Engine, project: ProjectId, name: Option<&str>, new: New) -> Result<Source, Error> {
    added(engine, project, name, new, None).await
}

/// The same, with a line in the audit log.
pub async fn add_by(
    engine: &Engine,
    project: ProjectId,
    name: Option<&str>,
    new: New,
    by: &str,
) -> Result<Source, Error> {
    added(engine, project, name, new, Some(entry(engine, project, "source.added", by))).await
}

async fn added(
    engine: &Engine,
    project: ProjectId,
    name: Option<&str>,
    new: New,
    entry: Option<Entry>,
) -> Result<Source, Error> {
    new.check(engine)?;
    let name = match (name, new.url()) {
        (Some(name), _) => cleaned(name)?.to_owned(),
        (None, Some(url)) => url.as_str().to_owned(),
        (None, None) => return Err(Error::invalid("name", "is required")),
    };
    let draft = draft(engine, project, &name, &new);
    let files = new.into_files();
    let job_id = JobId(engine.ids().ordered(draft.created_at));
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let now = draft.created_at;
            let source = same_or_new(tx, draft).await?;
            if !source.kind.is_web() {
                tx.clear_files(source.project, source.id).await?;
            }
            for (name, bytes) in &files {
                tx.add_file(source.project, source.id, name, bytes).await?;
            }
            tx.add_job(&job(job_id, source.project, source.id, now)).await?;
            if let Some(entry) = entry {
                tx.add_audit(&about(entry, &source)).await?;
            }
            Ok::<_, Error>(source)
        })
    });
    let source = added.await?;
    engine.0.job_added.notify_waiters();
    Ok(source)
}

/// Reads a source again and returns it; pages that did not change are left alone. A disabled one stays as it is.
pub async fn sync(engine: &Engine, project: ProjectId, source: SourceId) -> Result<Source, Error> {
    let job = reading_job(engine, project, source);
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.find_source(project, source).await?.ok_or(Error::NotFound)?;
            if known.status == Status::Disabled {
                return Err(Error::Conflict("source_disabled"));
            }
            await_reading(tx, &known, &job).await?;
            found(tx, project, source).await
        })
    });
    let source = known.await?;
    engine.0.job_added.notify_waiters();
    Ok(source)
}

/// Renames a source, switches it off, or on again, when it is read anew; returns it.
pub async fn change(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    name: Option<&str>,
    disabled: Option<bool>,
) -> Result<Source, Error> {
    changed(engine, project, source, (name, disabled), None).await
}

/// The same, with a line in the audit log.
pub async fn change_by(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    (name, disabled): (Option<&str>, Option<bool>),
    by: &str,
) -> Result<Source, Error> {
    let action = match disabled {
        Some(true) => "source.switched_off",
        Some(false) => "source.switched_on",
        None => "source.renamed",
    };
    let entry = entry(engine, project, action, by);
    changed(engine, project, source, (name, disabled), Some(entry)).await
}

async fn changed(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    (name, disabled): (Option<&str>, Option<bool>),
    entry: Option<Entry>,
) -> Result<Source, Error> {
    let name = name.map(|name| cleaned(name).map(str::to_owned)).transpose()?;
    let job = reading_job(engine, project, source);
    let changed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.find_source(project, source).await?.ok_or(Error::NotFound)?;
            if let Some(name) = name.filter(|name| *name != known.name) {
                if tx.find_source_named(project, known.kind, &name).await?.is_some() {
                    return Err(Error::invalid("name", "is taken by another source of this type"));
                }
                tx.change_source(project, source, &name, &known.config).await?;
            }
            match (known.status == Status::Disabled, disabled) {
                (false, Some(true)) => {
                    tx.set_source_status(project, source, Status::Disabled, None).await?;
                }
                (true, Some(false)) => await_reading(tx, &known, &job).await?,
                _ => {}
            }
            let source = found(tx, project, source).await?;
            if let Some(entry) = entry {
                tx.add_audit(&about(entry, &source)).await?;
            }
            Ok(source)
        })
    });
    let source = changed.await?;
    engine.0.job_added.notify_waiters();
    Ok(source)
}

/// Removes a source with all that was learnt from it; no answer uses it from that moment.
pub async fn remove(engine: &Engine, project: ProjectId, source: SourceId) -> Result<(), Error> {
    removed(engine, project, source, None).await
}

/// The same, with a line in the audit log.
pub async fn remove_by(engine: &Engine, project: ProjectId, source: SourceId, by: &str) -> Result<(), Error> {
    removed(engine, project, source, Some(entry(engine, project, "source.removed", by))).await
}

async fn removed(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    entry: Option<Entry>,
) -> Result<(), Error> {
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = found(tx, project, source).await?;
            tx.remove_source(project, source).await?;
            tx.bump_index(project).await?;
            if let Some(entry) = entry {
                tx.add_audit(&about(entry, &known)).await?;
            }
            Ok::<_, Error>(())
        })
    });
    known.await
}

/// A line of the audit log of this moment; what it is about is known within the transaction.
fn entry(engine: &Engine, project: ProjectId, action: &str, by: &str) -> Entry {
    let now = engine.clock().now();
    Entry {
        id: AuditId(engine.ids().ordered(now)),
        project,
        action: action.to_owned(),
        actor: by.to_owned(),
        subject: String::new(),
        detail: serde_json::Map::new(),
        created_at: now,
    }
}

fn about(entry: Entry, source: &Source) -> Entry {
    let detail = serde_json::Map::from_iter([("name".to_owned(), source.name.clone().into())]);
    Entry { subject: source.id.to_string(), detail, ..entry }
}

async fn await_reading(tx: &mut Tx, source: &Source, job: &NewJob) -> Result<(), Error> {
    tx.set_source_status(source.project, source.id, Status::Pending, None).await?;
    tx.add_job(job).await?;
    Ok(())
}

async fn found(tx: &mut Tx, project: ProjectId, source: SourceId) -> Result<Source, Error> {
    tx.find_source(project, source).await?.ok_or(Error::NotFound)
}

/// The source that has the draft's kind and name already, set back to pending, or the draft, now stored.
async fn same_or_new(tx: &mut Tx, draft: Source) -> Result<Source, Error> {
    let Some(known) = tx.find_source_named(draft.project, draft.kind, &draft.name).await? else {
        tx.add_source(&draft).await?;
        return Ok(draft);
    };
    if known.url != draft.url {
        return Err(Error::invalid("name", "is taken by a source of another address"));
    }
    tx.set_source_status(known.project, known.id, Status::Pending, None).await?;
    tx.change_source(known.project, known.id, &known.name, &draft.config).await?;
    Ok(Source { status: Status::Pending, error: None, config: draft.config, ..known })
}

/// The name as it is kept.
fn cleaned(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    // An address is a name, too.
    let limit = if Url::parse(name).is_ok() { URL_LIMIT } else { NAME_LIMIT };
    if name.is_empty() || name.chars().count() > limit {
        return Err(Error::invalid("name", "must have 1 to 300 characters"));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "must not contain control characters"));
    }
    Ok(name)
}

fn draft(engine: &Engine, project: ProjectId, name: &str, new: &New) -> Source {
    Source {
        id: SourceId(engine.ids().random()),
        project,
        kind: new.kind(),
        name: name.to_owned(),
        url: new.url().map(|url| url.as_str().to_owned()),
        config: new.config(),
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
