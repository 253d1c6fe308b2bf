//! `POST /api/chat/typing`.

use botplot_engine::conversations::inbox::{self, News};
use botplot_testkit::app::TestApp;
use http::Method;
use serde_json::json;

const TYPING: &str = "/api/chat/typing";

#[tokio::test]
async fn the_team_sees_that_a_visitor_types_and_the_visitors_own_page_does_not() {
    let app = TestApp::start().await;
    let body = json!({ "message": "hi", "visitorId": "bob", "visitor_info": { "name": "Bob" } });
    let begun = app.widget().post("/api/chat", body).await.is(200);
    let (bob, id) = (app.widget().showing(&begun), begun.conversation());
    let mut team = inbox::watch(app.engine(), app.project().project.id);
    let mut page = bob.send(Method::GET, &format!("/api/chat/events?conversationId={id}"), "").await;
    assert!(page.block().await.is_some());
    for typing in [true, false] {
        let said = bob.post(TYPING, json!({ "conversationId": id, "typing": typing })).await.is(200);
        assert_eq!(said.json(), json!({ "typing": typing }));
        let heard = loop {
            if let Some(News::Typing { conversation, name, on }) = team.next().await {
                break (conversation.to_string(), name, on);
            }
        };
        assert_eq!(
            heard,
            (id.clone(), None, typing),
            "it is the visitor who types, and no person of the team"
        );
    }
    let path = format!("/api/v1/conversations/{id}/typing");
    app.owner().post(&path, json!({ "typing": true, "name": "Ann" })).await.is(200);
    assert_eq!(page.event().await.unwrap(), json!({ "type": "typing", "typing": true, "name": "Ann" }));
}

#[tokio::test]
async fn nobody_types_in_anothers_name_and_faults_are_named() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let (bob, id) = (app.widget().showing(&begun), begun.conversation());
    let eve = app.widget().ask("eve", "hi").await.is(200);
    let body = json!({ "conversationId": id, "typing": true });
    app.widget().post(TYPING, body.clone()).await.refuses(404, "not_found");
    app.widget().showing(&eve).post(TYPING, body.clone()).await.refuses(404, "not_found");
    for (body, faulty) in [
        (json!({ "conversationId": id }), &["typing"][..]),
        (json!({ "conversationId": id, "typing": "yes" }), &["typing"]),
        (json!({ "typing": true, "visitorId": "" }), &["conversationId", "visitorId"]),
    ] {
        bob.post(TYPING, body).await.blames(faulty);
    }
    app.archive(&id).await;
    bob.post(TYPING, body).await.refuses(409, "conversation_archived");
}
