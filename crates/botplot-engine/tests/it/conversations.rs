//! What webhooks tell of conversations that pass between the bot and people.

use botplot_core::conversation::{HandledBy, Proof, Status};
use botplot_core::event::Kind;
use botplot_engine::{Error, conversations};
use serde_json::{Value, json};

use crate::rig::Rig;

const KEY: Proof = Proof::SecretKey;

/// Event and data of each body.
fn named(bodies: Vec<Value>) -> Vec<(String, Value)> {
    let named = |mut body: Value| (body["event"].as_str().unwrap().to_owned(), body["data"].take());
    bodies.into_iter().map(named).collect()
}

#[tokio::test]
async fn each_change_is_told_once_in_its_order() {
    let rig = Rig::start().await;
    let endpoint = rig.listen(&[Kind::HandoffRequested, Kind::AgentReplied, Kind::ConversationClosed]).await;
    let id = rig.ask("Hello!", None).await.end.conversation;
    let (engine, project) = (&rig.engine, rig.project.id);
    for reason in ["the bill is wrong", "again"] {
        let reason = Some(reason.to_owned());
        conversations::request_handoff(engine, &rig.project, id, Some("bob"), &KEY, reason).await.unwrap();
    }
    conversations::take_over(engine, project, id, Some("Ann")).await.unwrap();
    let reply = conversations::reply(engine, project, id, None, "Let me see.".into()).await.unwrap();
    conversations::hand_back(engine, project, id).await.unwrap();
    for _ in 0..2 {
        conversations::close_by_visitor(engine, project, id, None, &KEY).await.unwrap();
    }
    conversations::set_status(engine, project, id, Status::Active).await.unwrap();
    conversations::set_status(engine, project, id, Status::Closed).await.unwrap();
    conversations::set_status(engine, project, id, Status::Archived).await.unwrap();
    let closed = |by: &str| {
        let data = json!({ "conversation_id": id, "message_id": null, "visitor_id": "bob", "closed_by": by });
        ("conversation.closed".to_owned(), data)
    };
    let asked = json!({
        "conversation_id": id, "message_id": null, "visitor_id": "bob", "reason": "the bill is wrong",
    });
    let replied = json!({
        "conversation_id": id, "message_id": reply.id, "visitor_id": "bob", "content": "Let me see.",
        "role": "assistant", "author": { "type": "human", "name": "Ann" },
    });
    let expected = [
        ("handoff.requested".to_owned(), asked),
        ("agent.replied".to_owned(), replied),
        closed("visitor"),
        closed("agent"),
    ];
    assert_eq!(named(rig.told(endpoint).await), expected);
}

#[tokio::test]
async fn what_is_refused_changes_and_tells_nothing() {
    let rig = Rig::start().await;
    let endpoint = rig.listen(Kind::ALL).await;
    let id = rig.ask("Hello!", None).await.end.conversation;
    let (engine, project) = (&rig.engine, rig.project.id);
    conversations::set_status(engine, project, id, Status::Archived).await.unwrap();
    let before = rig.told(endpoint).await.len();
    let refused = [
        conversations::request_handoff(engine, &rig.project, id, None, &KEY, None).await.unwrap_err(),
        conversations::close_by_visitor(engine, project, id, None, &KEY).await.unwrap_err(),
        conversations::take_over(engine, project, id, None).await.unwrap_err(),
        conversations::reply(engine, project, id, None, "hi".into()).await.unwrap_err(),
        conversations::typing(engine, project, id, None, true).await.unwrap_err(),
    ];
    assert!(refused.iter().all(|e| matches!(e, Error::Conflict("conversation_archived"))), "{refused:?}");
    let stranger = conversations::request_handoff(engine, &rig.project, id, Some("eve"), &KEY, None).await;
    assert!(matches!(stranger, Err(Error::NotFound)), "a stranger learns that it is archived: {stranger:?}");
    let it = engine.reader().find_conversation(project, id).await.unwrap().unwrap();
    assert_eq!((it.handled_by, it.message_count, rig.told(endpoint).await.len()), (HandledBy::Ai, 2, before));
}

#[tokio::test]
async fn many_at_once_ask_for_a_person_once() {
    let rig = Rig::start().await;
    let endpoint = rig.listen(&[Kind::HandoffRequested]).await;
    let id = rig.ask("Hello!", None).await.end.conversation;
    let ask = || conversations::request_handoff(&rig.engine, &rig.project, id, None, &KEY, None);
    let asked = futures_util::future::join_all((0..50).map(|_| ask())).await;
    assert!(asked.into_iter().all(|it| it.unwrap().handoff_requested));
    assert_eq!(rig.told(endpoint).await.len(), 1);
}
