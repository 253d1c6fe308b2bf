//! `POST /api/chat/handoff` and `POST /api/chat/close`.

use botplot_core::conversation::Status;
use botplot_core::event::Kind;
use botplot_testkit::app::{Actor, TestApp};
use serde_json::{Value, json};

use super::told::Told;

const HANDOFF: &str = "/api/chat/handoff";
const CLOSE: &str = "/api/chat/close";

async fn begun() -> (TestApp, Actor, String) {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let bob = app.widget().showing(&begun);
    (app, bob, begun.conversation())
}

#[tokio::test]
async fn a_person_is_asked_for_once() {
    let (app, bob, id) = begun().await;
    app.set(|settings| settings.handoff.message = "Ann is coming.".into()).await;
    let told = Told::of(&app, &[Kind::HandoffRequested]).await;
    let body = json!({ "visitorId": "bob", "conversationId": id, "reason": " a refund " });
    let expected = json!({
        "conversationId": id, "status": "active", "handoffRequested": true, "handledBy": "ai",
        "message": "Ann is coming.",
    });
    for _ in 0..2 {
        assert_eq!(bob.post(HANDOFF, body.clone()).await.is(200).json(), expected);
    }
    let event =
        json!({ "conversation_id": id, "message_id": null, "visitor_id": "bob", "reason": "a refund" });
    assert_eq!(told.so_far(&app).await, [event]);
    assert_eq!(
        bob.ask_in(&id, "bob", "hi").await.is(200).last()["handledBy"],
        "ai",
        "the AI goes on answering"
    );
}

#[tokio::test]
async fn the_built_in_words_are_in_the_visitors_language_and_the_owners_as_they_are() {
    let (app, bob, id) = begun().await;
    let body = |lang: Value| json!({ "visitorId": "bob", "conversationId": id, "lang": lang });
    let built_in = app.project().project.settings.handoff.message.clone();
    let german = bob.post(HANDOFF, body(json!("de-CH"))).await.is(200).json()["message"].clone();
    assert!(german.is_string() && german != built_in.as_str(), "{german}");
    let browser = bob.clone().with("accept-language", "de, en;q=0.5");
    assert_eq!(browser.post(HANDOFF, body(json!(null))).await.is(200).json()["message"], german);
    for lang in [json!(null), json!("en"), json!("tlh"), json!("x".repeat(10_000))] {
        assert_eq!(bob.post(HANDOFF, body(lang)).await.is(200).json()["message"], built_in);
    }
    bob.post(HANDOFF, body(json!(5))).await.blames(&["lang"]);
    app.set(|settings| settings.handoff.message = "Ann is coming.".into()).await;
    assert_eq!(bob.post(HANDOFF, body(json!("de"))).await.is(200).json()["message"], "Ann is coming.");
}

#[tokio::test]
async fn a_visitor_closes_and_the_next_message_reopens() {
    let (app, bob, id) = begun().await;
    let told = Told::of(&app, &[Kind::ConversationClosed]).await;
    bob.post(HANDOFF, json!({ "visitorId": "bob", "conversationId": id })).await.is(200);
    let expected = json!({
        "conversationId": id, "status": "closed", "handoffRequested": false, "handledBy": "ai",
    });
    for _ in 0..2 {
        assert_eq!(bob.post(CLOSE, json!({ "conversationId": id })).await.is(200).json(), expected);
    }
    let closed = told.so_far(&app).await;
    assert_eq!((closed.len(), &closed[0]["closed_by"]), (1, &json!("visitor")));
    assert_eq!(bob.ask_in(&id, "bob", "hi").await.is(200).last()["status"], "active");
    assert_eq!(app.conversation(&id).await.status, Status::Active);
}

#[tokio::test]
async fn nobody_else_may_and_archived_ones_stay_as_they_are() {
    let (app, bob, id) = begun().await;
    let (other, eve) = (app.another_project("other").await, app.widget().ask("eve", "hi").await.is(200));
    let before = app.conversation(&id).await.updated_at;
    for path in [HANDOFF, CLOSE] {
        let unfound = async |actor: &Actor, body: &Value| {
            let mut problem = actor.post(path, body.clone()).await.refuses(404, "not_found");
            problem["request_id"] = json!("");
            problem
        };
        let nobody = json!({ "visitorId": "bob", "conversationId": "7b3c7b0e-1111-4222-8333-444455556666" });
        let expected = unfound(&bob, &nobody).await;
        let (as_bob, as_eve) = (
            json!({ "visitorId": "bob", "conversationId": id }),
            json!({ "visitorId": "eve", "conversationId": id }),
        );
        for (who, actor, body) in [
            ("a bare caller", app.widget(), &as_bob),
            ("eve", app.widget().showing(&eve), &as_eve),
            ("the owner for eve", app.owner(), &as_eve),
            ("another project", app.holder_of(&other.secret), &as_bob),
            ("a malformed id", bob.clone(), &json!({ "visitorId": "bob", "conversationId": "x" })),
        ] {
            assert_eq!(unfound(&actor, body).await, expected, "{who} at {path}");
        }
        app.widget().showing(&eve).post(path, as_bob).await.refuses(401, "invalid_visitor_token");
        bob.post(path, json!({ "conversationId": 5, "visitorId": "" }))
            .await
            .blames(&["conversationId", "visitorId"]);
    }
    assert_eq!(app.conversation(&id).await.updated_at, before, "a refused request changed something");
    bob.post(HANDOFF, json!({ "conversationId": id })).await.blames(&["visitorId"]);
    let long = json!({ "visitorId": "bob", "conversationId": id, "reason": "x".repeat(1_001) });
    bob.post(HANDOFF, long).await.blames(&["reason"]);
    app.archive(&id).await;
    let body = json!({ "visitorId": "bob", "conversationId": id });
    for path in [HANDOFF, CLOSE] {
        bob.post(path, body.clone()).await.refuses(409, "conversation_archived");
        app.owner().post(path, body.clone()).await.refuses(409, "conversation_archived");
        app.widget().post(path, body.clone()).await.refuses(404, "not_found");
    }
}
