//! What has to be done now and then: idle conversations are closed, old ones deleted, answered requests forgotten.
//!
//! How long is each project's own setting. Only the holder of the data folder's lock does it.

use std::time::Duration;

use botplot_core::conversation::Status;
use botplot_core::handoff::{Action, Closer, Effect};
use botplot_core::project::Project;
use botplot_core::{ConversationId, ProjectId, Timestamp};

use crate::{Engine, Error, conversations, erasure};

/// How long after the start it is done first.
const FIRST: Duration = Duration::from_mins(1);
/// How often it is done.
const EVERY: Duration = Duration::from_hours(1);
/// Conversations that one transaction closes or deletes, so that visitors' messages need not wait for long.
const BATCH: i64 = 100;
/// Seconds that a request under an idempotency key is remembered.
const REQUEST_LIFE: i64 = 24 * 3600;
const DAY: i64 = 24 * 3600;

/// Does it on the engine's tracker, a minute from now and then hourly, until the engine stops.
pub(crate) fn start(engine: &Engine) {
    let own = engine.clone();
    engine.tracker().spawn(async move {
        let mut wait = FIRST;
        loop {
            tokio::select! {
                () = own.stopping().cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            if let Err(error) = run(&own).await {
                tracing::error!(%error, "upkeep was not finished; it is tried again in an hour");
            }
            wait = EVERY;
        }
    });
}

/// Does it once, for all projects.
pub async fn run(engine: &Engine) -> Result<(), Error> {
    for project in engine.reader().list_projects().await? {
        close_idle(engine, &project).await?;
        delete_old(engine, &project).await?;
    }
    let before = engine.clock().now().plus_seconds(-REQUEST_LIFE);
    let forgotten = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.remove_requests_before(before).await?) }));
    forgotten.await?;
    Ok(())
}

/// Closes the conversations in which nothing happened for the project's idle days.
async fn close_idle(engine: &Engine, project: &Project) -> Result<(), Error> {
    let Some(before) = days_ago(engine, project.settings.idle_days) else { return Ok(()) };
    loop {
        let idle = engine.reader().idle_conversations(project.id, before, BATCH).await?;
        if idle.is_empty() || engine.stopping().is_cancelled() {
            return Ok(());
        }
        let closed = close(engine, project.id, before, idle).await?;
        tracing::info!(project.id = %project.id, conversations = closed.len(), "closed what was idle");
        for (id, effects) in closed {
            conversations::tell(engine, project.id, id, &effects);
        }
    }
}

async fn close(
    engine: &Engine,
    project: ProjectId,
    before: Timestamp,
    idle: Vec<ConversationId>,
) -> Result<Vec<(ConversationId, Vec<Effect>)>, Error> {
    let own = engine.clone();
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let mut closed = Vec::new();
            for id in idle {
                let Some(mut it) = tx.find_conversation(project, id).await? else { continue };
                // Somebody may have written since it was found idle.
                if it.status != Status::Active || it.updated_at >= before {
                    continue;
                }
                // `updated_at` stays: days without anything said count towards retention, closed or not.
                let effects = conversations::act(&mut it, Action::Close(Closer::Idle))?;
                conversations::keep(tx, &own, &it, &effects, None).await?;
                closed.push((id, effects));
            }
            Ok::<_, Error>(closed)
        })
    });
    write.await
}

/// Deletes the conversations in which nothing happened for the project's days of retention.
async fn delete_old(engine: &Engine, project: &Project) -> Result<(), Error> {
    let Some(before) = days_ago(engine, project.settings.retention_days) else { return Ok(()) };
    loop {
        let stale = engine.reader().stale_conversations(project.id, before, BATCH).await?;
        if stale.is_empty() || engine.stopping().is_cancelled() {
            return Ok(());
        }
        let deleted = delete(engine, project.id, before, stale.clone()).await?;
        // A page that still listens learns that there is nothing more to hear.
        for id in stale {
            engine.changed(id);
            engine.stirs(project.id, id);
        }
        tracing::info!(project.id = %project.id, conversations = deleted, "deleted what was kept long enough");
    }
}

async fn delete(
    engine: &Engine,
    project: ProjectId,
    before: Timestamp,
    stale: Vec<ConversationId>,
) -> Result<i64, Error> {
    let line = erasure::line(engine, project, "conversation.expired", "retention", &project.to_string());
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let (mut conversations, mut messages) = (0, 0);
            for id in stale {
                let found = tx.find_conversation(project, id).await?.filter(|c| c.updated_at < before);
                let Some(it) = found else { continue };
                if tx.remove_conversation(project, id).await? {
                    conversations += 1;
                    messages += it.message_count;
                }
            }
            if conversations > 0 {
                let counts = [("conversations", conversations), ("messages", messages)];
                tx.add_audit(&line.counting(counts)).await?;
            }
            Ok::<_, Error>(conversations)
        })
    });
    write.await
}

/// The instant so many days ago; none when 0 days mean never.
fn days_ago(engine: &Engine, days: u32) -> Option<Timestamp> {
    (days > 0).then(|| engine.clock().now().plus_seconds(-DAY * i64::from(days)))
}
