//! Plans: a month's answers are counted exactly, refused beyond the limit, and warned about before.

use std::time::Duration;

use botplot_core::message::{Role, State};
use botplot_core::notice::Kind;
use botplot_core::plan::Plans;
use botplot_engine::Spending;
use botplot_testkit::app::{Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use futures_util::future::join_all;
use serde_json::json;

use crate::{QUESTION, SHIPPING};

fn month(app: &TestApp) -> String {
    app.engine().clock().now().month()
}

async fn notices(app: &TestApp) -> Vec<Kind> {
    let found = app.engine().reader().list_notices(app.project().project.id, 100, 0).await;
    found.expect("the database answers").0.into_iter().map(|n| n.kind).collect()
}

#[tokio::test]
async fn exactly_the_months_answers_are_given_however_many_ask_at_once() {
    let app = TestApp::limited(7, None).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let visitors: Vec<String> = (0..40).map(|n| format!("visitor-{n}")).collect();
    let owner = app.owner();
    let replies: Vec<Reply> = join_all(visitors.iter().map(|v| owner.ask(v, QUESTION))).await;
    let (answered, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
    assert_eq!((answered.len(), refused.len()), (7, 33));
    assert_eq!(app.used(&month(&app), "messages").await, 7);
    for reply in refused {
        let problem = reply.refuses(402, "message_limit_reached");
        assert_eq!((&problem["limit"], &problem["used"]), (&json!(7), &json!(7)));
        assert_eq!(problem["resets_at"], app.engine().clock().now().next_month().rfc3339());
        // The visitor's message is kept all the same, and the reply says where.
        let stored = app.messages(&reply.conversation()).await;
        assert_eq!((stored.len(), stored[0].role), (1, Role::User));
        assert!(reply.header("x-visitor-token").is_some());
    }
    assert_eq!(notices(&app).await.len(), 2);
    assert!(notices(&app).await.contains(&Kind::MessagesNearLimit));
    assert!(notices(&app).await.contains(&Kind::MessagesAtLimit));
}

#[tokio::test]
async fn the_next_month_begins_anew() {
    let app = TestApp::limited(1, None).await;
    app.owner().ask("v", "Hello").await.is(200);
    app.owner().ask("v", "Hello").await.refuses(402, "message_limit_reached");
    app.clock().advance(31 * 24 * 3600);
    app.owner().ask("v", "Hello").await.is(200);
    assert_eq!(notices(&app).await.len(), 2, "each month is warned about once");
}

#[tokio::test]
async fn an_answer_that_fails_gives_its_unit_back_and_one_that_was_heard_does_not() {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::ErrorAfter(2)));
    let app = TestApp::limited(1, Some(&model)).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let broken = app.owner().ask("v", QUESTION).await.is(200);
    assert_eq!(broken.last()["error"]["code"], "model_failed", "{}", broken.text());
    assert_eq!(app.used(&month(&app), "messages").await, 0);
    model.reply(Said::text("Three days."));
    assert_eq!(app.owner().ask("v", QUESTION).await.is(200).answer(), "Three days.");
    assert_eq!(app.used(&month(&app), "messages").await, 1);
}

#[tokio::test]
async fn while_a_person_has_the_conversation_nothing_is_counted() {
    let app = TestApp::limited(1, None).await;
    let id = app.owner().ask("v", "Hello").await.is(200).conversation();
    app.take_over(&id).await;
    let reply = app.owner().ask_in(&id, "v", "Are you there?").await.is(200);
    assert_eq!((&reply.last()["messageId"], &reply.last()["confidence"]), (&json!(null), &json!(null)));
    assert_eq!(app.used(&month(&app), "messages").await, 1);
}

#[tokio::test]
async fn a_turn_that_waited_while_a_person_took_over_says_nothing() {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::HangAfter(1)));
    let app = TestApp::limited(9, Some(&model)).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let owner = app.owner();
    let mut first = owner.open("/api/chat", json!({ "message": QUESTION, "visitorId": "v" })).await;
    first.event().await.expect("the first word comes");
    let id = first.conversation();
    let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": id });
    let second = owner.open("/api/chat", body).await;
    app.take_over(&id).await;
    owner.post("/api/chat/stop", json!({ "conversationId": id })).await.is(200);
    let cut = first.whole().await.last();
    assert_eq!((&cut["confidence"], &cut["handledBy"]), (&json!(null), &json!("human")));
    let silent = second.whole().await;
    assert_eq!((silent.answer(), &silent.last()["messageId"]), (String::new(), &json!(null)));
    // What was heard counts, the turn that said nothing does not.
    assert_eq!(app.used(&month(&app), "messages").await, 1);
    let states: Vec<_> = app.messages(&id).await.iter().map(|m| m.state).collect();
    assert_eq!(states.iter().filter(|s| **s == State::Stopped).count(), 1, "{states:?}");
}

#[tokio::test]
async fn beyond_the_days_spending_cap_answers_are_quoted_and_the_model_is_left_alone() {
    let model = FakeLlm::start().await;
    model.reply(Said::text("The model speaks.").first_after(Duration::ZERO));
    let spending = Spending { input_price: 1_000.0, output_price: 1_000.0, daily: 0.01 };
    let app = TestApp::with_plans(Plans::default(), spending, Some(&model)).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    assert_eq!(app.owner().ask("v", QUESTION).await.is(200).answer(), "The model speaks.");
    let day = app.engine().clock().now().day();
    assert!(app.used(&day, "spend").await >= 10_000, "{}", app.used(&day, "spend").await);
    let asked = model.requests();
    let quoted = app.owner().ask("v", QUESTION).await.is(200).answer();
    assert!(quoted.contains("working days"), "{quoted}");
    assert_eq!((model.requests(), notices(&app).await), (asked, vec![Kind::SpendingAtLimit]));
    app.clock().advance(24 * 3600);
    assert_eq!(app.owner().ask("v", QUESTION).await.is(200).answer(), "The model speaks.");
}
