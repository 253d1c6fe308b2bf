//! One endpoint's queue: claims what is due, sends it, files how it went, until nothing is due.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use botplot_core::delivery::{Claimed, Endpoint, LEASE, Status, after_outcome};
use botplot_core::notice::{self, Notice};
use botplot_core::{EndpointId, NoticeId, ProjectId, Secret};
use botplot_store::{ClaimRow, Tx};
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::attempt::{self, Made};
use super::{audit, secrets};
use crate::{Engine, Error, notices};

/// Deliveries of one claim.
const BATCH: i64 = 64;
/// Conversations whose events go to one endpoint side by side, as long as it does not fail.
const WIDTH: usize = 8;
/// How long after a claim its last attempt may begin, so that it ends well within the lease.
const BEGIN_WITHIN: Duration = Duration::from_secs(LEASE as u64 - 20);
/// How long running attempts may go on when the server stops.
const GRACE: Duration = Duration::from_secs(3);
/// Requests to endpoints at once, those that answer and those that fail apart: hanging ones take no room from others.
const SOUND: usize = 256;
const FAILING: usize = 64;

/// First attempts, which keep their order, or those that follow, which are in nobody's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// First attempts.
    First,
    /// Those that follow.
    Again,
}

/// Room for requests.
pub(super) struct Room {
    sound: Semaphore,
    failing: Semaphore,
}

impl Default for Room {
    fn default() -> Self {
        Self { sound: Semaphore::new(SOUND), failing: Semaphore::new(FAILING) }
    }
}

/// A claim that is being worked on.
struct Round<'a> {
    engine: &'a Engine,
    room: &'a Semaphore,
    endpoint: Endpoint,
    secrets: Option<Vec<Secret>>,
    /// No attempt begins after this.
    until: Instant,
    /// The endpoint said that it is gone: nothing more is sent to it.
    gone: AtomicBool,
}

/// Works on an endpoint's queue until nothing of this lane is due.
pub(super) async fn drain(engine: &Engine, endpoint: EndpointId, lane: Lane, room: &Room) {
    while !engine.stopping().is_cancelled() {
        match one(engine, endpoint, lane, room).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, endpoint.id = %endpoint, "could not work on an endpoint's queue");
                return;
            }
        }
    }
}

/// One claim from its beginning to its end; false when nothing was due.
async fn one(engine: &Engine, endpoint: EndpointId, lane: Lane, room: &Room) -> Result<bool, Error> {
    let (began, lease, now) = (Instant::now(), engine.lease(), engine.clock().now());
    let (until, first) = (now.plus_seconds(LEASE), lane == Lane::First);
    let claim = engine.0.store.write(move |tx| {
        Box::pin(async move {
            Ok::<_, Error>(tx.claim_deliveries(endpoint, first, now, (lease, until), BATCH).await?)
        })
    });
    let Some(ClaimRow { endpoint, deliveries }) = claim.await?.filter(|row| !row.deliveries.is_empty())
    else {
        return Ok(false);
    };
    let failing = endpoint.failing_since.is_some();
    let round = Round {
        engine,
        room: if failing { &room.failing } else { &room.sound },
        secrets: secrets(engine, &endpoint),
        endpoint,
        until: began + BEGIN_WITHIN,
        gone: AtomicBool::new(false),
    };
    let width = if failing { 1 } else { WIDTH };
    let (claimed, queues) = (deliveries.len(), queues(deliveries, lane));
    let filed = round.work(queues, width).await;
    if filed < claimed {
        let (id, now) = (round.endpoint.id, engine.clock().now());
        let back = engine.0.store.write(move |tx| {
            Box::pin(async move { Ok::<_, Error>(tx.release_deliveries(id, lease, now).await?) })
        });
        back.await?;
    }
    Ok(true)
}

impl Round<'_> {
    /// Sends all queues, `width` of them at once, and files the attempts meanwhile; returns how many were filed.
    async fn work(&self, queues: Vec<Vec<Claimed>>, width: usize) -> usize {
        let (made, arriving) = mpsc::unbounded_channel();
        let sending = async move {
            let made = &made;
            let all =
                futures_util::stream::iter(queues).for_each_concurrent(width, |queue| self.send(queue, made));
            tokio::select! {
                () = all => {}
                // What is cut here is sent again: better twice than never.
                () = self.grace_over() => {}
            }
        };
        // Dropping `sending` ends what the other one waits for.
        let ((), filed) = tokio::join!(Box::pin(sending), self.file_all(arriving));
        filed
    }

    async fn grace_over(&self) {
        self.engine.stopping().cancelled().await;
        tokio::time::sleep(GRACE).await;
    }

    /// Sends one queue in its order.
    async fn send(&self, queue: Vec<Claimed>, made: &UnboundedSender<Made>) {
        for delivery in queue {
            let Ok(_permit) = self.room.acquire().await else { return };
            let stop = self.engine.stopping().is_cancelled() || self.gone.load(Ordering::Relaxed);
            if stop || Instant::now() > self.until {
                return;
            }
            let attempt = attempt::make(self.engine, &self.endpoint, self.secrets.as_deref(), delivery);
            let attempt = Box::pin(attempt).await;
            if attempt.gone {
                self.gone.store(true, Ordering::Relaxed);
            }
            if made.send(attempt).is_err() {
                return;
            }
        }
    }

    /// Files attempts as they come in, those together that came in during the last filing.
    async fn file_all(&self, mut arriving: UnboundedReceiver<Made>) -> usize {
        let (mut batch, mut filed) = (Vec::new(), 0);
        while arriving.recv_many(&mut batch, BATCH as usize).await > 0 {
            let (engine, made) = (self.engine.clone(), std::mem::take(&mut batch));
            let (project, endpoint, count) = (self.endpoint.project, self.endpoint.id, made.len());
            let write =
                self.engine.0.store.write(move |tx| {
                    Box::pin(async move { file(tx, &engine, (project, endpoint), made).await })
                });
            match write.await {
                Ok(()) => filed += count,
                // Their lease ends, and they are sent again.
                Err(error) => tracing::error!(%error, endpoint.id = %endpoint, "could not file attempts"),
            }
        }
        filed
    }
}

/// Writes attempts down, and what they mean for their endpoint.
async fn file(
    tx: &mut Tx,
    engine: &Engine,
    endpoint: (ProjectId, EndpointId),
    made: Vec<Made>,
) -> Result<(), Error> {
    let Some(mut it) = tx.lock_endpoint(endpoint.0, endpoint.1).await? else { return Ok(()) };
    let (was, now) = (it.failing_since, engine.clock().now());
    let (mut gone, mut too_long, mut unsigned) = (false, false, false);
    for one in made {
        // Without the lease, another holder decides.
        if tx.file_attempt(&one.filed).await? {
            (it.failing_since, too_long) = after_outcome(it.failing_since, one.succeeded, now);
            gone |= one.gone;
            unsigned |= one.unsigned;
        }
    }
    if unsigned {
        let since = it.failing_since.unwrap_or(now).rfc3339();
        tell(tx, engine, &it, notice::Kind::EndpointUnsigned, &since, attempt::UNSIGNED).await?;
    }
    if it.status == Status::Active && (gone || too_long) {
        let reason =
            if gone { "it answered with status 410, gone" } else { "every attempt of 5 days failed" };
        disable(tx, engine, &mut it, reason).await?;
    } else if it.failing_since != was {
        tx.save_endpoint(&it).await?;
    }
    Ok(())
}

/// Disables an endpoint and tells its owner.
async fn disable(tx: &mut Tx, engine: &Engine, it: &mut Endpoint, reason: &str) -> Result<(), Error> {
    let now = engine.clock().now();
    (it.status, it.reason) = (Status::Disabled, Some(reason.to_owned()));
    tx.save_endpoint(it).await?;
    tx.add_audit(&audit(engine, it, "endpoint.disabled", "webhooks")).await?;
    tell(tx, engine, it, notice::Kind::EndpointDisabled, &now.rfc3339(), reason).await?;
    tracing::warn!(endpoint.id = %it.id, project.id = %it.project, reason, "a webhook endpoint was disabled");
    Ok(())
}

/// Leaves a notice about an endpoint, one for each time that `occasion` names.
async fn tell(
    tx: &mut Tx,
    engine: &Engine,
    it: &Endpoint,
    kind: notice::Kind,
    occasion: &str,
    reason: &str,
) -> Result<(), Error> {
    let now = engine.clock().now();
    let detail = [("endpoint_id", it.id.to_string()), ("url", it.url.clone()), ("reason", reason.to_owned())];
    let notice = Notice {
        id: NoticeId(engine.ids().ordered(now)),
        project: it.project,
        kind,
        occasion: format!("{} {occasion}", it.id),
        detail: detail.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect(),
        created_at: now,
    };
    notices::leave(tx, engine, &notice).await?;
    Ok(())
}

/// What has to go one after another together: a conversation's first attempts.
fn queues(claimed: Vec<Claimed>, lane: Lane) -> Vec<Vec<Claimed>> {
    let mut queues: Vec<Vec<Claimed>> = Vec::new();
    let mut places = HashMap::new();
    for delivery in claimed {
        let conversation = delivery.conversation.filter(|_| lane == Lane::First);
        let known = conversation.and_then(|id| places.get(&id).copied());
        if let Some(queue) = known.and_then(|place: usize| queues.get_mut(place)) {
            queue.push(delivery);
            continue;
        }
        if let Some(id) = conversation {
            places.insert(id, queues.len());
        }
        queues.push(vec![delivery]);
    }
    queues
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::{ConversationId, DeliveryId, EventId};
    use uuid::Uuid;

    fn claimed(n: u128, conversation: Option<u128>) -> Claimed {
        Claimed {
            id: DeliveryId(Uuid::from_u128(n)),
            event: EventId(Uuid::from_u128(n)),
            conversation: conversation.map(|c| ConversationId(Uuid::from_u128(c))),
            attempts: 0,
            made: 0,
            lease: Uuid::nil(),
            body: Vec::new(),
        }
    }

    #[test]
    fn a_conversations_first_attempts_wait_for_each_other_and_nothing_else_does() {
        let all = [(1, Some(7)), (2, Some(8)), (3, None), (4, Some(7)), (5, None)];
        let all: Vec<_> = all.into_iter().map(|(n, c)| claimed(n, c)).collect();
        let shape = |lane| -> Vec<Vec<u128>> {
            let queues = queues(all.clone(), lane);
            queues.iter().map(|q| q.iter().map(|d| d.id.0.as_u128()).collect()).collect()
        };
        assert_eq!(shape(Lane::First), [vec![1, 4], vec![2], vec![3], vec![5]]);
        assert_eq!(shape(Lane::Again), [[1], [2], [3], [4], [5]]);
    }
}
