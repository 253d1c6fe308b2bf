//! `POST /api/chat/stop`.

use botplot_core::message::State;
use botplot_testkit::app::{Actor, Live, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use http::Method;
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

/// A server whose model says two words and then nothing more.
async fn with_endless_model() -> (TestApp, FakeLlm) {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::HangAfter(2)));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    (app, model)
}

/// Asks and returns once the first words are there.
async fn begin(actor: &Actor, visitor: &str) -> (Live, String) {
    let mut live = actor.open("/api/chat", json!({ "message": QUESTION, "visitorId": visitor })).await;
    assert_eq!(live.status, 200);
    assert_eq!(live.event().await, Some(json!({ "token": "one " })));
    let id = live.conversation();
    (live, id)
}

async fn stop(actor: &Actor, conversation: &str) -> Value {
    actor.post("/api/chat/stop", json!({ "conversationId": conversation })).await.is(200).json()
}

#[tokio::test]
async fn a_running_answer_stops_and_what_was_sent_is_kept() {
    let (app, model) = with_endless_model().await;
    let (live, id) = begin(&app.widget(), "bob").await;
    let token = live.header("x-visitor-token").unwrap().to_owned();
    let bob = app.widget().with("x-visitor-token", &token);
    assert_eq!(stop(&bob, &id).await, json!({ "stopped": true }));
    let reply = live.whole().await;
    assert_eq!(reply.last()["done"], true);
    let stored = app.messages(&id).await;
    assert_eq!(stored[1].state, State::Stopped);
    assert!(stored[1].content.starts_with("one two"), "{}", stored[1].content);
    model.wait_for_disconnects(1).await;
    assert_eq!(stop(&bob, &id).await, json!({ "stopped": false }));
}

#[tokio::test]
async fn the_owner_may_stop_any_answer() {
    let (app, _model) = with_endless_model().await;
    let (live, id) = begin(&app.widget(), "bob").await;
    assert_eq!(stop(&app.owner(), &id).await, json!({ "stopped": true }));
    assert_eq!(live.whole().await.last()["done"], true);
}

#[tokio::test]
async fn nobody_else_may() {
    let (app, _model) = with_endless_model().await;
    let (live, id) = begin(&app.widget(), "bob").await;
    let token = live.header("x-visitor-token").unwrap().to_owned();
    let eve = app.widget().post("/widget/session", json!({ "visitorId": "eve" })).await.is(200);
    let other = app.another_project("other").await;
    let bare = json!({ "conversationId": id });
    let named = json!({ "conversationId": id, "visitorId": "bob" });
    let as_eve = json!({ "conversationId": id, "visitorId": "eve" });
    for (actor, body) in [
        (app.widget(), &bare),
        (app.widget(), &named),
        (app.widget().showing(&eve), &bare),
        (app.owner(), &as_eve),
        (app.holder_of(&other.secret), &bare),
    ] {
        actor.post("/api/chat/stop", body.clone()).await.refuses(404, "not_found");
    }
    app.widget().showing(&eve).post("/api/chat/stop", named).await.refuses(401, "invalid_visitor_token");
    app.stranger().post("/api/chat/stop", bare).await.refuses(401, "unauthorized");
    assert_eq!(stop(&app.widget().with("x-visitor-token", &token), &id).await, json!({ "stopped": true }));
    live.whole().await;
}

#[tokio::test]
async fn bad_input_is_named_and_unknown_conversations_are_not_found() {
    let app = TestApp::start().await;
    app.owner().post("/api/chat/stop", json!({})).await.blames(&["conversationId"]);
    app.owner()
        .post("/api/chat/stop", json!({ "conversationId": 5, "visitorId": "" }))
        .await
        .blames(&["conversationId", "visitorId"]);
    for id in ["x", "", "7b3c7b0e-1111-4222-8333-444455556666"] {
        app.owner().post("/api/chat/stop", json!({ "conversationId": id })).await.refuses(404, "not_found");
    }
    let reply = app.owner().send(Method::GET, "/api/chat/stop", "").await.whole().await;
    reply.refuses(405, "method_not_allowed");
}
