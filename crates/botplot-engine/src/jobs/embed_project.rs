//! Makes the vectors that a project's chunks still lack, in the background; the chunks are found by words meanwhile.

use botplot_core::ProjectId;
use botplot_core::job::{Fault, Job};
use botplot_embed::MODEL_ID;
use botplot_search::{Vector, embedding_text};

use super::{Kind, of_project};
use crate::{Engine, Error};

/// Its name in the list of jobs.
const KIND: &str = "embed_project";
/// Chunks per transaction: a second of work, so that little is lost when it is cut.
const BATCH: i64 = 64;

/// The job.
pub(super) const JOB: Kind = Kind {
    name: KIND,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |_, _, _| Box::pin(std::future::ready(())),
};

async fn run(engine: &Engine, job: &Job) -> Result<(), Fault> {
    fill(engine, job.project).await.map_err(|e| Fault::Retry(e.to_string()))
}

/// Has a project's missing vectors made.
pub(super) async fn enqueue(engine: &Engine, project: ProjectId) -> Result<(), Error> {
    let job = of_project(engine, project, KIND);
    engine.0.store.write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.add_job(&job).await?) })).await?;
    Ok(())
}

/// Makes all vectors that are missing now; returns when there are none left.
pub(super) async fn fill(engine: &Engine, project: ProjectId) -> Result<(), Error> {
    // Two readers of one project must not both make the same vectors.
    let turn = engine.0.embedding.of(project);
    let _turn = turn.lock().await;
    loop {
        let chunks = engine.reader().chunks_without_vector(project, MODEL_ID, BATCH).await?;
        if chunks.is_empty() {
            return Ok(());
        }
        let texts =
            chunks.iter().map(|(_, title, heading, body)| embedding_text(title, heading, body)).collect();
        let vectors = engine.embedder().chunks(texts).await;
        let made: Vec<_> =
            chunks.iter().zip(&vectors).map(|(chunk, v)| (chunk.0, Vector::from_f32(v).to_bytes())).collect();
        let saved = engine.0.store.write(move |tx| {
            Box::pin(async move {
                let version = tx.bump_index(project).await?;
                Ok::<_, Error>(tx.save_vectors(project, MODEL_ID, &made, version).await?)
            })
        });
        saved.await?;
    }
}
