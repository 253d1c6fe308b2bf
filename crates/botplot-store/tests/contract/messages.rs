//! Promises about messages.

use botplot_core::message::{Message, Outcome, Rating, SourceRef, State};
use botplot_core::trace::{Candidate, Trace};
use botplot_core::{ChunkId, ProjectId, SourceId};
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
        rig.write(move |tx| Box::pin(async move { tx.finish_message(&message, None).await }))
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

pub(crate) async fn an_answer_is_kept_with_how_it_came_about(rig: Rig) {
    let id = rig.add_conversation().await;
    let (answer, other) = (rig.message(id, "", State::Pending), rig.message(id, "", State::Pending));
    add(&rig, &answer).await;
    add(&rig, &other).await;
    let candidate = Candidate {
        title: "Prices".into(),
        url: None,
        source_id: SourceId(rig.id()),
        chunk_id: ChunkId(rig.id()),
        lexical: 0.5,
        vector: Some(0.25),
        score: 1.5,
        used: true,
    };
    let trace = Trace {
        question: "what \"ü\"".into(),
        plan: "model".into(),
        model: Some("m".into()),
        candidates: vec![candidate.clone(), Candidate { vector: None, used: false, ..candidate }],
        confidence: 0.75,
        threshold: 0.5,
        first_ms: Some(12),
    };
    let (finish, kept) = (answer.clone(), trace.clone());
    let finish = Message { state: State::Complete, ..finish };
    let written =
        rig.write(move |tx| Box::pin(async move { tx.finish_message(&finish, Some((&kept, 345))).await }));
    assert!(written.await);
    assert!(rig.write(move |tx| Box::pin(async move { tx.finish_message(&other, None).await })).await);
    let read = rig.read();
    assert_eq!(read.find_trace(rig.project, answer.id).await.unwrap(), Some((trace.clone(), 345)));
    assert_eq!(read.list_traces(rig.project, id).await.unwrap(), [(answer.id, trace, 345)]);
    let stranger = rig.another().await;
    assert_eq!(read.find_trace(stranger.project, answer.id).await.unwrap(), None);
    assert_eq!(read.list_traces(stranger.project, id).await.unwrap(), []);
}

pub(crate) async fn a_message_needs_a_conversation_of_its_own_project(rig: Rig) {
    let id = rig.add_conversation().await;
    let other = rig.add_project("other").await.unwrap();
    let stray = Message { project: other, ..rig.message(id, "x", State::Complete) };
    let added = rig.store.write(move |tx| Box::pin(async move { tx.add_message(&stray).await })).await;
    assert!(matches!(added, Err(Error::Missing("conversation"))), "{added:?}");
    assert!(rig.read().list_messages(rig.project, id, 9).await.unwrap().is_empty());
}

pub(crate) async fn a_message_is_kept_with_all_that_is_known_of_it(rig: Rig) {
    let id = rig.add_conversation().await;
    let outcome = Outcome {
        status: "active".into(),
        handoff_requested: true,
        handled_by: "human".into(),
        suggestions: vec!["And \"then\"?".into()],
        refused: true,
    };
    let message = Message {
        author: Some("Jo".into()),
        failure: Some("model_failed".into()),
        outcome: Some(outcome.clone()),
        reserved: Some("2026-11".into()),
        rating: Some(Rating::Down),
        comment: Some("no".into()),
        ..rig.message(id, "text", State::Complete)
    };
    add(&rig, &message).await;
    let find = async |id| rig.read().find_message(rig.project, id).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", find(message.id).await), format!("{message:?}"));
    let pending = Message { reserved: Some("2026-11".into()), ..rig.message(id, "", State::Pending) };
    add(&rig, &pending).await;
    assert_eq!(format!("{:?}", find(pending.id).await), format!("{pending:?}"));
    let finished = Message {
        content: "half".into(),
        state: State::Failed,
        failure: Some("model_failed".into()),
        outcome: Some(outcome),
        ..pending
    };
    let finish = finished.clone();
    assert!(rig.write(move |tx| Box::pin(async move { tx.finish_message(&finish, None).await })).await);
    let expected = Message { reserved: None, ..finished };
    assert_eq!(
        format!("{:?}", find(expected.id).await),
        format!("{expected:?}"),
        "its reservation has ended"
    );
}

pub(crate) async fn a_pending_answer_keeps_what_it_has_so_far(rig: Rig) {
    let id = rig.add_conversation().await;
    let pending = Message { reserved: Some("2026-11".into()), ..rig.message(id, "", State::Pending) };
    let done = rig.message(id, "whole", State::Complete);
    add(&rig, &pending).await;
    add(&rig, &done).await;
    let other = rig.add_project("other").await.unwrap();
    let save = |project: ProjectId, id, text: &'static str| {
        rig.write(move |tx| Box::pin(async move { tx.save_partial(project, id, text).await }))
    };
    assert!(save(rig.project, pending.id, "ha").await);
    assert!(save(rig.project, pending.id, "half\0").await);
    assert!(!save(rig.project, done.id, "late").await, "a whole answer was changed");
    assert!(!save(other, pending.id, "stray").await, "another project changed it");
    let find = async |id| rig.read().find_message(rig.project, id).await.unwrap().unwrap();
    let found = find(pending.id).await;
    assert_eq!((found.content.as_str(), found.state), ("half\u{fffd}", State::Pending));
    assert_eq!(found.reserved.as_deref(), Some("2026-11"));
    assert_eq!(find(done.id).await.content, "whole");
}

pub(crate) async fn a_page_of_messages_shows_what_was_said_and_whether_there_is_more(rig: Rig) {
    let id = rig.add_conversation().await;
    let said = [
        ("a", State::Complete),
        ("", State::Pending),
        ("half", State::Failed),
        ("", State::Failed),
        ("cut", State::Stopped),
        ("running", State::Pending),
        ("z", State::Complete),
    ];
    for (text, state) in said {
        add(&rig, &rig.message(id, text, state)).await;
    }
    let page = async |project, limit, offset| {
        let (page, more) = rig.read().page_messages(project, id, limit, offset).await.unwrap();
        (page.into_iter().map(|m| m.content).collect::<Vec<_>>().join(" "), more)
    };
    assert_eq!(page(rig.project, 9, 0).await, ("a half cut z".into(), false));
    assert_eq!(page(rig.project, 4, 0).await, ("a half cut z".into(), false), "exactly full");
    assert_eq!(page(rig.project, 3, 0).await, ("a half cut".into(), true));
    assert_eq!(page(rig.project, 2, 2).await, ("cut z".into(), false));
    assert_eq!(page(rig.project, 2, 9).await, (String::new(), false));
    let other = rig.add_project("other").await.unwrap();
    assert_eq!(page(other, 9, 0).await, (String::new(), false));
}

pub(crate) async fn an_answer_is_rated_by_its_own_project_only(rig: Rig) {
    let id = rig.add_conversation().await;
    let message = rig.message(id, "x", State::Complete);
    add(&rig, &message).await;
    let other = rig.add_project("other").await.unwrap();
    let rate = |project: ProjectId, rating, comment: Option<&'static str>| {
        let id = message.id;
        rig.write(move |tx| Box::pin(async move { tx.rate_message(project, id, rating, comment).await }))
    };
    let found = async || {
        let found = rig.read().find_message(rig.project, message.id).await.unwrap().unwrap();
        (found.rating, found.comment)
    };
    assert!(!rate(other, Rating::Down, None).await);
    assert_eq!(found().await, (None, None));
    assert!(rate(rig.project, Rating::Down, Some("no\0")).await);
    assert_eq!(found().await, (Some(Rating::Down), Some("no\u{fffd}".into())));
    assert!(rate(rig.project, Rating::Up, None).await);
    assert_eq!(found().await, (Some(Rating::Up), None), "who changes their mind takes the words back");
}

pub(crate) async fn answers_of_a_dead_process_become_failed_and_give_their_reservation_back_once(rig: Rig) {
    let id = rig.add_conversation().await;
    let reserved = |month: &str, message| Message { reserved: Some(month.into()), ..message };
    let dead = reserved("2026-10", rig.message(id, "half", State::Pending));
    let free = rig.message(id, "", State::Pending);
    let done = rig.message(id, "whole", State::Complete);
    let young = Message { created_at: NOW.plus_seconds(1), ..rig.message(id, "", State::Pending) };
    let later = reserved("2026-11", young);
    for message in [&dead, &free, &done, &later] {
        add(&rig, message).await;
    }
    let fail = || rig.write(|tx| Box::pin(async move { tx.fail_pending_messages(NOW).await }));
    let (first, second) = futures_util::future::join(fail(), fail()).await;
    let mut failed = [first, second].concat();
    failed.sort_unstable_by_key(|(_, message, _)| *message);
    let expected = [(rig.project, dead.id, Some("2026-10".to_owned())), (rig.project, free.id, None)];
    assert_eq!(failed, expected, "each is given back by one of the two");
    assert!(fail().await.is_empty());
    let kept = rig.read().list_messages(rig.project, id, 9).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|m| (m.content, m.state, m.failure, m.reserved)).collect();
    let broken = Some("answer_interrupted".to_owned());
    let expected = [
        ("half".to_owned(), State::Failed, broken.clone(), None),
        (String::new(), State::Failed, broken, None),
        ("whole".to_owned(), State::Complete, None, None),
        (String::new(), State::Pending, None, Some("2026-11".to_owned())),
    ];
    assert_eq!(kept, expected);
}

pub(crate) async fn reservations_are_given_back_once_however_many_start_at_once(rig: Rig) {
    let id = rig.add_conversation().await;
    let month = || Some("2026-10".to_owned());
    let dead: Vec<_> =
        (0..300).map(|_| Message { reserved: month(), ..rig.message(id, "", State::Pending) }).collect();
    let expected: Vec<_> = dead.iter().map(|m| (rig.project, m.id, month())).collect();
    rig.write(move |tx| {
        Box::pin(async move {
            for message in &dead {
                tx.add_message(message).await?;
            }
            Ok(())
        })
    })
    .await;
    let fails = (0..4).map(|_| rig.write(|tx| Box::pin(async move { tx.fail_pending_messages(NOW).await })));
    assert_eq!(futures_util::future::join_all(fails).await.concat(), expected);
}
