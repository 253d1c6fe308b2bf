//! `/healthz`, `/readyz`, `/metrics`.

use botplot_testkit::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_server_is_ready_until_it_is_told_to_stop_and_alive_even_then() {
    let app = TestApp::start().await;
    assert_eq!(app.stranger().get("/readyz").await.is(200).json(), json!({ "status": "ready" }));
    app.state().set_ready(false);
    app.stranger().get("/readyz").await.refuses(503, "not_ready");
    app.state().set_ready(true);
    app.stranger().get("/readyz").await.is(200);
    app.stop().await;
    app.stranger().get("/readyz").await.refuses(503, "not_ready");
    assert_eq!(app.stranger().get("/healthz").await.is(200).json(), json!({ "status": "ok" }));
}

#[tokio::test]
async fn requests_and_turns_are_counted_without_naming_anybody() {
    let app = TestApp::start().await;
    app.widget().ask("visitor-with-a-name", "hello").await.is(200);
    app.widget().get("/nothing/secret-path").await.is(404);
    let reply = app.stranger().get("/metrics").await.is(200);
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = reply.text();
    for line in [
        "botplot_http_requests_total{route=\"/api/chat\",status=\"200\"} ",
        "botplot_http_requests_total{route=\"-\",status=\"404\"} ",
        "botplot_http_request_seconds_bucket{route=\"/api/chat\",le=\"0.005\"} ",
        "botplot_chat_turns_total{outcome=\"greeted\"} ",
        "botplot_chat_first_token_seconds_count ",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    let key = app.project().publishable.expose();
    assert!(!text.contains("visitor-with") && !text.contains("secret-path") && !text.contains(key));
}
