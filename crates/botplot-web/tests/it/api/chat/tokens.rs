//! Visitor tokens: given, shown, renewed, refused.

use botplot_testkit::app::TestApp;
use serde_json::json;

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn who_shows_no_token_gets_one_that_opens_the_conversation_just_begun() {
    let app = TestApp::start().await;
    for actor in [app.widget(), app.owner()] {
        let begun = actor.ask("bob", "hi").await.is(200);
        let shown = actor.showing(&begun).ask_in(&begun.conversation(), "bob", "hi").await.is(200);
        assert_eq!(shown.conversation(), begun.conversation());
        assert_eq!(shown.header("x-visitor-token"), None, "a fresh token was renewed");
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_own_visitor_and_project_only() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let token = begun.header("x-visitor-token").unwrap().to_owned();
    let other = app.another_project("other").await;
    let mut forged = token.clone().into_bytes();
    forged[10] ^= 1;
    let forged = String::from_utf8(forged).unwrap();
    app.widget().showing(&begun).ask("eve", "hi").await.refuses(401, "invalid_visitor_token");
    app.owner().showing(&begun).ask("eve", "hi").await.refuses(401, "invalid_visitor_token");
    app.holder_of(&other.publishable)
        .showing(&begun)
        .ask("bob", "hi")
        .await
        .refuses(401, "invalid_visitor_token");
    for bad in [forged.as_str(), "", "x", "bpv_.", &token[..token.len() - 1]] {
        let reply = app.widget().with("x-visitor-token", bad).ask("bob", "hi").await;
        reply.refuses(401, "invalid_visitor_token");
    }
    let second = app.widget().ask("bob", "hi").await.is(200);
    app.widget()
        .showing(&begun)
        .showing(&second)
        .ask("bob", "hi")
        .await
        .refuses(401, "invalid_visitor_token");
}

#[tokio::test]
async fn a_token_slides_for_thirty_days_at_a_time() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    app.clock().advance(DAY + 60);
    let renewed = app.widget().showing(&begun).ask_in(&begun.conversation(), "bob", "hi").await.is(200);
    let fresh = renewed.header("x-visitor-token").expect("a token over a day old is renewed");
    assert_ne!(Some(fresh), begun.header("x-visitor-token"));
    app.clock().advance(29 * DAY + DAY / 2);
    app.widget().showing(&begun).ask("bob", "hi").await.refuses(401, "invalid_visitor_token");
    app.widget().showing(&renewed).ask_in(&begun.conversation(), "bob", "hi").await.is(200);
}

#[tokio::test]
async fn a_refused_question_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let body = json!({ "message": "hi", "visitorId": "eve", "conversationId": begun.conversation() });
    app.widget().post("/api/chat", body).await.refuses(404, "not_found");
    assert_eq!(app.messages(&begun.conversation()).await.len(), 2);
}
