//! Turns of one conversation: one after another, three may wait; a client that leaves does not stop its own.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use botplot_core::message::{Role, State};
use botplot_testkit::app::TestApp;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{QUESTION, SHIPPING};

/// A model that never finishes its first answer and writes every later one at once.
async fn slow_at_first() -> FakeLlm {
    let first = std::sync::atomic::AtomicBool::new(true);
    FakeLlm::answering(move |_| {
        let is_first = first.swap(false, std::sync::atomic::Ordering::SeqCst);
        if is_first { Said::fault(Fault::HangAfter(1)) } else { Said::text("Three to five working days.") }
    })
    .await
}

async fn taught(model: &FakeLlm) -> TestApp {
    let app = TestApp::with_model(model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    app
}

#[tokio::test]
async fn turns_run_one_after_another_and_the_fifth_is_refused() {
    let model = slow_at_first().await;
    let app = taught(&model).await;
    let owner = app.owner();
    let mut first = owner.open("/api/chat", json!({ "message": QUESTION, "visitorId": "v" })).await;
    first.event().await.unwrap();
    let id = first.conversation();
    let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": id });
    let mut waiting = Vec::new();
    for _ in 0..3 {
        // The head is there although the answer has to wait: the message is stored.
        waiting.push(owner.open("/api/chat", body.clone()).await);
    }
    let fifth = owner.post("/api/chat", body.clone()).await;
    fifth.refuses(429, "too_many_turns");
    assert!(fifth.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|n| n > 0)));
    assert_eq!(model.requests(), 1, "a waiting turn has asked the model");
    owner.post("/api/chat/stop", json!({ "conversationId": id })).await.is(200);
    assert_eq!(first.whole().await.last()["done"], true);
    for live in waiting {
        assert_eq!(live.whole().await.is(200).answer(), "Three to five working days.");
    }
    let stored = app.messages(&id).await;
    let questions = stored.iter().filter(|m| m.role == Role::User).count();
    assert_eq!((questions, stored.len()), (4, 8), "the refused message was stored, or one was lost");
    owner.post("/api/chat", body).await.is(200);
}

#[tokio::test]
async fn other_conversations_do_not_wait() {
    let model = slow_at_first().await;
    let app = taught(&model).await;
    let mut first = app.owner().open("/api/chat", json!({ "message": QUESTION, "visitorId": "v" })).await;
    first.event().await.unwrap();
    assert_eq!(app.widget().ask("v", QUESTION).await.is(200).last()["done"], true);
}

#[tokio::test]
async fn an_answer_whose_conversation_is_deleted_ends_without_a_fault_of_ours() {
    let model = slow_at_first().await;
    let app = taught(&model).await;
    let mut live = app.owner().open("/api/chat", json!({ "message": QUESTION, "visitorId": "v" })).await;
    live.event().await.unwrap();
    let path = format!("/api/v1/conversations/{}", live.conversation());
    app.owner().send(http::Method::DELETE, &path, "").await.whole().await.is(200);
    // Deleting stops the answer first: whether that or the deletion is stored first is not said.
    let last = live.whole().await.last();
    let told = last["error"]["code"] == "conversation_deleted" && last["error"]["retryable"] == false;
    assert!(last["done"] == true || told, "{last}");
}

#[tokio::test]
async fn an_answer_is_finished_although_its_client_has_left() {
    let model = FakeLlm::start().await;
    model.reply(Said::text("It takes three days.").first_after(std::time::Duration::from_millis(50)));
    let app = taught(&model).await;
    let live = app.widget().open("/api/chat", json!({ "message": QUESTION, "visitorId": "v" })).await;
    let id = live.conversation();
    live.leave();
    // Turns run one after another: when this one is done, the one before it is too.
    app.widget().ask_in(&id, "v", QUESTION).await.is(200);
    let left = &app.messages(&id).await[1];
    assert_eq!((left.state, left.content.as_str()), (State::Complete, "It takes three days."));
    assert_eq!(model.disconnects(), 0, "the model lost its listener");
}

/// Runs `future` for so many steps at most, then drops it.
async fn steps<F: Future>(future: F, most: usize) -> Option<F::Output> {
    let (mut future, mut taken) = (pin!(future), 0);
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if taken == most => Poll::Ready(None),
        Poll::Pending => {
            taken += 1;
            Poll::Pending
        }
    })
    .await
}

fn request(app: &TestApp, body: &Value) -> Request<Body> {
    let request = Request::post("/api/chat").header("content-type", "application/json");
    let request = request.header("x-api-key", app.project().secret.expose());
    request.body(Body::from(body.to_string())).expect("the request is sound")
}

#[tokio::test]
async fn a_client_that_leaves_at_any_moment_leaves_no_question_unanswered() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let id = app.owner().ask("v", QUESTION).await.is(200).conversation();
    let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": id });
    let mut left = 0;
    // Which step stores the message depends on how fast the disk is, so each is left at many times.
    for round in 0..60 {
        let reply = botplot_web::router(app.state().clone()).oneshot(request(&app, &body));
        left += usize::from(steps(reply, round % 4).await.is_none());
        // Turns run one after another: once this one is whole, those before it are over.
        app.owner().ask_in(&id, "v", QUESTION).await.is(200);
    }
    let stored = app.messages(&id).await;
    let count = |role| stored.iter().filter(|m| m.role == role).count();
    let unanswered = stored.iter().filter(|m| m.state != State::Complete).count();
    assert_eq!((count(Role::User), unanswered), (count(Role::Assistant), 0));
    assert!(left > 0 && count(Role::User) > 61, "nobody left in the middle: {left} of {}", stored.len());
}
