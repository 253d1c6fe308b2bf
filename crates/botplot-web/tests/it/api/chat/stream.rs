//! The stream of an answer, as bytes on the wire and as it is stored.

use botplot_core::message::{Role, State};
use botplot_testkit::app::TestApp;
use serde_json::json;

use crate::{QUESTION, SHIPPING};

async fn taught() -> TestApp {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    app
}

#[tokio::test]
async fn an_answer_comes_as_unnamed_events_and_the_final_one_is_last() {
    let app = taught().await;
    let reply = app.widget().ask("visitor-123", QUESTION).await.is(200);
    let text = reply.text();
    assert!(text.ends_with("\n\n") && !text.contains("event:") && !text.contains("[DONE]"), "{text}");
    let events: Vec<_> = text.split_terminator("\n\n").collect();
    let (last, tokens) = events.split_last().unwrap();
    assert!(!tokens.is_empty());
    for event in tokens {
        let json = event.strip_prefix("data: ").unwrap_or_else(|| panic!("{event}"));
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(*json, format!("{{\"token\":{}}}", value["token"]), "spaces or further fields");
    }
    assert!(reply.answer().contains("three to five working days"), "{}", reply.answer());
    let it = reply.last();
    let source = &it["sources"][0];
    let source_text = format!(
        r#"{{"content":{},"similarity":{},"id":{},"source_id":{},"title":"Shipping"}}"#,
        source["content"], source["similarity"], source["id"], source["source_id"]
    );
    let expected = format!(
        "data: {{\"conversationId\":{},\"sources\":[{source_text}],\"confidence\":{},\"done\":true,\"messageId\":{},\
         \"status\":\"active\",\"handoffRequested\":false,\"handledBy\":\"ai\",\"suggestions\":[]}}",
        it["conversationId"], it["confidence"], it["messageId"]
    );
    assert_eq!(*last, expected);
}

#[tokio::test]
async fn the_head_says_that_it_is_a_stream_and_which_conversation_it_is() {
    let app = taught().await;
    let reply = app.widget().with("accept-encoding", "gzip, br").ask("v", QUESTION).await.is(200);
    for (name, value) in [
        ("content-type", Some("text/event-stream; charset=utf-8")),
        ("cache-control", Some("no-cache, no-transform")),
        ("x-accel-buffering", Some("no")),
        ("content-encoding", None),
        ("content-length", None),
        ("x-content-type-options", Some("nosniff")),
    ] {
        assert_eq!(reply.header(name), value, "{name}");
    }
    let last = reply.last();
    assert_eq!(reply.header("x-conversation-id"), last["conversationId"].as_str());
    assert_eq!(reply.header("x-message-id"), last["messageId"].as_str());
    assert!(reply.header("x-request-id").is_some_and(|id| id.starts_with("req_")));
}

#[tokio::test]
async fn what_is_sent_is_what_is_stored() {
    let app = taught().await;
    let reply = app.widget().ask("v", &format!("  {QUESTION} \n")).await.is(200);
    let stored = app.messages(&reply.conversation()).await;
    assert_eq!(stored.len(), 2);
    assert_eq!((stored[0].role, stored[0].content.as_str()), (Role::User, QUESTION));
    let (answer, last) = (&stored[1], reply.last());
    assert_eq!(
        (answer.role, answer.state, answer.content.as_str()),
        (Role::Assistant, State::Complete, &*reply.answer())
    );
    assert_eq!(answer.id.to_string(), last["messageId"]);
    assert_eq!(answer.confidence, last["confidence"].as_f64());
    assert_eq!(serde_json::to_value(&answer.sources).unwrap(), last["sources"]);
}

#[tokio::test]
async fn what_the_knowledge_does_not_cover_is_refused_with_a_number_and_no_sources() {
    let app = taught().await;
    let reply = app.widget().ask("v", "Who painted the ceiling of the Sistine Chapel?").await.is(200);
    assert_eq!(reply.answer(), app.project().project.settings.refusal);
    let last = reply.last();
    assert!(last["confidence"].as_f64().is_some_and(|c| c < 0.5), "{last}");
    assert_eq!(last["sources"], json!([]));
    assert!(last["messageId"].is_string());
}

#[tokio::test]
async fn every_documented_call_works_as_it_stands() {
    let app = taught().await;
    let info = json!({ "name": "John", "email": "john@example.com", "phone": "", "plan": { "seats": 3 } });
    let body = json!({ "message": QUESTION, "visitorId": "visitor-123", "visitor_info": info, "stream": null,
        "url": "https://shop.example/cart", "title": "Cart", "metadata": { "cart": 3 }, "unknown": true });
    let reply = app.owner().post("/api/chat", body).await.is(200);
    let known = app.conversation(&reply.conversation()).await.visitor_info;
    assert_eq!(known.0["email"], "john@example.com");
    assert_eq!(known.0["plan"], json!({ "seats": 3 }));
    let asked = &app.messages(&reply.conversation()).await[0];
    let page = json!({ "url": "https://shop.example/cart", "title": "Cart", "metadata": { "cart": 3 } });
    assert_eq!(json!(asked.context), page);
}

#[tokio::test]
async fn while_a_person_has_the_conversation_nobody_else_speaks() {
    let app = taught().await;
    let first = app.widget().ask("v", QUESTION).await.is(200);
    app.take_over(&first.conversation()).await;
    let reply = app.widget().ask_in(&first.conversation(), "v", "Are you there?").await.is(200);
    let last = reply.last();
    assert_eq!(reply.events().len(), 1, "{}", reply.text());
    assert_eq!(
        (&last["confidence"], &last["messageId"], &last["handledBy"]),
        (&json!(null), &json!(null), &json!("human"))
    );
    assert_eq!(reply.header("x-message-id"), None);
}
