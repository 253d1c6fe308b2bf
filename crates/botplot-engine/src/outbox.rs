//! The outbox: what happened is written down in the transaction that made it happen, and sent from there.

use std::sync::{Mutex, PoisonError};

use botplot_core::delivery::{Delivery, Record, State};
use botplot_core::event::Event;
use botplot_core::{DeliveryId, EndpointId, EventId, Ids, ProjectId, Timestamp};
use botplot_store::Tx;
use serde::Serialize;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{Engine, Error};

/// Where the ids of events come from, and what wakes the dispatcher.
#[derive(Default)]
pub(crate) struct Outbox {
    last: Mutex<u128>,
    added: Notify,
}

/// A webhook's body; what the documentation shows stands first.
#[derive(Serialize)]
pub(crate) struct Body<'a, D> {
    pub(crate) event: &'a str,
    pub(crate) data: D,
    pub(crate) timestamp: String,
    pub(crate) id: EventId,
    pub(crate) project_id: ProjectId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) test: bool,
}

impl Outbox {
    /// Says that something was written: call it once the transaction is committed.
    pub(crate) fn wake(&self) {
        self.added.notify_one();
    }

    /// Waits until something was written.
    pub(crate) async fn woken(&self) {
        self.added.notified().await;
    }

    /// An id above all that this process gave out before, even within one millisecond.
    pub(crate) fn event_id(&self, ids: &dyn Ids, now: Timestamp) -> EventId {
        // The random tail starts in the lower half of its range, which leaves room to count on from there.
        const ROOM: u128 = 1 << 61;
        let fresh = ids.ordered(now).as_u128() & !ROOM;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = fresh.max(*last + 1);
        EventId(Uuid::from_u128(*last))
    }
}

/// Writes down what happened for every active endpoint of the project that wants to hear of it, in the order given;
/// nothing when nobody listens. The caller wakes the outbox after its commit.
pub(crate) async fn emit(
    tx: &mut Tx,
    engine: &Engine,
    project: ProjectId,
    events: &[Event],
) -> Result<(), Error> {
    let listening = if events.is_empty() { Vec::new() } else { tx.listening_endpoints(project).await? };
    for event in events {
        let kind = event.kind();
        let wanted = listening.iter().filter(|(_, kinds)| kinds.contains(&kind));
        let wanted: Vec<EndpointId> = wanted.map(|(endpoint, _)| *endpoint).collect();
        if wanted.is_empty() {
            continue;
        }
        let now = engine.clock().now();
        let id = engine.0.outbox.event_id(engine.ids(), now);
        let timestamp = now.rfc3339_millis();
        let body =
            Body { event: kind.as_str(), data: event, timestamp, id, project_id: project, test: false };
        let record = Record {
            id,
            project,
            kind: kind.as_str().to_owned(),
            visitor_id: event.visitor_id().map(str::to_owned),
            conversation: event.conversation(),
            body: bytes(&body)?,
            created_at: now,
        };
        tx.add_event(&record).await?;
        for endpoint in wanted {
            tx.add_delivery(&first_delivery(engine, &record, endpoint)).await?;
        }
    }
    Ok(())
}

/// A body as it is sent.
pub(crate) fn bytes<D: Serialize>(body: &Body<'_, D>) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|error| Error::Internal(error.into()))
}

/// An event's way to an endpoint, due at once.
pub(crate) fn first_delivery(engine: &Engine, event: &Record, endpoint: EndpointId) -> Delivery {
    Delivery {
        id: DeliveryId(engine.ids().random()),
        project: event.project,
        endpoint,
        event: event.id,
        kind: event.kind.clone(),
        state: State::Pending,
        attempts: 0,
        made: 0,
        next_at: event.created_at,
        last: None,
        created_at: event.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::SeededIds;

    #[test]
    fn ids_of_events_rise_within_one_millisecond_and_when_the_clock_goes_back() {
        for seed in 0..100 {
            let (outbox, ids) = (Outbox::default(), SeededIds::new(seed));
            let mut last = EventId(Uuid::nil());
            for n in 0..2000 {
                let now = Timestamp(1_700_000_000_000_000 + if n % 500 == 499 { -5_000_000 } else { n });
                let next = outbox.event_id(&ids, now);
                assert!(next > last, "seed {seed}, {n}: {next} after {last}");
                assert_eq!((next.0.get_version_num(), next.0.as_bytes()[8] >> 6), (7, 2), "{next}");
                last = next;
            }
        }
    }
}
