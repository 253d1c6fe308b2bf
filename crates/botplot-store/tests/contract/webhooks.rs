//! Promises about webhook endpoints, events and deliveries.

use botplot_core::delivery::{
    Attempt, Claimed, Delivery, Endpoint, Exchange, LOGGED, OtherSecret, Record, Secrets, State, Status,
};
use botplot_core::event::Kind;
use botplot_core::{ConversationId, DeliveryId, EndpointId, EventId, ProjectId, Timestamp};
use botplot_store::Filed;
use uuid::Uuid;

use crate::rig::{NOW, Rig};

const SOON: Timestamp = Timestamp(NOW.0 + 60_000_000);

fn endpoint(rig: &Rig) -> Endpoint {
    Endpoint {
        id: EndpointId(rig.id()),
        project: rig.project,
        url: "https://example.com/hook?a=ü".into(),
        description: "CRM".into(),
        events: vec![Kind::MessageReceived, Kind::SourceFailed],
        status: Status::Active,
        reason: None,
        secrets: Secrets { primary: vec![1, 0, 255], other: None },
        failing_since: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(crate) async fn add_endpoint(rig: &Rig) -> Endpoint {
    let it = endpoint(rig);
    let kept = it.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_endpoint(&kept).await })).await;
    it
}

/// Writes an event at `at` and sends it on its way to `endpoint`.
pub(crate) async fn emit(rig: &Rig, endpoint: EndpointId, at: Timestamp) -> Delivery {
    let event = Record {
        id: EventId(rig.id()),
        project: rig.project,
        kind: "message.received".into(),
        visitor_id: Some("bob".into()),
        conversation: Some(ConversationId(Uuid::from_u128(7))),
        body: b"{\"a\":\"\\u0000\"}".to_vec(),
        created_at: at,
    };
    let delivery = Delivery {
        id: DeliveryId(rig.id()),
        project: rig.project,
        endpoint,
        event: event.id,
        kind: event.kind.clone(),
        state: State::Pending,
        attempts: 0,
        made: 0,
        next_at: at,
        last: None,
        created_at: at,
    };
    let kept = delivery.clone();
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_event(&event).await?;
            tx.add_delivery(&kept).await
        })
    })
    .await;
    delivery
}

async fn claim(rig: &Rig, endpoint: EndpointId, first: bool, now: Timestamp, limit: i64) -> Vec<Claimed> {
    let (lease, until) = (rig.id(), now.plus_seconds(60));
    let row = rig.write(move |tx| {
        Box::pin(async move { tx.claim_deliveries(endpoint, first, now, (lease, until), limit).await })
    });
    row.await.map(|row| row.deliveries).unwrap_or_default()
}

async fn file(rig: &Rig, it: &Claimed, state: State, next_at: Timestamp) -> bool {
    let attempt = Attempt {
        number: it.made + 1,
        at: NOW,
        duration_ms: 12,
        status_code: Some(500),
        error: Some("it\0failed".into()),
        next_at: (state == State::Pending).then_some(next_at),
    };
    let exchange = Exchange {
        request_head: Some("POST / HTTP/1.1".into()),
        response_head: Some("HTTP/1.1 500".into()),
        response_body: Some(format!("no {}", it.made)),
    };
    let filed = Filed { delivery: it.id, lease: it.lease, state, next_at, attempt, exchange };
    rig.write(move |tx| Box::pin(async move { tx.file_attempt(&filed).await })).await
}

fn ids(claimed: &[Claimed]) -> Vec<DeliveryId> {
    claimed.iter().map(|it| it.id).collect()
}

pub(crate) async fn an_endpoint_is_found_as_it_was_written_by_its_own_project_only(rig: Rig) {
    let other = rig.add_project("other").await.unwrap();
    let mut it = add_endpoint(&rig).await;
    assert_eq!(rig.read().find_endpoint(rig.project, it.id).await.unwrap(), Some(it.clone()));
    assert_eq!(rig.read().find_endpoint(other, it.id).await.unwrap(), None);
    it.status = Status::Disabled;
    it.reason = Some("gone".into());
    it.events = vec![Kind::MessageSent];
    it.failing_since = Some(NOW);
    it.secrets.other = Some(OtherSecret { sealed: vec![9], until: SOON, is_next: true });
    it.updated_at = SOON;
    let (kept, foreign) = (it.clone(), Endpoint { project: other, ..it.clone() });
    assert!(rig.write(move |tx| Box::pin(async move { tx.save_endpoint(&kept).await })).await);
    assert!(!rig.write(move |tx| Box::pin(async move { tx.save_endpoint(&foreign).await })).await);
    assert_eq!(rig.read().find_endpoint(rig.project, it.id).await.unwrap(), Some(it.clone()));
    let (id, project) = (it.id, rig.project);
    let locked = rig.write(move |tx| Box::pin(async move { tx.lock_endpoint(project, id).await }));
    assert_eq!(locked.await, Some(it));
    emit(&rig, id, NOW).await;
    assert!(!rig.write(move |tx| Box::pin(async move { tx.remove_endpoint(other, id).await })).await);
    assert!(rig.write(move |tx| Box::pin(async move { tx.remove_endpoint(project, id).await })).await);
    assert!(!rig.write(move |tx| Box::pin(async move { tx.remove_endpoint(project, id).await })).await);
    assert_eq!(rig.read().list_deliveries(project, id, None, 9, 0).await.unwrap().1, 0);
}

pub(crate) async fn only_active_endpoints_listen_and_lists_are_in_order(rig: Rig) {
    let (first, second) = (add_endpoint(&rig).await, add_endpoint(&rig).await);
    let paused = Endpoint { status: Status::Paused, created_at: SOON, ..endpoint(&rig) };
    let kept = paused.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_endpoint(&kept).await })).await;
    let project = rig.project;
    let (all, listening) = rig
        .write(move |tx| {
            Box::pin(
                async move { Ok((tx.all_endpoints(project).await?, tx.listening_endpoints(project).await?)) },
            )
        })
        .await;
    assert_eq!(all.iter().map(|e| e.id).collect::<Vec<_>>(), [first.id, second.id, paused.id]);
    let kinds = vec![Kind::MessageReceived, Kind::SourceFailed];
    assert_eq!(listening, [(first.id, kinds.clone()), (second.id, kinds)]);
    let (page, total) = rig.read().list_endpoints(project, 2, 0).await.unwrap();
    assert_eq!((page.iter().map(|e| e.id).collect::<Vec<_>>(), total), (vec![paused.id, second.id], 3));
    emit(&rig, paused.id, NOW).await;
    emit(&rig, first.id, SOON).await;
    assert_eq!(rig.read().due_endpoints(NOW).await.unwrap(), []);
    assert_eq!(rig.read().due_endpoints(SOON).await.unwrap(), [(project, first.id)]);
    assert!(claim(&rig, paused.id, true, SOON, 9).await.is_empty(), "a paused endpoint's deliveries wait");
}

pub(crate) async fn first_attempts_are_claimed_in_order_and_by_one_holder_at_a_time(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let mut all = Vec::new();
    for n in 0..5 {
        all.push(emit(&rig, it, Timestamp(NOW.0 + n / 2)).await);
    }
    let now = NOW.plus_seconds(1);
    let first = claim(&rig, it, true, now, 2).await;
    assert_eq!(ids(&first), [all[0].id, all[1].id]);
    assert_eq!((first[0].event, first[0].attempts), (all[0].event, 0));
    assert_eq!(first[0].body, b"{\"a\":\"\\u0000\"}", "the bytes are kept as they are");
    assert_eq!(first[0].conversation, Some(ConversationId(Uuid::from_u128(7))));
    assert!(claim(&rig, it, true, now, 9).await.is_empty(), "the order would be lost");
    assert!(file(&rig, &first[0], State::Delivered, now).await);
    assert!(claim(&rig, it, true, now, 9).await.is_empty());
    assert!(file(&rig, &first[1], State::Pending, SOON).await);
    assert_eq!(ids(&claim(&rig, it, true, now, 9).await), [all[2].id, all[3].id, all[4].id]);
    assert!(claim(&rig, it, false, now, 9).await.is_empty());
    let again = claim(&rig, it, false, SOON, 9).await;
    assert_eq!((ids(&again), again[0].attempts), (vec![all[1].id], 1));
}

pub(crate) async fn many_claimers_at_once_send_nothing_twice_and_nothing_out_of_order(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let mut all = Vec::new();
    for n in 0..40 {
        all.push(emit(&rig, it, Timestamp(NOW.0 + n)).await.id);
    }
    let sent = std::sync::Mutex::new(Vec::new());
    let work = (0..6).map(|_| async {
        while sent.lock().unwrap().len() < 40 {
            for one in claim(&rig, it, true, SOON, 3).await {
                sent.lock().unwrap().push(one.id);
                assert!(file(&rig, &one, State::Delivered, SOON).await);
            }
        }
    });
    futures_util::future::join_all(work).await;
    assert_eq!(*sent.lock().unwrap(), all);
}

pub(crate) async fn a_dead_holders_deliveries_come_due_again_and_its_lease_is_worth_nothing(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let sent = emit(&rig, it, NOW).await;
    let dead = claim(&rig, it, true, NOW, 9).await.remove(0);
    assert!(claim(&rig, it, true, NOW.plus_seconds(59), 9).await.is_empty());
    let alive = claim(&rig, it, true, SOON, 9).await.remove(0);
    assert_eq!((alive.id, alive.attempts), (sent.id, 0));
    assert!(!file(&rig, &dead, State::Delivered, SOON).await, "the dead holder filed an attempt");
    let lease = dead.lease;
    let released = rig.write(move |tx| Box::pin(async move { tx.release_deliveries(it, lease, SOON).await }));
    assert_eq!(released.await, 0);
    assert!(file(&rig, &alive, State::Failed, SOON).await);
    assert!(!file(&rig, &alive, State::Delivered, SOON).await, "an attempt was filed twice");
    let (found, body) = rig.read().find_delivery(rig.project, it, sent.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.attempts, body.len()), (State::Failed, 1, 14));
    let last = found.last.unwrap();
    assert_eq!(
        (last.status_code, last.error.as_deref(), last.duration_ms),
        (Some(500), Some("it\u{fffd}failed"), 12)
    );
    let log = rig.read().list_attempts(rig.project, sent.id).await.unwrap();
    assert_eq!(log.len(), 1, "only an attempt under the lease is in the log");
}

pub(crate) async fn every_attempt_is_in_the_log_until_there_are_very_many(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let other = rig.add_project("other").await.unwrap();
    let (sent, beside) = (emit(&rig, it, NOW).await, emit(&rig, it, NOW).await);
    let try_it = async |first, state, next_at| {
        let all = claim(&rig, it, first, SOON, 9).await;
        let one = all.iter().find(|one| one.id == sent.id).unwrap();
        assert!(file(&rig, one, state, next_at).await);
        // Its neighbour goes back, and is not counted.
        let lease = one.lease;
        rig.write(move |tx| Box::pin(async move { tx.release_deliveries(it, lease, NOW).await })).await;
    };
    let log = async || rig.read().list_attempts(rig.project, sent.id).await.unwrap();
    assert_eq!(log().await, []);
    try_it(true, State::Pending, SOON).await;
    try_it(false, State::Failed, SOON).await;
    let project = rig.project;
    let replay = async || {
        rig.write(move |tx| Box::pin(async move { tx.replay_failed(project, it, NOW, NOW).await })).await
    };
    assert_eq!(replay().await, 1);
    let (found, _) = rig.read().find_delivery(rig.project, it, sent.id).await.unwrap().unwrap();
    assert_eq!((found.attempts, found.made), (0, 2), "a replay begins the schedule anew, and not the log");
    try_it(true, State::Delivered, SOON).await;
    let all = log().await;
    let seen: Vec<_> =
        all.iter().map(|(a, e)| (a.number, a.next_at, e.response_body.as_deref().unwrap())).collect();
    assert_eq!(seen, [(3, None, "no 2"), (2, None, "no 1"), (1, Some(SOON), "no 0")], "newest first");
    assert_eq!(all[0].1.request_head.as_deref(), Some("POST / HTTP/1.1"));
    let (found, _) = rig.read().find_delivery(rig.project, it, sent.id).await.unwrap().unwrap();
    assert_eq!((found.made, found.last.as_ref()), (3, Some(&all[0].0)));
    assert_eq!(rig.read().list_attempts(other, sent.id).await.unwrap(), [], "another project's log");
    assert_eq!(rig.read().list_attempts(rig.project, beside.id).await.unwrap(), []);
    for _ in 3..LOGGED + 2 {
        let id = sent.id;
        rig.write(move |tx| Box::pin(async move { tx.replay_delivery(project, it, id, NOW).await })).await;
        try_it(true, State::Delivered, SOON).await;
    }
    let kept: Vec<_> = log().await.into_iter().map(|(a, _)| a.number).collect();
    assert_eq!(kept, (3..=LOGGED + 2).rev().collect::<Vec<_>>());
    rig.write(move |tx| Box::pin(async move { tx.remove_endpoint(project, it).await })).await;
    assert_eq!(rig.count("attempts").await, 0);
}

pub(crate) async fn what_is_given_back_keeps_its_place_in_the_order(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let (one, two) = (emit(&rig, it, NOW).await, emit(&rig, it, Timestamp(NOW.0 + 1)).await);
    let held = claim(&rig, it, true, SOON, 1).await;
    let lease = held[0].lease;
    let released = rig.write(move |tx| Box::pin(async move { tx.release_deliveries(it, lease, SOON).await }));
    assert_eq!(released.await, 1);
    assert_eq!(ids(&claim(&rig, it, true, SOON, 9).await), [one.id, two.id]);
    let released = rig.write(move |tx| Box::pin(async move { tx.release_all_deliveries(SOON).await }));
    assert_eq!(released.await, 2);
    assert_eq!(ids(&claim(&rig, it, true, SOON, 9).await), [one.id, two.id]);
}

pub(crate) async fn deliveries_are_replayed_one_by_one_or_all_that_failed_since(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let other = rig.add_project("other").await.unwrap();
    let (old, new) = (emit(&rig, it, NOW).await, emit(&rig, it, SOON).await);
    for one in claim(&rig, it, true, SOON, 9).await {
        file(&rig, &one, State::Failed, SOON).await;
    }
    let replay = |project: ProjectId, id| {
        rig.write(move |tx| Box::pin(async move { tx.replay_delivery(project, it, id, SOON).await }))
    };
    let since = |at| {
        let project = rig.project;
        rig.write(move |tx| Box::pin(async move { tx.replay_failed(project, it, at, SOON).await }))
    };
    assert!(!replay(other, old.id).await);
    assert_eq!(since(SOON).await, 1);
    assert_eq!(ids(&claim(&rig, it, true, SOON, 9).await), [new.id]);
    assert!(!replay(rig.project, new.id).await, "it is under way just now");
    assert_eq!(since(SOON).await, 0, "it is under way just now, and has not failed since");
    assert!(replay(rig.project, old.id).await);
    let list = |state| {
        let reader = rig.read();
        async move { reader.list_deliveries(rig.project, it, state, 9, 0).await.unwrap() }
    };
    assert_eq!(list(Some(State::Failed)).await.1, 0);
    let (all, total) = list(Some(State::Pending)).await;
    assert_eq!((all.iter().map(|d| d.id).collect::<Vec<_>>(), total), (vec![new.id, old.id], 2));
    assert_eq!((all[1].attempts, all[1].kind.as_str()), (0, "message.received"));
    let newest = rig.read().newest_delivery(rig.project, it).await.unwrap();
    assert_eq!(newest.map(|d| d.id), Some(new.id));
    assert!(rig.read().find_delivery(other, it, old.id).await.unwrap().is_none());
}

pub(crate) async fn what_waits_for_its_next_attempt_is_replayed_with_what_was_given_up(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let project = rig.project;
    let since = async || {
        rig.write(move |tx| Box::pin(async move { tx.replay_failed(project, it, NOW, SOON).await })).await
    };
    let (waits, sent) = (emit(&rig, it, NOW).await, emit(&rig, it, NOW).await);
    assert_eq!(since().await, 0, "what was never tried is no failure");
    let claimed = claim(&rig, it, true, NOW, 9).await;
    assert!(file(&rig, &claimed[0], State::Pending, NOW.plus_seconds(86_400)).await);
    assert!(file(&rig, &claimed[1], State::Delivered, SOON).await);
    assert_eq!(since().await, 1);
    assert_eq!(ids(&claim(&rig, it, true, SOON, 9).await), [waits.id], "it is due at once");
    assert_eq!(since().await, 0);
    let (found, _) = rig.read().find_delivery(project, it, sent.id).await.unwrap().unwrap();
    assert_eq!(found.state, State::Delivered);
}

pub(crate) async fn old_events_are_forgotten_unless_something_is_still_to_be_sent(rig: Rig) {
    let it = add_endpoint(&rig).await.id;
    let (done, pending) = (emit(&rig, it, NOW).await, emit(&rig, it, NOW).await);
    let sent = claim(&rig, it, true, NOW, 1).await;
    file(&rig, &sent[0], State::Delivered, NOW).await;
    let forget = |before: u128, since: Timestamp| {
        let before = EventId(Uuid::from_u128(before));
        rig.write(move |tx| Box::pin(async move { tx.remove_events_before(before, since, 9).await }))
    };
    assert_eq!(forget(0, SOON).await, 0);
    assert_eq!(forget(u128::MAX, Timestamp(NOW.0 - 1)).await, 0, "it was tried since");
    assert_eq!(forget(u128::MAX, SOON).await, 1);
    assert!(rig.read().find_delivery(rig.project, it, done.id).await.unwrap().is_none());
    assert!(rig.read().find_delivery(rig.project, it, pending.id).await.unwrap().is_some());
    assert_eq!(rig.count("attempts").await, 0, "the log outlives its event");
}
