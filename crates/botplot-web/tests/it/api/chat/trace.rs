//! How an answer came about is kept with it.

use botplot_core::trace::Trace;
use botplot_testkit::app::{Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Reply as Said};

use crate::{QUESTION, SHIPPING};

async fn trace(app: &TestApp, reply: &Reply) -> Option<(Trace, i64)> {
    let answer = app.messages(&reply.conversation()).await.pop().unwrap();
    let (reader, project) = (app.engine().reader(), app.project().project.id);
    let all = reader.list_traces(project, answer.conversation).await.unwrap();
    let one = reader.find_trace(project, answer.id).await.unwrap();
    let last = all.into_iter().find(|(id, ..)| *id == answer.id).map(|(_, trace, took)| (trace, took));
    assert_eq!(one, last);
    one
}

#[tokio::test]
async fn the_owner_can_see_what_an_answer_was_built_from() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let reply = app.widget().ask("v", QUESTION).await.is(200);
    let (quoted, took) = trace(&app, &reply).await.unwrap();
    assert_eq!((quoted.plan.as_str(), quoted.model.as_deref()), ("quote", None));
    assert_eq!((quoted.question.as_str(), quoted.threshold), (QUESTION, 0.5));
    assert!(quoted.confidence >= 0.5 && quoted.first_ms.is_some_and(|first| (0..=took).contains(&first)));
    let used: Vec<_> = quoted.candidates.iter().filter(|candidate| candidate.used).collect();
    let sources = reply.last()["sources"].as_array().unwrap().len();
    assert!(sources > 0 && used.len() == sources, "{quoted:?}");
    assert!(used[0].title == "Shipping" && used[0].lexical > 0.0 && used[0].vector.is_some());
    let reply = app.widget().ask("v", "Who painted the ceiling of the Sistine Chapel?").await.is(200);
    let (refused, _) = trace(&app, &reply).await.unwrap();
    assert_eq!(refused.plan, "refuse");
    assert!(refused.confidence < 0.5 && refused.candidates.iter().all(|candidate| !candidate.used));
    let reply = app.widget().ask("v", "Hello!").await.is(200);
    assert_eq!(trace(&app, &reply).await.unwrap().0.plan, "greet");
    let reply = app.widget().ask("v", "Can I talk to a human?").await.is(200);
    assert_eq!(trace(&app, &reply).await.unwrap().0.plan, "handoff");
}

#[tokio::test]
async fn an_answer_of_a_model_names_it_and_a_persons_reply_has_no_trace() {
    let model = FakeLlm::start().await;
    model.reply(Said::text("It takes three to five working days."));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let reply = app.widget().ask("v", QUESTION).await.is(200);
    let (written, _) = trace(&app, &reply).await.unwrap();
    assert_eq!((written.plan.as_str(), written.model.as_deref()), ("model", app.engine().model_name()));
    let path = format!("/api/v1/conversations/{}/messages", reply.conversation());
    app.owner().post(&path, serde_json::json!({ "content": "Hi" })).await.is(201);
    assert_eq!(trace(&app, &reply).await, None);
}
