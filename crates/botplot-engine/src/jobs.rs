//! Background work: the list of jobs, and the worker that runs them.

pub(crate) mod embed_project;
mod post_alert;
pub(crate) mod read_source;
pub(crate) mod run_questions;
mod send_letter;
mod worker;

use botplot_core::job::{Fault, Job};
use botplot_core::{JobId, ProjectId};
use botplot_store::NewJob;
use futures_util::future::BoxFuture;

use crate::Engine;

pub use worker::{run_until_idle, settle, start};

/// A kind of background work.
pub struct Kind {
    /// Its name in the database and in logs.
    pub name: &'static str,
    /// Does the work; safe to be done twice, since a job whose holder died comes due again.
    pub run: for<'a> fn(&'a Engine, &'a Job) -> BoxFuture<'a, Result<(), Fault>>,
    /// Says so when the work is given up.
    pub give_up: for<'a> fn(&'a Engine, &'a Job, &'a str) -> BoxFuture<'a, ()>,
}

/// A job of a kind of which one waits for a project at most.
fn of_project(engine: &Engine, project: ProjectId, kind: &str) -> NewJob {
    let now = engine.clock().now();
    NewJob {
        id: JobId(engine.ids().ordered(now)),
        project,
        kind: kind.to_owned(),
        payload: serde_json::json!({}),
        run_at: now,
        dedupe_key: Some(kind.to_owned()),
    }
}

/// Every kind of job.
pub const JOBS: &[Kind] =
    &[read_source::JOB, embed_project::JOB, send_letter::JOB, post_alert::JOB, run_questions::JOB];
