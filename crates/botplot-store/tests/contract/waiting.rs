//! Promises about who waits for whom.

use botplot_core::{ConversationId, Timestamp};
use serde_json::json;

use crate::rig::{NOW, Rig};

const LATER: Timestamp = Timestamp(NOW.0 + 60_000_000);

async fn note_waiting(rig: &Rig, id: ConversationId, since: Timestamp) {
    let project = rig.project;
    rig.write(move |tx| Box::pin(async move { tx.note_waiting(project, id, since).await })).await;
}

async fn claim(rig: &Rig, id: ConversationId, since: Timestamp) -> bool {
    let project = rig.project;
    rig.write(move |tx| Box::pin(async move { tx.claim_alert(project, id, since, LATER).await })).await
}

async fn reply(rig: &Rig, id: ConversationId, at: Timestamp) -> i64 {
    let project = rig.project;
    let payload = json!({ "at": at.0 });
    rig.write(move |tx| {
        Box::pin(async move {
            tx.note_reply(project, id, at).await?;
            tx.add_conversation_event(project, id, &payload, at).await
        })
    })
    .await
}

async fn hear(rig: &Rig, id: ConversationId, place: i64) {
    let project = rig.project;
    rig.write(move |tx| Box::pin(async move { tx.note_heard(project, id, place).await })).await;
}

async fn unread(rig: &Rig, before: Timestamp, mailed_before: Timestamp) -> Vec<ConversationId> {
    rig.read().unread_replies(rig.project, before, mailed_before, 9).await.unwrap()
}

pub(crate) async fn a_visitor_who_waits_is_told_of_once_whoever_looks(rig: Rig) {
    let (id, second) = (rig.add_conversation().await, rig.add_conversation().await);
    assert_eq!(rig.read().projects_waiting().await.unwrap(), []);
    note_waiting(&rig, id, NOW).await;
    note_waiting(&rig, id, LATER).await;
    note_waiting(&rig, second, LATER).await;
    let overdue = async |before| rig.read().overdue(rig.project, before, 9).await.unwrap();
    assert_eq!(overdue(NOW).await, [(id, NOW)], "who asks again has not begun to wait anew");
    assert_eq!(overdue(LATER).await, [(id, NOW), (second, LATER)]);
    assert_eq!(rig.read().projects_waiting().await.unwrap(), [rig.project]);
    let stranger = rig.another().await;
    assert!(!claim(&stranger, id, NOW).await && !claim(&rig, id, LATER).await);
    let claims = futures_util::future::join_all((0..4).map(|_| claim(&rig, id, NOW))).await;
    assert_eq!(claims.into_iter().filter(|claimed| *claimed).count(), 1);
    assert_eq!(overdue(LATER).await, [(second, LATER)]);
    let project = rig.project;
    for id in [id, second] {
        rig.write(move |tx| Box::pin(async move { tx.end_waiting(project, id).await })).await;
    }
    assert!(!claim(&rig, second, LATER).await, "nobody waits any more");
    assert_eq!(rig.read().projects_waiting().await.unwrap(), []);
    note_waiting(&rig, id, LATER).await;
    assert!(claim(&rig, id, LATER).await, "the next time is told of again");
}

pub(crate) async fn a_reply_waits_until_it_is_heard_or_mailed_once(rig: Rig) {
    let (project, id) = (rig.project, rig.add_conversation().await);
    let first = reply(&rig, id, NOW).await;
    let second = reply(&rig, id, LATER).await;
    assert_eq!(rig.read().unheard(project, id).await.unwrap(), Some(second));
    assert_eq!(unread(&rig, NOW, NOW).await, [id]);
    assert!(unread(&rig, NOW.plus_seconds(-1), NOW).await.is_empty());
    hear(&rig, id, first).await;
    assert_eq!(unread(&rig, NOW, NOW).await, [id], "the second one is still to be heard");
    let since =
        async || rig.write(move |tx| Box::pin(async move { tx.since_reply(project, id).await })).await;
    assert_eq!(since().await, Some((NOW, vec![json!({ "at": LATER.0 })])));
    hear(&rig, id, second).await;
    hear(&rig, id, first).await;
    assert_eq!((rig.read().unheard(project, id).await.unwrap(), since().await), (None, None));
    assert!(unread(&rig, LATER, LATER).await.is_empty());
    let third = reply(&rig, id, LATER).await;
    let end =
        || rig.write(move |tx| Box::pin(async move { tx.end_reply(project, id, LATER, Some(LATER)).await }));
    let ends = futures_util::future::join_all((0..4).map(|_| end())).await;
    assert_eq!(ends.into_iter().filter(|ended| *ended).count(), 1);
    assert_eq!(rig.read().unheard(project, id).await.unwrap(), Some(third), "a letter is not a page");
    let much_later = LATER.plus_seconds(60);
    reply(&rig, id, much_later).await;
    assert_eq!(since().await, Some((much_later, vec![json!({ "at": much_later.0 })])), "each is mailed once");
    assert!(unread(&rig, much_later, LATER.plus_seconds(-1)).await.is_empty(), "a letter has just gone out");
    assert_eq!(unread(&rig, much_later, LATER).await, [id]);
}

pub(crate) async fn who_wants_no_letters_of_a_project_gets_those_of_others(rig: Rig) {
    let (project, other) = (rig.project, rig.another().await.project);
    for _ in 0..2 {
        rig.write(move |tx| {
            Box::pin(async move { tx.add_unsubscribed(project, "bob@example.com", NOW).await })
        })
        .await;
    }
    let read = rig.read();
    assert!(read.is_unsubscribed(project, "bob@example.com").await.unwrap());
    assert!(!read.is_unsubscribed(project, "ann@example.com").await.unwrap());
    assert!(!read.is_unsubscribed(other, "bob@example.com").await.unwrap());
}
