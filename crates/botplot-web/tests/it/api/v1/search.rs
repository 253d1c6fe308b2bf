//! `/api/v1/search`.

use botplot_testkit::app::TestApp;
use serde_json::json;

use crate::{QUESTION, SHIPPING};

#[tokio::test]
async fn the_passages_that_the_bot_answers_from_come_with_their_scores() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let answer = app.widget().ask("bob", QUESTION).await.is(200).last();
    let found = app.owner().post("/api/v1/search", json!({ "query": QUESTION })).await.is(200).json();
    let best = &found["passages"][0];
    assert_eq!(
        (&best["id"], &best["source_id"]),
        (&answer["sources"][0]["id"], &answer["sources"][0]["source_id"])
    );
    assert_eq!((&best["title"], &best["url"]), (&json!("Shipping"), &json!(null)));
    assert!(best["content"].as_str().is_some_and(|c| c.contains("three to five")), "{found}");
    for score in ["lexical", "vector", "final"] {
        assert!(best["scores"][score].as_f64().is_some_and(|s| s > 0.3 && s <= 1.0), "{score}: {found}");
    }
    assert!(found["confidence"].as_f64().is_some_and(|c| c > 0.5 && c <= 1.0), "{found}");
    let names: Vec<_> = best.as_object().unwrap().keys().cloned().collect();
    let mut expected = ["id", "source_id", "page_id", "title", "heading", "content", "url", "scores"];
    expected.sort_unstable();
    let mut names: Vec<_> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn the_limit_is_kept() {
    let app = TestApp::start().await;
    for day in ["Monday", "Tuesday", "Wednesday"] {
        app.learn(day, &format!("The shop is open on {day} from nine to five.")).await;
    }
    let count = async |limit: serde_json::Value| {
        let body = json!({ "query": "When is the shop open?", "limit": limit });
        app.owner().post("/api/v1/search", body).await.is(200).json()["passages"].as_array().unwrap().len()
    };
    assert_eq!((count(json!(1)).await, count(json!(2.0)).await, count(json!(null)).await), (1, 2, 3));
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let app = TestApp::start().await;
    let search = async |body| app.owner().post("/api/v1/search", body).await;
    for query in
        [json!(""), json!("  "), json!(5), json!(null), json!(["x"]), json!("x".repeat(8_001)), json!("a\0")]
    {
        search(json!({ "query": query })).await.blames(&["query"]);
    }
    for limit in [json!(0), json!(21), json!(-1), json!(1.5), json!("8"), json!(1e99)] {
        search(json!({ "query": "x", "limit": limit })).await.blames(&["limit"]);
    }
    search(json!({ "limit": 0 })).await.blames(&["limit", "query"]);
    search(json!({ "query": "é".repeat(8_000) })).await.is(200);
    app.widget().post("/api/v1/search", json!({ "query": "x" })).await.refuses(403, "insufficient_scope");
}

#[tokio::test]
async fn other_projects_find_nothing_of_it() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let other = app.holder_of(&app.another_project("other").await.secret);
    let found = other.post("/api/v1/search", json!({ "query": QUESTION })).await.is(200).json();
    assert_eq!(found["passages"], json!([]));
    assert!(found["confidence"].as_f64().is_some_and(|c| c < 0.5), "{found}");
}
