//! `/api/v1/sources`: adding, listing, reading again, switching off, deleting.

mod upload;
mod web;

use botplot_core::source::Status;
use botplot_engine::jobs;
use botplot_testkit::app::{Actor, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::{QUESTION, SHIPPING};

const RANDOM: &str = "550e8400-e29b-41d4-a716-446655440000";

/// Adds a source, has it read, and returns it as it is then.
async fn add(app: &TestApp, body: Value) -> Value {
    let added = app.owner().post("/api/v1/sources", body).await.is(202).json();
    assert_eq!(added["status"], "pending", "{added}");
    jobs::run_until_idle(app.engine()).await;
    show(app, &added).await
}

async fn show(app: &TestApp, source: &Value) -> Value {
    app.owner().get(&format!("/api/v1/sources/{}", id(source))).await.is(200).json()
}

fn id(source: &Value) -> &str {
    source["id"].as_str().unwrap()
}

async fn call(actor: &Actor, method: Method, path: &str, body: Value) -> botplot_testkit::app::Reply {
    let json = actor.clone().with("content-type", "application/json");
    json.send(method, path, body.to_string()).await.whole().await
}

async fn delete(app: &TestApp, source: &Value) -> botplot_testkit::app::Reply {
    call(&app.owner(), Method::DELETE, &format!("/api/v1/sources/{}", id(source)), json!(null)).await
}

fn text(name: &str, text: &str) -> Value {
    json!({ "type": "text", "name": name, "text": text })
}

#[tokio::test]
async fn a_text_is_learnt_listed_and_answered_from() {
    let app = TestApp::start().await;
    let reply = app.owner().post("/api/v1/sources", text(SHIPPING.0, SHIPPING.1)).await.is(202);
    let order = [
        "id",
        "type",
        "name",
        "url",
        "status",
        "error",
        "pages",
        "chunks",
        "bytes",
        "last_synced_at",
        "created_at",
    ];
    let places: Vec<_> = order.iter().map(|n| reply.text().find(&format!("\"{n}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{}", reply.text());
    assert_eq!(reply.json().as_object().unwrap().len(), order.len());
    jobs::run_until_idle(app.engine()).await;
    let source = show(&app, &reply.json()).await;
    assert_eq!(
        (&source["status"], &source["type"], &source["pages"]),
        (&json!("ready"), &json!("text"), &json!(1))
    );
    assert!(source["chunks"].as_i64() > Some(0) && source["bytes"].as_i64() > Some(0), "{source}");
    assert!(source["last_synced_at"].as_str().is_some_and(|t| t.ends_with('Z')), "{source}");
    let answer = app.widget().ask("bob", QUESTION).await.is(200);
    assert!(answer.answer().contains("three to five"), "{}", answer.answer());
    assert_eq!(answer.last()["sources"][0]["source_id"], source["id"]);
    assert_eq!(answer.last()["sources"][0]["url"], json!(null), "nobody can open a kept text");
    let pages = app.owner().get(&format!("/api/v1/sources/{}/pages", id(&source))).await.is(200).json();
    assert_eq!((&pages["total"], &pages["pages"][0]["title"]), (&json!(1), &json!("Shipping")));
    assert_eq!(
        (&pages["pages"][0]["state"], &pages["pages"][0]["reason"]),
        (&json!("indexed"), &json!(null))
    );
}

#[tokio::test]
async fn sources_are_listed_newest_first() {
    let app = TestApp::start().await;
    for name in ["one", "two", "three"] {
        add(&app, text(name, "Some words.")).await;
        app.clock().advance(1);
    }
    let list = app.owner().get("/api/v1/sources?limit=2").await.is(200).json();
    let names: Vec<_> = list["sources"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(
        (names, &list["total"], &list["limit"]),
        (vec![&json!("three"), &json!("two")], &json!(3), &json!(2))
    );
    let list = app.owner().get("/api/v1/sources?limit=1000&offset=2").await.is(200).json();
    assert_eq!(
        (&list["sources"][0]["name"], &list["limit"], &list["offset"]),
        (&json!("one"), &json!(100), &json!(2))
    );
    app.owner().get("/api/v1/sources?limit=0&offset=-1").await.blames(&["limit", "offset"]);
    let other = app.holder_of(&app.another_project("other").await.secret);
    assert_eq!(
        other.get("/api/v1/sources").await.text(),
        r#"{"sources":[],"total":0,"limit":20,"offset":0}"#
    );
}

#[tokio::test]
async fn a_second_text_of_the_same_name_takes_the_place_of_the_first() {
    let app = TestApp::start().await;
    let first = add(&app, text("Hours", "The shop is open from nine to five.")).await;
    let second = add(&app, text("Hours", "The shop is open from ten to six.")).await;
    assert_eq!(first["id"], second["id"]);
    let answer = app.widget().ask("bob", "When is the shop open?").await.answer();
    assert!(answer.contains("ten to six") && !answer.contains("nine to five"), "{answer}");
}

#[tokio::test]
async fn each_question_finds_its_own_answer() {
    let app = TestApp::start().await;
    let pairs = json!([
        { "question": "Where is my parcel?", "answer": "See *Orders* in your account." },
        { "question": "Do you ship to Norway?", "answer": "Yes, within nine days." },
        { "question": "May I bring my dog?", "answer": "Dogs are welcome in the garden only." },
    ]);
    let source = add(&app, json!({ "type": "qa", "name": "FAQ", "pairs": pairs })).await;
    assert_eq!(
        (&source["status"], &source["type"], &source["pages"], &source["chunks"]),
        (&json!("ready"), &json!("qa"), &json!(3), &json!(3))
    );
    for pair in pairs.as_array().unwrap() {
        let body = json!({ "query": pair["question"] });
        let found = app.owner().post("/api/v1/search", body).await.is(200).json();
        let best = &found["passages"][0];
        assert_eq!(best["title"], pair["question"], "{found}");
        let answer = pair["answer"].as_str().unwrap().replace('*', "");
        assert_eq!(best["content"], answer, "a pair is one passage, and nothing else is in it");
    }
    let answer = app.widget().ask("bob", "can i come with a dog?").await.answer();
    assert!(answer.contains("garden only"), "{answer}");
    let one = json!({ "type": "qa", "name": "FAQ", "question": "Do you ship to Norway?", "answer": "No." });
    let source = add(&app, one).await;
    assert_eq!(source["pages"], 1, "the pairs before are replaced");
    let answer = app.widget().ask("bob", "Do you ship to Norway?").await.answer();
    assert!(answer.contains("No.") && !answer.contains("nine days"), "{answer}");
}

#[tokio::test]
async fn no_answer_uses_a_source_from_the_moment_it_is_deleted_or_switched_off() {
    let app = TestApp::start().await;
    let source = add(&app, text(SHIPPING.0, SHIPPING.1)).await;
    let path = format!("/api/v1/sources/{}", id(&source));
    let knows = async || app.widget().ask("bob", QUESTION).await.answer().contains("three to five");
    assert!(knows().await);
    let off = call(&app.owner(), Method::PATCH, &path, json!({ "disabled": true })).await.is(200).json();
    assert_eq!(off["status"], "disabled");
    assert!(!knows().await);
    app.owner().post(&format!("{path}/sync"), json!({})).await.refuses(409, "source_disabled");
    let on = call(&app.owner(), Method::PATCH, &path, json!({ "disabled": false, "name": "Parcels" })).await;
    assert_eq!((&on.json()["status"], &on.json()["name"]), (&json!("pending"), &json!("Parcels")));
    assert!(knows().await, "what was learnt before is there at once");
    jobs::run_until_idle(app.engine()).await;
    assert_eq!(show(&app, &source).await["status"], "ready");
    let gone = delete(&app, &source).await.is(200);
    assert_eq!(gone.text(), format!(r#"{{"id":"{}","deleted":true}}"#, id(&source)));
    assert!(!knows().await);
    let found = app.owner().post("/api/v1/search", json!({ "query": QUESTION })).await.json();
    assert_eq!(found["passages"], json!([]));
    delete(&app, &source).await.refuses(404, "not_found");
    app.owner().get(&path).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_source_that_is_switched_off_while_it_waits_is_not_read() {
    let app = TestApp::start().await;
    let added = app.owner().post("/api/v1/sources", text("Hours", "Nine to five.")).await.is(202).json();
    let path = format!("/api/v1/sources/{}", id(&added));
    call(&app.owner(), Method::PATCH, &path, json!({ "disabled": true })).await.is(200);
    jobs::run_until_idle(app.engine()).await;
    let source = show(&app, &added).await;
    assert_eq!((&source["status"], &source["pages"]), (&json!("disabled"), &json!(0)));
}

#[tokio::test]
async fn reading_again_is_accepted_and_changes_nothing_that_is_the_same() {
    let app = TestApp::start().await;
    let source = add(&app, text(SHIPPING.0, SHIPPING.1)).await;
    let version = app.engine().reader().index_version(app.project().project.id).await.unwrap();
    app.clock().advance(60);
    let path = format!("/api/v1/sources/{}/sync", id(&source));
    let again = app.owner().send(Method::POST, &path, "").await.whole().await.is(202).json();
    assert_eq!((&again["id"], &again["status"]), (&source["id"], &json!("pending")));
    jobs::run_until_idle(app.engine()).await;
    let after = show(&app, &source).await;
    assert_ne!(after["last_synced_at"], source["last_synced_at"]);
    assert_eq!(app.engine().reader().index_version(app.project().project.id).await.unwrap(), version);
}

#[tokio::test]
async fn addresses_that_are_closed_are_refused_at_once_with_the_reason() {
    let app = TestApp::start().await;
    for url in [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.0.0.8/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://192.168.1.1:8080/",
        "http://user:pass@example.com/",
    ] {
        for kind in ["website", "sitemap", "url"] {
            let refused = app.owner().post("/api/v1/sources", json!({ "type": kind, "url": url })).await;
            refused.blames(&["url"]);
        }
    }
    for url in
        ["ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "example.com", "", "http://"]
    {
        app.owner().post("/api/v1/sources", json!({ "type": "url", "url": url })).await.blames(&["url"]);
    }
    assert_eq!(app.owner().get("/api/v1/sources").await.json()["total"], 0);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_fails_with_its_reason() {
    let app = TestApp::start().await;
    for kind in ["website", "sitemap", "url"] {
        let source = add(&app, json!({ "type": kind, "url": "https://nowhere.invalid/x" })).await;
        assert_eq!(
            (&source["type"], &source["url"], &source["name"]),
            (&json!(kind), &json!("https://nowhere.invalid/x"), &json!("https://nowhere.invalid/x"))
        );
        assert_eq!(source["status"], "failed", "{source}");
        assert!(source["error"].as_str().is_some_and(|e| e.contains("nowhere.invalid")), "{source}");
    }
}

#[tokio::test]
async fn the_same_name_for_another_address_is_refused_and_for_the_same_reads_again() {
    let app = TestApp::start().await;
    let new =
        |url: &str, pages: u32| json!({ "type": "website", "url": url, "name": "Help", "max_pages": pages });
    let first = app.owner().post("/api/v1/sources", new("https://a.invalid/", 5)).await.is(202).json();
    let second = app.owner().post("/api/v1/sources", new("https://a.invalid/", 7)).await.is(202).json();
    assert_eq!(first["id"], second["id"]);
    let kept = app.engine().reader().list_sources(app.project().project.id, 10, 0).await.unwrap().0;
    assert_eq!((kept.len(), kept[0].config.max_pages), (1, 7));
    app.owner().post("/api/v1/sources", new("https://b.invalid/", 5)).await.blames(&["name"]);
}

#[tokio::test]
async fn every_faulty_field_is_named() {
    let app = TestApp::start().await;
    let check = async |body: Value, fields: &[&str]| {
        let reply = app.owner().post("/api/v1/sources", body.clone()).await;
        let problem = reply.refuses(400, "invalid_request");
        let mut named: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(named, fields, "{body}");
    };
    check(json!({}), &["type"]).await;
    check(json!({ "type": "podcast" }), &["type"]).await;
    check(json!({ "type": "file" }), &["type"]).await;
    check(json!({ "type": 5, "name": 5 }), &["name", "type"]).await;
    check(json!({ "type": "website" }), &["url"]).await;
    check(
        json!({ "type": "website", "url": 5, "max_pages": 0, "max_depth": 21 }),
        &["max_depth", "max_pages", "url"],
    )
    .await;
    check(json!({ "type": "sitemap", "url": "https://a.invalid/", "max_pages": 100_001 }), &["max_pages"])
        .await;
    check(json!({ "type": "url", "url": format!("https://a.invalid/{}", "x".repeat(2_000)) }), &["url"])
        .await;
    check(json!({ "type": "text" }), &["name", "text"]).await;
    check(text("", "x"), &["name"]).await;
    check(text(&"n".repeat(301), "x"), &["name"]).await;
    check(text("a\nb", "x"), &["name"]).await;
    check(text("a", " \n"), &["text"]).await;
    check(text("a", "b\0"), &["text"]).await;
    check(json!({ "type": "text", "name": "a", "text": "b", "more": vec![1; 50_000] }), &[""]).await;
    check(text("a", &"x".repeat(1_000_001)), &["text"]).await;
    check(json!({ "type": "qa", "name": "a" }), &["pairs"]).await;
    check(json!({ "type": "qa", "name": "a", "pairs": [] }), &["pairs"]).await;
    check(json!({ "type": "qa", "name": "a", "pairs": "x" }), &["pairs"]).await;
    check(json!({ "type": "qa", "name": "a", "pairs": [5] }), &["pairs.0.answer", "pairs.0.question"]).await;
    let good = json!({ "question": "q", "answer": "a" });
    check(json!({ "type": "qa", "name": "a", "pairs": [good, { "question": "q" }] }), &["pairs.1.answer"])
        .await;
    check(json!({ "type": "qa", "name": "a", "pairs": vec![good.clone(); 1_001] }), &["pairs"]).await;
    check(json!({ "type": "qa", "name": "a", "question": "q" }), &["answer"]).await;
    check(json!({ "type": "qa", "name": "a", "question": "q", "answer": "a", "pairs": [good] }), &["pairs"])
        .await;
    check(
        json!({ "type": "qa", "name": "a", "question": "q", "answer": "x".repeat(10_001) }),
        &["pairs.0.answer"],
    )
    .await;
    assert_eq!(app.owner().get("/api/v1/sources").await.json()["total"], 0, "nothing of it was stored");
    assert!(app.engine().reader().next_job_at().await.unwrap().is_none(), "no work was begun");
}

#[tokio::test]
async fn changes_are_checked() {
    let app = TestApp::start().await;
    let source = add(&app, text("one", "Some words.")).await;
    add(&app, text("two", "Other words.")).await;
    let path = format!("/api/v1/sources/{}", id(&source));
    let change = async |body| call(&app.owner(), Method::PATCH, &path, body).await;
    change(json!({ "name": "", "disabled": "yes" })).await.blames(&["disabled", "name"]);
    change(json!({ "name": "two" })).await.blames(&["name"]);
    change(json!({ "name": "one", "disabled": null })).await.is(200);
    assert_eq!(change(json!({})).await.is(200).json(), source);
    change(json!([])).await.refuses(400, "invalid_request");
}

#[tokio::test]
async fn foreign_and_unknown_and_malformed_ids_are_answered_alike() {
    let app = TestApp::start().await;
    let source = add(&app, text("one", "Some words.")).await;
    let other = app.holder_of(&app.another_project("other").await.secret);
    let mut answers = Vec::new();
    for known in [id(&source), RANDOM, "x", "550e8400e29b41d4a716446655440000"] {
        let path = format!("/api/v1/sources/{known}");
        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::PATCH, path.clone()),
            (Method::DELETE, path.clone()),
            (Method::GET, format!("{path}/pages")),
            (Method::POST, format!("{path}/sync")),
        ] {
            let reply = call(&other, method, &path, json!({})).await;
            let mut problem = reply.refuses(404, "not_found");
            problem["request_id"] = json!("");
            answers.push(problem);
        }
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    let kept = show(&app, &source).await;
    assert_eq!(kept["status"], Status::Ready.as_str());
    let path = format!("/api/v1/sources/{}", id(&source));
    app.widget().get(&path).await.refuses(403, "insufficient_scope");
    app.stranger().get(&path).await.refuses(401, "unauthorized");
}
