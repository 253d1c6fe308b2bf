//! `/api/v1/webhooks`: managing endpoints.

mod deliveries;

use botplot_core::delivery::Status;
use botplot_core::plan::{Limits, Plan, Plans};
use botplot_engine::projects::settings;
use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

const HOOK: &str = "https://shop.example/hooks/botplot";

pub(super) async fn add(owner: &Actor, body: Value) -> Value {
    owner.post("/api/v1/webhooks", body).await.is(201).json()
}

pub(super) async fn patch(owner: &Actor, id: &Value, body: Value) -> Reply {
    let path = format!("/api/v1/webhooks/{}", id.as_str().expect("an id is text"));
    let json = owner.clone().with("content-type", "application/json");
    json.send(Method::PATCH, &path, body.to_string()).await.whole().await
}

async fn delete(owner: &Actor, id: &Value) -> Reply {
    let path = format!("/api/v1/webhooks/{}", id.as_str().expect("an id is text"));
    owner.send(Method::DELETE, &path, "").await.whole().await
}

pub(super) fn path(id: &Value, rest: &str) -> String {
    format!("/api/v1/webhooks/{}{rest}", id.as_str().expect("an id is text"))
}

#[tokio::test]
async fn an_endpoint_is_added_shown_changed_and_removed() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let made = add(&owner, json!({ "url": HOOK, "description": "CRM" })).await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let documented = json!([
        "conversation.started",
        "message.received",
        "lead.captured",
        "handoff.requested",
        "message.sent"
    ]);
    assert_eq!(
        (&made["url"], &made["events"], &made["status"]),
        (&json!(HOOK), &documented, &json!("active"))
    );

    let shown = owner.get(&path(&made["id"], "")).await.is(200).json();
    let mut without_secret = made.clone();
    without_secret.as_object_mut().unwrap().remove("secret");
    assert_eq!(shown, without_secret, "the secret is shown once, all else is the same");
    let list = owner.get("/api/v1/webhooks").await.is(200).json();
    assert_eq!(list, json!({ "webhooks": [shown], "total": 1, "limit": 20, "offset": 0 }));

    app.clock().advance(5);
    let events = ["source.failed", "message.sent", "source.failed"];
    let changed =
        patch(&owner, &made["id"], json!({ "events": events, "status": "paused", "description": null }));
    let changed = changed.await.is(200).json();
    assert_eq!(changed["events"], json!(["message.sent", "source.failed"]));
    assert_eq!((&changed["status"], &changed["description"]), (&json!("paused"), &json!("CRM")));
    assert_ne!(changed["updated_at"], made["updated_at"]);

    let gone = delete(&owner, &made["id"]).await.is(200).json();
    assert_eq!(gone, json!({ "id": made["id"], "deleted": true }));
    delete(&owner, &made["id"]).await.refuses(404, "not_found");
    let log = owner.get("/api/v1/audit").await.is(200).json();
    let actions: Vec<_> = log["entries"].as_array().unwrap().iter().map(|e| e["action"].clone()).collect();
    assert_eq!(actions, ["endpoint.removed", "endpoint.changed", "endpoint.created"]);
    assert!(!log.to_string().contains("hooks/botplot"), "addresses may hold secrets");
}

#[tokio::test]
async fn an_own_secret_is_taken_if_it_is_long_enough() {
    let app = TestApp::start().await;
    let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert_eq!(add(&app.owner(), json!({ "url": HOOK, "secret": own })).await["secret"], own);
    for bad in ["", "secret", "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa??"] {
        app.owner().post("/api/v1/webhooks", json!({ "url": HOOK, "secret": bad })).await.blames(&["secret"]);
    }
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = TestApp::start().await;
    let owner = app.owner();
    for bad in [
        "",
        "shop.example",
        "ftp://shop.example/",
        "https://user:pw@shop.example/",
        "https://shop.example/#x",
        "https://shop .example/",
        "http://127.0.0.1/",
        "http://127.0.0.1:9/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://1.1.1.1:22/",
        "http://shop.example:25/",
    ] {
        owner.post("/api/v1/webhooks", json!({ "url": bad })).await.blames(&["url"]);
    }
    let reply = owner.post("/api/v1/webhooks", json!({ "url": "http://10.0.0.1/" })).await;
    assert!(reply.text().contains("a private address"), "{}", reply.text());
    let long = format!("https://shop.example/{}", "x".repeat(2000));
    let all = json!({ "url": long, "description": "x".repeat(501), "events": ["message.sent", "message.lost", 5], "secret": 7 });
    let reply = owner.post("/api/v1/webhooks", all).await;
    reply.blames(&["url", "description", "events.1", "events.2", "secret"]);
    assert!(reply.text().contains("`conversation.started`"), "the events are listed: {}", reply.text());
    owner.post("/api/v1/webhooks", json!({ "events": [] })).await.blames(&["url", "events"]);
    owner
        .post("/api/v1/webhooks", json!({ "url": HOOK, "events": "message.sent" }))
        .await
        .blames(&["events"]);
    owner.post("/api/v1/webhooks", json!({ "url": format!("{HOOK}\0") })).await.blames(&["url"]);

    let made = add(&owner, json!({ "url": HOOK })).await;
    for (bad, field) in [
        (json!({ "url": "http://10.0.0.1/" }), "url"),
        (json!({ "status": "disabled" }), "status"),
        (json!({ "status": true }), "status"),
        (json!({ "events": ["x"] }), "events.0"),
    ] {
        patch(&owner, &made["id"], bad).await.blames(&[field]);
    }
    owner.get(&path(&made["id"], "/deliveries?state=lost&limit=0")).await.blames(&["state", "limit"]);
    owner.post(&path(&made["id"], "/replay"), json!({ "since": "yesterday" })).await.blames(&["since"]);
    let missing = owner.post("/api/v1/webhooks", json!({ "url": "shop.example/hook" })).await;
    assert!(missing.text().contains("must begin with `https://` or `http://`"), "{}", missing.text());
    owner.post(&path(&made["id"], "/test"), json!({ "event": "x" })).await.blames(&["event"]);
    owner.post(&path(&made["id"], "/rotate-secret"), json!({ "secret": "x" })).await.blames(&["secret"]);
}

/// It would replay everything, or listen to other events than were meant.
#[tokio::test]
async fn what_means_nothing_is_not_passed_over_in_silence() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let made = add(&owner, json!({ "url": HOOK })).await;
    owner
        .post(&path(&made["id"], "/replay"), json!({ "from": "2025-01-15T10:30:00Z" }))
        .await
        .blames(&["from"]);
    owner
        .post("/api/v1/webhooks", json!({ "url": HOOK, "event": ["message.sent"] }))
        .await
        .blames(&["event"]);
    patch(&owner, &made["id"], json!({ "paused": true })).await.blames(&["paused"]);
    owner.post(&path(&made["id"], "/test"), json!({ "events": ["message.sent"] })).await.blames(&["events"]);
    let huge = json!({ "url": HOOK, "description": "x".repeat(256 * 1024) });
    owner.post("/api/v1/webhooks", huge).await.refuses(413, "payload_too_large");
    assert_eq!(owner.get("/api/v1/webhooks").await.json()["total"], 1, "something that was refused was kept");
}

#[tokio::test]
async fn foreign_and_unknown_endpoints_look_alike() {
    let app = TestApp::start().await;
    let made = add(&app.owner(), json!({ "url": HOOK })).await;
    let delivery = app.owner().post(&path(&made["id"], "/test"), json!({})).await.is(202).json();
    let other = app.holder_of(&app.another_project("other").await.secret);
    let mine = path(&made["id"], "");
    let none = "/api/v1/webhooks/550e8400-e29b-41d4-a716-446655440000".to_owned();
    for base in [mine.clone(), none, "/api/v1/webhooks/x".to_owned()] {
        let at = |rest: &str| format!("{base}{rest}");
        let replay = format!("/deliveries/{}/replay", delivery["id"].as_str().unwrap());
        other.get(&base).await.refuses(404, "not_found");
        other.get(&at("/deliveries")).await.refuses(404, "not_found");
        other
            .get(&at(&format!("/deliveries/{}", delivery["id"].as_str().unwrap())))
            .await
            .refuses(404, "not_found");
        for rest in ["/rotate-secret", "/switch-secret", "/replay", "/test", &replay] {
            other.post(&at(rest), json!({})).await.refuses(404, "not_found");
        }
        let json = other.clone().with("content-type", "application/json");
        json.send(Method::PATCH, &base, "{}").await.whole().await.refuses(404, "not_found");
        other.send(Method::DELETE, &base, "").await.whole().await.refuses(404, "not_found");
    }
    assert_eq!(other.get("/api/v1/webhooks").await.json()["total"], 0);
    app.owner().get(&mine).await.is(200);
    app.widget().get(&mine).await.refuses(403, "insufficient_scope");
    app.owner().get(&path(&made["id"], "/deliveries/x")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn the_plan_says_how_many_endpoints_there_are() {
    let plans = Plans::default();
    let business = Limits { endpoints: 2, ..plans.business.clone() };
    let app = TestApp::with_webhooks(Plans { business, ..plans }).await;
    let owner = app.owner();
    let first = add(&owner, json!({ "url": HOOK })).await;
    let pausing = patch(&owner, &first["id"], json!({ "status": "paused" }));
    pausing.await.is(200);
    add(&owner, json!({ "url": HOOK })).await;
    owner.post("/api/v1/webhooks", json!({ "url": HOOK })).await.refuses(403, "endpoint_limit_reached");
    patch(&owner, &first["id"], json!({ "status": "active" })).await.is(200);
    owner.post(&path(&first["id"], "/test"), json!({})).await.is(202);
    patch(&owner, &first["id"], json!({ "status": "paused" })).await.is(200);
    owner.post(&path(&first["id"], "/test"), json!({})).await.refuses(409, "endpoint_not_active");
    app.put_on(Plan::Free).await;
    owner.get("/api/v1/webhooks").await.refuses(403, "plan_required");
}

#[tokio::test]
async fn many_at_once_never_pass_the_limit() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let all = (0..16).map(|_| owner.post("/api/v1/webhooks", json!({ "url": HOOK })));
    let replies = futures_util::future::join_all(all).await;
    let made = replies.iter().filter(|reply| reply.status.as_u16() == 201).count();
    assert_eq!(made, 10);
    assert_eq!(owner.get("/api/v1/webhooks").await.json()["total"], 10);
}

#[tokio::test]
async fn a_secret_is_replaced_in_two_steps() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let made = add(&owner, json!({ "url": HOOK })).await;
    owner.post(&path(&made["id"], "/switch-secret"), json!({})).await.refuses(409, "no_next_secret");
    let rotated = owner.send(Method::POST, &path(&made["id"], "/rotate-secret"), "").await.whole().await;
    let rotated = rotated.is(200).json();
    assert_ne!(rotated["secret"], made["secret"]);
    assert!(rotated["rotating_until"].is_string(), "{rotated}");
    let switched = owner.post(&path(&made["id"], "/switch-secret"), json!({})).await.is(200).json();
    assert!(switched["secret"].is_null() && switched["rotating_until"].is_string(), "{switched}");
    owner.post(&path(&made["id"], "/switch-secret"), json!({})).await.refuses(409, "no_next_secret");
    app.clock().advance(86_401);
    let shown = owner.get(&path(&made["id"], "")).await.json();
    assert!(shown["rotating_until"].is_null(), "{shown}");
}

#[tokio::test]
async fn a_smaller_plan_pauses_the_newest_endpoints_and_a_larger_one_lets_them_go_on() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(add(&app.owner(), json!({ "url": HOOK })).await["id"].clone());
        app.clock().advance(1);
    }
    let project = app.project().project.id;
    let paused = async |plan| {
        settings::set_plan(app.engine(), project, plan).await.unwrap();
        let (all, _) = app.engine().reader().list_endpoints(project, 9, 0).await.unwrap();
        let paused = all.into_iter().filter(|e| e.status == Status::Paused);
        paused.map(|e| e.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paused(Plan::Pro).await, [ids[4].as_str().unwrap(), ids[3].as_str().unwrap()]);
    assert_eq!(paused(Plan::Free).await.len(), 5);
    assert_eq!(paused(Plan::Business).await, [""; 0]);
}
