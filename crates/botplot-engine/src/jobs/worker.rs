//! Claims jobs under a lease, runs them side by side, and files how they went.

use std::time::Duration;

use botplot_core::job::{Fault, Job, LEASE, Lane, next_try};
use botplot_core::{JobId, Timestamp};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{JOBS, Kind, embed_project};
use crate::chat::MESSAGES;
use crate::{Engine, Error, attention, nodes, upkeep};

/// How often other processes' jobs are looked for; this process's own wake the worker at once.
const POLL: Duration = Duration::from_millis(300);
/// Jobs of one project that run at once, so that a busy one leaves room.
const PER_PROJECT: i64 = 2;
/// Letters that are sent at once.
const LETTERS_AT_ONCE: usize = 4;

/// How often turns of dead programs that are no nodes are looked for, where there are other programs.
const SETTLE_EVERY: Duration = Duration::from_mins(1);

/// Seconds after which no turn is still running, on whatever node.
const LONGEST_TURN: i64 = 600;

/// Runs jobs on the engine's tracker until it stops. Only the holder of the data folder's lock may call it.
pub fn start(engine: &Engine) {
    upkeep::start(engine);
    attention::start(engine);
    if engine.0.store.is_shared() {
        let engine = engine.clone();
        engine.tracker().clone().spawn(async move { settle_for_others(&engine).await });
    }
    let worker = engine.clone();
    engine.tracker().spawn(async move {
        if let Err(error) = tidy_up(&worker).await {
            tracing::error!(%error, "could not tidy up after the last run");
        }
        work(&worker, Lane::Work, false).await;
    });
    let letters = engine.clone();
    engine.tracker().spawn(async move {
        if let Err(error) = take_over_letters(&letters).await {
            tracing::error!(%error, "could not take over the letters of the last run");
        }
        work(&letters, Lane::Letters, false).await;
    });
}

/// Runs jobs until none is due: for commands that hold the lock without a server. Letters wait for one.
pub async fn run_until_idle(engine: &Engine) {
    work(engine, Lane::Work, true).await;
}

/// Closes the turns begun up to `before` that a dead process left open, and gives back their units. A server does so
/// before it takes requests, with the time of its own start, so that no turn of its own is among them.
pub async fn settle(engine: &Engine, before: Timestamp) -> Result<(), Error> {
    let own = nodes::settle_own(engine, before).await?;
    let dead = own + settle_old(engine, before).await?;
    if dead > 0 {
        tracing::warn!(turns = dead, "answers were cut by the last stop");
    }
    Ok(())
}

async fn settle_old(engine: &Engine, before: Timestamp) -> Result<usize, Error> {
    // On shared data a recent turn may be another node's, still running.
    let patience = if engine.0.store.is_shared() { LONGEST_TURN } else { 0 };
    let before = before.plus_seconds(-patience);
    let dead = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let dead = tx.fail_pending_messages(before).await?;
            for (project, _, reserved) in &dead {
                if let Some(month) = reserved {
                    tx.add_usage(*project, month, MESSAGES, -1).await?;
                }
            }
            Ok::<_, Error>(dead.len())
        })
    });
    dead.await
}

/// Closes the turns that nobody can still be writing, for as long as this node runs.
async fn settle_for_others(engine: &Engine) {
    while !engine.stopping().is_cancelled() {
        match settle_old(engine, engine.clock().now()).await {
            Ok(0) => {}
            Ok(turns) => tracing::warn!(turns, "answers were cut by the end of a program"),
            Err(error) => tracing::warn!(%error, "could not look for turns of dead programs"),
        }
        // Either way the loop looks whether it is over.
        let _ = tokio::time::timeout(SETTLE_EVERY, engine.stopping().cancelled()).await;
    }
}

/// Letters that a dead process of ours was sending are due at once; on shared data its lease has to end first.
async fn take_over_letters(engine: &Engine) -> Result<(), Error> {
    if engine.0.store.is_shared() {
        return Ok(());
    }
    let now = engine.clock().now();
    let released = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.release_letters(now).await?) }));
    released.await?;
    Ok(())
}

/// Has vectors made that are missing.
async fn tidy_up(engine: &Engine) -> Result<(), Error> {
    for project in engine.reader().projects_without_vectors(botplot_embed::MODEL_ID).await? {
        embed_project::enqueue(engine, project).await?;
    }
    Ok(())
}

async fn work(engine: &Engine, lane: Lane, until_idle: bool) {
    let at_once = match lane {
        Lane::Work => engine.0.config.jobs_at_once,
        Lane::Letters => LETTERS_AT_ONCE,
    };
    let mut running = FuturesUnordered::new();
    loop {
        let room = at_once.saturating_sub(running.len());
        match claim(engine, room, lane).await {
            Ok(jobs) => running.extend(jobs.into_iter().map(|job| run(engine, job))),
            Err(error) => tracing::error!(%error, "could not look for jobs"),
        }
        if until_idle && running.is_empty() {
            return;
        }
        tokio::select! {
            () = engine.stopping().cancelled() => break,
            Some(()) = running.next() => {}
            () = engine.0.job_added.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    // Each job sees the stop, hands itself back and ends.
    while running.next().await.is_some() {}
}

async fn claim(engine: &Engine, room: usize, lane: Lane) -> Result<Vec<Job>, Error> {
    let now = engine.clock().now();
    if room == 0 || engine.reader().next_job_at().await?.is_none_or(|at| at > now) {
        return Ok(Vec::new());
    }
    let lease = (engine.lease(), now.plus_seconds(LEASE));
    let claimed = engine.0.store.write(move |tx| {
        Box::pin(
            async move { Ok::<_, Error>(tx.claim_jobs(now, lease, PER_PROJECT, room as i64, lane).await?) },
        )
    });
    claimed.await
}

async fn run(engine: &Engine, job: Job) {
    let Some(kind) = JOBS.iter().find(|k| k.name == job.kind) else {
        file(engine, &job, None, Err(Fault::Fail(format!("this version knows no job `{}`", job.kind)))).await;
        return;
    };
    let outcome = tokio::select! {
        outcome = (kind.run)(engine, &job) => outcome,
        () = keep_lease(engine, job.id, job.lease) => return,
        () = engine.stopping().cancelled() => {
            let (id, lease, now) = (job.id, job.lease, engine.clock().now());
            let back = engine.0.store.write(move |tx| {
                Box::pin(async move { Ok::<_, Error>(tx.retry_job(id, lease, now, "the server stopped").await?) })
            });
            log(back.await.map(|_| ()), "hand back", &job);
            return;
        }
    };
    file(engine, &job, Some(kind), outcome).await;
}

/// Renews the lease until it is lost, which means that another holder has the job.
async fn keep_lease(engine: &Engine, id: JobId, lease: uuid::Uuid) {
    loop {
        tokio::time::sleep(Duration::from_secs(LEASE as u64 / 3)).await;
        let until = engine.clock().now().plus_seconds(LEASE);
        let kept = engine
            .0
            .store
            .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.renew_job(id, lease, until).await?) }));
        match kept.await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(%error, "could not renew a job's lease"),
        }
    }
}

async fn file(engine: &Engine, job: &Job, kind: Option<&Kind>, outcome: Result<(), Fault>) {
    let (id, lease, now) = (job.id, job.lease, engine.clock().now());
    let (again, why) = match outcome {
        Ok(()) => {
            let done = engine
                .0
                .store
                .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.finish_job(id, lease).await?) }));
            return log(done.await.map(|_| ()), "finish", job);
        }
        Err(Fault::Retry(why)) => (next_try(job.attempts, now, jitter(engine)), why),
        Err(Fault::Later(at, why)) => (Some(at), why),
        Err(Fault::Fail(why)) => (None, why),
    };
    tracing::warn!(job.kind, project.id = %job.project, why, retried = again.is_some(), "a job failed");
    if let (None, Some(kind)) = (again, kind) {
        (kind.give_up)(engine, job, &why).await;
    }
    let filed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            match again {
                Some(at) => tx.retry_job(id, lease, at, &why).await?,
                None => tx.fail_job(id, lease, &why).await?,
            };
            Ok::<_, Error>(())
        })
    });
    log(filed.await, "file", job);
}

fn log(outcome: Result<(), Error>, what: &str, job: &Job) {
    if let Err(error) = outcome {
        tracing::error!(%error, job.kind, project.id = %job.project, "could not {what} a job");
    }
}

/// When a job was added: ids of jobs begin with the time.
pub(super) fn written_at(job: &Job) -> Timestamp {
    Timestamp((job.id.0.as_u128() >> 80) as i64 * 1000)
}

/// A number from 0 to 1.
pub(super) fn jitter(engine: &Engine) -> f64 {
    let mut byte = [0];
    engine.ids().fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
