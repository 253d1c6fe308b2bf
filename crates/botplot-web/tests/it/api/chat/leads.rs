//! What visitors say of themselves with a message.

use botplot_core::event::Kind;
use botplot_testkit::app::TestApp;
use serde_json::{Value, json};

use super::told::Told;

async fn leads(app: &TestApp) -> Vec<botplot_core::lead::Lead> {
    let found = app.engine().reader().list_leads(app.project().project.id, 100, 0).await;
    found.expect("the database answers").0
}

#[tokio::test]
async fn a_lead_is_stored_once_and_changed_when_a_value_changes() {
    let app = TestApp::start().await;
    let told = Told::of(&app, &[Kind::LeadCaptured]).await;
    let first =
        json!({ "message": "hi", "visitorId": "bob", "visitor_info": { "name": " John ", "plan": "gold" } });
    let begun = app.widget().post("/api/chat", first).await.is(200);
    let (bob, id) = (app.widget().showing(&begun), begun.conversation());
    let again = async |info: Value| {
        let body = json!({ "message": "hi", "visitorId": "bob", "conversationId": id, "visitorInfo": info });
        bob.post("/api/chat", body).await.is(200);
    };
    again(json!({ "name": "John" })).await;
    again(json!({ "name": "", "email": null })).await;
    assert_eq!((leads(&app).await.len(), told.so_far(&app).await.len()), (1, 1));
    again(json!({ "email": "john@example.com" })).await;
    let known = leads(&app).await;
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[0].name.as_deref(), known[0].email.as_deref(), known[0].phone.as_deref()),
        (Some("John"), Some("john@example.com"), None)
    );
    let events = told.so_far(&app).await;
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[1]["email"], &events[1]["lead_id"]),
        (&json!("john@example.com"), &json!(known[0].id))
    );
    assert_eq!(events[1]["details"], json!({ "plan": "gold" }));
}

#[tokio::test]
async fn an_empty_lead_is_none_and_a_bad_one_leaves_nothing() {
    let app = TestApp::start().await;
    let ask = async |info: Value| {
        let body = json!({ "message": "hi", "visitorId": "bob", "visitor_info": info });
        app.widget().post("/api/chat", body).await
    };
    ask(json!({ "name": " ", "email": "", "phone": null, "plan": "gold" })).await.is(200);
    ask(json!({ "email": "x@", "name": "John" })).await.blames(&["visitor_info.email"]);
    ask(json!({ "email": 5, "phone": "x".repeat(257) }))
        .await
        .blames(&["visitor_info.email", "visitor_info.phone"]);
    assert!(leads(&app).await.is_empty());
    let (_, conversations) = app
        .engine()
        .reader()
        .list_conversations(app.project().project.id, &botplot_store::ConversationFilter::default(), 100, 0)
        .await
        .unwrap();
    assert_eq!(conversations, 1, "a refused message was stored");
}
