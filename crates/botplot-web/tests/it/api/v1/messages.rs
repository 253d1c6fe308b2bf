//! `/api/v1/conversations/{id}/messages` and `/typing`.

use botplot_testkit::app::{Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::conversations::{NOBODY, begun, heard, patch, path, with_running_answer};
use crate::{QUESTION, SHIPPING};

fn messages(id: &str) -> String {
    format!("{}/messages", path(id))
}

async fn reply(app: &TestApp, id: &str, body: Value) -> Reply {
    app.owner().post(&messages(id), body).await
}

#[tokio::test]
async fn the_list_is_as_documented_in_names_order_and_form() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let body = json!({ "message": QUESTION, "visitorId": "v", "url": "https://shop.example/" });
    let answered = app.widget().post("/api/chat", body).await.is(200);
    let id = answered.conversation();
    let stored = app.messages(&id).await;
    let times: Vec<_> = stored.iter().map(|m| m.created_at.rfc3339()).collect();
    let list = app.owner().get(&messages(&id)).await.is(200);
    let question = format!(
        r#"{{"id":"{}","role":"user","content":"{QUESTION}","sources":[],"created_at":"{}","author":null,"confidence":null,"state":"complete","rating":null,"comment":null,"context":{{"url":"https://shop.example/"}}}}"#,
        stored[0].id, times[0]
    );
    let begins =
        format!(r#"{{"messages":[{question},{{"id":"{}","role":"assistant","content":"#, stored[1].id);
    assert!(list.text().starts_with(&begins), "{}", list.text());
    assert!(list.text().ends_with(r#"],"has_more":false,"limit":1000,"offset":0}"#), "{}", list.text());
    let answer = &list.json()["messages"][1];
    assert_eq!(answer["sources"], answered.last()["sources"], "the snapshot is the one that was sent");
    assert_eq!(
        (&answer["content"], &answer["confidence"]),
        (&json!(answered.answer()), &answered.last()["confidence"])
    );
    let source = answer["sources"][0].as_object().unwrap();
    assert!(source["content"].is_string() && source["similarity"].is_number());
    let names: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = ["id", "role", "content", "sources", "created_at"];
    assert!(documented.iter().all(|n| names.contains(n)), "{names:?}");
}

#[tokio::test]
async fn pages_follow_on_each_other_and_say_whether_there_is_more() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    for n in 0..3 {
        reply(&app, &id, json!({ "content": n.to_string() })).await.is(201);
    }
    for (query, count, more, limit, offset) in [
        ("", 5, false, 1000, 0),
        ("?limit=2", 2, true, 2, 0),
        ("?limit=2&offset=2", 2, true, 2, 2),
        ("?limit=2&offset=3", 2, false, 2, 3),
        ("?limit=5", 5, false, 5, 0),
        ("?offset=5", 0, false, 1000, 5),
        ("?limit=1001", 5, false, 1000, 0),
        ("?limit=99999999999999999999&offset=99999999999999999999", 0, false, 1000, i64::MAX),
    ] {
        let list = app.owner().get(&format!("{}{query}", messages(&id))).await.is(200).json();
        let found = (list["messages"].as_array().unwrap().len(), &list["has_more"]);
        assert_eq!(found, (count, &json!(more)), "{query}");
        assert_eq!((&list["limit"], &list["offset"]), (&json!(limit), &json!(offset)), "{query}");
    }
    let oldest = app.owner().get(&format!("{}?limit=1", messages(&id))).await.json();
    assert_eq!(oldest["messages"][0]["content"], "hi");
    for (query, faulty) in
        [("limit=0", "limit"), ("offset=-1", "offset"), ("limit=x", "limit"), ("offset=", "offset")]
    {
        app.owner().get(&format!("{}?{query}", messages(&id))).await.blames(&[faulty]);
    }
}

#[tokio::test]
async fn an_answer_that_is_being_written_is_not_listed() {
    let (app, _model, live, id) = with_running_answer("bob").await;
    let list = app.owner().get(&messages(&id)).await.is(200).json();
    assert_eq!(list["messages"].as_array().unwrap().len(), 1);
    app.owner().post("/api/chat/stop", json!({ "conversationId": id })).await.is(200);
    live.whole().await;
    let list = app.owner().get(&messages(&id)).await.is(200).json();
    assert_eq!(list["messages"][1]["state"], "stopped");
}

#[tokio::test]
async fn a_persons_reply_takes_the_conversation_over_and_reaches_the_visitor() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let body = json!({ "content": "  Hello, Ann here.\n", "author": { "type": "human", "name": " Ann " } });
    let written = reply(&app, &id, body).await.is(201).json();
    let shown = (&written["role"], &written["content"], &written["author"], &written["confidence"]);
    let author = json!({ "type": "human", "name": "Ann" });
    assert_eq!(shown, (&json!("assistant"), &json!("Hello, Ann here."), &author, &Value::Null));
    assert_eq!((&written["sources"], &written["state"]), (&json!([]), &json!("complete")));
    let list = app.owner().get(&messages(&id)).await.is(200).json();
    assert_eq!(list["messages"][2], written);
    let it = app.owner().get(&path(&id)).await.is(200).json();
    assert_eq!(
        (&it["handled_by"], &it["agent"], &it["message_count"]),
        (&json!("human"), &json!("Ann"), &json!(3))
    );
    let heard = heard(&app, &id).await;
    assert_eq!((&heard[0]["type"], &heard[0]["handledBy"]), (&json!("status"), &json!("human")));
    let message = (&heard[1]["type"], &heard[1]["messageId"], &heard[1]["content"], &heard[1]["author"]);
    assert_eq!(message, (&json!("message"), &written["id"], &written["content"], &author));
    let asked = app.owner().ask_in(&id, "bob", "hi").await.is(200);
    assert_eq!((asked.events().len(), &asked.last()["confidence"]), (1, &Value::Null));
}

#[tokio::test]
async fn a_reply_cuts_the_running_answer() {
    let (app, model, live, id) = with_running_answer("bob").await;
    reply(&app, &id, json!({ "content": "Ann here." })).await.is(201);
    let last = live.whole().await.last();
    assert_eq!((&last["confidence"], &last["handledBy"]), (&Value::Null, &json!("human")));
    model.wait_for_disconnects(1).await;
    let list = app.owner().get(&messages(&id)).await.is(200).json();
    let states: Vec<_> =
        list["messages"].as_array().unwrap().iter().map(|m| m["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["complete", "stopped", "complete"]);
}

#[tokio::test]
async fn a_nameless_reply_is_signed_by_who_has_the_conversation() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let name = |reply: Reply| reply.is(201).json()["author"]["name"].clone();
    assert_eq!(name(reply(&app, &id, json!({ "content": "1" })).await), "Support");
    patch(&app.owner(), &id, json!({ "handled_by": "human", "agent": "Ann" })).await.is(200);
    for author in [json!(null), json!({}), json!({ "name": null })] {
        assert_eq!(name(reply(&app, &id, json!({ "content": "2", "author": author })).await), "Ann");
    }
    assert_eq!(name(reply(&app, &id, json!({ "content": "3", "author": { "name": "Ben" } })).await), "Ben");
    assert_eq!(app.conversation(&id).await.agent.as_deref(), Some("Ben"));
}

#[tokio::test]
async fn a_reply_reopens_a_closed_conversation() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    patch(&app.owner(), &id, json!({ "status": "closed" })).await.is(200);
    reply(&app, &id, json!({ "content": "One more thing." })).await.is(201);
    let it = app.owner().get(&path(&id)).await.json();
    assert_eq!((&it["status"], &it["handled_by"]), (&json!("active"), &json!("human")));
}

#[tokio::test]
async fn a_faulty_reply_is_named_and_not_stored() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    for (body, faulty) in [
        (json!({}), &["content"][..]),
        (json!({ "content": null }), &["content"]),
        (json!({ "content": "" }), &["content"]),
        (json!({ "content": " \n\t" }), &["content"]),
        (json!({ "content": 5 }), &["content"]),
        (json!({ "content": "a\u{0}" }), &["content"]),
        (json!({ "content": "😀".repeat(8001) }), &["content"]),
        (json!({ "content": "x", "author": "Ann" }), &["author"]),
        (json!({ "content": "x", "author": { "name": "" } }), &["author.name"]),
        (json!({ "content": "x", "author": { "name": "A\u{7}" } }), &["author.name"]),
        (json!({ "content": "x", "author": { "name": "x".repeat(101) } }), &["author.name"]),
        (json!({ "content": "", "author": { "name": 5 } }), &["author.name", "content"]),
    ] {
        reply(&app, &id, body).await.blames(faulty);
    }
    assert_eq!(app.messages(&id).await.len(), 2);
    assert_eq!(app.conversation(&id).await.handled_by.as_str(), "ai");
    reply(&app, &id, json!({ "content": "😀".repeat(8000) })).await.is(201);
    let huge = json!({ "content": "x".repeat(256 * 1024) });
    reply(&app, &id, huge).await.refuses(413, "payload_too_large");
    let plain = app.owner().send(Method::POST, &messages(&id), "hi").await.whole().await;
    plain.refuses(415, "unsupported_media_type");
}

#[tokio::test]
async fn typing_is_told_and_not_kept() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let typing = format!("{}/typing", path(&id));
    let mut page = botplot_engine::live::watch(app.engine(), id.parse().unwrap());
    let told = app.owner().post(&typing, json!({ "typing": true, "name": "Ann" })).await.is(200);
    assert_eq!(told.text(), r#"{"typing":true}"#);
    let expected = botplot_engine::live::Heard::Typing { name: "Ann".into(), on: true };
    // A look into the store may come between.
    let mut heard_typing = page.next().await;
    if heard_typing == botplot_engine::live::Heard::Look {
        heard_typing = page.next().await;
    }
    assert_eq!(heard_typing, expected);
    assert!(heard(&app, &id).await.is_empty() && app.conversation(&id).await.handled_by.as_str() == "ai");
    for (body, faulty) in [
        (json!({}), &["typing"][..]),
        (json!({ "typing": "yes" }), &["typing"]),
        (json!({ "typing": null, "name": "" }), &["name", "typing"]),
        (json!({ "typing": false, "name": 1 }), &["name"]),
    ] {
        app.owner().post(&typing, body).await.blames(faulty);
    }
    let unknown = format!("/api/v1/conversations/{NOBODY}/typing");
    app.owner().post(&unknown, json!({ "typing": true })).await.refuses(404, "not_found");
}
