//! `Idempotency-Key`: the same request again gets the same turn, and nothing is done twice.

use botplot_testkit::app::TestApp;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

fn body() -> Value {
    json!({ "message": QUESTION, "visitorId": "v" })
}

#[tokio::test]
async fn the_same_request_gets_the_same_turn_streamed_or_whole() {
    let model = FakeLlm::start().await;
    model.reply(Said::text("It takes three days.[1]"));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let widget = app.widget().with("idempotency-key", "k-1");
    let first = widget.post("/api/chat", body()).await.is(200);
    let again = widget.post("/api/chat", body()).await.is(200);
    assert_eq!((again.answer(), again.last()), (first.answer(), first.last()));
    assert!(!first.last()["sources"].as_array().unwrap().is_empty(), "{}", first.text());
    for name in ["x-conversation-id", "x-message-id"] {
        assert_eq!(again.header(name), first.header(name));
    }
    let whole = widget.clone().with("accept", "application/json").post("/api/chat", body()).await.is(200);
    let (mut whole, last) = (whole.json(), first.last());
    assert_eq!(whole.as_object_mut().unwrap().remove("answer"), Some(json!(first.answer())));
    assert_eq!(whole, last);
    assert_eq!(model.requests(), 1, "the model was paid twice");
    assert_eq!(app.messages(&first.conversation()).await.len(), 2);
    // The order of members is not the body's meaning.
    let turned = r#"{"visitorId":"v","message":"MESSAGE"}"#.replace("MESSAGE", QUESTION);
    let json = widget.clone().with("content-type", "application/json");
    let turned = json.send(http::Method::POST, "/api/chat", turned).await.whole().await.is(200);
    assert_eq!(turned.conversation(), first.conversation());
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused_and_another_visitor_has_keys_of_their_own() {
    let app = TestApp::start().await;
    let widget = app.widget().with("idempotency-key", "k");
    let first = widget.post("/api/chat", body()).await.is(200);
    let other = json!({ "message": "Something else", "visitorId": "v" });
    widget.post("/api/chat", other).await.refuses(422, "idempotency_key_reused");
    let stranger = json!({ "message": QUESTION, "visitorId": "w" });
    let stranger = widget.post("/api/chat", stranger).await.is(200);
    assert_ne!(stranger.conversation(), first.conversation());
    let second = app.another_project("second").await;
    let foreign = app.holder_of(&second.publishable).with("idempotency-key", "k");
    assert_ne!(foreign.post("/api/chat", body()).await.is(200).conversation(), first.conversation());
}

#[tokio::test]
async fn a_request_whose_answer_is_still_written_is_in_flight() {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::HangAfter(1)));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let widget = app.owner().with("idempotency-key", "k");
    let mut live = widget.open("/api/chat", body()).await;
    live.event().await.expect("the first word comes");
    widget.post("/api/chat", body()).await.refuses(409, "idempotency_in_flight");
    app.owner().post("/api/chat/stop", json!({ "conversationId": live.conversation() })).await.is(200);
    let first = live.whole().await;
    let again = widget.post("/api/chat", body()).await.is(200);
    assert_eq!((again.answer(), again.last()), ("one ".to_owned(), first.last()));
}

#[tokio::test]
async fn many_at_once_make_one_turn() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let widget = app.widget().with("idempotency-key", "k");
    let replies = futures_util::future::join_all((0..20).map(|_| widget.post("/api/chat", body()))).await;
    let (made, in_flight): (Vec<_>, Vec<_>) = replies.into_iter().partition(|r| r.status == 200);
    for reply in &in_flight {
        reply.refuses(409, "idempotency_in_flight");
    }
    let first = made[0].conversation();
    assert!(made.iter().all(|r| r.conversation() == first));
    assert_eq!(app.messages(&first).await.len(), 2);
}

#[tokio::test]
async fn a_refusal_at_the_limit_is_repeated_and_the_message_stored_once() {
    let app = TestApp::limited(1, None).await;
    app.widget().ask("v", "Hello").await.is(200);
    let widget = app.widget().with("idempotency-key", "k");
    let first = widget.post("/api/chat", body()).await;
    first.refuses(402, "message_limit_reached");
    let again = widget.post("/api/chat", body()).await;
    again.refuses(402, "message_limit_reached");
    assert_eq!(again.conversation(), first.conversation());
    assert_eq!(app.messages(&first.conversation()).await.len(), 1);
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day() {
    let app = TestApp::start().await;
    let widget = app.widget().with("idempotency-key", "k");
    let first = widget.post("/api/chat", body()).await.is(200);
    app.clock().advance(24 * 3600 - 60);
    assert_eq!(widget.post("/api/chat", body()).await.is(200).conversation(), first.conversation());
    app.clock().advance(120);
    assert_ne!(widget.post("/api/chat", body()).await.is(200).conversation(), first.conversation());
}

#[tokio::test]
async fn a_key_that_is_no_key_is_named() {
    let app = TestApp::start().await;
    for bad in ["a b", "ü", &"k".repeat(256)] {
        app.widget()
            .with("idempotency-key", bad)
            .post("/api/chat", body())
            .await
            .blames(&["Idempotency-Key"]);
    }
    let two = app.widget().with("idempotency-key", "a").with("idempotency-key", "b");
    two.post("/api/chat", body()).await.blames(&["Idempotency-Key"]);
    // A faulty body takes no key.
    let widget = app.widget().with("idempotency-key", "k");
    widget.post("/api/chat", json!({ "message": "", "visitorId": "v" })).await.blames(&["message"]);
    widget.post("/api/chat", body()).await.is(200);
}
