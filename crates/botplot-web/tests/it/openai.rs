//! `/v1`: what OpenAI's clients call.

use botplot_testkit::app::{Reply, TestApp};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use http::Method;
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

const PATH: &str = "/v1/chat/completions";

async fn taught() -> TestApp {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    app
}

fn asking(question: &str) -> Value {
    json!({ "model": "botplot", "messages": [{ "role": "user", "content": question }] })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = asking(QUESTION);
    body[name] = value;
    body
}

/// The chunks of a stream, which has to end with `[DONE]`.
fn chunks(reply: &Reply) -> Vec<Value> {
    let mut lines: Vec<&str> = reply.text().lines().filter_map(|l| l.strip_prefix("data: ")).collect();
    assert_eq!(lines.pop(), Some("[DONE]"), "{}", reply.text());
    lines.into_iter().map(|json| serde_json::from_str(json).unwrap()).collect()
}

#[tokio::test]
async fn a_completion_has_the_answer_and_what_else_is_known() {
    let app = taught().await;
    let it = app.owner().post(PATH, with("user", json!("ann"))).await.is(200).json();
    let choice = &it["choices"][0];
    assert!(choice["message"]["content"].as_str().unwrap().contains("three to five working days"), "{it}");
    assert_eq!(choice["message"]["role"], "assistant");
    assert_eq!((&choice["message"]["refusal"], &choice["logprobs"]), (&Value::Null, &Value::Null));
    assert_eq!((&choice["index"], &choice["finish_reason"]), (&json!(0), &json!("stop")));
    assert_eq!((&it["object"], &it["model"]), (&json!("chat.completion"), &json!("botplot")));
    let known = &it["botplot"];
    let id = known["message_id"].as_str().unwrap();
    assert_eq!(it["id"], format!("chatcmpl-{id}"));
    assert_eq!(known["sources"][0]["title"], "Shipping");
    assert!(known["confidence"].as_f64().unwrap() > 0.5 && known["handled_by"] == "ai", "{known}");
    assert!(known["handoff_requested"] == false && known["suggestions"].is_array(), "{known}");
    let usage = &it["usage"];
    let said = choice["message"]["content"].as_str().unwrap().chars().count().div_ceil(4);
    let asked = QUESTION.len().div_ceil(4);
    let expected = json!({ "prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said });
    assert_eq!(*usage, expected);
    let stored = app.conversation(known["conversation_id"].as_str().unwrap()).await;
    assert_eq!((stored.visitor_id.as_str(), stored.message_count), ("ann", 2));
}

#[tokio::test]
async fn a_stream_has_the_same_answer_in_chunks() {
    let app = taught().await;
    let whole = app.owner().post(PATH, asking(QUESTION)).await.is(200).json();
    let reply = app.owner().post(PATH, with("stream", json!(true))).await.is(200);
    assert_eq!(reply.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let chunks = chunks(&reply);
    assert!(chunks.iter().all(|c| c["object"] == "chat.completion.chunk" && c["id"] == chunks[0]["id"]));
    assert!(chunks.iter().all(|c| c.get("usage").is_none() && c["model"] == "botplot"));
    assert_eq!(chunks[0]["choices"][0]["delta"], json!({ "role": "assistant", "content": "" }));
    let (last, before) = chunks.split_last().unwrap();
    let said: String = before.iter().map(|c| c["choices"][0]["delta"]["content"].as_str().unwrap()).collect();
    assert_eq!(said, whole["choices"][0]["message"]["content"].as_str().unwrap());
    assert!(before.iter().all(|c| c["choices"][0]["finish_reason"].is_null() && c.get("botplot").is_none()));
    assert_eq!(
        (&last["choices"][0]["finish_reason"], &last["choices"][0]["delta"]),
        (&json!("stop"), &json!({}))
    );
    assert_eq!(last["botplot"]["sources"], whole["botplot"]["sources"]);
    assert_eq!(chunks[0]["id"], format!("chatcmpl-{}", last["botplot"]["message_id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_stream_ends_with_its_usage_where_that_is_wanted() {
    let app = taught().await;
    let mut body = with("stream", json!(true));
    body["stream_options"] = json!({ "include_usage": true });
    let chunks = chunks(&app.owner().post(PATH, body).await.is(200));
    let (last, before) = chunks.split_last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert!(last["usage"]["completion_tokens"].as_u64().unwrap() > 0, "{last}");
    assert!(before.iter().all(|c| c.get("usage") == Some(&Value::Null)), "the others have it as null");
}

#[tokio::test]
async fn the_model_gets_instructions_and_what_was_said_before() {
    let model = FakeLlm::start().await;
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let messages = json!([
        { "role": "system", "content": "Speak like a pirate." },
        { "role": "user", "content": "How long does express shipping take?" },
        { "role": "assistant", "content": "It arrives on the next working day." },
        { "role": "developer", "content": [{ "type": "text", "text": "Be brief." }] },
        { "role": "user", "content": [{ "type": "text", "text": "How much does standard shipping cost?" }] },
    ]);
    let body =
        json!({ "model": "botplot", "messages": messages, "temperature": 0, "max_tokens": 1, "seed": 7 });
    app.owner().post(PATH, body).await.is(200);
    let prompt = &model.prompts()[0];
    assert!(prompt.system().contains("Speak like a pirate.") && prompt.system().contains("Be brief."));
    assert_eq!(prompt.question(), "How much does standard shipping cost?");
    let sent = prompt.json()["messages"].to_string();
    assert!(sent.contains("It arrives on the next working day."), "{sent}");
}

#[tokio::test]
async fn each_request_is_a_conversation_of_its_own_unless_it_names_one() {
    let app = taught().await;
    let conversation = |it: Value| it["botplot"]["conversation_id"].as_str().unwrap().to_owned();
    let one = conversation(app.owner().post(PATH, with("user", json!("ann"))).await.is(200).json());
    let two = conversation(app.owner().post(PATH, asking(QUESTION)).await.is(200).json());
    assert_ne!(one, two);
    let going_on = with("botplot", json!({ "conversation_id": one }));
    assert_eq!(conversation(app.owner().post(PATH, going_on).await.is(200).json()), one);
    assert_eq!(app.messages(&one).await.len(), 4);
    let stranger = app.another_project("other").await;
    for id in [two.as_str(), "550e8400-e29b-41d4-a716-446655440000", "nonsense"] {
        let foreign = with("botplot", json!({ "conversation_id": id }));
        app.holder_of(&stranger.secret).post(PATH, foreign).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn while_a_person_has_the_conversation_the_answer_is_empty() {
    let app = taught().await;
    let first = app.owner().post(PATH, asking(QUESTION)).await.is(200).json();
    let id = first["botplot"]["conversation_id"].as_str().unwrap();
    app.take_over(id).await;
    let it = app.owner().post(PATH, with("botplot", json!({ "conversation_id": id }))).await.is(200).json();
    assert_eq!(it["choices"][0]["message"]["content"], "");
    let known = &it["botplot"];
    assert_eq!((&known["handled_by"], &known["confidence"]), (&json!("human"), &Value::Null));
    assert_eq!((&known["message_id"], &it["id"]), (&Value::Null, &json!(format!("chatcmpl-{id}"))));
}

#[tokio::test]
async fn there_is_one_model() {
    let app = taught().await;
    let list = app.owner().get("/v1/models").await.is(200).json();
    let created = list["data"][0]["created"].as_i64().unwrap();
    let model = json!({ "id": "botplot", "object": "model", "created": created, "owned_by": "botplot" });
    assert_eq!(list, json!({ "object": "list", "data": [model] }));
    assert_eq!(app.owner().get("/v1/models/botplot").await.is(200).json(), model);
    app.owner().get("/v1/models/gpt-4o").await.refuses(404, "model_not_found");
    app.owner().post(PATH, with("model", json!("gpt-4o"))).await.refuses(404, "model_not_found");
}

#[tokio::test]
async fn only_a_secret_key_opens_it() {
    let app = taught().await;
    for path in ["/v1/models", "/v1/models/botplot"] {
        app.stranger().get(path).await.refuses(401, "unauthorized");
        app.widget().get(path).await.refuses(403, "insufficient_scope");
        app.owner()
            .with("sec-fetch-site", "same-origin")
            .get(path)
            .await
            .refuses(403, "secret_key_in_browser");
    }
    app.stranger().post(PATH, asking(QUESTION)).await.refuses(401, "unauthorized");
    let refused = app.widget().post(PATH, asking(QUESTION)).await;
    refused.refuses(403, "insufficient_scope");
    assert_eq!(refused.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_nothing_is_asked() {
    let model = FakeLlm::start().await;
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    for (body, blamed) in [
        (json!({}), vec!["model", "messages"]),
        (with("messages", json!([{ "role": "system", "content": "Hi" }])), vec!["messages"]),
        (
            with("messages", json!([{ "role": "user", "content": "x".repeat(8_001) }])),
            vec!["messages.0.content"],
        ),
        (with("messages", json!([{ "role": "user", "content": "a\0b" }])), vec!["messages.0.content"]),
        (with("n", json!(2)), vec!["n"]),
        (with("tools", json!([{}])), vec!["tools"]),
        (with("stream", json!("yes")), vec!["stream"]),
    ] {
        app.owner().post(PATH, body).await.blames(&blamed);
    }
    assert_eq!(model.requests(), 0);
}

#[tokio::test]
async fn a_body_may_have_a_megabyte() {
    let app = taught().await;
    let owner = app.owner().with("content-type", "application/json");
    let padded = |bytes: usize| {
        let start = asking(QUESTION).to_string();
        format!("{}{}}}", &start[..start.len() - 1], " ".repeat(bytes - start.len()))
    };
    owner.send(Method::POST, PATH, padded(1 << 20)).await.whole().await.is(200);
    let refused = owner.send(Method::POST, PATH, padded((1 << 20) + 1)).await.whole().await;
    refused.refuses(413, "payload_too_large");
}

#[tokio::test]
async fn an_answer_that_breaks_off_ends_its_stream_with_the_error() {
    let model = FakeLlm::start().await;
    model.reply(Said::fault(Fault::CutMidToken(2)));
    let app = TestApp::with_model(&model).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let reply = app.owner().post(PATH, with("stream", json!(true))).await.is(200);
    let last = reply.last();
    assert_eq!(
        (&last["error"]["code"], &last["error"]["retryable"]),
        (&json!("model_failed"), &json!(true)),
        "{last}"
    );
    assert!(!reply.text().contains("[DONE]"), "{}", reply.text());
    app.owner().post(PATH, asking(QUESTION)).await.refuses(502, "model_failed");
}
