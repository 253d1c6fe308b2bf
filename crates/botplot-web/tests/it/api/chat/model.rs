//! The model and its failures: before the first word the knowledge is quoted instead, after it the stream says so.

use botplot_core::message::State;
use botplot_testkit::app::TestApp;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use serde_json::json;

use crate::{QUESTION, SHIPPING};

async fn answering(said: Said) -> (TestApp, FakeLlm) {
    let model = FakeLlm::start().await;
    model.reply(said);
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    (app, model)
}

fn status(code: u16) -> Fault {
    Fault::Status {
        code,
        retry_after: None,
        body: r#"{"error":{"message":"secret detail of the provider"}}"#.into(),
    }
}

#[tokio::test]
async fn a_model_writes_the_answer_from_the_passages() {
    let (app, model) = answering(Said::text("It takes three to five working days.")).await;
    let reply = app.widget().ask("v", QUESTION).await.is(200);
    assert_eq!(reply.answer(), "It takes three to five working days.");
    assert_eq!(reply.last()["sources"][0]["title"], "Shipping");
    assert_eq!(model.requests(), 1);
    assert!(model.prompts()[0].system().contains("twelve euros"), "the model did not get the passage");
}

#[tokio::test]
async fn what_the_knowledge_does_not_cover_never_reaches_the_model() {
    let (app, model) = answering(Said::text("Michelangelo.")).await;
    let reply = app.widget().ask("v", "Who painted the ceiling of the Sistine Chapel?").await.is(200);
    assert_eq!(reply.answer(), app.project().project.settings.refusal);
    assert_eq!(model.requests(), 0);
}

#[tokio::test]
async fn a_failure_before_the_first_word_becomes_a_quote() {
    for fault in
        [status(500), status(401), status(429), Fault::TooLong, Fault::WrongType, Fault::CutMidToken(0)]
    {
        let name = format!("{fault:?}");
        let (app, _model) = answering(Said::fault(fault)).await;
        let reply = app.widget().ask("v", QUESTION).await.is(200);
        assert!(reply.answer().contains("three to five working days"), "{name}: {}", reply.text());
        assert_eq!(reply.last()["done"], true, "{name}");
        assert!(!reply.text().contains("secret detail"), "{name}");
    }
    let (app, model) = answering(Said::text("never said")).await;
    model.refuse().await;
    assert!(app.widget().ask("v", QUESTION).await.is(200).answer().contains("three to five"));
}

#[tokio::test]
async fn a_failure_after_the_first_word_ends_the_stream_with_an_error() {
    for fault in [Fault::CutMidToken(2), Fault::ErrorAfter(2), Fault::CutMidCharacter] {
        let name = format!("{fault:?}");
        let (app, _model) = answering(Said::fault(fault)).await;
        let reply = app.widget().ask("v", QUESTION).await.is(200);
        let last = reply.last();
        assert_eq!(
            (&last["error"]["code"], &last["error"]["retryable"]),
            (&json!("model_failed"), &json!(true)),
            "{name}: {last}"
        );
        assert!(last["error"]["message"].as_str().is_some_and(|m| !m.is_empty()));
        assert_eq!(last.as_object().unwrap().len(), 1, "{name}: {last}");
        assert!(!reply.text().contains("\"done\""), "{name}: a final event beside the error");
        let stored = app.messages(&reply.conversation()).await;
        assert_eq!((stored[1].state, &*stored[1].content), (State::Failed, &*reply.answer()), "{name}");
        assert!(reply.answer().starts_with("one two"), "{name}: {}", reply.answer());
    }
}

#[tokio::test]
async fn without_a_stream_a_broken_answer_is_a_status() {
    let (app, _model) = answering(Said::fault(Fault::CutMidToken(2))).await;
    let body = json!({ "message": QUESTION, "visitorId": "v", "stream": false });
    let reply = app.widget().post("/api/chat", body).await;
    reply.refuses(502, "model_failed");
    assert_eq!(app.messages(&reply.conversation()).await.len(), 2);
}

#[tokio::test]
async fn a_character_is_never_split_between_tokens() {
    let (app, _model) = answering(Said::tokens(["grün", "e Fähre 😀", "👩‍👩‍👧 ", "e\u{301}"])).await;
    let reply = app.widget().ask("v", QUESTION).await.is(200);
    assert_eq!(reply.answer(), "grüne Fähre 😀👩‍👩‍👧 e\u{301}");
}
