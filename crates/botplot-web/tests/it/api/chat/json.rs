//! An answer as one JSON object.

use botplot_testkit::app::TestApp;
use serde_json::json;

use crate::{QUESTION, SHIPPING};

#[tokio::test]
async fn the_stream_field_and_accept_choose_the_form() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let (json_type, stream_type) = ("application/json", "text/event-stream; charset=utf-8");
    for (stream, accept, expected) in [
        (None, None, stream_type),
        (None, Some("*/*"), stream_type),
        (None, Some("text/event-stream"), stream_type),
        (None, Some("application/json"), json_type),
        (None, Some("application/json, text/event-stream"), stream_type),
        (None, Some("application/json, text/plain, */*"), stream_type),
        (None, Some("text/html"), stream_type),
        (Some(true), Some("application/json"), stream_type),
        (Some(false), None, json_type),
        (Some(false), Some("text/event-stream"), json_type),
    ] {
        let actor = accept.map_or_else(|| app.widget(), |a| app.widget().with("accept", a));
        let body = json!({ "message": QUESTION, "visitorId": "v", "stream": stream });
        let reply = actor.post("/api/chat", body).await.is(200);
        assert_eq!(reply.header("content-type"), Some(expected), "stream {stream:?}, accept {accept:?}");
    }
}

#[tokio::test]
async fn the_object_has_the_answer_and_the_fields_of_the_final_event() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let body = json!({ "message": QUESTION, "visitorId": "v", "stream": false });
    let reply = app.widget().post("/api/chat", body).await.is(200);
    let it = reply.json();
    assert!(it["answer"].as_str().is_some_and(|a| a.contains("three to five working days")), "{it}");
    assert_eq!(
        (&it["done"], &it["status"], &it["handledBy"]),
        (&json!(true), &json!("active"), &json!("ai"))
    );
    assert_eq!(it["sources"][0]["title"], "Shipping");
    assert!(it["confidence"].is_number() && it["suggestions"].is_array() && it["handoffRequested"] == false);
    assert_eq!(reply.header("x-conversation-id"), it["conversationId"].as_str());
    assert_eq!(reply.header("x-message-id"), it["messageId"].as_str());
    assert!(reply.header("x-visitor-token").is_some());
    assert!(reply.text().starts_with("{\"answer\":\""), "{}", reply.text());
}
