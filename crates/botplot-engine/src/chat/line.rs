//! The line of a conversation's turns where other nodes write answers too: it stands in the store, as the answers that
//! are pending, in their order. A turn speaks when it is the first of them, and no longer than it may.

use std::pin::pin;
use std::time::Duration;

use botplot_core::message::Message;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::queue::Ticket;
use crate::{Engine, nodes};

/// How often a turn looks although nobody told it to.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long an answer goes on while the store cannot be asked: after that, other nodes think that it is dead.
const ALONE: Duration = Duration::from_secs(nodes::SILENCE as u64);

/// Waits until all earlier turns of the conversation are done, on whatever node; false when the server stops first.
pub(super) async fn wait(engine: &Engine, answer: &Message, ticket: &Ticket) -> bool {
    while !engine.stopping().is_cancelled() {
        let mut told = pin!(ticket.told());
        // Registered before looking, so that what is told meanwhile is not slept through.
        told.as_mut().enable();
        match engine.reader().find_turn(answer.project, answer.id).await {
            Ok(Some(turn)) if turn.waits && !turn.over => {}
            // A turn that is over finds that out as it begins.
            Ok(_) => return true,
            Err(error) => tracing::warn!(%error, "could not look whose turn it is"),
        }
        tokio::select! {
            () = engine.stopping().cancelled() => {}
            _ = timeout(LOOK_EVERY, told) => {}
        }
    }
    false
}

/// Cancels `stopped` as soon as the answer is to say nothing more. Never returns.
pub(super) async fn watch(engine: &Engine, answer: &Message, ticket: &Ticket, stopped: &CancellationToken) {
    // The turn itself has just looked.
    let (mut looked, mut fresh) = (Instant::now(), true);
    loop {
        let mut told = pin!(ticket.told());
        told.as_mut().enable();
        if !fresh {
            let look = engine.reader().find_turn(answer.project, answer.id);
            match timeout_at(looked + ALONE, look).await {
                Ok(Ok(Some(turn))) if !turn.over => looked = Instant::now(),
                Ok(Err(_)) if looked.elapsed() < ALONE => {}
                _ => break,
            }
        }
        fresh = false;
        // Either way it is time to look.
        let _ = timeout(LOOK_EVERY, told).await;
    }
    stopped.cancel();
    std::future::pending::<()>().await;
}
