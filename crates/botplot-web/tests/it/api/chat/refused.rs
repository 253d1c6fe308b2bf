//! What tells a refusal from an answer: `refused`, in the last event, in JSON, on resuming and in the history.

use botplot_testkit::app::TestApp;
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

const UNKNOWN: &str = "Who won the chess championship of Peru in 1921?";

#[tokio::test]
async fn a_refusal_is_marked_wherever_it_is_shown_and_nothing_else_is() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let body =
        |message: &str, stream: bool| json!({ "message": message, "visitorId": "v", "stream": stream });
    let once = app.widget().with("idempotency-key", "k").with("x-resume", "1");
    let refused = once.post("/api/chat", body(UNKNOWN, true)).await.is(200);
    assert_eq!(refused.last()["refused"], true, "{}", refused.text());
    assert_eq!(refused.answer(), app.project().project.settings.refusal);
    let visitor = app.widget().showing(&refused);
    let again = once.clone().showing(&refused).post("/api/chat", body(UNKNOWN, true)).await.is(200);
    let stream = format!("/api/chat/stream/{}", refused.last()["messageId"].as_str().unwrap());
    let resumed = visitor.get(&stream).await.is(200);
    for replayed in [again, resumed] {
        assert_eq!(replayed.last(), refused.last());
    }
    let id = refused.conversation();
    visitor.ask_in(&id, "v", QUESTION).await.is(200);
    let history = visitor.get(&format!("/api/chat/conversations/{id}/messages")).await.is(200).json();
    let marks: Vec<_> =
        history["messages"].as_array().unwrap().iter().map(|m| m.get("refused").cloned()).collect();
    assert_eq!(marks, [None, Some(json!(true)), None, None], "{history}");
    let whole = app.widget().post("/api/chat", body(UNKNOWN, false)).await.is(200).json();
    assert_eq!(whole["refused"], true);
    for known in [QUESTION, "Hello!"] {
        let whole: Value = app.widget().post("/api/chat", body(known, false)).await.is(200).json();
        assert_eq!(whole.get("refused"), None, "{known}");
    }
}
