//! `POST /api/chat/lead`: contact details that are left in a form.

use botplot_core::event::Kind;
use botplot_core::lead::Lead;
use botplot_core::plan::Plan;
use botplot_testkit::app::{Actor, TestApp};
use serde_json::{Value, json};

use super::told::Told;

const LEAD: &str = "/api/chat/lead";

async fn begun() -> (TestApp, Actor, String) {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let bob = app.widget().showing(&begun);
    (app, bob, begun.conversation())
}

async fn leads(app: &TestApp) -> Vec<Lead> {
    let found = app.engine().reader().list_leads(app.project().project.id, 100, 0).await;
    found.expect("the database answers").0
}

fn form(id: &str, info: &Value) -> Value {
    json!({ "visitorId": "bob", "conversationId": id, "visitor_info": info })
}

#[tokio::test]
async fn what_is_filled_in_is_kept_and_told_once_and_again_when_it_changes() {
    let (app, bob, id) = begun().await;
    let told = Told::of(&app, &[Kind::LeadCaptured]).await;
    let info = json!({ "name": " Bob ", "email": "bob@example.com", "consent": "You may write to me." });
    for _ in 0..2 {
        let reply = bob.post(LEAD, form(&id, &info)).await.is(200);
        assert_eq!(reply.json(), json!({ "conversationId": id, "captured": true }));
    }
    let known = leads(&app).await;
    assert_eq!((known.len(), known[0].name.as_deref()), (1, Some("Bob")));
    let event = json!({
        "conversation_id": id, "message_id": null, "visitor_id": "bob", "lead_id": known[0].id,
        "name": "Bob", "email": "bob@example.com", "phone": null, "details": { "consent": "You may write to me." },
    });
    assert_eq!(told.so_far(&app).await, [event]);
    let conversation = app.conversation(&id).await;
    assert_eq!(
        (&conversation.visitor_info.0["email"], conversation.message_count),
        (&json!("bob@example.com"), 2)
    );
    // The other spelling, and one value that changes.
    let camel = json!({ "visitor_id": "bob", "conversation_id": id, "visitorInfo": { "phone": "12" } });
    bob.post(LEAD, camel).await.is(200);
    assert_eq!((leads(&app).await.len(), told.so_far(&app).await.len()), (1, 2));
    // The same with a message tells nothing new.
    let again = json!({ "message": "hi", "visitorId": "bob", "conversationId": id, "visitor_info": { "phone": "12" } });
    bob.post("/api/chat", again).await.is(200);
    assert_eq!(told.so_far(&app).await.len(), 2);
}

#[tokio::test]
async fn it_works_at_the_message_limit_and_on_every_plan() {
    let app = TestApp::limited(1, None).await;
    app.widget().ask("ann", "hi").await.is(200);
    let refused = app.widget().ask("bob", "hi").await;
    refused.refuses(402, "message_limit_reached");
    let bob = app.widget().showing(&refused);
    bob.post(LEAD, form(&refused.conversation(), &json!({ "phone": "12" }))).await.is(200);
    app.put_on(Plan::Free).await;
    bob.post(LEAD, form(&refused.conversation(), &json!({ "phone": "34" }))).await.is(200);
    assert_eq!(leads(&app).await[0].phone.as_deref(), Some("34"));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_and_leaves_nothing() {
    let (app, bob, id) = begun().await;
    let before = app.conversation(&id).await;
    let blamed = async |body: Value, fields: &[&str]| bob.post(LEAD, body).await.blames(fields);
    blamed(json!({}), &["conversationId", "visitorId", "visitor_info"]).await;
    blamed(form(&id, &json!({})), &["visitor_info"]).await;
    blamed(form(&id, &json!({ "name": " ", "email": "", "phone": null, "plan": "gold" })), &["visitor_info"])
        .await;
    blamed(form(&id, &json!({ "email": "x@" })), &["visitor_info", "visitor_info.email"]).await;
    blamed(form(&id, &json!({ "email": "x@", "name": "Bob" })), &["visitor_info.email"]).await;
    blamed(form(&id, &json!({ "name": "a\0b" })), &["visitor_info", "visitor_info.name"]).await;
    blamed(form(&id, &json!([])), &["visitor_info"]).await;
    blamed(form(&id, &json!({ "phone": "1".repeat(257) })), &["visitor_info", "visitor_info.phone"]).await;
    blamed(form(&id, &json!({ "phone": "1", "plan": "x".repeat(1025) })), &["visitor_info.plan"]).await;
    blamed(form(&id, &json!({ "phone": "1", "consent": "x".repeat(4097) })), &["visitor_info.consent"]).await;
    assert_eq!(leads(&app).await, []);
    assert_eq!(app.conversation(&id).await.updated_at, before.updated_at);
}

#[tokio::test]
async fn nobody_else_may_leave_them_and_an_archived_conversation_takes_none() {
    let (app, bob, id) = begun().await;
    let other = app.another_project("other").await;
    let info = json!({ "phone": "12" });
    let eve = app.widget().ask("eve", "hi").await.is(200);
    app.widget().post(LEAD, form(&id, &info)).await.refuses(404, "not_found");
    app.widget().showing(&eve).post(LEAD, form(&id, &info)).await.refuses(401, "invalid_visitor_token");
    let as_eve = json!({ "visitorId": "eve", "conversationId": id, "visitor_info": info });
    app.widget().showing(&eve).post(LEAD, as_eve.clone()).await.refuses(404, "not_found");
    app.owner().post(LEAD, as_eve).await.refuses(404, "not_found");
    app.holder_of(&other.secret).post(LEAD, form(&id, &info)).await.refuses(404, "not_found");
    app.stranger().post(LEAD, form(&id, &info)).await.refuses(401, "unauthorized");
    bob.post(LEAD, form("x", &info)).await.refuses(404, "not_found");
    assert_eq!(leads(&app).await, []);
    app.archive(&id).await;
    bob.post(LEAD, form(&id, &info)).await.refuses(409, "conversation_archived");
    assert_eq!(leads(&app).await, []);
}

#[tokio::test]
async fn a_visitor_leaves_them_as_often_as_they_may_write() {
    let (_app, bob, id) = begun().await;
    let mut served = 0;
    loop {
        let reply = bob.post(LEAD, form(&id, &json!({ "phone": "12" }))).await;
        if reply.status != 200 {
            reply.refuses(429, "rate_limited");
            assert!(reply.header("retry-after").is_some());
            break;
        }
        served += 1;
    }
    assert_eq!(served, 19, "the first message was the twentieth");
}
