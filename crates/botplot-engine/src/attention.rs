//! Who waits and is not heard: the team is told of visitors for whom nobody looks, and visitors get a letter with what a
//! person wrote while they were away.
//!
//! Any node may look: what it finds it takes on in the transaction that writes the letters, so that each goes out once.

mod alerts;
mod away;

use std::time::Duration;

use botplot_core::letter::stop;
use botplot_core::{ConversationId, ProjectId};

use crate::{Engine, Error};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(20);
/// Conversations of a project that one look takes on.
const BATCH: i64 = 100;

/// Looks on the engine's tracker until the engine stops.
pub(crate) fn start(engine: &Engine) {
    let own = engine.clone();
    engine.tracker().spawn(async move {
        while tokio::time::timeout(EVERY, own.stopping().cancelled()).await.is_err() {
            if let Err(error) = look(&own).await {
                tracing::error!(%error, "could not look for those who wait");
            }
        }
    });
}

/// Looks once, at all projects.
pub async fn look(engine: &Engine) -> Result<(), Error> {
    let Some(address) = engine.public_url() else { return Ok(()) };
    for id in engine.reader().projects_waiting().await? {
        let Some(project) = engine.reader().find_project(id).await? else { continue };
        alerts::look(engine, &project, address).await?;
        away::look(engine, &project, address).await?;
    }
    Ok(())
}

/// The address behind a link that stops letters, and the name of the project whose letters they are; `None` when the
/// link is none of ours.
pub async fn find_stop(engine: &Engine, token: &str) -> Result<Option<(String, String)>, Error> {
    let Some((project, email)) = stop::read(&engine.0.token_secret, token) else { return Ok(None) };
    let found = engine.reader().find_project(project).await?;
    Ok(found.map(|project| (email, project.name)))
}

/// Stops the letters of a project to the address behind the link; false when the link is none of ours.
pub async fn stop_letters(engine: &Engine, token: &str) -> Result<bool, Error> {
    let Some((project, email)) = stop::read(&engine.0.token_secret, token) else { return Ok(false) };
    let now = engine.clock().now();
    let stopped = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let is_there = tx.peek_project(project).await?.is_some();
            if is_there {
                tx.add_unsubscribed(project, &email, now).await?;
            }
            Ok::<_, Error>(is_there)
        })
    });
    stopped.await
}

/// Where the team reads a conversation.
pub(crate) fn place_of(address: &str, project: ProjectId, conversation: ConversationId) -> String {
    format!("{address}/app/{project}/inbox/{conversation}")
}
