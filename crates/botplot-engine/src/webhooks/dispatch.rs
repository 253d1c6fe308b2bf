//! Watches for due deliveries and gives each endpoint workers of its own, so that a slow receiver delays nobody.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use botplot_core::{EndpointId, EventId};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use uuid::Uuid;

use super::rounds::{Lane, Room, drain};
use crate::{Engine, Error, nodes};

/// How often the store is asked for what other nodes wrote and for what comes due again.
const POLL: Duration = Duration::from_millis(300);
/// How soon it is asked again after something was written here, whose commit may come a moment later.
const SOON: Duration = Duration::from_millis(15);
/// How often old events are looked for, how old they are in seconds, and how many go at once.
const FORGET_EVERY: Duration = Duration::from_hours(1);
const REMEMBERED: i64 = 30 * 86_400;
const FORGET_AT_ONCE: i64 = 500;

/// Sends webhooks on the engine's tracker until it stops. Only the holder of the data folder's lock may call it; on
/// shared data every node may.
pub fn start(engine: &Engine) {
    let (sender, keeper) = (engine.clone(), engine.clone());
    engine.tracker().spawn(async move {
        if let Err(error) = take_over(&sender).await {
            tracing::error!(%error, "could not take over the webhooks of the last run");
        }
        dispatch(&sender).await;
    });
    engine.tracker().spawn(async move { forget(&keeper).await });
}

/// What a dead process of ours had claimed is due again at once; what another node's had, when its lease ends.
async fn take_over(engine: &Engine) -> Result<(), Error> {
    let (now, own, shared) = (engine.clock().now(), nodes::own_leases(engine), engine.0.store.is_shared());
    let released = engine.0.store.write(move |tx| {
        Box::pin(async move {
            Ok::<_, Error>(match own {
                Some(leases) => tx.release_deliveries_of(leases, now).await?,
                None if shared => 0,
                None => tx.release_all_deliveries(now).await?,
            })
        })
    });
    match released.await? {
        0 => {}
        deliveries => tracing::info!(deliveries, "webhooks that the last stop cut are sent again"),
    }
    Ok(())
}

async fn dispatch(engine: &Engine) {
    let room = Arc::new(Room::default());
    let (mut busy, mut workers) = (HashSet::new(), FuturesUnordered::new());
    let mut soon = 0;
    loop {
        for key in due(engine, &busy).await {
            busy.insert(key);
            workers.push(worker(engine, key, Arc::clone(&room)));
        }
        let wait = tokio::time::sleep(if soon > 0 { SOON } else { POLL });
        tokio::pin!(wait);
        // A worker that ends does not lead to the next look: what it could not get, nobody can just now.
        loop {
            tokio::select! {
                () = engine.stopping().cancelled() => {
                    while workers.next().await.is_some() {}
                    return;
                }
                Some(key) = workers.next() => { busy.remove(&key); }
                () = engine.0.outbox.woken() => { soon = 4; break; }
                () = &mut wait => { soon = (soon - 1).max(0); break; }
            }
        }
    }
}

/// What is due and has no worker yet.
async fn due(engine: &Engine, busy: &HashSet<(EndpointId, Lane)>) -> Vec<(EndpointId, Lane)> {
    let found = engine.reader().due_endpoints(engine.clock().now()).await;
    let endpoints = found.unwrap_or_else(|error| {
        tracing::error!(%error, "could not look for due webhooks");
        Vec::new()
    });
    let lanes =
        endpoints.into_iter().flat_map(|(_, endpoint)| [(endpoint, Lane::First), (endpoint, Lane::Again)]);
    lanes.filter(|key| !busy.contains(key)).collect()
}

/// A worker on a task of its own; gives its place back whatever happens to it.
async fn worker(engine: &Engine, key: (EndpointId, Lane), room: Arc<Room>) -> (EndpointId, Lane) {
    let own = engine.clone();
    let work = engine.tracker().spawn(async move { drain(&own, key.0, key.1, &room).await });
    if let Err(panic) = work.await {
        tracing::error!(%panic, endpoint.id = %key.0, "a webhook worker died");
    }
    key
}

/// Forgets what happened long ago and is on its way to nobody, now and then hourly.
async fn forget(engine: &Engine) {
    loop {
        let since = engine.clock().now().plus_seconds(-REMEMBERED);
        // The smallest id of that millisecond.
        let before = EventId(Uuid::from_u128(((since.0 / 1000).max(0) as u128) << 80));
        loop {
            let forgotten = engine.0.store.write(move |tx| {
                Box::pin(async move {
                    Ok::<_, Error>(tx.remove_events_before(before, since, FORGET_AT_ONCE).await?)
                })
            });
            match forgotten.await {
                Ok(FORGET_AT_ONCE) if !engine.stopping().is_cancelled() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(%error, "could not forget old webhook events");
                    break;
                }
            }
        }
        tokio::select! {
            () = engine.stopping().cancelled() => return,
            () = tokio::time::sleep(FORGET_EVERY) => {}
        }
    }
}
