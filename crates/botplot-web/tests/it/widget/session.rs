//! `POST /widget/session`.

use botplot_testkit::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_visitor_gets_a_token_before_the_first_message() {
    let app = TestApp::start().await;
    let session = app.widget().post("/widget/session", json!({ "visitorId": "bob" })).await.is(200);
    assert_eq!(session.json(), json!({ "visitorId": "bob", "expiresIn": 2_592_000 }));
    assert_eq!(session.header("cache-control"), Some("no-store"));
    let begun = app.widget().showing(&session).ask("bob", "hi").await.is(200);
    assert!(app.conversation(&begun.conversation()).await.token_required);
}

#[tokio::test]
async fn a_token_that_is_shown_is_renewed_and_keeps_its_session() {
    let app = TestApp::start().await;
    let body = json!({ "visitorId": "bob" });
    let session = app.widget().post("/widget/session", body.clone()).await.is(200);
    let begun = app.widget().showing(&session).ask("bob", "hi").await.is(200);
    app.clock().advance(60);
    let renewed = app.widget().showing(&session).post("/widget/session", body).await.is(200);
    assert_ne!(renewed.header("x-visitor-token"), session.header("x-visitor-token"));
    app.widget().showing(&renewed).ask_in(&begun.conversation(), "bob", "hi").await.is(200);
}

#[tokio::test]
async fn bad_input_and_foreign_tokens_are_refused() {
    let app = TestApp::start().await;
    app.widget().post("/widget/session", json!({})).await.blames(&["visitorId"]);
    app.widget().post("/widget/session", json!({ "visitorId": "a\0" })).await.blames(&["visitorId"]);
    app.stranger().post("/widget/session", json!({ "visitorId": "bob" })).await.refuses(401, "unauthorized");
    let bobs = app.widget().post("/widget/session", json!({ "visitorId": "bob" })).await.is(200);
    let eve = app.widget().showing(&bobs).post("/widget/session", json!({ "visitorId": "eve" })).await;
    eve.refuses(401, "invalid_visitor_token");
}
