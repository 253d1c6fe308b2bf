//! `GET /api/chat/conversations` and `…/{id}/messages`.

use botplot_core::conversation::HandledBy;
use botplot_engine::conversations;
use botplot_testkit::app::{Actor, Reply, TestApp};
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

const LIST: &str = "/api/chat/conversations";
const NOBODY: &str = "7b3c7b0e-1111-4222-8333-444455556666";

async fn session(app: &TestApp, visitor: &str) -> Actor {
    let session = app.widget().post("/widget/session", json!({ "visitorId": visitor })).await.is(200);
    app.widget().showing(&session)
}

fn ids(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let all = json["conversations"].as_array().unwrap().iter();
    all.map(|c| c["conversationId"].as_str().unwrap().to_owned()).collect()
}

/// A refusal without what differs between any two requests.
fn unfound(reply: &Reply) -> Value {
    let mut problem = reply.refuses(404, "not_found");
    problem["request_id"] = json!("");
    problem
}

#[tokio::test]
async fn a_visitor_finds_what_was_said_before() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let bob = session(&app, "bob").await;
    let first = bob.ask("bob", QUESTION).await.is(200);
    app.clock().advance(60);
    let second = bob.ask("bob", "hi").await.is(200).conversation();
    let list = bob.get(LIST).await.is(200);
    let first_id = first.conversation();
    assert_eq!(ids(&list), [second, first_id.clone()], "newest first");
    let json = list.json();
    assert_eq!((&json["total"], &json["limit"], &json["offset"]), (&json!(2), &json!(20), &json!(0)));
    let shown = &json["conversations"][1];
    let stored = app.conversation(&first_id).await;
    let expected = json!({
        "conversationId": first_id, "status": "active", "handledBy": "ai", "handoffRequested": false,
        "createdAt": stored.created_at.rfc3339(), "updatedAt": stored.updated_at.rfc3339(), "messageCount": 2,
        "lastMessage": {
            "role": "assistant", "content": first.answer(),
            "createdAt": app.messages(&first_id).await[1].created_at.rfc3339(),
        },
    });
    assert_eq!(*shown, expected);
    let page = bob.get(&format!("{LIST}?limit=1&offset=1&other=x")).await.is(200);
    assert_eq!((ids(&page), &page.json()["limit"]), (vec![first_id], &json!(1)));
}

#[tokio::test]
async fn messages_are_those_of_the_turn_with_their_sources_rating_and_author() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let begun = app.widget().ask("bob", QUESTION).await.is(200);
    let (bob, id) = (app.widget().showing(&begun), begun.conversation());
    let rated = json!({ "messageId": begun.last()["messageId"], "rating": "down" });
    bob.post("/api/chat/feedback", rated).await.is(200);
    let project = app.project().project.id;
    let (engine, conversation) = (app.engine(), id.parse().unwrap());
    conversations::reply(engine, project, conversation, Some("Ann"), "I am here.".into()).await.unwrap();
    let reply = bob.get(&format!("{LIST}/{id}/messages")).await.is(200).json();
    let stored = app.messages(&id).await;
    let times: Vec<_> = stored.iter().map(|m| m.created_at.rfc3339()).collect();
    let expected = json!({ "messages": [
        { "id": stored[0].id, "role": "user", "content": QUESTION, "sources": [], "createdAt": times[0],
          "author": null, "rating": null, "confidence": null },
        { "id": stored[1].id, "role": "assistant", "content": begun.answer(), "sources": begun.last()["sources"],
          "createdAt": times[1], "author": null, "rating": "down", "confidence": begun.last()["confidence"] },
        { "id": stored[2].id, "role": "assistant", "content": "I am here.", "sources": [], "createdAt": times[2],
          "author": { "type": "human", "name": "Ann" }, "rating": null, "confidence": null },
    ], "hasMore": false });
    assert_eq!(reply, expected);
    assert!(!expected["messages"][1]["sources"].as_array().unwrap().is_empty());
    let page = bob.get(&format!("{LIST}/{id}/messages?limit=1&offset=1")).await.is(200).json();
    assert_eq!((page["messages"].as_array().unwrap().len(), &page["hasMore"]), (1, &json!(true)));
    assert_eq!(page["messages"][0], expected["messages"][1]);
    let over = bob.get(&format!("{LIST}/{id}/messages?offset=3")).await.is(200).json();
    assert_eq!(over, json!({ "messages": [], "hasMore": false }));
    assert_eq!(app.conversation(&id).await.handled_by, HandledBy::Human);
}

#[tokio::test]
async fn each_session_sees_its_own_and_a_secret_key_those_of_the_visitor_it_names() {
    let app = TestApp::start().await;
    let (one, two, eve) =
        (session(&app, "bob").await, session(&app, "bob").await, session(&app, "eve").await);
    let first = one.ask("bob", "hi").await.is(200).conversation();
    let second = two.ask("bob", "hi").await.is(200).conversation();
    let third = eve.ask("eve", "hi").await.is(200).conversation();
    assert_eq!(ids(&one.get(LIST).await.is(200)), std::slice::from_ref(&first));
    assert_eq!(ids(&two.get(&format!("{LIST}?visitorId=bob")).await.is(200)), std::slice::from_ref(&second));
    assert_eq!(ids(&eve.get(LIST).await.is(200)), std::slice::from_ref(&third));
    let owner = app.owner();
    let mut bobs = ids(&owner.get(&format!("{LIST}?visitorId=bob")).await.is(200));
    bobs.sort();
    let mut expected = [first.clone(), second];
    expected.sort();
    assert_eq!(bobs, expected);
    assert!(ids(&owner.get(&format!("{LIST}?visitorId=nobody")).await.is(200)).is_empty());
    owner.get(LIST).await.blames(&["visitorId"]);
    unfound(&app.widget().get(LIST).await);
    unfound(&app.widget().get(&format!("{LIST}?visitorId=bob")).await);
    one.get(&format!("{LIST}?visitorId=eve")).await.refuses(401, "invalid_visitor_token");
    app.stranger().get(LIST).await.refuses(401, "unauthorized");
    let other = app.another_project("other").await;
    let foreign = app.holder_of(&other.secret);
    assert!(ids(&foreign.get(&format!("{LIST}?visitorId=bob")).await.is(200)).is_empty());
    let nobody = unfound(&owner.get(&format!("{LIST}/{NOBODY}/messages")).await);
    for (who, actor, id) in [
        ("a bare caller", app.widget(), &first),
        ("another session of bob", two.clone(), &first),
        ("eve", eve.clone(), &first),
        ("bob at eve's", one.clone(), &third),
        ("another project's owner", foreign, &first),
        ("another project's page", app.holder_of(&other.publishable), &first),
    ] {
        let reply = actor.get(&format!("{LIST}/{id}/messages")).await;
        assert_eq!(unfound(&reply), nobody, "{who}");
    }
    for id in ["x", "..%2f", "550e8400e29b41d4a716446655440000"] {
        assert_eq!(unfound(&owner.get(&format!("{LIST}/{id}/messages")).await), nobody, "{id}");
    }
    owner.get(&format!("{LIST}/{first}/messages?visitorId=eve")).await.refuses(404, "not_found");
    owner.get(&format!("{LIST}/{first}/messages?visitorId=bob")).await.is(200);
    one.get(&format!("{LIST}/{first}/messages")).await.is(200);
}

#[tokio::test]
async fn bad_pages_are_named() {
    let app = TestApp::start().await;
    let bob = session(&app, "bob").await;
    let owner = app.owner();
    for (query, fields) in [
        ("?limit=0", &["limit"] as &[&str]),
        ("?limit=x&offset=-1", &["limit", "offset"]),
        ("?limit=1&limit=2", &["limit"]),
        ("?visitorId=", &["visitorId"]),
        ("?visitorId=%00", &["visitorId"]),
        ("?visitorId=a&visitorId=b", &["visitorId"]),
    ] {
        owner.get(&format!("{LIST}{query}")).await.blames(fields);
        owner.get(&format!("{LIST}/{NOBODY}/messages{query}")).await.blames(fields);
    }
    assert_eq!(bob.get(&format!("{LIST}?limit=1000")).await.is(200).json()["limit"], 100);
    bob.post(LIST, json!({})).await.refuses(405, "method_not_allowed");
}
