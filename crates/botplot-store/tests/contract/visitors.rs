//! Promises about visitors: proofs of their ids, and erasing them.

use botplot_core::message::State;
use botplot_core::{ConversationId, ProjectId};
use botplot_store::Erased;

use crate::rig::{NOW, Rig};

pub(crate) async fn a_visitor_id_stays_verified_once_it_was_proved(rig: Rig) {
    let project = rig.project;
    let other = rig.add_project("other").await.unwrap();
    assert!(!rig.read().is_verified(project, "bob").await.unwrap());
    for at in [NOW, NOW.plus_seconds(9)] {
        rig.write(move |tx| Box::pin(async move { tx.note_verified(project, "bob", at).await })).await;
    }
    assert!(rig.read().is_verified(project, "bob").await.unwrap());
    assert!(rig.write(move |tx| Box::pin(async move { tx.is_verified(project, "bob").await })).await);
    assert!(!rig.read().is_verified(project, "Bob").await.unwrap());
    assert!(!rig.read().is_verified(other, "bob").await.unwrap());
}

/// All that a visitor can leave; two conversations, the first with two messages.
async fn leave(rig: &Rig, visitor: &'static str) -> ConversationId {
    let first = botplot_core::conversation::Conversation { visitor_id: visitor.into(), ..rig.conversation() };
    let second = botplot_core::conversation::Conversation { id: ConversationId(rig.id()), ..first.clone() };
    let messages = ["a", "b"].map(|text| rig.message(first.id, text, State::Complete));
    let request = rig.request(first.id, visitor, "k");
    let lead = rig.lead(first.id, visitor);
    let (id, project) = (first.id, rig.project);
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_conversation(&first).await?;
            tx.add_conversation(&second).await?;
            for message in &messages {
                tx.add_message(message).await?;
            }
            tx.add_conversation_event(project, first.id, &serde_json::json!({ "typing": true }), NOW).await?;
            tx.add_request(&request).await?;
            tx.add_lead(&lead).await?;
            tx.note_verified(project, visitor, NOW).await
        })
    })
    .await;
    rig.add_delivery(Some(visitor)).await;
    id
}

/// How many rows there are in all that a visitor fills.
async fn left(rig: &Rig) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "conversations",
        "messages",
        "conversation_events",
        "requests",
        "leads",
        "verified_visitors",
        "events",
        "deliveries",
        "attempts",
    ] {
        counts.push(rig.count(table).await);
    }
    counts
}

pub(crate) async fn erasing_a_visitor_takes_all_of_theirs_and_nothing_else(rig: Rig) {
    let other = rig.another().await;
    let bob = leave(&rig, "bob").await;
    let ann = leave(&rig, "ann").await;
    leave(&other, "bob").await;
    rig.add_delivery(None).await;
    assert_eq!(left(&rig).await, [6, 6, 3, 3, 3, 3, 4, 4, 4]);
    let erase = |project: ProjectId, visitor: &'static str| {
        rig.write(move |tx| Box::pin(async move { tx.erase_visitor(project, visitor).await }))
    };
    let erased = erase(rig.project, "bob").await;
    assert_eq!(erased, Erased { conversations: 2, messages: 2, leads: 1, events: 1 });
    assert_eq!(left(&rig).await, [4, 4, 2, 2, 2, 2, 3, 3, 3]);
    let read = rig.read();
    assert!(read.find_conversation(rig.project, bob).await.unwrap().is_none());
    assert!(read.leads_of(rig.project, "bob").await.unwrap().is_empty());
    assert!(read.find_request(rig.project, "bob", "k").await.unwrap().is_none());
    assert!(!read.is_verified(rig.project, "bob").await.unwrap());
    assert!(read.find_conversation(rig.project, ann).await.unwrap().is_some());
    assert!(read.find_request(rig.project, "ann", "k").await.unwrap().is_some());
    assert_eq!(read.leads_of(other.project, "bob").await.unwrap().len(), 1);
    assert!(read.is_verified(other.project, "bob").await.unwrap());
    assert_eq!(erase(rig.project, "bob").await, Erased::default());
    assert_eq!(erase(rig.project, "%").await, Erased::default());
}
