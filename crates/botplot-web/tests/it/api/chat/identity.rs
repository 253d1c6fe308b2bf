//! Verified identities: proved by hash or JWT, carried by tokens, enforced where a project wants it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use botplot_core::{Clock as _, ProjectId, Secret, signature};
use botplot_engine::identity;
use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const LIST: &str = "/api/chat/conversations";

/// A project whose server can vouch for its visitors.
struct Vouching {
    app: TestApp,
    secret: Secret,
}

impl Vouching {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let secret = secret_of(&app, app.project().project.id).await;
        Self { app, secret }
    }

    async fn enforcing() -> Self {
        let it = Self::new().await;
        it.app.set(|settings| settings.identity.enforced = true).await;
        it
    }

    fn seconds(&self, from_now: i64) -> i64 {
        self.app.clock().now().plus_seconds(from_now).0 / 1_000_000
    }

    /// A JWT of `bob` that is good for so many seconds.
    fn jwt(&self, life: i64) -> Value {
        let claims = json!({ "sub": "bob", "exp": self.seconds(life) });
        json!({ "id": "bob", "jwt": signed(&json!({ "alg": "HS256" }), &claims, &self.secret) })
    }

    fn hash(&self) -> Value {
        json!({ "id": "bob", "hash": hash("bob", &self.secret) })
    }

    async fn session(&self, actor: &Actor, identity: Value) -> Reply {
        actor.post("/widget/session", json!({ "visitorId": "bob", "identity": identity })).await
    }

    /// Bob's page, with a token that proves who he is.
    async fn bob(&self, identity: Value) -> Actor {
        let session = self.session(&self.app.widget(), identity).await.is(200);
        self.app.widget().showing(&session)
    }

    async fn is_verified(&self, visitor: &str) -> bool {
        self.app.engine().reader().is_verified(self.app.project().project.id, visitor).await.unwrap()
    }
}

async fn secret_of(app: &TestApp, project: ProjectId) -> Secret {
    identity::rotate_secret(app.engine(), project, "test").await.unwrap()
}

fn hash(id: &str, secret: &Secret) -> String {
    signature::documented(secret, id.as_bytes()).trim_start_matches("sha256=").to_owned()
}

fn signed(header: &Value, claims: &Value, secret: &Secret) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let tag = hash(&text, secret);
    let tag: Vec<u8> =
        (0..tag.len()).step_by(2).map(|i| u8::from_str_radix(&tag[i..i + 2], 16).unwrap()).collect();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

async fn listed(actor: &Actor) -> usize {
    actor.get(LIST).await.is(200).json()["conversations"].as_array().unwrap().len()
}

/// Every address that takes a visitor's token, asked about one conversation.
async fn everywhere(actor: &Actor, id: &str) -> Vec<(&'static str, Reply)> {
    let named = json!({ "visitorId": "bob", "conversationId": id });
    let message = json!({ "visitorId": "bob", "message": "hi" });
    let mut replies = vec![
        ("chat", actor.post("/api/chat", message).await),
        ("go on", actor.ask_in(id, "bob", "hi").await),
        ("session", actor.post("/widget/session", json!({ "visitorId": "bob" })).await),
        ("stop", actor.post("/api/chat/stop", named.clone()).await),
        ("handoff", actor.post("/api/chat/handoff", named.clone()).await),
        ("close", actor.post("/api/chat/close", named).await),
        ("list", actor.get(&format!("{LIST}?visitorId=bob")).await),
        ("messages", actor.get(&format!("{LIST}/{id}/messages?visitorId=bob")).await),
    ];
    let feedback = json!({
        "messageId": "7b3c7b0e-1111-4222-8333-444455556666", "rating": "up", "visitorId": "bob",
    });
    replies.push(("feedback", actor.post("/api/chat/feedback", feedback).await));
    let events = format!("/api/chat/events?visitorId=bob&conversationId={id}");
    let live = actor.send(Method::GET, &events, "").await;
    if live.status != 200 {
        replies.push(("events", live.whole().await));
    }
    replies
}

#[tokio::test]
async fn a_proved_visitor_opens_all_of_their_conversations() {
    let it = Vouching::new().await;
    let elsewhere = it.app.widget().ask("bob", "hi").await.is(200).conversation();
    it.app.widget().ask("eve", "hi").await.is(200);
    for identity in [it.hash(), it.jwt(HOUR)] {
        let bob = it.bob(identity).await;
        assert_eq!(listed(&bob).await, 1);
        bob.get(&format!("{LIST}/{elsewhere}/messages")).await.is(200);
        bob.ask_in(&elsewhere, "bob", "hi").await.is(200);
        let live = bob.send(Method::GET, &format!("/api/chat/events?conversationId={elsewhere}"), "").await;
        assert_eq!(live.status, 200);
    }
    assert!(it.is_verified("bob").await && !it.is_verified("eve").await);
    let session = it.session(&it.app.widget(), it.hash()).await.is(200).json();
    assert_eq!((&session["visitorId"], &session["expiresIn"]), (&json!("bob"), &json!(2_592_000)));
    // The clock goes on while the request is served.
    let left = session["identityExpiresIn"].as_i64().unwrap();
    assert!((24 * HOUR - 60..=24 * HOUR).contains(&left), "{session}");
}

#[tokio::test]
async fn a_conversation_begun_with_an_identity_needs_it_from_then_on() {
    let it = Vouching::new().await;
    let body = json!({ "message": "hi", "visitorId": "bob", "identity": it.jwt(600) });
    let begun = it.app.widget().post("/api/chat", body).await.is(200);
    let (bob, id) = (it.app.widget().showing(&begun), begun.conversation());
    assert!(it.app.conversation(&id).await.identified);
    bob.ask_in(&id, "bob", "hi").await.is(200);
    let other = it.app.widget().post("/widget/session", json!({ "visitorId": "bob" })).await.is(200);
    for actor in [it.app.widget(), it.app.widget().showing(&other)] {
        actor.ask_in(&id, "bob", "hi").await.refuses(404, "not_found");
        actor.get(&format!("{LIST}/{id}/messages")).await.refuses(404, "not_found");
    }
    assert_eq!(listed(&it.app.widget().showing(&other)).await, 0);
    it.app.owner().get(&format!("{LIST}/{id}/messages")).await.is(200);
    // The token outlives what it proved: its session alone does not open the conversation.
    it.app.clock().advance(2 * HOUR);
    bob.get(&format!("{LIST}/{id}/messages")).await.refuses(404, "not_found");
    bob.ask_in(&id, "bob", "hi").await.refuses(404, "not_found");
    let again = json!({ "message": "hi", "visitorId": "bob", "conversationId": id, "identity": it.jwt(600) });
    let renewed = bob.post("/api/chat", again).await.is(200);
    it.app.widget().showing(&renewed).get(&format!("{LIST}/{id}/messages")).await.is(200);
}

#[tokio::test]
async fn what_a_proved_visitor_writes_is_not_for_whoever_used_their_id_before() {
    let it = Vouching::new().await;
    let begun = it.app.widget().ask("bob", "hi").await.is(200);
    let (eve, id) = (it.app.widget().showing(&begun), begun.conversation());
    let events = format!("/api/chat/events?conversationId={id}");
    let mut listening = eve.send(Method::GET, &events, "").await;
    assert_eq!(listening.block().await.as_deref(), Some("id: 0"));
    let bob = it.bob(it.hash()).await;
    bob.ask_in(&id, "bob", "my account number is 4711").await.is(200);
    let handoff = json!({ "visitorId": "bob", "conversationId": id });
    bob.post("/api/chat/handoff", handoff).await.is(200);
    assert_eq!(listening.block().await, None, "the stream went on");
    eve.get(&events).await.refuses(404, "not_found");
    eve.get(&format!("{LIST}/{id}/messages")).await.refuses(404, "not_found");
    assert_eq!((listed(&eve).await, listed(&bob).await), (0, 1));
    eve.ask_in(&id, "bob", "hi").await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_wrong_identity_is_refused_and_leaves_nothing() {
    let it = Vouching::enforcing().await;
    let other = it.app.another_project("other").await;
    let foreign = secret_of(&it.app, other.project.id).await;
    let jwt = |header: Value, claims: Value, secret: &Secret| json!({ "id": "bob", "jwt": signed(&header, &claims, secret) });
    let (hs256, exp) = (json!({ "alg": "HS256" }), it.seconds(600));
    let none = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
        URL_SAFE_NO_PAD.encode(json!({ "sub": "bob", "exp": exp }).to_string()),
    );
    let unsigned = it.jwt(600)["jwt"].as_str().unwrap().rsplit_once('.').unwrap().0.to_owned() + ".";
    let hour_ahead = json!({ "sub": "bob", "exp": it.seconds(HOUR + 600), "iat": it.seconds(HOUR) });
    let hour_behind = json!({ "sub": "bob", "exp": it.seconds(600 - HOUR), "iat": it.seconds(-HOUR) });
    let wrong = [
        ("another visitor's hash", json!({ "id": "bob", "hash": hash("eve", &it.secret) })),
        ("another project's hash", json!({ "id": "bob", "hash": hash("bob", &foreign) })),
        ("a hash with an unknown secret", json!({ "id": "bob", "hash": hash("bob", &Secret::new("")) })),
        ("no hash", json!({ "id": "bob", "hash": "" })),
        ("half a hash", json!({ "id": "bob", "hash": &hash("bob", &it.secret)[..32] })),
        ("another visitor's JWT", jwt(hs256.clone(), json!({ "sub": "eve", "exp": exp }), &it.secret)),
        ("another project's JWT", jwt(hs256.clone(), json!({ "sub": "bob", "exp": exp }), &foreign)),
        ("an expired JWT", it.jwt(-120)),
        ("a JWT for two hours", it.jwt(2 * HOUR)),
        ("a JWT for ever", jwt(hs256.clone(), json!({ "sub": "bob" }), &it.secret)),
        ("a clock an hour ahead", jwt(hs256.clone(), hour_ahead, &it.secret)),
        ("a clock an hour behind", jwt(hs256.clone(), hour_behind, &it.secret)),
        ("RS256", jwt(json!({ "alg": "RS256" }), json!({ "sub": "bob", "exp": exp }), &it.secret)),
        ("HS512", jwt(json!({ "alg": "HS512" }), json!({ "sub": "bob", "exp": exp }), &it.secret)),
        ("alg none", json!({ "id": "bob", "jwt": none })),
        ("a JWT without its signature", json!({ "id": "bob", "jwt": unsigned })),
        ("no JWT", json!({ "id": "bob", "jwt": "x" })),
    ];
    for (what, identity) in wrong {
        for actor in [it.app.widget(), it.app.owner()] {
            let reply = it.session(&actor, identity.clone()).await;
            let problem = reply.refuses(401, "invalid_identity");
            assert_eq!(reply.header("x-visitor-token"), None, "{what}: {problem}");
        }
        let body = json!({ "message": "hi", "visitorId": "bob", "identity": identity });
        it.app.owner().post("/api/chat", body).await.refuses(401, "invalid_identity");
    }
    assert!(!it.is_verified("bob").await);
    let list = it.app.owner().get(&format!("{LIST}?visitorId=bob")).await.is(200);
    assert_eq!(list.json()["total"], 0, "a refused message was stored");
}

#[tokio::test]
async fn badly_formed_identities_are_named() {
    let it = Vouching::new().await;
    let widget = it.app.widget();
    it.session(&widget, json!({ "id": "eve", "hash": hash("eve", &it.secret) }))
        .await
        .blames(&["identity.id"]);
    it.session(&widget, json!({ "id": "bob" })).await.blames(&["identity"]);
    it.session(&widget, json!({ "id": "bob", "hash": "x", "jwt": "y" })).await.blames(&["identity"]);
    it.session(&widget, json!({ "id": 5, "hash": "x\0" })).await.blames(&["identity.hash", "identity.id"]);
    it.session(&widget, json!("bob")).await.blames(&["identity"]);
    let other = it.app.another_project("other").await;
    // A project without a secret takes no identity, whatever it is.
    it.session(&it.app.holder_of(&other.publishable), it.hash()).await.blames(&["identity"]);
}

#[tokio::test]
async fn where_it_is_enforced_a_proved_visitor_needs_the_proof_everywhere() {
    let it = Vouching::enforcing().await;
    // Nobody has proved to be bob yet: whoever says so is taken at their word.
    let begun = it.app.widget().ask("bob", "hi").await.is(200);
    let (before, id) = (it.app.widget().showing(&begun), begun.conversation());
    before.get(&format!("{LIST}/{id}/messages")).await.is(200);
    let bob = it.bob(it.hash()).await;
    for actor in [it.app.widget(), before] {
        for (what, reply) in everywhere(&actor, &id).await {
            assert_eq!(reply.refuses(403, "identity_required")["status"], 403, "{what}");
        }
    }
    assert_eq!(it.app.messages(&id).await.len(), 2, "a refused message was stored");
    for actor in [bob, it.app.owner()] {
        for (what, reply) in everywhere(&actor, &id).await {
            let expected = if what == "feedback" { 404 } else { 200 };
            assert_eq!(reply.status, expected, "{what}: {}", reply.text());
        }
    }
    it.app.widget().ask("eve", "hi").await.is(200);
    it.app.set(|settings| settings.identity.enforced = false).await;
    it.app.widget().ask("bob", "hi").await.is(200);
}

#[tokio::test]
async fn what_a_token_proves_ends_and_renewing_it_does_not_prolong_it() {
    let it = Vouching::enforcing().await;
    let minutes = it.bob(it.jwt(600)).await;
    let day = it.bob(it.hash()).await;
    minutes.get(LIST).await.is(200);
    it.app.clock().advance(2 * HOUR);
    minutes.get(LIST).await.refuses(403, "identity_required");
    day.get(LIST).await.is(200);
    it.app.clock().advance(20 * HOUR);
    let renewed = day.post("/widget/session", json!({ "visitorId": "bob" })).await.is(200);
    assert!(renewed.json()["identityExpiresIn"].as_i64().unwrap() <= 2 * HOUR, "{}", renewed.text());
    let renewed = it.app.widget().showing(&renewed);
    renewed.get(LIST).await.is(200);
    it.app.clock().advance(3 * HOUR);
    for actor in [&renewed, &day] {
        actor.get(LIST).await.refuses(403, "identity_required");
        actor.post("/widget/session", json!({ "visitorId": "bob" })).await.refuses(403, "identity_required");
    }
    // The session is the same once its visitor proves who they are again.
    it.session(&renewed, it.hash()).await.is(200);
}

#[tokio::test]
async fn an_expired_jwt_is_not_replayed() {
    let it = Vouching::new().await;
    let jwt = it.jwt(HOUR);
    it.session(&it.app.widget(), jwt.clone()).await.is(200);
    it.app.clock().advance(HOUR + 120);
    it.session(&it.app.widget(), jwt).await.refuses(401, "invalid_identity");
}

#[tokio::test]
async fn a_new_secret_ends_what_the_old_one_proved() {
    let it = Vouching::enforcing().await;
    let (bob, old) = (it.bob(it.hash()).await, it.hash());
    bob.get(LIST).await.is(200);
    let fresh = secret_of(&it.app, it.app.project().project.id).await;
    let text = fresh.expose();
    assert!(text.starts_with("bp_idn_") && text.len() == 47 && text != it.secret.expose());
    let kept = identity::secret(it.app.engine(), it.app.project().project.id).await.unwrap();
    assert_eq!(kept.unwrap(), fresh);
    bob.get(LIST).await.refuses(403, "identity_required");
    it.session(&it.app.widget(), old).await.refuses(401, "invalid_identity");
    let again = json!({ "id": "bob", "hash": hash("bob", &fresh) });
    it.session(&bob, again).await.is(200);
}

#[tokio::test]
async fn a_stream_of_events_ends_with_the_proof_that_opened_it() {
    let it = Vouching::new().await;
    let bob = it.bob(it.jwt(600)).await;
    let id = bob.ask("bob", "hi").await.is(200).conversation();
    let mut live = bob.send(Method::GET, &format!("/api/chat/events?conversationId={id}"), "").await;
    assert_eq!(live.block().await.as_deref(), Some("id: 0"));
    it.app.clock().advance(HOUR);
    assert_eq!(live.block().await, None, "the stream went on");
}
