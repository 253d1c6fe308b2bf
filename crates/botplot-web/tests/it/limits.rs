//! How often visitors, addresses and keys may call.

use axum::Router;
use axum::body::{Body, to_bytes};
use botplot_core::RandomIds;
use botplot_core::key::{Class, Key};
use botplot_testkit::app::TestApp;
use botplot_web::Peer;
use botplot_web::limits::Config;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{QUESTION, SHIPPING};

/// A server with limits of its own, called without a network, from addresses that the test chooses.
struct Bench {
    app: TestApp,
    router: Router,
}

/// One reply.
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Bench {
    async fn new(config: &Config) -> Self {
        let app = TestApp::start().await;
        app.learn(SHIPPING.0, SHIPPING.1).await;
        let mut state = app.state().clone();
        state.limit(config);
        Self { app, router: botplot_web::router(state) }
    }

    async fn chat(&self, key: &Key, peer: &str, visitor: &str) -> Got {
        self.post(key, peer, json!({ "message": QUESTION, "visitorId": visitor, "stream": false })).await
    }

    async fn post(&self, key: &Key, peer: &str, body: Value) -> Got {
        let request = Request::post("/api/chat")
            .header("x-api-key", key.expose())
            .header("content-type", "application/json")
            .header("origin", "https://shop.example")
            .extension(Peer(peer.parse().unwrap()))
            .body(Body::from(body.to_string()));
        let (head, body) = self.router.clone().oneshot(request.unwrap()).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        Got { status: head.status, headers: head.headers, body: serde_json::from_slice(&body).unwrap() }
    }

    fn publishable(&self) -> &Key {
        &self.app.project().publishable
    }

    fn secret(&self) -> &Key {
        &self.app.project().secret
    }
}

impl Got {
    fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }

    /// Checks that this is a refusal by the bucket of `policy`, and says in how many seconds to come back.
    fn refused_by(&self, policy: &str, quota: u32) -> u64 {
        self.is(429);
        assert_eq!((&self.body["code"], &self.body["status"]), (&json!("rate_limited"), &json!(429)));
        let wait = self.header("retry-after").parse().unwrap();
        assert_eq!(self.header("ratelimit"), format!("\"{policy}\";r=0;t={wait}"));
        assert_eq!(self.header("ratelimit-policy"), format!("\"{policy}\";q={quota};w=60"));
        wait
    }
}

#[tokio::test]
async fn a_visitor_gets_what_is_set_and_then_a_refusal_that_a_page_can_read() {
    let bench = Bench::new(&Config { visitor_per_minute: 2, ..Config::default() }).await;
    let first = bench.chat(bench.publishable(), "203.0.113.1", "ann").await;
    assert!(first.is(200).header("ratelimit").starts_with("\"visitor\";r=1;t="));
    let conversation = first.body["conversationId"].as_str().unwrap().to_owned();
    let again =
        json!({ "message": QUESTION, "visitorId": "ann", "conversationId": conversation, "stream": false });
    // Bad input costs nothing, since it brings about no turn.
    bench.post(bench.publishable(), "203.0.113.1", json!({ "visitorId": "ann" })).await.is(400);
    bench.chat(bench.publishable(), "203.0.113.2", "ann").await.is(200);
    let stored = bench.app.messages(&conversation).await.len();
    let refused = bench.post(bench.publishable(), "203.0.113.3", again).await;
    let wait = refused.refused_by("visitor", 2);
    assert!((25..=30).contains(&wait), "{wait}");
    assert_eq!(bench.app.messages(&conversation).await.len(), stored, "a refused message was stored");
    assert_eq!(refused.header("access-control-allow-origin"), "https://shop.example");
    let exposed = refused.header("access-control-expose-headers");
    assert!(exposed.contains("RateLimit") && exposed.contains("Retry-After"), "{exposed}");
    bench.chat(bench.publishable(), "203.0.113.3", "bob").await.is(200);
    bench.app.clock().advance(wait as i64);
    bench.chat(bench.publishable(), "203.0.113.1", "ann").await.is(200);
    bench.chat(bench.publishable(), "203.0.113.1", "ann").await.refused_by("visitor", 2);
}

#[tokio::test]
async fn a_secret_key_has_a_bucket_of_its_own_and_no_other() {
    let tight = Config { visitor_per_minute: 1, address_per_minute: 1, ..Config::default() };
    let bench = Bench::new(&Config { secret_key_per_minute: 3, ..tight }).await;
    for left in [2, 1, 0] {
        let reply = bench.chat(bench.secret(), "203.0.113.1", "ann").await;
        assert!(reply.is(200).header("ratelimit").starts_with(&format!("\"secret_key\";r={left};")));
    }
    bench.chat(bench.secret(), "203.0.113.2", "bob").await.refused_by("secret_key", 3);
    bench.chat(bench.publishable(), "203.0.113.1", "ann").await.is(200);
}

#[tokio::test]
async fn an_address_and_its_ipv6_neighbours_share_a_bucket() {
    let bench = Bench::new(&Config { address_per_minute: 2, ..Config::default() }).await;
    bench.chat(bench.publishable(), "2001:db8:1:2::1", "a").await.is(200);
    bench.chat(bench.publishable(), "2001:db8:1:2:ffff::2", "b").await.is(200);
    bench.chat(bench.publishable(), "2001:db8:1:2:1::3", "c").await.refused_by("address", 2);
    bench.chat(bench.publishable(), "2001:db8:1:3::1", "d").await.is(200);
    bench.chat(bench.publishable(), "203.0.113.1", "e").await.is(200);
}

#[tokio::test]
async fn a_publishable_key_has_a_bucket_for_all_of_its_visitors() {
    let bench = Bench::new(&Config { publishable_key_per_minute: 2, ..Config::default() }).await;
    bench.chat(bench.publishable(), "203.0.113.1", "a").await.is(200);
    bench.chat(bench.publishable(), "203.0.113.2", "b").await.is(200);
    bench.chat(bench.publishable(), "203.0.113.3", "c").await.refused_by("publishable_key", 2);
    let other = bench.app.another_project("other").await;
    bench.chat(&other.publishable, "203.0.113.3", "c").await.is(200);
}

#[tokio::test]
async fn whoever_tries_keys_is_slowed_down_and_an_owner_at_the_same_address_is_not() {
    let bench = Bench::new(&Config { address_per_minute: 3, ..Config::default() }).await;
    for _ in 0..3 {
        let tried = Key::generate(Class::Secret, &RandomIds);
        bench.chat(&tried, "203.0.113.1", "a").await.is(401);
    }
    let tried = Key::generate(Class::Publishable, &RandomIds);
    bench.chat(&tried, "203.0.113.1", "a").await.refused_by("address", 3);
    let revoked = bench.app.revoked_key(Class::Secret).await;
    bench.chat(&revoked, "203.0.113.1", "a").await.refused_by("address", 3);
    bench.chat(bench.secret(), "203.0.113.1", "a").await.is(200);
    bench.chat(&tried, "203.0.113.2", "a").await.is(401);
}

#[tokio::test]
async fn replies_that_need_no_key_say_nothing_of_limits() {
    let app = TestApp::start().await;
    for path in ["/", "/healthz", "/openapi.json", "/nothing"] {
        assert_eq!(app.stranger().get(path).await.header("ratelimit"), None, "{path}");
    }
}
