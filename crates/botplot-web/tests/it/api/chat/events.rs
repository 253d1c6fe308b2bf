//! `GET /api/chat/events`.

use botplot_core::ConversationId;
use botplot_core::conversation::Status;
use botplot_core::key::Class;
use botplot_engine::{conversations, keys};
use botplot_testkit::app::{Actor, Live, TestApp};
use http::Method;
use serde_json::{Value, json};

/// A visitor with a conversation.
struct Begun {
    app: TestApp,
    bob: Actor,
    id: String,
}

impl Begun {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let begun = app.widget().ask("bob", "hi").await.is(200);
        let bob = app.widget().showing(&begun);
        Self { id: begun.conversation(), bob, app }
    }

    fn conversation(&self) -> ConversationId {
        self.id.parse().unwrap()
    }

    async fn take_over(&self) {
        let project = self.app.project().project.id;
        conversations::take_over(self.app.engine(), project, self.conversation(), Some("Ann")).await.unwrap();
    }

    async fn reply(&self, content: &str) {
        let (project, content) = (self.app.project().project.id, content.to_owned());
        conversations::reply(self.app.engine(), project, self.conversation(), None, content).await.unwrap();
    }

    async fn typing(&self, on: bool) {
        let project = self.app.project().project.id;
        conversations::typing(self.app.engine(), project, self.conversation(), None, on).await.unwrap();
    }

    async fn set_status(&self, status: Status) {
        let project = self.app.project().project.id;
        conversations::set_status(self.app.engine(), project, self.conversation(), status).await.unwrap();
    }
}

async fn listen(actor: &Actor, id: &str) -> Live {
    actor.send(Method::GET, &format!("/api/chat/events?conversationId={id}"), "").await
}

async fn resume(actor: &Actor, id: &str, after: i64) -> Live {
    listen(&actor.clone().with("last-event-id", &after.to_string()), id).await
}

/// The next event with its id, if it has one; comments are passed over.
async fn next(live: &mut Live) -> Option<(Value, Option<i64>)> {
    loop {
        let block = live.block().await?;
        let Some(event) = block.strip_prefix("data: ") else { continue };
        let (event, id) = event.split_once("\nid: ").map_or((event, None), |(event, id)| (event, Some(id)));
        let id = id.map(|id| id.parse().expect("an id is a number, and nothing follows it"));
        return Some((serde_json::from_str(event).expect("`data:` is followed by JSON"), id));
    }
}

fn status(status: &str, handled_by: &str, agent: Option<&str>) -> Value {
    json!({
        "type": "status", "status": status, "handledBy": handled_by, "handoffRequested": false, "agent": agent,
    })
}

#[tokio::test]
async fn a_page_hears_people_and_changes_as_they_happen() {
    let it = Begun::new().await;
    let mut live = listen(&it.bob, &it.id).await;
    assert_eq!(live.status, 200);
    assert_eq!(live.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(live.header("cache-control"), Some("no-cache, no-transform"));
    assert_eq!(live.header("x-accel-buffering"), Some("no"));
    assert_eq!(live.block().await.as_deref(), Some("id: 0"), "the page is told its place");
    it.take_over().await;
    assert_eq!(next(&mut live).await, Some((status("active", "human", Some("Ann")), Some(1))));
    it.typing(true).await;
    assert_eq!(
        next(&mut live).await,
        Some((json!({ "type": "typing", "typing": true, "name": "Ann" }), None))
    );
    it.typing(false).await;
    assert_eq!(
        next(&mut live).await,
        Some((json!({ "type": "typing", "typing": false, "name": "Ann" }), None))
    );
    it.reply("First line\nsecond — 🚚").await;
    let (said, id) = next(&mut live).await.unwrap();
    let stored = it.app.messages(&it.id).await.pop().unwrap();
    let expected = json!({
        "type": "message", "messageId": stored.id, "role": "assistant", "content": "First line\nsecond — 🚚",
        "author": { "type": "human", "name": "Ann" }, "createdAt": stored.created_at.rfc3339(),
    });
    assert_eq!((said, id), (expected, Some(2)));
    it.set_status(Status::Closed).await;
    let (closed, id) = next(&mut live).await.unwrap();
    assert_eq!((&closed["status"], &closed["handledBy"], id), (&json!("closed"), &json!("ai"), Some(3)));
    it.bob.ask_in(&it.id, "bob", "hi").await.is(200);
    let (reopened, id) = next(&mut live).await.unwrap();
    assert_eq!((&reopened["status"], id), (&json!("active"), Some(4)));
}

#[tokio::test]
async fn a_stream_dropped_after_any_event_goes_on_without_loss_or_repetition() {
    let it = Begun::new().await;
    it.take_over().await;
    for n in 0..4 {
        it.reply(&format!("reply {n}")).await;
    }
    let mut all = Vec::new();
    let mut live = resume(&it.bob, &it.id, 0).await;
    for _ in 0..5 {
        all.push(next(&mut live).await.unwrap());
    }
    live.leave();
    assert_eq!(all.iter().map(|(_, id)| id.unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for cut in 0..=5 {
        let mut live = resume(&it.bob, &it.id, cut).await;
        for expected in &all[cut as usize..] {
            assert_eq!(next(&mut live).await.as_ref(), Some(expected), "after {cut}");
        }
        it.reply(&format!("after {cut}")).await;
        let (said, id) = next(&mut live).await.unwrap();
        assert_eq!((&said["content"], id), (&json!(format!("after {cut}")), Some(all.len() as i64 + 1)));
        all.push((said, id));
    }
}

#[tokio::test]
async fn without_an_id_a_page_begins_now_and_an_id_from_the_future_is_now() {
    let it = Begun::new().await;
    it.take_over().await;
    it.reply("past").await;
    let mut fresh = listen(&it.bob, &it.id).await;
    assert_eq!(fresh.block().await.as_deref(), Some("id: 2"));
    let mut ahead = resume(&it.bob, &it.id, 999_999).await;
    it.reply("present").await;
    for live in [&mut fresh, &mut ahead] {
        let (said, id) = next(live).await.unwrap();
        assert_eq!((&said["content"], id), (&json!("present"), Some(3)));
    }
}

#[tokio::test]
async fn what_another_process_writes_is_heard_without_being_woken() {
    let it = Begun::new().await;
    let mut live = listen(&it.bob, &it.id).await;
    // Nothing on this node tells the page: it looks by itself.
    it.app.tell_silently(&it.id, json!({ "type": "status", "status": "active" })).await;
    let (event, id) = next(&mut live).await.unwrap();
    assert_eq!((&event["status"], id), (&json!("active"), Some(1)));
}

#[tokio::test]
async fn only_those_who_may_listen() {
    let it = Begun::new().await;
    let (app, id) = (&it.app, &it.id);
    let other = app.another_project("other").await;
    let eve = app.widget().ask("eve", "hi").await.is(200);
    let unfound = async |actor: &Actor, query: &str| {
        let mut problem = actor.get(&format!("/api/chat/events?{query}")).await.refuses(404, "not_found");
        problem["request_id"] = json!("");
        problem
    };
    let nobody = unfound(&it.bob, "conversationId=7b3c7b0e-1111-4222-8333-444455556666").await;
    let (own, as_eve) = (format!("conversationId={id}"), format!("conversationId={id}&visitorId=eve"));
    for (who, actor, query) in [
        ("a bare caller", app.widget(), format!("conversationId={id}&visitorId=bob")),
        ("eve", app.widget().showing(&eve), own.clone()),
        ("the owner for eve", app.owner(), as_eve.clone()),
        ("another project's owner", app.holder_of(&other.secret), own.clone()),
        ("a malformed id", it.bob.clone(), "conversationId=x".to_owned()),
        ("an empty id", it.bob.clone(), "conversationId=".to_owned()),
    ] {
        assert_eq!(unfound(&actor, &query).await, nobody, "{who}");
    }
    it.bob.get(&format!("/api/chat/events?{as_eve}")).await.refuses(401, "invalid_visitor_token");
    app.stranger().get(&format!("/api/chat/events?{own}")).await.refuses(401, "unauthorized");
    let mut owner = listen(&app.owner(), id).await;
    it.take_over().await;
    assert_eq!(next(&mut owner).await, Some((status("active", "human", Some("Ann")), Some(1))));
}

#[tokio::test]
async fn bad_input_is_named() {
    let it = Begun::new().await;
    it.bob.get("/api/chat/events").await.blames(&["conversationId"]);
    it.bob
        .get("/api/chat/events?conversationId=a&conversationId=b&visitorId=")
        .await
        .blames(&["conversationId", "visitorId"]);
    for bad in ["", "x", "-1", "1.5", "1.end", "1234567890123456"] {
        let actor = it.bob.clone().with("last-event-id", bad);
        let reply = actor.get(&format!("/api/chat/events?conversationId={}", it.id)).await;
        reply.blames(&["Last-Event-ID"]);
    }
    let twice = it.bob.clone().with("last-event-id", "1").with("last-event-id", "2");
    twice.get("/api/chat/events").await.blames(&["Last-Event-ID", "conversationId"]);
    let reply = it.bob.post("/api/chat/events", json!({})).await;
    reply.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn a_stream_ends_when_its_key_is_revoked() {
    let it = Begun::new().await;
    let (engine, project) = (it.app.engine(), it.app.project().project.id);
    let (record, key) = keys::create(engine, project, Class::Secret, "second", "test").await.unwrap();
    let mut live = listen(&it.app.holder_of(&key), &it.id).await;
    let mut others = listen(&it.bob, &it.id).await;
    assert_eq!(live.block().await.as_deref(), Some("id: 0"));
    keys::revoke(engine, project, record.id, "test").await.unwrap();
    let (last, id) = next(&mut live).await.unwrap();
    assert_eq!((&last["error"]["code"], &last["error"]["retryable"]), (&json!("key_revoked"), &json!(false)));
    assert_eq!((id, next(&mut live).await), (None, None));
    it.take_over().await;
    assert_eq!(next(&mut others).await.unwrap().1, Some(1), "another key's stream was cut");
}

#[tokio::test]
async fn a_stopping_server_says_so_at_once() {
    let it = Begun::new().await;
    let mut live = listen(&it.bob, &it.id).await;
    assert_eq!(live.block().await.as_deref(), Some("id: 0"));
    it.app.stop().await;
    let (last, id) = next(&mut live).await.unwrap();
    assert_eq!(
        (&last["error"]["code"], &last["error"]["retryable"]),
        (&json!("server_restarting"), &json!(true))
    );
    assert_eq!((id, next(&mut live).await), (None, None));
}
