//! `/api/v1/keys`: making, renaming, rotating, revoking.

use botplot_core::RandomIds;
use botplot_core::key::{Class, Key};
use botplot_testkit::app::{Actor, Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use http::Method;
use serde_json::{Value, json};

const RANDOM: &str = "018f2a4e-5b1c-7c3e-9d2a-0f6b8c4d1e2f";

async fn call(actor: &Actor, method: Method, path: &str, body: Value) -> Reply {
    let json = actor.clone().with("content-type", "application/json");
    json.send(method, path, body.to_string()).await.whole().await
}

async fn keys(app: &TestApp) -> Vec<Value> {
    app.owner().get("/api/v1/keys").await.is(200).json()["keys"].as_array().unwrap().clone()
}

/// A project's key of this class.
async fn key(app: &TestApp, class: &str) -> Value {
    keys(app).await.into_iter().find(|k| k["class"] == class).unwrap()
}

fn path(key: &Value) -> String {
    format!("/api/v1/keys/{}", key["id"].as_str().unwrap())
}

fn holder(app: &TestApp, key: &Value) -> Actor {
    app.stranger().with("x-api-key", key["key"].as_str().unwrap())
}

async fn make(app: &TestApp, name: &str) -> Value {
    app.owner().post("/api/v1/keys", json!({ "name": name })).await.is(201).json()
}

async fn audited(app: &TestApp) -> Vec<(String, String)> {
    let lines = app.engine().reader().list_audit(app.project().project.id, 10, 0).await.unwrap().0;
    lines.into_iter().map(|l| (l.action, l.actor)).collect()
}

#[tokio::test]
async fn keys_are_listed_with_the_publishable_one_whole() {
    let app = TestApp::start().await;
    let listed = app.owner().get("/api/v1/keys").await.is(200).json();
    assert_eq!((&listed["total"], &listed["limit"], &listed["offset"]), (&json!(2), &json!(20), &json!(0)));
    let publishable = key(&app, "publishable").await;
    assert_eq!(publishable["key"], app.project().publishable.expose());
    let secret = key(&app, "secret").await;
    assert_eq!((&secret["key"], &secret["prefix"]), (&json!(null), &json!(app.project().secret.prefix())));
    for name in ["revoked_at", "expires_at", "seen_in_browser_at"] {
        assert_eq!(secret[name], json!(null), "{name}");
    }
    assert!(secret["created_at"].as_str().is_some_and(|t| t.ends_with('Z')));
    assert_eq!(secret.as_object().unwrap().len(), 10);
    let part = app.owner().get("/api/v1/keys?limit=1&offset=1").await.is(200).json();
    assert_eq!((part["keys"].as_array().unwrap().len(), &part["total"]), (1, &json!(2)));
    app.owner().get("/api/v1/keys?limit=0").await.blames(&["limit"]);
    let shown = app.owner().get("/api/v1/keys").await;
    assert!(!shown.text().contains(&app.project().secret.expose()[20..]), "a secret key was shown");
}

#[tokio::test]
async fn a_key_that_is_made_works_and_is_shown_once() {
    let app = TestApp::start().await;
    let reply = app.owner().post("/api/v1/keys", json!({ "name": " Billing " })).await.is(201);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let made = reply.json();
    assert_eq!((&made["class"], &made["name"]), (&json!("secret"), &json!("Billing")));
    holder(&app, &made).get("/api/v1/keys").await.is(200);
    let listed = keys(&app).await;
    assert_eq!((&listed[0]["id"], &listed[0]["key"]), (&made["id"], &json!(null)), "newest first");
    let by = app.project().secret.prefix().to_owned();
    assert_eq!(audited(&app).await, [("key.created".to_owned(), by)]);
}

#[tokio::test]
async fn a_key_is_renamed() {
    let app = TestApp::start().await;
    let made = make(&app, "a").await;
    let renamed =
        call(&app.owner(), Method::PATCH, &path(&made), json!({ "name": "b" })).await.is(200).json();
    assert_eq!((&renamed["name"], &renamed["key"]), (&json!("b"), &json!(null)));
    assert_eq!(keys(&app).await[0]["name"], "b");
    for name in
        [json!(""), json!(" "), json!(null), json!(5), json!("x".repeat(101)), json!("a\nb"), json!("a\0")]
    {
        call(&app.owner(), Method::PATCH, &path(&made), json!({ "name": name })).await.blames(&["name"]);
        app.owner().post("/api/v1/keys", json!({ "name": name })).await.blames(&["name"]);
    }
    assert_eq!(keys(&app).await.len(), 3);
}

#[tokio::test]
async fn an_old_key_goes_on_beside_the_new_one_for_a_while() {
    let app = TestApp::start().await;
    let old = key(&app, "secret").await;
    let rotate = format!("{}/rotate", path(&old));
    let new = call(&app.owner(), Method::POST, &rotate, json!({ "overlap_hours": 2 })).await.is(201).json();
    assert_eq!((&new["class"], &new["name"]), (&json!("secret"), &old["name"]));
    app.owner().get("/api/v1/keys").await.is(200);
    holder(&app, &new).get("/api/v1/keys").await.is(200);
    let ends = keys(&app).await.into_iter().find(|k| k["id"] == old["id"]).unwrap()["expires_at"].clone();
    // Once more, with the default of a day, must not put the end off.
    app.owner().send(Method::POST, &rotate, "").await.whole().await.is(201);
    assert_eq!(keys(&app).await.into_iter().find(|k| k["id"] == old["id"]).unwrap()["expires_at"], ends);
    app.clock().advance(2 * 3600 - 5);
    app.owner().get("/api/v1/keys").await.is(200);
    app.clock().advance(6);
    app.owner().get("/api/v1/keys").await.refuses(401, "unauthorized");
    holder(&app, &new).get("/api/v1/keys").await.is(200);
    let ended = holder(&app, &new).send(Method::POST, &rotate, "").await.whole().await;
    ended.refuses(409, "key_ended");
}

#[tokio::test]
async fn without_an_overlap_the_old_key_ends_at_once() {
    let app = TestApp::start().await;
    let old = key(&app, "publishable").await;
    let rotate = format!("{}/rotate", path(&old));
    let new = call(&app.owner(), Method::POST, &rotate, json!({ "overlap_hours": 0 })).await.is(201).json();
    assert!(new["key"].as_str().unwrap().starts_with("bp_pub_"));
    app.widget().post("/api/chat", json!({})).await.refuses(401, "unauthorized");
    holder(&app, &new).post("/api/chat", json!({})).await.refuses(400, "invalid_request");
    for bad in [json!(-1), json!(169), json!(1.5), json!("1")] {
        let new = format!("{}/rotate", path(&new));
        call(&app.owner(), Method::POST, &new, json!({ "overlap_hours": bad }))
            .await
            .blames(&["overlap_hours"]);
    }
    assert_eq!(audited(&app).await[0].0, "key.rotated");
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_that_moment() {
    let app = TestApp::start().await;
    let made = make(&app, "a").await;
    let gone = call(&app.owner(), Method::DELETE, &path(&made), json!(null)).await.is(200);
    assert_eq!(gone.text(), format!(r#"{{"id":"{}","revoked":true}}"#, made["id"].as_str().unwrap()));
    holder(&app, &made).get("/api/v1/keys").await.refuses(401, "unauthorized");
    call(&app.owner(), Method::DELETE, &path(&made), json!(null)).await.refuses(404, "not_found");
    let rotate = format!("{}/rotate", path(&made));
    app.owner().send(Method::POST, &rotate, "").await.whole().await.refuses(409, "key_ended");
    assert!(keys(&app).await[0]["revoked_at"].is_string());
    assert_eq!(audited(&app).await[0].0, "key.revoked");
}

#[tokio::test]
async fn the_last_secret_key_and_the_publishable_one_stay() {
    let app = TestApp::start().await;
    let (secret, publishable) = (key(&app, "secret").await, key(&app, "publishable").await);
    let delete = async |key: &Value| call(&app.owner(), Method::DELETE, &path(key), json!(null)).await;
    delete(&secret).await.refuses(409, "last_secret_key");
    delete(&publishable).await.refuses(409, "publishable_key_required");
    // One that ends by itself would leave the owner without any.
    let second = make(&app, "second").await;
    let rotate = format!("{}/rotate", path(&second));
    let third = call(&app.owner(), Method::POST, &rotate, json!({ "overlap_hours": 1 })).await.is(201).json();
    delete(&third).await.is(200);
    delete(&secret).await.refuses(409, "last_secret_key");
    delete(&second).await.is(200);
    // Of two that are deleted at once, one stays.
    let fourth = make(&app, "fourth").await;
    let both = tokio::join!(delete(&secret), delete(&fourth));
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && statuses[1] != 200, "{statuses:?}");
}

#[tokio::test]
async fn open_streams_end_when_their_key_does() {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::HangAfter(1)));
    let app = TestApp::with_model(&model).await;
    app.learn(crate::SHIPPING.0, crate::SHIPPING.1).await;
    let publishable = key(&app, "publishable").await;
    let body = json!({ "message": crate::QUESTION, "visitorId": "bob" });
    let mut stream = app.widget().open("/api/chat", body).await;
    assert!(stream.event().await.is_some_and(|e| e["token"].is_string()));
    let started = tokio::time::Instant::now();
    let rotate = format!("{}/rotate", path(&publishable));
    call(&app.owner(), Method::POST, &rotate, json!({ "overlap_hours": 0 })).await.is(201);
    let rest = stream.whole().await;
    assert!(started.elapsed().as_secs() < 5, "it took {:?}", started.elapsed());
    assert!(!rest.text().contains("\"done\":true"), "{}", rest.text());
}

#[tokio::test]
async fn a_secret_key_in_a_browser_is_flagged_for_its_owner() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        let browser = app.owner().with("sec-fetch-site", "cross-site");
        browser.get("/api/v1/keys").await.refuses(403, "secret_key_in_browser");
    }
    assert!(key(&app, "secret").await["seen_in_browser_at"].is_string());
    let notices = app.engine().reader().list_notices(app.project().project.id, 10, 0).await.unwrap();
    assert_eq!((notices.1, notices.0[0].kind.as_str()), (1, "secret_key_in_browser"));
    assert_eq!(notices.0[0].detail["prefix"], app.project().secret.prefix());
    assert!(key(&app, "publishable").await["seen_in_browser_at"].is_null());
}

#[tokio::test]
async fn foreign_and_unknown_keys_are_answered_alike() {
    let app = TestApp::start().await;
    let own = key(&app, "secret").await;
    let other = app.holder_of(&app.another_project("other").await.secret);
    let mut answers = Vec::new();
    for id in [own["id"].as_str().unwrap(), RANDOM, "x", "%00"] {
        for (method, path) in [
            (Method::PATCH, format!("/api/v1/keys/{id}")),
            (Method::DELETE, format!("/api/v1/keys/{id}")),
            (Method::POST, format!("/api/v1/keys/{id}/rotate")),
        ] {
            let reply = call(&other, method, &path, json!({ "name": "stolen" })).await;
            let mut problem = reply.refuses(404, "not_found");
            problem["request_id"] = json!("");
            answers.push(problem);
        }
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    assert_eq!(key(&app, "secret").await["name"], own["name"]);
    let unknown = Key::generate(Class::Secret, &RandomIds);
    app.holder_of(&unknown).get("/api/v1/keys").await.refuses(401, "unauthorized");
    app.widget().get("/api/v1/keys").await.refuses(403, "insufficient_scope");
    app.widget().post("/api/v1/keys", json!({ "name": "x" })).await.refuses(403, "insufficient_scope");
}
