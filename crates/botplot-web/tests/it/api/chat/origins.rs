//! Which pages may call, and what browsers are told.

use botplot_testkit::app::{Reply, TestApp};
use http::Method;
use serde_json::json;

const SHOP: &str = "https://shop.example";

fn is_readable_by(reply: &Reply, origin: &str) {
    assert_eq!(reply.header("access-control-allow-origin"), Some(origin), "{}", reply.text());
    let exposed = "X-Conversation-Id, X-Message-Id, X-Visitor-Token, X-Request-Id, Retry-After, RateLimit";
    assert_eq!(reply.header("access-control-expose-headers"), Some(exposed));
    assert_eq!(reply.header("vary"), Some("Origin"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    assert!(reply.header("x-request-id").is_some());
}

#[tokio::test]
async fn a_preflight_is_answered_for_any_origin_without_a_key() {
    let app = TestApp::start().await;
    app.set(|s| s.origins = vec![SHOP.into()]).await;
    for path in ["/api/chat", "/api/chat/stop", "/widget/session"] {
        let actor = app.stranger().with("origin", "https://anywhere.example");
        let actor = actor.with("access-control-request-method", "POST");
        let reply = actor.send(Method::OPTIONS, path, "").await.whole().await.is(204);
        is_readable_by(&reply, "https://anywhere.example");
        let allowed = "authorization, x-api-key, content-type, idempotency-key, last-event-id, x-resume, x-visitor-token";
        assert_eq!(reply.header("access-control-allow-headers"), Some(allowed));
        assert_eq!(reply.header("access-control-max-age"), Some("7200"));
        assert!(reply.header("access-control-allow-methods").is_some_and(|m| m.contains("POST")));
    }
}

#[tokio::test]
async fn every_reply_can_be_read_by_the_page_that_asked() {
    let app = TestApp::start().await;
    let page = |actor: botplot_testkit::app::Actor| actor.with("origin", SHOP);
    is_readable_by(&page(app.widget()).ask("v", "hi").await.is(200), SHOP);
    is_readable_by(&page(app.widget()).post("/api/chat", json!({})).await.is(400), SHOP);
    is_readable_by(&page(app.stranger()).post("/api/chat", json!({})).await.is(401), SHOP);
    is_readable_by(&page(app.widget()).get("/api/chat/nothing").await.is(404), SHOP);
    is_readable_by(&page(app.widget()).get("/api/chat").await.is(405), SHOP);
    is_readable_by(
        &page(app.widget()).post("/widget/session", json!({ "visitorId": "v" })).await.is(200),
        SHOP,
    );
    let large = page(app.widget()).with("content-type", "application/json");
    is_readable_by(
        &large.send(Method::POST, "/api/chat", vec![0; 300_000]).await.whole().await.is(413),
        SHOP,
    );
    is_readable_by(&app.widget().ask("v", "hi").await.is(200), "*");
    let v1 = page(app.owner()).get("/api/v1/conversations").await;
    assert_eq!(v1.header("access-control-allow-origin"), None, "/api/v1 is not for browsers");
}

#[tokio::test]
async fn a_list_of_origins_admits_those_it_names() {
    let app = TestApp::start().await;
    app.set(|s| s.origins = vec![SHOP.into(), "*.partner.example".into()]).await;
    for origin in [SHOP, "https://SHOP.example:443", "https://www.partner.example"] {
        app.widget().with("origin", origin).ask("v", "hi").await.is(200);
    }
    for origin in
        ["https://shop.example.evil.example", "http://shop.example", "https://partner.example", "null", "x"]
    {
        let reply = app.widget().with("origin", origin).ask("v", "hi").await;
        reply.refuses(403, "origin_not_allowed");
        is_readable_by(&reply, origin);
    }
    app.widget().ask("v", "hi").await.is(200);
    // The server's own page: its browser vouches for it, which no foreign page can make it do.
    app.widget()
        .with("origin", "https://chat.example")
        .with("sec-fetch-site", "same-origin")
        .ask("v", "hi")
        .await
        .is(200);
}

#[tokio::test]
async fn an_empty_list_admits_every_page() {
    let app = TestApp::start().await;
    for origin in ["https://anywhere.example", "null"] {
        app.widget().with("origin", origin).ask("v", "hi").await.is(200);
    }
}
