//! Promises about conversations.

use botplot_core::SessionId;
use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::visitor::VisitorInfo;
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
        visitor_info: serde_json::from_value::<VisitorInfo>(info).unwrap(),
        status: Status::Closed,
        handled_by: HandledBy::Human,
        handoff_requested: true,
        message_count: 4,
        updated_at: NOW.plus_seconds(5),
        ..added.clone()
    };
    let write = saved.clone();
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
