//! What clients see when the server stops.

use botplot_testkit::app::TestApp;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use serde_json::json;

use crate::{QUESTION, SHIPPING};

#[tokio::test]
async fn a_running_stream_ends_with_an_error_that_invites_to_try_again() {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::HangAfter(1)));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let body = json!({ "message": QUESTION, "visitorId": "v" });
    let mut live = app.widget().open("/api/chat", body).await;
    live.event().await.unwrap();
    let (whole, ()) = tokio::join!(live.whole(), app.stop());
    let last = whole.last();
    let expected = (&json!("server_restarting"), &json!(true));
    assert_eq!((&last["error"]["code"], &last["error"]["retryable"]), expected, "{last}");
    assert!(!whole.text().contains("\"done\""));
}
