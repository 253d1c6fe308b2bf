//! Asks a project's question set in the background; a run that a restart cuts off begins anew.

use botplot_core::ProjectId;
use botplot_core::job::{Fault, Job};

use super::{Kind, of_project};
use crate::{Engine, Error, questions};

/// Its name in the list of jobs.
pub(crate) const KIND: &str = "run_questions";

/// The job.
pub(super) const JOB: Kind = Kind {
    name: KIND,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |_, _, _| Box::pin(std::future::ready(())),
};

async fn run(engine: &Engine, job: &Job) -> Result<(), Fault> {
    questions::ask_all(engine, job.project).await.map_err(|error| Fault::Retry(error.to_string()))
}

/// Has a project's questions asked; false when that goes on or waits already.
pub(crate) async fn enqueue(engine: &Engine, project: ProjectId) -> Result<bool, Error> {
    let job = of_project(engine, project, KIND);
    let added = engine.0.store.write(move |tx| {
        Box::pin(
            async move { Ok::<_, Error>(!tx.has_open_job(project, KIND).await? && tx.add_job(&job).await?) },
        )
    });
    let added = added.await?;
    engine.0.job_added.notify_waiters();
    Ok(added)
}
