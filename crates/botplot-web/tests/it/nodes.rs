//! Two servers on one PostgreSQL: a visitor and an agent may reach either, and hear and see the same.

use std::time::Duration;

use botplot_core::message::{Role, State};
use botplot_engine::conversations::inbox::{self, News};
use botplot_testkit::app::{Actor, Live, Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use botplot_testkit::postgres::Postgres;
use futures_util::future::{join, join_all};
use http::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::{QUESTION, SHIPPING};

/// Far more than a word from one node to the other takes, and less than looking once a second.
const SOON: Duration = Duration::from_millis(500);

/// Two nodes that know about shipping; the database goes with them.
struct Pair {
    one: TestApp,
    two: TestApp,
    model: FakeLlm,
    postgres: Postgres,
}

impl Pair {
    async fn with(said: Said) -> Self {
        let (model, postgres) = (FakeLlm::start().await, Postgres::start());
        model.reply(said);
        let [one, two] = TestApp::pair(&postgres.create_database(), &model).await;
        one.learn(SHIPPING.0, SHIPPING.1).await;
        // Both ears are open once a word has come from each side to the other.
        let id = one.widget().ask("early", "hi").await.is(200).conversation();
        for (app, other) in [(&one, &two), (&two, &one)] {
            let (mut page, agent) = (listen(&app.owner(), &id).await, other.owner());
            let said = type_until_heard(&agent, &id, &mut page);
            timeout(Duration::from_secs(20), said).await.expect("the nodes hear each other");
        }
        Self { one, two, model, postgres }
    }

    /// Cuts the connections over which the nodes hear each other; a second later they are made anew.
    fn cut_words(&self) {
        assert_eq!(self.postgres.cut_listeners(), 2);
    }

    /// A question on the first node, once its first word is there.
    async fn begin(&self) -> (Live, String) {
        let mut live =
            self.one.owner().open("/api/chat", json!({ "message": QUESTION, "visitorId": "v" })).await;
        assert_eq!(live.status, 200);
        assert!(live.event().await.is_some_and(|e| e["token"].is_string()));
        let id = live.conversation();
        (live, id)
    }
}

async fn listen(actor: &Actor, id: &str) -> Live {
    let mut page = actor.send(Method::GET, &format!("/api/chat/events?conversationId={id}"), "").await;
    assert_eq!(page.status, 200);
    assert!(page.block().await.is_some_and(|b| b.starts_with("id: ")), "a page is told its place first");
    page
}

/// Says that somebody types, again and again, until the page has heard it.
async fn type_until_heard(agent: &Actor, id: &str, page: &mut Live) {
    loop {
        agent.post(&format!("/api/v1/conversations/{id}/typing"), json!({ "typing": true })).await.is(200);
        let heard = timeout(Duration::from_millis(100), page.event()).await.ok().flatten();
        // What is stored, a page finds by itself.
        if heard.is_some_and(|event| event["type"] == "typing") {
            return;
        }
    }
}

async fn ask_in(actor: &Actor, id: &str) -> Live {
    let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": id });
    actor.open("/api/chat", body).await
}

async fn patch(actor: &Actor, id: &str, change: Value) -> Reply {
    let actor = actor.clone().with("content-type", "application/json");
    let path = format!("/api/v1/conversations/{id}");
    actor.send(Method::PATCH, &path, change.to_string()).await.whole().await
}

/// A model that never finishes its first answer and writes every later one at once.
fn slow_at_first(model: &FakeLlm) {
    let first = std::sync::atomic::AtomicBool::new(true);
    model.script(move |_| {
        let is_first = first.swap(false, std::sync::atomic::Ordering::SeqCst);
        if is_first { Said::fault(Fault::HangAfter(2)) } else { Said::text("Three to five working days.") }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_takeover_on_one_node_cuts_the_answer_that_the_other_writes() {
    let pair = Pair::with(Said::fault(Fault::HangAfter(2))).await;
    let (live, id) = pair.begin().await;
    patch(&pair.two.owner(), &id, json!({ "handled_by": "human", "agent": "Ann" })).await.is(200);
    let begun = Instant::now();
    let last = timeout(Duration::from_secs(5), live.whole()).await.expect("it was never cut").last();
    assert!(begun.elapsed() < SOON, "it was cut after {:?}", begun.elapsed());
    assert_eq!(
        (&last["done"], &last["confidence"], &last["handledBy"]),
        (&json!(true), &Value::Null, &json!("human"))
    );
    pair.model.wait_for_disconnects(1).await;
    let stored = pair.two.messages(&id).await;
    assert_eq!((stored[1].state, stored[1].confidence), (State::Stopped, None));
    // What comes next is the person's on either node.
    for app in [&pair.one, &pair.two] {
        let asked = app.owner().ask_in(&id, "v", "And how much is it?").await.is(200);
        assert_eq!(asked.events().len(), 1, "{}", asked.text());
    }
    assert_eq!(pair.model.requests(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_cut_although_the_conversation_was_handed_back_at_once() {
    let pair = Pair::with(Said::fault(Fault::HangAfter(2))).await;
    let (live, id) = pair.begin().await;
    // So that the first node looks when all is over.
    pair.cut_words();
    patch(&pair.two.owner(), &id, json!({ "handled_by": "human" })).await.is(200);
    patch(&pair.two.owner(), &id, json!({ "handled_by": "ai" })).await.is(200);
    let last = timeout(Duration::from_secs(5), live.whole()).await.expect("it was never cut").last();
    assert_eq!(last["done"], true);
    assert_eq!(pair.one.messages(&id).await[1].state, State::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_ends_before_it_hears_of_a_takeover_counts_as_cut() {
    let slow = Said::text("Three to five working days.").each_after(Duration::from_millis(100));
    let pair = Pair::with(slow).await;
    let (live, id) = pair.begin().await;
    pair.cut_words();
    let path = format!("/api/v1/conversations/{id}/messages");
    pair.two.owner().post(&path, json!({ "content": "I am here." })).await.is(201);
    let last = live.whole().await.last();
    assert_eq!((&last["confidence"], &last["handledBy"]), (&Value::Null, &json!("human")));
    let stored = pair.two.messages(&id).await;
    let told: Vec<_> = stored.iter().map(|m| (m.state, m.author.is_some(), m.confidence)).collect();
    let expected =
        [(State::Complete, false, None), (State::Stopped, false, None), (State::Complete, true, None)];
    assert_eq!(told, expected, "the person has the last word: {stored:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_stopped_from_the_other_node() {
    let pair = Pair::with(Said::fault(Fault::HangAfter(2))).await;
    let (live, id) = pair.begin().await;
    let stop = async || {
        let reply = pair.two.owner().post("/api/chat/stop", json!({ "conversationId": id })).await;
        reply.is(200).json()["stopped"].clone()
    };
    assert_eq!(stop().await, true);
    let begun = Instant::now();
    let last = timeout(Duration::from_secs(5), live.whole()).await.expect("it was never stopped").last();
    assert!(last["done"] == true && begun.elapsed() < SOON, "after {:?}: {last}", begun.elapsed());
    assert_eq!(pair.one.messages(&id).await[1].state, State::Stopped);
    assert_eq!(stop().await, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_hears_what_is_written_and_typed_on_the_other_node_at_once() {
    let pair = Pair::with(Said::text("Three to five working days.")).await;
    let id = pair.one.owner().ask("v", "hi").await.is(200).conversation();
    let mut page = listen(&pair.one.owner(), &id).await;
    let path = |what: &str| format!("/api/v1/conversations/{id}/{what}");
    let owner = pair.two.owner();
    owner.post(&path("messages"), json!({ "content": "first" })).await.is(201);
    let heard = async |page: &mut Live| timeout(Duration::from_secs(5), page.event()).await.unwrap().unwrap();
    assert_eq!(heard(&mut page).await["type"], "status");
    assert_eq!(heard(&mut page).await["content"], "first");
    // Looking once a second would find each of five within half a second once in 32 times.
    for n in 0..5 {
        let begun = Instant::now();
        owner.post(&path("messages"), json!({ "content": n.to_string() })).await.is(201);
        let message = heard(&mut page).await;
        assert_eq!(message["content"], n.to_string());
        assert!(begun.elapsed() < SOON, "heard after {:?}", begun.elapsed());
        for typing in [true, false] {
            let begun = Instant::now();
            owner.post(&path("typing"), json!({ "typing": typing, "name": "Ann" })).await.is(200);
            let expected = json!({ "type": "typing", "typing": typing, "name": "Ann" });
            assert_eq!(heard(&mut page).await, expected);
            assert!(begun.elapsed() < SOON, "heard after {:?}", begun.elapsed());
        }
    }
    let mut team = inbox::watch(pair.one.engine(), pair.one.project().project.id);
    let body = json!({ "conversationId": id, "visitorId": "v", "typing": true });
    owner.post("/api/chat/typing", body).await.is(200);
    let typing =
        async { while !matches!(team.next().await, Some(News::Typing { name: None, on: true, .. })) {} };
    timeout(Duration::from_secs(5), typing).await.expect("the team sees the visitor type");
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_of_one_conversation_run_one_after_another_on_two_nodes() {
    let pair = Pair::with(Said::text("Three to five working days.")).await;
    slow_at_first(&pair.model);
    let (first, id) = pair.begin().await;
    let (one, two) = (pair.one.owner(), pair.two.owner());
    let waiting = [ask_in(&two, &id).await, ask_in(&one, &id).await, ask_in(&two, &id).await];
    for (node, actor) in [("one", &one), ("two", &two)] {
        let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": id });
        let fifth = actor.post("/api/chat", body).await;
        assert_eq!(fifth.status, 429, "node {node}: {}", fifth.text());
    }
    two.post("/api/chat/stop", json!({ "conversationId": id })).await.is(200);
    assert_eq!(first.whole().await.last()["done"], true);
    for live in waiting {
        assert_eq!(live.whole().await.is(200).answer(), "Three to five working days.");
    }
    // Each was asked with all that was said before it, so none began before the one ahead was over.
    let said = |n: usize| pair.model.prompts()[n].json()["messages"].as_array().unwrap().len();
    assert_eq!((said(1) - said(0), said(2) - said(1), said(3) - said(2)), (2, 2, 2));
    let stored = pair.one.messages(&id).await;
    let questions = stored.iter().filter(|m| m.role == Role::User).count();
    assert_eq!((questions, stored.len()), (4, 8), "a refused message was stored, or one was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_to_both_nodes_is_one_turn() {
    let pair = Pair::with(Said::text("Three to five working days.")).await;
    slow_at_first(&pair.model);
    let keyed = |app: &TestApp, key: &str| app.owner().with("idempotency-key", key);
    let body = json!({ "message": QUESTION, "visitorId": "v" });
    let mut live = keyed(&pair.one, "a").open("/api/chat", body.clone()).await;
    live.event().await.unwrap();
    keyed(&pair.two, "a").post("/api/chat", body.clone()).await.refuses(409, "idempotency_in_flight");
    let id = live.conversation();
    pair.two.owner().post("/api/chat/stop", json!({ "conversationId": id })).await.is(200);
    let whole = live.whole().await;
    let again = keyed(&pair.two, "a").post("/api/chat", body.clone()).await.is(200);
    assert_eq!(again.last(), whole.last());
    assert_eq!(again.answer(), format!("one {}", whole.answer()));
    let other = json!({ "message": "Another", "visitorId": "v" });
    keyed(&pair.two, "a").post("/api/chat", other).await.refuses(422, "idempotency_key_reused");
    for n in 0..8 {
        let (one, two) = (keyed(&pair.one, &n.to_string()), keyed(&pair.two, &n.to_string()));
        let both = join(one.post("/api/chat", body.clone()), two.post("/api/chat", body.clone())).await;
        let made = [both.0, both.1].map(|r| (r.status.as_u16() == 200).then(|| r.conversation()));
        let known = made.iter().flatten().next().expect("one of them is taken");
        assert!(made.iter().flatten().all(|id| id == known), "two turns under one key: {made:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_resumed_on_the_other_node() {
    let pair =
        Pair::with(Said::text("It takes three to five days.").each_after(Duration::from_millis(60))).await;
    let body = json!({ "message": QUESTION, "visitorId": "v" });
    let mut live = pair.one.owner().with("x-resume", "1").open("/api/chat", body).await;
    let message = live.header("x-message-id").unwrap().to_owned();
    live.event().await.unwrap();
    let path = format!("/api/chat/stream/{message}");
    let (here, there) = join(live.whole(), pair.two.owner().get(&path)).await;
    assert_eq!(there.is(200).answer(), "It takes three to five days.");
    assert_eq!(here.last()["done"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_hear_each_other_again_after_their_connections_were_lost() {
    let pair = Pair::with(Said::fault(Fault::HangAfter(2))).await;
    let (live, id) = pair.begin().await;
    let mut page = listen(&pair.one.owner(), &id).await;
    pair.cut_words();
    // Nobody is told just now, and yet a person and the bot never both answer.
    patch(&pair.two.owner(), &id, json!({ "handled_by": "human" })).await.is(200);
    let begun = Instant::now();
    let last = timeout(Duration::from_secs(5), live.whole()).await.expect("it was never cut").last();
    assert_eq!(last["handledBy"], "human");
    assert!(begun.elapsed() < Duration::from_secs(2), "cut after {:?}", begun.elapsed());
    let agent = pair.two.owner();
    let heard = type_until_heard(&agent, &id, &mut page);
    timeout(Duration::from_secs(20), heard).await.expect("the nodes never heard each other again");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_turns_over_two_nodes_are_all_answered_once() {
    let pair = Pair::with(Said::text("Three to five working days.")).await;
    let ids = join_all((0..6).map(|n| {
        let app = if n % 2 == 0 { &pair.one } else { &pair.two };
        async move { app.owner().ask("v", QUESTION).await.is(200).conversation() }
    }));
    let ids = ids.await;
    let turns =
        ids.iter().flat_map(|id| [(id, &pair.one), (id, &pair.two), (id, &pair.one), (id, &pair.two)]);
    let replies = join_all(turns.map(|(id, app)| {
        let actor = app.owner();
        async move { actor.ask_in(id, "v", QUESTION).await.is(200) }
    }));
    let took = Instant::now();
    for reply in timeout(Duration::from_mins(1), replies).await.expect("turns wait for ever") {
        assert_eq!(reply.answer(), "Three to five working days.");
    }
    println!("24 turns, four at once in each of six conversations: {:?}", took.elapsed());
    for id in ids {
        let stored = pair.two.messages(&id).await;
        assert!(stored.iter().all(|m| m.state == State::Complete), "{stored:?}");
        assert_eq!(stored.len(), 10);
    }
}
