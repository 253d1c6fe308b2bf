//! Whoever is not the owner: what they see of a conversation is what they see of none.

use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{NOBODY, begun, heard};

/// Every call that names a conversation, with a body that is fine.
fn calls(id: &str) -> Vec<(Method, String, Option<Value>)> {
    let path = |rest: &str| format!("/api/v1/conversations/{id}{rest}");
    vec![
        (Method::GET, path(""), None),
        (Method::PATCH, path(""), Some(json!({ "status": "closed" }))),
        (Method::DELETE, path(""), None),
        (Method::GET, path("/messages"), None),
        (Method::POST, path("/messages"), Some(json!({ "content": "hello" }))),
        (Method::POST, path("/typing"), Some(json!({ "typing": true }))),
    ]
}

async fn call(actor: &Actor, (method, path, body): &(Method, String, Option<Value>)) -> Reply {
    let actor = actor.clone().with("content-type", "application/json");
    let body = body.as_ref().map(Value::to_string).unwrap_or_default();
    actor.send(method.clone(), path, body).await.whole().await
}

fn unfound(reply: &Reply) -> Value {
    let mut problem = reply.refuses(404, "not_found");
    problem["request_id"] = json!("");
    problem
}

#[tokio::test]
async fn foreign_malformed_and_unknown_ids_are_alike() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let other = app.another_project("other").await;
    let foreigner = app.holder_of(&other.secret);
    let expected = unfound(&app.owner().get(&format!("/api/v1/conversations/{NOBODY}")).await);
    for (actor, id) in [
        (&foreigner, id.as_str()),
        (&app.owner(), NOBODY),
        (&app.owner(), "x"),
        (&app.owner(), "550e8400e29b41d4a716446655440000"),
        (&app.owner(), "%7B550e8400-e29b-41d4-a716-446655440000%7D"),
        (&app.owner(), "%00"),
        (&app.owner(), "%FF"),
        (&app.owner(), "..%2F.."),
        (&app.owner(), "'%20OR%201=1%20--"),
    ] {
        for one in calls(id) {
            assert_eq!(unfound(&call(actor, &one).await), expected, "{one:?}");
        }
    }
    let list = foreigner.get("/api/v1/conversations").await.is(200).json();
    assert_eq!((&list["total"], &list["conversations"]), (&json!(0), &json!([])));
    assert!(app.conversation(&id).await.message_count == 2 && heard(&app, &id).await.is_empty());
}

#[tokio::test]
async fn only_a_secret_key_opens_them() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let list = (Method::GET, "/api/v1/conversations".to_owned(), None);
    for one in calls(&id).into_iter().chain([list]) {
        call(&app.stranger(), &one).await.refuses(401, "unauthorized");
        call(&app.widget(), &one).await.refuses(403, "insufficient_scope");
        let page = app.owner().with("sec-fetch-site", "cross-site");
        call(&page, &one).await.refuses(403, "secret_key_in_browser");
    }
    assert_eq!(app.conversation(&id).await.message_count, 2);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_there_are() {
    let app = TestApp::start().await;
    for (path, method) in [
        ("/api/v1/conversations".to_owned(), Method::POST),
        (format!("/api/v1/conversations/{NOBODY}"), Method::PUT),
        (format!("/api/v1/conversations/{NOBODY}/messages"), Method::DELETE),
        (format!("/api/v1/conversations/{NOBODY}/typing"), Method::GET),
    ] {
        let reply = app.owner().send(method, &path, "").await.whole().await;
        reply.refuses(405, "method_not_allowed");
        assert!(reply.header("allow").is_some(), "{path}");
    }
}
