//! Promises about conversations.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, ProjectId, SessionId};
use botplot_store::Error;
use serde_json::json;

use crate::rig::{NOW, Rig};

pub(crate) async fn a_conversation_is_kept_as_it_was_added_and_saved(rig: Rig) {
    let added = rig.conversation();
    let write = added.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_conversation(&write).await })).await;
    let found = rig.read().find_conversation(rig.project, added.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{added:?}"));
    let info = json!({ "name": "Bö", "plan": { "seats": 3 }, "weight": 1.5, "gone": null });
    let saved = Conversation {
        session: Some(SessionId(rig.id())),
        token_required: false,
        identified: true,
        visitor_info: serde_json::from_value::<VisitorInfo>(info).unwrap(),
        status: Status::Closed,
        handled_by: HandledBy::Human,
        handoff_requested: true,
        agent: Some("Jo\u{fffd}".into()),
        tags: vec!["vip".into(), "say \"ü\"".into()],
        message_count: 4,
        updated_at: NOW.plus_seconds(5),
        ..added.clone()
    };
    let write = Conversation { agent: Some("Jo\0".into()), ..saved.clone() };
    assert!(rig.write(move |tx| Box::pin(async move { tx.save_conversation(&write).await })).await);
    let (project, id) = (rig.project, added.id);
    let inside =
        rig.write(move |tx| Box::pin(async move { tx.find_conversation(project, id).await })).await.unwrap();
    assert_eq!(inside.visitor_info, saved.visitor_info);
    let shown = |c: &Conversation| {
        format!("{:?}", Conversation { visitor_info: VisitorInfo::default(), ..c.clone() })
    };
    assert_eq!(shown(&inside), shown(&saved));
}

pub(crate) async fn a_conversation_belongs_to_one_project(rig: Rig) {
    let id = rig.add_conversation().await;
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.read().find_conversation(other, id).await.unwrap().is_none());
    assert!(
        rig.write(move |tx| Box::pin(async move { tx.find_conversation(other, id).await })).await.is_none()
    );
    let stray = Conversation { project: other, id, ..rig.conversation() };
    assert!(!rig.write(move |tx| Box::pin(async move { tx.save_conversation(&stray).await })).await);
}

pub(crate) async fn turns_of_one_conversation_never_lose_a_message(rig: Rig) {
    let (project, id) = (rig.project, rig.add_conversation().await);
    let turns = (0..20).map(|n| {
        let message = rig.message(id, &format!("{n}"), botplot_core::message::State::Complete);
        rig.write(move |tx| {
            Box::pin(async move {
                let mut conversation = tx.find_conversation(project, id).await?.expect("it was added");
                conversation.message_count += 1;
                tx.add_message(&message).await?;
                tx.save_conversation(&conversation).await
            })
        })
    });
    futures_util::future::join_all(turns).await;
    let found = rig.read().find_conversation(project, id).await.unwrap().unwrap();
    assert_eq!(found.message_count, 20);
    assert_eq!(rig.read().list_messages(project, id, 50).await.unwrap().len(), 20);
}

pub(crate) async fn a_removed_conversation_takes_all_that_was_said_along(rig: Rig) {
    let (project, id, kept) = (rig.project, rig.add_conversation().await, rig.add_conversation().await);
    let other = rig.add_project("other").await.unwrap();
    for id in [id, kept] {
        let message = rig.message(id, "x", botplot_core::message::State::Complete);
        let request = rig.request(id, "bob", &id.0.to_string());
        rig.write(move |tx| {
            Box::pin(async move {
                tx.add_message(&message).await?;
                tx.add_request(&request).await?;
                tx.add_conversation_event(project, id, &json!({}), NOW).await
            })
        })
        .await;
    }
    let remove = |project: ProjectId| {
        rig.write(move |tx| Box::pin(async move { tx.remove_conversation(project, id).await }))
    };
    assert!(!remove(other).await, "another project removed it");
    assert!(remove(project).await);
    assert!(!remove(project).await);
    for table in ["conversations", "messages", "requests", "conversation_events"] {
        assert_eq!(rig.count(table).await, 1, "{table}");
    }
    assert!(rig.read().find_conversation(project, kept).await.unwrap().is_some());
}

pub(crate) async fn what_a_page_hears_has_places_that_count_up(rig: Rig) {
    let (project, id, second) = (rig.project, rig.add_conversation().await, rig.add_conversation().await);
    let other = rig.add_project("other").await.unwrap();
    let add = |project: ProjectId, id, n: i64| {
        let payload = json!({ "n": n, "text": "\0" });
        rig.store.write(move |tx| {
            Box::pin(async move { tx.add_conversation_event(project, id, &payload, NOW).await })
        })
    };
    for n in 1..=3 {
        assert_eq!(add(project, id, n).await.unwrap(), n);
    }
    assert_eq!(add(project, second, 9).await.unwrap(), 1, "each conversation counts for itself");
    for (project, id) in [(other, id), (project, ConversationId(rig.id()))] {
        let stray = add(project, id, 1).await;
        assert!(matches!(stray, Err(Error::Missing("conversation"))), "{stray:?}");
    }
    let heard = async |project, after, limit| {
        let events = rig.read().conversation_events(project, id, after, limit).await.unwrap();
        events.into_iter().map(|(place, payload)| (place, payload["n"].as_i64())).collect::<Vec<_>>()
    };
    assert_eq!(heard(project, 0, 2).await, [(1, Some(1)), (2, Some(2))]);
    assert_eq!(heard(project, 2, 9).await, [(3, Some(3))]);
    assert_eq!(heard(project, 3, 9).await, []);
    assert_eq!(heard(other, 0, 9).await, []);
    let all = rig.read().conversation_events(project, second, 0, 9).await.unwrap();
    assert_eq!(all, [(1, json!({ "n": 9, "text": "\u{fffd}" }))]);
}

pub(crate) async fn events_added_at_once_get_a_place_each(rig: Rig) {
    let (project, id) = (rig.project, rig.add_conversation().await);
    let adds = (0..24).map(|_| {
        rig.write(move |tx| {
            Box::pin(async move { tx.add_conversation_event(project, id, &json!({}), NOW).await })
        })
    });
    let mut places = futures_util::future::join_all(adds).await;
    places.sort_unstable();
    assert_eq!(places, (1..=24).collect::<Vec<_>>());
}
