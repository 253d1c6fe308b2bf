//! `X-Resume` and `GET /api/chat/stream/:messageId`: a dropped stream goes on where it broke off.

use botplot_core::message::State;
use botplot_testkit::app::{Actor, Live, Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use serde_json::json;

use crate::{QUESTION, SHIPPING};

const ANSWER: &str = "It takes thrée to five working days — 🚚 by truck.";

async fn taught(said: Said) -> (TestApp, FakeLlm) {
    let model = FakeLlm::start().await;
    model.reply(said);
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    (app, model)
}

async fn ask(actor: &Actor) -> Live {
    let body = json!({ "message": QUESTION, "visitorId": "v" });
    actor.clone().with("x-resume", "1").open("/api/chat", body).await
}

/// Ids of a stream's events with the text heard up to each.
fn marks(reply: &Reply) -> Vec<(String, String)> {
    let mut heard = String::new();
    let blocks = reply.text().split("\n\n").filter(|b| b.starts_with("data: "));
    let mark = |block: &str| {
        let (event, id) = block.split_once("\nid: ").expect("every event has an id after its `data:` line");
        let event: serde_json::Value = serde_json::from_str(&event["data: ".len()..]).expect("JSON");
        heard.push_str(event["token"].as_str().unwrap_or_default());
        (id.to_owned(), heard.clone())
    };
    blocks.map(mark).collect()
}

async fn resumed(actor: &Actor, message: &str, after: &str) -> Reply {
    actor.clone().with("last-event-id", after).get(&format!("/api/chat/stream/{message}")).await
}

#[tokio::test]
async fn a_stream_cut_after_any_event_goes_on_without_loss_or_repetition() {
    let (app, _model) = taught(Said::text(ANSWER)).await;
    let whole = ask(&app.owner()).await.whole().await.is(200);
    assert_eq!(whole.answer(), ANSWER);
    let marks = marks(&whole);
    assert!(marks.len() > 5, "{}", whole.text());
    let message = whole.header("x-message-id").unwrap().to_owned();
    for (id, heard) in &marks[..marks.len() - 1] {
        let rest = resumed(&app.owner(), &message, id).await.is(200);
        assert_eq!(format!("{heard}{}", rest.answer()), ANSWER, "after {id}");
        assert_eq!(rest.last(), whole.last());
        assert_eq!(rest.header("x-conversation-id"), whole.header("x-conversation-id"));
    }
    let nothing = resumed(&app.owner(), &message, &marks.last().unwrap().0).await.is(204);
    assert_eq!(nothing.text(), "");
    let all = app.owner().get(&format!("/api/chat/stream/{message}")).await.is(200);
    assert_eq!((all.answer(), all.last()), (ANSWER.to_owned(), whole.last()));
}

#[tokio::test]
async fn a_running_answer_is_joined_and_heard_to_its_end() {
    let (app, _model) = taught(Said::fault(Fault::HangAfter(2))).await;
    let mut live = ask(&app.owner()).await;
    assert_eq!(live.event().await, Some(json!({ "token": "one " })));
    let (message, id) = (live.header("x-message-id").unwrap().to_owned(), live.conversation());
    // What was heard is committed.
    assert!(app.messages(&id).await[1].content.starts_with("one "));
    live.leave();
    let path = format!("/api/chat/stream/{message}");
    let again = app.owner().with("last-event-id", "4").send(http::Method::GET, &path, "").await;
    app.owner().post("/api/chat/stop", json!({ "conversationId": id })).await.is(200);
    let again = again.whole().await.is(200);
    assert_eq!((again.answer().as_str(), &again.last()["done"]), ("two ", &json!(true)));
    assert_eq!(app.messages(&id).await[1].state, State::Stopped);
}

#[tokio::test]
async fn a_stream_that_was_not_numbered_can_be_resumed_too() {
    let (app, _model) = taught(Said::text(ANSWER)).await;
    let first = app.widget().ask("v", QUESTION).await.is(200);
    assert!(!first.text().contains("\nid: "));
    let message = first.header("x-message-id").unwrap();
    let again = app.widget().showing(&first).get(&format!("/api/chat/stream/{message}")).await.is(200);
    assert_eq!((again.answer(), again.last()), (ANSWER.to_owned(), first.last()));
}

#[tokio::test]
async fn only_its_own_visitor_and_the_owner_resume_an_answer() {
    let (app, _model) = taught(Said::text(ANSWER)).await;
    let first = app.widget().ask("v", QUESTION).await.is(200);
    let other = app.widget().ask("v", QUESTION).await.is(200);
    let second = app.another_project("second").await;
    let path = format!("/api/chat/stream/{}", first.header("x-message-id").unwrap());
    let unknown = app.owner().get("/api/chat/stream/550e8400-e29b-41d4-a716-446655440000").await;
    unknown.refuses(404, "not_found");
    for actor in [app.widget(), app.widget().showing(&other), app.holder_of(&second.secret)] {
        let refused = actor.get(&path).await;
        refused.refuses(404, "not_found");
        let without_id = |r: &Reply| r.text().replace(r.header("x-request-id").unwrap(), "");
        assert_eq!(without_id(&refused), without_id(&unknown));
    }
    app.owner().get("/api/chat/stream/not-an-id").await.refuses(404, "not_found");
    app.widget().showing(&first).get(&path).await.is(200);
}

#[tokio::test]
async fn an_event_id_that_is_none_is_refused() {
    let (app, _model) = taught(Said::text("é")).await;
    let first = ask(&app.owner()).await.whole().await.is(200);
    let message = first.header("x-message-id").unwrap();
    for bad in ["x", "1", "3", "-1", "99999999999", ""] {
        resumed(&app.owner(), message, bad).await.blames(&["Last-Event-ID"]);
    }
    resumed(&app.owner(), message, "2").await.is(200);
}

#[tokio::test]
async fn an_answer_that_broke_off_ends_with_the_same_error() {
    let (app, _model) = taught(Said::fault(Fault::ErrorAfter(2))).await;
    let first = ask(&app.owner()).await.whole().await.is(200);
    let again = resumed(&app.owner(), first.header("x-message-id").unwrap(), "4").await.is(200);
    assert_eq!((again.answer().as_str(), again.last()), ("two ", first.last()));
    assert_eq!(again.last()["error"]["code"], "model_failed");
}
