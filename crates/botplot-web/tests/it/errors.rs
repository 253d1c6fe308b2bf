//! What holds for every address: errors look alike, and every reply has its id.

use botplot_testkit::app::TestApp;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn an_address_that_is_none_says_so() {
    let app = TestApp::start().await;
    for path in
        ["/nothing", "/api/chat/", "/api", "/assets/none.js", "/try", "/widget/nothing", "/api/chat/%00"]
    {
        app.widget().get(path).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_ones_are_right() {
    let app = TestApp::start().await;
    for (method, path, allowed) in [
        (Method::GET, "/api/chat", "POST"),
        (Method::DELETE, "/api/chat", "POST"),
        (Method::OPTIONS, "/api/chat", "POST"),
        (Method::PUT, "/widget/session", "POST"),
        (Method::POST, "/healthz", "GET,HEAD"),
        (Method::POST, "/", "GET,HEAD"),
    ] {
        let reply = app.widget().send(method.clone(), path, "").await.whole().await;
        reply.refuses(405, "method_not_allowed");
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[tokio::test]
async fn every_reply_has_an_id_of_its_own() {
    let app = TestApp::start().await;
    let mut seen = std::collections::HashSet::new();
    for path in ["/", "/healthz", "/metrics", "/nothing", "/assets/page.css", "/errors"] {
        let reply = app.stranger().with("x-request-id", "mine").get(path).await;
        let id = reply.header("x-request-id").unwrap().to_owned();
        assert!(id.starts_with("req_") && seen.insert(id), "{path}");
    }
}

#[tokio::test]
async fn a_problem_looks_as_rfc_9457_wants_it() {
    let app = TestApp::start().await;
    let problem =
        app.widget().post("/api/chat", json!({ "visitorId": "v" })).await.refuses(400, "invalid_request");
    assert_eq!(problem["type"], "https://chat.example/errors#invalid_request");
    assert_eq!(problem["title"], "Bad Request");
    assert_eq!(problem["detail"], "`message` is required");
    assert_eq!(problem["errors"], json!([{ "field": "message", "message": "is required" }]));
    let other = app.widget().get("/nothing").await.refuses(404, "not_found");
    assert_eq!(other.get("errors"), None);
}
