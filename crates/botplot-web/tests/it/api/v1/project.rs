//! `/api/v1/project`: settings, the logo, the identity secret.

use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest of a picture";
const RANDOM: &str = "018f2a4e-5b1c-7c3e-9d2a-0f6b8c4d1e2f";

async fn call(actor: &Actor, method: Method, path: &str, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    actor.clone().with("content-type", kind).send(method, path, body.into()).await.whole().await
}

async fn patch(app: &TestApp, body: Value) -> Reply {
    call(&app.owner(), Method::PATCH, "/api/v1/project", "application/json", body.to_string()).await
}

async fn show(app: &TestApp) -> Value {
    app.owner().get("/api/v1/project").await.is(200).json()
}

async fn put_logo(app: &TestApp, kind: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    call(&app.owner(), Method::PUT, "/api/v1/project/logo", kind, bytes).await
}

/// The path of the logo, from the address that a reply has.
fn path(reply: &Value) -> String {
    reply["logo_url"].as_str().unwrap().strip_prefix("https://chat.example").unwrap().to_owned()
}

#[tokio::test]
async fn the_project_shows_all_that_can_be_set() {
    let app = TestApp::start().await;
    let shown = show(&app).await;
    let mut names: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "alerts",
        "created_at",
        "daily_spend",
        "handoff",
        "hours",
        "id",
        "identity",
        "idle_days",
        "instructions",
        "lead_form",
        "name",
        "notices",
        "origins",
        "plan",
        "refusal",
        "retention_days",
        "seen",
        "threshold",
        "visitor_mail",
        "widget",
    ];
    assert_eq!(names, expected);
    assert_eq!((&shown["name"], &shown["plan"]), (&json!("first"), &json!("business")));
    assert_eq!(shown["identity"], json!({ "enforced": false, "configured": false }));
    assert_eq!(shown["widget"]["offset"], json!({ "x": 20, "y": 20 }));
    assert_eq!((&shown["widget"]["logo_url"], &shown["widget"]["position"]), (&json!(null), &json!("right")));
}

#[tokio::test]
async fn a_part_is_changed_and_the_rest_stays() {
    let app = TestApp::start().await;
    let before = show(&app).await;
    let change = json!({
        "name": "Ann's shop", "widget": { "title": "Hi", "offset": { "x": 1 }, "strings": { "send": "Go" } },
        "origins": ["https://a.example", "*.b.example"], "handoff": { "silent": true }, "threshold": 0,
        "lead_form": { "when": [], "fields": ["phone", "name"] }, "identity": { "enforced": true },
        "notices": { "emails": ["ann@example.com", "o'hara+bot@mail.example.org"] }, "instructions": "Be brief.", "refusal": "No idea.", "idle_days": 0, "retention_days": 30, "daily_spend": 1.5,
        "alerts": { "after_minutes": 2, "emails": ["ann@example.com"], "webhook_url": "https://hooks.example/x" },
        "visitor_mail": { "enabled": false, "after_minutes": 30 },
        "hours": {
            "zone": "Europe/Berlin", "message": "Closed until {opens}.",
            "week": [["09:00-12:00", "13:00-17:00"], [], [], [], ["22:00-02:00"], [], []],
        },
    });
    let changed = patch(&app, change.clone()).await.is(200).json();
    let mut expected = before.clone();
    merge(&mut expected, &change);
    assert_eq!(changed, expected);
    assert_eq!(show(&app).await, expected);
    let elsewhere = app.widget().with("origin", "https://c.example").post("/api/chat", json!({})).await;
    elsewhere.refuses(403, "origin_not_allowed");
    let reset = json!({ "widget": { "title": null, "strings": { "send": null } }, "origins": null, "threshold": null });
    let back = patch(&app, reset).await.is(200).json();
    assert_eq!(back["widget"]["title"], before["widget"]["title"]);
    assert_eq!(
        (&back["widget"]["strings"], &back["origins"], &back["threshold"]),
        (&json!({}), &json!([]), &json!(0.5))
    );
    assert_eq!(back["widget"]["offset"], json!({ "x": 1, "y": 20 }));
}

/// What a client expects of a change: names are merged, values replaced.
fn merge(target: &mut Value, patch: &Value) {
    for (name, value) in patch.as_object().unwrap() {
        match value {
            Value::Object(_) => merge(&mut target[name], value),
            Value::Number(n) if n.as_f64() == Some(0.0) && name == "threshold" => target[name] = json!(0.0),
            _ => target[name] = value.clone(),
        }
    }
}

#[tokio::test]
async fn what_is_shown_can_be_sent_back_as_it_is() {
    let app = TestApp::start().await;
    put_logo(&app, "image/png", PNG).await.is(200);
    let shown = show(&app).await;
    assert_eq!(patch(&app, shown.clone()).await.is(200).json(), shown);
    assert_eq!(patch(&app, json!({})).await.is(200).json(), shown);
}

#[tokio::test]
async fn every_setting_beyond_its_limits_is_named_and_nothing_is_changed() {
    let app = TestApp::start().await;
    let before = show(&app).await;
    let wrong = json!({
        "name": "", "plan": "free", "origins": ["https://a.example", "nonsense"], "instructions": "x".repeat(4_001),
        "refusal": " ", "threshold": 1.01, "idle_days": 3_651, "retention_days": -1, "daily_spend": "1",
        "widget": {
            "title": "x".repeat(81), "color": "red", "position": "top", "theme": "sepia", "offset": { "x": 501, "y": 1.5 },
            "radius": 41, "welcome": "", "starters": ["", "a"], "strings": { "send": "x".repeat(301) },
            "logo_url": "https://evil.example/x.svg",
        },
        "handoff": { "enabled": "yes", "message": "x".repeat(501) },
        "lead_form": { "when": ["always"], "fields": ["name", "name"], "title": 5, "consent": [] },
        "identity": { "enforced": null, "configured": true },
        "notices": { "emails": ["ann@example.com", "Ann <ann@example.com>"] },
    });
    let named = [
        "name",
        "plan",
        "origins.1",
        "instructions",
        "refusal",
        "threshold",
        "idle_days",
        "retention_days",
        "daily_spend",
        "widget.title",
        "widget.color",
        "widget.position",
        "widget.theme",
        "widget.offset.x",
        "widget.offset.y",
        "widget.radius",
        "widget.welcome",
        "widget.starters.0",
        "widget.strings.send",
        "widget.logo_url",
        "handoff.enabled",
        "handoff.message",
        "lead_form.when",
        "lead_form.fields",
        "lead_form.title",
        "lead_form.consent",
        "notices.emails.1",
    ];
    patch(&app, wrong).await.blames(&named);
    assert_eq!(show(&app).await, before);
}

#[tokio::test]
async fn lists_names_and_bodies_have_their_limits_too() {
    let app = TestApp::start().await;
    let before = show(&app).await;
    for (body, field) in [
        (json!({ "widget": { "starters": vec!["a"; 7] } }), "widget.starters"),
        (json!({ "origins": vec!["https://a.example"; 101] }), "origins"),
        (json!({ "name": "x".repeat(101) }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "instructions": "a\u{0}" }), "instructions"),
        (json!({ "notices": { "emails": vec!["ann@example.com"; 11] } }), "notices.emails"),
        (json!({ "notices": { "emails": "ann@example.com" } }), "notices.emails"),
        (json!({ "notices": { "emails": [5] } }), "notices.emails"),
        (json!({ "notices": { "emails": ["ann@example.com\r\nBcc: eve@example.com"] } }), "notices.emails.0"),
        (json!({ "notices": { "emails": ["änn@example.com"] } }), "notices.emails.0"),
        (json!({ "notices": ["ann@example.com"] }), "notices"),
        (json!({ "widget": [] }), "widget"),
        (json!({ "threshold": 1e300 }), "threshold"),
    ] {
        patch(&app, body).await.blames(&[field]);
    }
    assert_eq!(show(&app).await, before);
    call(&app.owner(), Method::PATCH, "/api/v1/project", "text/plain", "{}")
        .await
        .refuses(415, "unsupported_media_type");
    call(&app.owner(), Method::PATCH, "/api/v1/project", "application/json", "{")
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn a_name_is_taken_once_and_then_nothing_of_the_change_is_kept() {
    let app = TestApp::start().await;
    app.another_project("other").await;
    let before = show(&app).await;
    patch(&app, json!({ "name": "other", "refusal": "Nope." })).await.blames(&["name"]);
    assert_eq!(show(&app).await, before);
    patch(&app, json!({ "name": "first" })).await.is(200);
}

#[tokio::test]
async fn a_logo_is_served_to_everyone_under_an_address_that_changes_with_it() {
    let app = TestApp::start().await;
    let first = put_logo(&app, "image/png", PNG).await.is(200).json();
    assert_eq!(show(&app).await["widget"]["logo_url"], first["logo_url"]);
    let logo = app.stranger().with("origin", "https://shop.example").get(&path(&first)).await.is(200);
    assert_eq!(logo.body, PNG);
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'"),
        ("access-control-allow-origin", "https://shop.example"),
    ] {
        assert_eq!(logo.header(name), Some(value), "{name}");
    }
    let second = put_logo(&app, "image/gif", b"GIF89a another".to_vec()).await.is(200).json();
    assert_ne!(first["logo_url"], second["logo_url"]);
    assert_eq!(app.stranger().get(&path(&second)).await.is(200).header("content-type"), Some("image/gif"));
    app.stranger().get(&path(&first)).await.refuses(404, "not_found");
    let gone = call(&app.owner(), Method::DELETE, "/api/v1/project/logo", "", "").await.is(200);
    assert_eq!(gone.text(), r#"{"logo_url":null}"#);
    app.stranger().get(&path(&second)).await.refuses(404, "not_found");
    assert_eq!(show(&app).await["widget"]["logo_url"], json!(null));
    call(&app.owner(), Method::DELETE, "/api/v1/project/logo", "", "").await.refuses(404, "not_found");
    for other in [format!("/widget/logo/{RANDOM}/abc"), "/widget/logo/x/abc".into()] {
        app.stranger().get(&other).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_no_logo() {
    let app = TestApp::start().await;
    let refused = [
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
        ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("image/png", b"GIF89a".to_vec()),
        ("image/jpeg", PNG.to_vec()),
        ("image/png", Vec::new()),
        ("text/html", PNG.to_vec()),
        ("", PNG.to_vec()),
    ];
    for (kind, bytes) in refused {
        put_logo(&app, kind, bytes).await.refuses(415, "unsupported_media_type");
    }
    let sized = |length: usize| [PNG, &vec![0; length - PNG.len()]].concat();
    put_logo(&app, "image/png", sized(256 * 1024 + 1)).await.refuses(413, "payload_too_large");
    assert_eq!(show(&app).await["widget"]["logo_url"], json!(null));
    put_logo(&app, "image/png", sized(256 * 1024)).await.is(200);
    call(&app.widget(), Method::PUT, "/api/v1/project/logo", "image/png", PNG)
        .await
        .refuses(403, "insufficient_scope");
}

#[tokio::test]
async fn an_identity_secret_is_shown_once_and_counts_as_configured() {
    let app = TestApp::start().await;
    let make = async || {
        app.owner().send(Method::POST, "/api/v1/project/identity-secret", "").await.whole().await.is(201)
    };
    let first = make().await;
    assert_eq!(first.header("cache-control"), Some("no-store"));
    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    assert!(secret.len() >= 32, "{secret}");
    assert_ne!(make().await.json()["secret"], secret.as_str());
    assert_eq!(show(&app).await["identity"], json!({ "enforced": false, "configured": true }));
    assert!(!app.owner().get("/api/v1/project").await.text().contains(&secret));
}

#[tokio::test]
async fn each_key_sees_its_own_project_only() {
    let app = TestApp::start().await;
    let other = app.holder_of(&app.another_project("other").await.secret);
    assert_eq!(other.get("/api/v1/project").await.is(200).json()["name"], "other");
    call(&other, Method::PATCH, "/api/v1/project", "application/json", r#"{"refusal":"Mine."}"#)
        .await
        .is(200);
    assert_ne!(show(&app).await["refusal"], "Mine.");
    app.widget().get("/api/v1/project").await.refuses(403, "insufficient_scope");
    app.stranger().get("/api/v1/project").await.refuses(401, "unauthorized");
}
