//! `/api/v1/conversations`: listing, reading, changing and deleting.

mod changes;
mod list;
mod removal;
mod strangers;

use botplot_testkit::app::{Actor, Live, Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use http::Method;
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

/// An id that nothing has.
pub(super) const NOBODY: &str = "7b3c7b0e-1111-4222-8333-444455556666";

pub(super) fn path(id: &str) -> String {
    format!("/api/v1/conversations/{id}")
}

pub(super) async fn patch(actor: &Actor, id: &str, body: Value) -> Reply {
    let json = actor.clone().with("content-type", "application/json");
    json.send(Method::PATCH, &path(id), body.to_string()).await.whole().await
}

pub(super) async fn delete(actor: &Actor, path: &str) -> Reply {
    actor.send(Method::DELETE, path, "").await.whole().await
}

/// A conversation of `bob` with a question and an answer.
pub(super) async fn begun(app: &TestApp) -> String {
    app.widget().ask("bob", "hi").await.is(200).conversation()
}

/// A server whose model says two words and then nothing more, and an answer that got so far.
pub(super) async fn with_running_answer(visitor: &str) -> (TestApp, FakeLlm, Live, String) {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::HangAfter(2)));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let body = json!({ "message": QUESTION, "visitorId": visitor });
    let mut live = app.widget().open("/api/chat", body).await;
    assert_eq!(live.event().await, Some(json!({ "token": "one " })));
    let id = live.conversation();
    (app, model, live, id)
}

/// Three more questions of `bob`, whose answers wait behind the running one.
pub(super) async fn wait_behind(app: &TestApp, id: &str) -> Vec<Live> {
    let body = json!({ "message": QUESTION, "visitorId": "bob", "conversationId": id });
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(app.widget().open("/api/chat", body.clone()).await);
    }
    waiting
}

/// What the visitor's page hears live, in order.
pub(super) async fn heard(app: &TestApp, id: &str) -> Vec<Value> {
    let (project, id) = (app.project().project.id, id.parse().expect("a conversation's id is a UUID"));
    let heard =
        app.engine().reader().conversation_events(project, id, 0, 1000).await.expect("the database answers");
    heard.into_iter().map(|(_, payload)| payload).collect()
}

/// What is spent of the month's answers.
pub(super) async fn used(app: &TestApp) -> Value {
    app.owner().get("/api/v1/usage").await.is(200).json()["messages"]["used"].clone()
}
