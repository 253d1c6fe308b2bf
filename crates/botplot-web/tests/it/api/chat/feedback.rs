//! `POST /api/chat/feedback`.

use botplot_core::event::Kind;
use botplot_core::message::{Message, Rating};
use botplot_testkit::app::{Actor, TestApp};
use serde_json::{Value, json};

use super::told::Told;

const FEEDBACK: &str = "/api/chat/feedback";

/// A server, a visitor's first turn, and the visitor.
async fn begun() -> (TestApp, Actor, String, Vec<Message>) {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let messages = app.messages(&begun.conversation()).await;
    let bob = app.widget().showing(&begun);
    (app, bob, begun.conversation(), messages)
}

fn rating(message: &Message, rating: &str) -> Value {
    json!({ "messageId": message.id, "rating": rating })
}

#[tokio::test]
async fn the_last_word_counts_and_is_told_once() {
    let (app, bob, id, messages) = begun().await;
    let told = Told::of(&app, &[Kind::FeedbackGiven]).await;
    let give = async |body: Value| bob.post(FEEDBACK, body).await.is(200).json();
    let noted = async || {
        let message = app.messages(&id).await.remove(1);
        (message.rating, message.comment)
    };
    let answer = &messages[1];
    let reply = give(rating(answer, "down")).await;
    assert_eq!(reply, json!({ "messageId": answer.id, "rating": "down" }));
    give(rating(answer, "down")).await;
    assert_eq!(noted().await, (Some(Rating::Down), None));
    let said = json!({ "messageId": answer.id, "rating": "down", "comment": " too short " });
    give(said.clone()).await;
    give(said).await;
    give(rating(answer, "down")).await;
    assert_eq!(noted().await, (Some(Rating::Down), Some("too short".into())), "the comment was lost");
    give(rating(answer, "up")).await;
    assert_eq!(noted().await, (Some(Rating::Up), None), "the comment outlived its rating");
    let event = |rating: &str, comment: Value| {
        json!({
            "conversation_id": id, "message_id": answer.id, "visitor_id": "bob", "rating": rating, "comment": comment,
        })
    };
    let expected = [event("down", Value::Null), event("down", json!("too short")), event("up", Value::Null)];
    assert_eq!(told.so_far(&app).await, expected);
}

#[tokio::test]
async fn only_answers_are_rated_and_only_by_those_who_may() {
    let (app, bob, id, messages) = begun().await;
    let other = app.another_project("other").await;
    let eve = app.widget().ask("eve", "hi").await.is(200);
    let nobody = json!({ "messageId": "7b3c7b0e-1111-4222-8333-444455556666", "rating": "up" });
    let unfound = async |actor: &Actor, body: Value| {
        let mut problem = actor.post(FEEDBACK, body).await.refuses(404, "not_found");
        problem["request_id"] = json!("");
        problem
    };
    let expected = unfound(&bob, nobody).await;
    let up = rating(&messages[1], "up");
    let named = json!({ "messageId": messages[1].id, "rating": "up", "visitorId": "bob" });
    assert_eq!(unfound(&bob, rating(&messages[0], "up")).await, expected, "the visitor's own message");
    for (who, actor, body) in [
        ("a bare caller", app.widget(), &named),
        ("eve", app.widget().showing(&eve), &up),
        ("another project", app.holder_of(&other.secret), &up),
    ] {
        assert_eq!(unfound(&actor, body.clone()).await, expected, "{who}");
    }
    app.widget().showing(&eve).post(FEEDBACK, named.clone()).await.refuses(401, "invalid_visitor_token");
    assert_eq!(app.messages(&id).await[1].rating, None);
    app.owner().post(FEEDBACK, named).await.is(200);
    assert_eq!(app.messages(&id).await[1].rating, Some(Rating::Up));
}

#[tokio::test]
async fn bad_input_is_named() {
    let (_app, bob, _, messages) = begun().await;
    bob.post(FEEDBACK, json!({})).await.blames(&["messageId", "rating"]);
    bob.post(FEEDBACK, rating(&messages[1], "UP")).await.blames(&["rating"]);
    let many = |count| json!({ "messageId": messages[1].id, "rating": "up", "comment": "é".repeat(count) });
    bob.post(FEEDBACK, many(2_001)).await.blames(&["comment"]);
    bob.post(FEEDBACK, many(2_000)).await.is(200);
    let wrong = json!({ "messageId": 5, "rating": 1, "comment": [], "visitorId": "" });
    bob.post(FEEDBACK, wrong).await.blames(&["messageId", "rating", "comment", "visitorId"]);
    for id in ["", "x"] {
        bob.post(FEEDBACK, json!({ "messageId": id, "rating": "up" })).await.refuses(404, "not_found");
    }
}
