//! The outbox of letters: each is written in the transaction of the change that it tells of, and a job sends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use botplot_core::job::Job;
use botplot_core::letter::{JOB, Letter};
use botplot_core::{AccountId, JobId, ProjectId};
use botplot_store::{NewJob, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Engine, Error};

/// A letter on its way to one person. It is kept sealed: it may hold what only its reader should know.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Posted {
    /// Where it goes.
    pub(crate) to: String,
    /// One line.
    pub(crate) subject: String,
    /// Plain text.
    pub(crate) text: String,
    /// Where to say that no more are wanted.
    pub(crate) unsubscribe: Option<String>,
}

/// The project among whose letters those to a person go out: the first of their own. `None` without a mail server, and
/// for those who are in no project yet.
pub(crate) async fn sender(engine: &Engine, account: AccountId) -> Result<Option<ProjectId>, Error> {
    if engine.0.mail.is_none() {
        return Ok(None);
    }
    let projects = engine.reader().projects_of(account).await?;
    Ok(projects.first().map(|(project, _)| project.id))
}

/// Puts a letter into the outbox that tells one person of something once.
pub(crate) async fn tell(
    tx: &mut Tx,
    engine: &Engine,
    project: ProjectId,
    to: &str,
    letter: Letter,
) -> Result<(), Error> {
    let posted = Posted { to: to.to_owned(), subject: letter.subject, text: letter.text, unsubscribe: None };
    post(tx, engine, project, &posted).await
}

/// Puts a letter into the outbox.
pub(crate) async fn post(
    tx: &mut Tx,
    engine: &Engine,
    project: ProjectId,
    letter: &Posted,
) -> Result<(), Error> {
    let now = engine.clock().now();
    let id = JobId(engine.ids().ordered(now));
    let plain = serde_json::to_vec(letter).map_err(|error| Error::Internal(error.into()))?;
    let sealed = STANDARD.encode(engine.0.seal.seal(engine.ids(), &place(id), &plain));
    let payload = json!({ "sealed": sealed });
    let job = NewJob { id, project, kind: JOB.to_owned(), payload, run_at: now, dedupe_key: None };
    tx.add_job(&job).await?;
    Ok(())
}

/// The letter that a job is to send; `None` when it was sealed with another key.
pub(crate) fn open(engine: &Engine, job: &Job) -> Option<Posted> {
    let sealed = STANDARD.decode(job.payload.get("sealed")?.as_str()?).ok()?;
    serde_json::from_slice(&engine.0.seal.open(&place(job.id), &sealed)?).ok()
}

/// The place that a letter is sealed for.
fn place(job: JobId) -> String {
    format!("jobs.letter|{job}")
}
