//! Two projects with something of everything in each, and everybody who could call.

use botplot_core::key::{Class, Key};
use botplot_testkit::app::{Actor, Reply, TestApp};
use serde_json::{Value, json};

use super::table::{Body, Door, Line};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Nobody,
    PublishableA,
    PublishableB,
    SecretA,
    SecretB,
    Revoked,
    /// A's visitor who began A's conversation, with their token.
    VisitorA1,
    /// Another visitor of A, with a token of their own.
    VisitorA2,
}

/// Whose something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    A,
    B,
}

/// One project's things.
struct Things {
    publishable: Key,
    secret: Key,
    project: String,
    visitor: &'static str,
    token: String,
    conversation: String,
    message: String,
    source: String,
    endpoint: String,
    delivery: String,
    key: String,
    logo: String,
}

/// All of it.
pub(super) struct World {
    pub(super) app: TestApp,
    a: Things,
    b: Things,
    revoked: Key,
    second_token: String,
}

/// An id that is none of anything.
const RANDOM: &str = "6f1a7c52-9b0e-4d38-8c47-2e5f0b9d1a63";
/// The smallest picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

impl Caller {
    pub(super) const ALL: [Self; 8] = [
        Self::Nobody,
        Self::PublishableA,
        Self::PublishableB,
        Self::SecretA,
        Self::SecretB,
        Self::Revoked,
        Self::VisitorA1,
        Self::VisitorA2,
    ];

    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::SecretA | Self::SecretB)
    }

    /// Whether the owner's things open to this caller.
    pub(super) fn holds(self, owner: Owner, door: Door) -> bool {
        match self {
            Self::SecretA => owner == Owner::A,
            Self::SecretB => owner == Owner::B,
            Self::VisitorA1 => owner == Owner::A && door == Door::Visitor,
            _ => false,
        }
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let app = TestApp::start().await;
        let other = app.another_project("other").await;
        let first = app.project();
        let a = Things::make(&app, &first.publishable, &first.secret, "ann").await;
        let b = Things::make(&app, &other.publishable, &other.secret, "bea").await;
        let revoked = app.revoked_key(Class::Secret).await;
        let session = app.widget().post("/widget/session", json!({ "visitorId": "abe" })).await.is(200);
        let second_token = session.header("x-visitor-token").unwrap().to_owned();
        Self { app, a, b, revoked, second_token }
    }

    pub(super) fn actor(&self, caller: Caller) -> Actor {
        match caller {
            Caller::Nobody => self.app.stranger(),
            Caller::PublishableA => self.app.holder_of(&self.a.publishable),
            Caller::PublishableB => self.app.holder_of(&self.b.publishable),
            Caller::SecretA => self.app.holder_of(&self.a.secret),
            Caller::SecretB => self.app.holder_of(&self.b.secret),
            Caller::Revoked => self.app.holder_of(&self.revoked),
            Caller::VisitorA1 => {
                self.app.holder_of(&self.a.publishable).with("x-visitor-token", &self.a.token)
            }
            Caller::VisitorA2 => {
                self.app.holder_of(&self.a.publishable).with("x-visitor-token", &self.second_token)
            }
        }
    }

    /// Makes the line's call; a stream that has no end is read up to its head.
    pub(super) async fn call(&self, line: &Line, caller: Caller, owner: Option<Owner>) -> Reply {
        let mut actor = self.actor(caller);
        let path = self.filled(&self.address(line, owner), caller, owner);
        let body = match line.body {
            Body::None => Vec::new(),
            Body::Json(text) => {
                actor = actor.with("content-type", "application/json");
                self.filled(text, caller, owner).into_bytes()
            }
            Body::Png => {
                actor = actor.with("content-type", "image/png");
                PNG.to_vec()
            }
        };
        let live = actor.send(line.method.parse().unwrap(), &path, body).await;
        if line.path == "/api/chat/events" && live.status.as_u16() == 200 {
            let (status, headers) = (live.status, live.headers.clone());
            live.leave();
            return Reply { status, headers, body: Vec::new().into() };
        }
        live.whole().await
    }

    /// The line's address with the owner's ids in it.
    pub(super) fn address(&self, line: &Line, owner: Option<Owner>) -> String {
        let things = owner.map(|owner| self.of(owner));
        let id = |pick: fn(&Things) -> &str| things.map_or(RANDOM, pick);
        let noun = match line.path {
            path if path.starts_with("/api/v1/sources") => id(|t| &t.source),
            path if path.starts_with("/api/v1/webhooks") => id(|t| &t.endpoint),
            path if path.starts_with("/api/v1/keys") => id(|t| &t.key),
            _ => id(|t| &t.conversation),
        };
        let path = line.path.replace("{id}", noun).replace("{messageId}", id(|t| &t.message));
        let path = path.replace("{delivery_id}", id(|t| &t.delivery)).replace("{model}", "botplot");
        let path = path.replace("{visitor_id}", things.map_or("nobody", |t| t.visitor));
        path.replace("{project}", id(|t| &t.project)).replace("{hash}", id(|t| &t.logo)) + line.query
    }

    /// The text with ids in the place of their names. Whoever knows an id knows the visitor that goes with it.
    fn filled(&self, text: &str, caller: Caller, owner: Option<Owner>) -> String {
        let things = owner.map(|owner| self.of(owner));
        let visitor = match caller {
            Caller::VisitorA1 => "ann",
            Caller::VisitorA2 => "abe",
            _ => things.map_or("ann", |t| t.visitor),
        };
        let text = text.replace("$visitor", visitor).replace("$key", self.key_of(caller));
        let text = text.replace("$conversation", things.map_or(RANDOM, |t| &t.conversation));
        text.replace("$message", things.map_or(RANDOM, |t| &t.message))
    }

    fn key_of(&self, caller: Caller) -> &str {
        match caller {
            Caller::Nobody => "bp_pub_of_nobody",
            Caller::PublishableB => self.b.publishable.expose(),
            Caller::SecretA => self.a.secret.expose(),
            Caller::SecretB => self.b.secret.expose(),
            Caller::Revoked => self.revoked.expose(),
            Caller::PublishableA | Caller::VisitorA1 | Caller::VisitorA2 => self.a.publishable.expose(),
        }
    }

    fn of(&self, owner: Owner) -> &Things {
        match owner {
            Owner::A => &self.a,
            Owner::B => &self.b,
        }
    }

    /// Something in the reply that the caller must not see.
    pub(super) fn leak(&self, reply: &Reply, caller: Caller) -> Option<String> {
        let text = String::from_utf8_lossy(&reply.body).into_owned() + &format!("{:?}", reply.headers);
        let knows = |owner: Owner| match caller {
            Caller::SecretA | Caller::VisitorA1 => owner == Owner::A,
            Caller::SecretB => owner == Owner::B,
            _ => false,
        };
        let unknown = [Owner::A, Owner::B].into_iter().filter(|owner| !knows(*owner));
        let secrets = unknown.flat_map(|owner| self.of(owner).secrets());
        secrets.into_iter().find(|secret| text.contains(secret.as_str()))
    }

    /// Everything that the two owners can see, to compare it later.
    pub(super) async fn stored(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for caller in [Caller::SecretA, Caller::SecretB] {
            let owner = if caller == Caller::SecretA { Owner::A } else { Owner::B };
            for path in ["conversations", "sources", "leads", "project", "webhooks", "keys", "audit"] {
                let mut value = self.actor(caller).get(&format!("/api/v1/{path}")).await.is(200).json();
                forget(&mut value, "last_used_at");
                all.push(value);
            }
            let messages = format!("/api/v1/conversations/{}/messages", self.of(owner).conversation);
            all.push(self.actor(caller).get(&messages).await.is(200).json());
            let deliveries = format!("/api/v1/webhooks/{}/deliveries", self.of(owner).endpoint);
            all.push(self.actor(caller).get(&deliveries).await.is(200).json());
        }
        all
    }
}

/// Takes a member out wherever it stands.
fn forget(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            members.remove(name);
            members.values_mut().for_each(|member| forget(member, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, name)),
        _ => {}
    }
}

impl Things {
    async fn make(app: &TestApp, publishable: &Key, secret: &Key, visitor: &'static str) -> Self {
        let (widget, owner) = (app.holder_of(publishable), app.holder_of(secret));
        let info = json!({ "email": format!("{visitor}@private.example") });
        let message = format!("the words of {visitor}");
        let body = json!({ "message": message, "visitorId": visitor, "visitor_info": info, "stream": false });
        // Under a token: a conversation that was begun without one opens to its ids, for as long as it is only added to.
        let session = widget.post("/widget/session", json!({ "visitorId": visitor })).await.is(200);
        let begun = widget.showing(&session).post("/api/chat", body).await.is(200);
        let text = json!({ "type": "text", "name": format!("notes of {visitor}"), "text": format!("known to {visitor}") });
        let source = owner.post("/api/v1/sources", text).await.is(202).json();
        let endpoint = json!({ "url": format!("https://{visitor}.hooks.example/") });
        let endpoint =
            owner.post("/api/v1/webhooks", endpoint).await.is(201).json()["id"].as_str().unwrap().to_owned();
        owner.post(&format!("/api/v1/webhooks/{endpoint}/test"), json!({})).await.is(202);
        let deliveries = owner.get(&format!("/api/v1/webhooks/{endpoint}/deliveries")).await.is(200).json();
        let key =
            owner.post("/api/v1/keys", json!({ "name": format!("key of {visitor}") })).await.is(201).json();
        let logo = owner.clone().with("content-type", "image/png");
        let logo =
            logo.send(http::Method::PUT, "/api/v1/project/logo", PNG).await.whole().await.is(200).json();
        let logo = find(&logo, "logo_url").expect("the reply says where the logo is");
        let mut parts = logo.rsplit('/').map(str::to_owned);
        let (hash, project) = (parts.next().unwrap(), parts.next().unwrap());
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        Self {
            publishable: publishable.clone(),
            secret: secret.clone(),
            project,
            visitor,
            token: session.header("x-visitor-token").unwrap().to_owned(),
            conversation: begun.conversation(),
            message: begun.header("x-message-id").unwrap().to_owned(),
            source: id(&source),
            delivery: id(&deliveries["deliveries"][0]),
            endpoint,
            key: find(&key, "id").expect("a key has an id"),
            logo: hash,
        }
    }

    /// What only the owner and their visitor may see.
    fn secrets(&self) -> Vec<String> {
        let visitor = self.visitor;
        let words = [
            format!("the words of {visitor}"),
            format!("notes of {visitor}"),
            format!("known to {visitor}"),
            format!("key of {visitor}"),
            format!("{visitor}@private.example"),
            format!("{visitor}.hooks.example"),
        ];
        let ids = [
            &self.conversation,
            &self.message,
            &self.source,
            &self.endpoint,
            &self.delivery,
            &self.key,
            &self.token,
        ];
        words.into_iter().chain(ids.into_iter().cloned()).collect()
    }
}

/// The text of a member, wherever it stands.
fn find(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(members) => match members.get(name).and_then(Value::as_str) {
            Some(text) => Some(text.to_owned()),
            None => members.values().find_map(|member| find(member, name)),
        },
        Value::Array(items) => items.iter().find_map(|item| find(item, name)),
        _ => None,
    }
}
