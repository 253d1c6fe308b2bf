//! Promises about messages.

use botplot_core::message::{Message, SourceRef, State};
use botplot_core::{ChunkId, SourceId};
use botplot_store::Error;

use crate::rig::{NOW, Rig};

async fn add(rig: &Rig, message: &Message) {
    let message = message.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_message(&message).await })).await;
}

pub(crate) async fn messages_come_in_the_order_they_were_added_even_within_an_instant(rig: Rig) {
    let id = rig.add_conversation().await;
    for text in ["a", "b", "c", "d"] {
        add(&rig, &rig.message(id, text, State::Complete)).await;
    }
    let texts = async |newest| {
        let list = rig.read().list_messages(rig.project, id, newest).await.unwrap();
        list.into_iter().map(|m| m.content).collect::<Vec<_>>()
    };
    assert_eq!(texts(10).await, ["a", "b", "c", "d"]);
    assert_eq!(texts(2).await, ["c", "d"]);
}

pub(crate) async fn an_answer_is_finished_once(rig: Rig) {
    let id = rig.add_conversation().await;
    let pending = rig.message(id, "", State::Pending);
    add(&rig, &pending).await;
    let source = SourceRef {
        content: "quoted \"ü\"".into(),
        similarity: 0.87,
        id: ChunkId(rig.id()),
        source_id: SourceId(rig.id()),
        title: "Title".into(),
        url: None,
    };
    let finished = Message {
        content: "all of it\0".into(),
        sources: vec![source.clone()],
        confidence: Some(0.1 + 0.2),
        state: State::Complete,
        ..pending
    };
    let finish = |message: &Message| {
        let message = message.clone();
        rig.write(move |tx| Box::pin(async move { tx.finish_message(&message).await }))
    };
    assert!(finish(&finished).await);
    assert!(!finish(&Message { content: "late".into(), ..finished.clone() }).await);
    let found = rig.read().find_message(rig.project, finished.id).await.unwrap().unwrap();
    assert_eq!((found.content.as_str(), found.state), ("all of it\u{fffd}", State::Complete));
    assert_eq!((found.sources, found.confidence), (vec![source], Some(0.1 + 0.2)));
    assert_eq!((found.conversation, found.created_at), (id, NOW));
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.read().find_message(other, finished.id).await.unwrap().is_none());
    assert!(rig.read().list_messages(other, id, 9).await.unwrap().is_empty());
}

pub(crate) async fn a_message_needs_a_conversation_of_its_own_project(rig: Rig) {
    let id = rig.add_conversation().await;
    let other = rig.add_project("other").await.unwrap();
    let stray = Message { project: other, ..rig.message(id, "x", State::Complete) };
    let added = rig.store.write(move |tx| Box::pin(async move { tx.add_message(&stray).await })).await;
    assert!(matches!(added, Err(Error::Missing("conversation"))), "{added:?}");
    assert!(rig.read().list_messages(rig.project, id, 9).await.unwrap().is_empty());
}

pub(crate) async fn answers_of_a_dead_process_become_failed(rig: Rig) {
    let id = rig.add_conversation().await;
    let dead = rig.message(id, "half", State::Pending);
    let done = rig.message(id, "whole", State::Complete);
    let later = Message { created_at: NOW.plus_seconds(1), ..rig.message(id, "", State::Pending) };
    for message in [&dead, &done, &later] {
        add(&rig, message).await;
    }
    let fail = || rig.write(|tx| Box::pin(async move { tx.fail_pending_messages(NOW).await }));
    assert_eq!(fail().await, [(rig.project, dead.id)]);
    assert!(fail().await.is_empty());
    let states: Vec<_> = rig.read().list_messages(rig.project, id, 9).await.unwrap();
    let states: Vec<_> = states.into_iter().map(|m| (m.content, m.state)).collect();
    let expected = [("half", State::Failed), ("whole", State::Complete), ("", State::Pending)];
    assert_eq!(states, expected.map(|(text, state)| (text.to_owned(), state)));
}
