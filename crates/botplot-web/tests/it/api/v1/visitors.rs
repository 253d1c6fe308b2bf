//! `/api/v1/visitors`: export and erasure.

use botplot_testkit::app::{Reply, TestApp};
use serde_json::{Value, json};

use super::conversations::{begun, delete, path, used, wait_behind, with_running_answer};

/// A visitor id that is hard on addresses.
const ODD: &str = "a/b?c#d%e f+ü@x.y";
const ODD_ENCODED: &str = "a%2Fb%3Fc%23d%25e%20f%2B%C3%BC%40x.y";

fn visitor(encoded: &str) -> String {
    format!("/api/v1/visitors/{encoded}")
}

fn export(encoded: &str) -> String {
    format!("{}/export", visitor(encoded))
}

fn unfound(reply: &Reply) -> Value {
    let mut problem = reply.refuses(404, "not_found");
    problem["request_id"] = json!("");
    problem
}

/// Two conversations with details of `who`.
async fn leave(app: &TestApp, who: &str) -> [String; 2] {
    let info = json!({ "name": "Bob", "email": "bob@example.com" });
    let body = json!({ "message": "my secret words", "visitorId": who, "visitor_info": info });
    let mut ids = [String::new(), String::new()];
    for id in &mut ids {
        *id = app.widget().post("/api/chat", body.clone()).await.is(200).conversation();
        app.clock().advance(1);
    }
    ids
}

#[tokio::test]
async fn an_erased_visitor_leaves_counts_and_a_hash() {
    let app = TestApp::start().await;
    for (who, encoded) in [("bob", "bob"), (ODD, ODD_ENCODED)] {
        let ids = leave(&app, who).await;
        let others = begun(&app).await;
        let erased = delete(&app.owner(), &visitor(encoded)).await.is(200).json();
        let bobs = if who == "bob" { (3, 6) } else { (2, 4) };
        assert_eq!((&erased["visitor_id"], &erased["deleted"]), (&json!(who), &json!(true)));
        assert_eq!((&erased["conversations"], &erased["messages"]), (&json!(bobs.0), &json!(bobs.1)));
        assert_eq!(erased["leads"], 1, "the same details twice are one lead");
        for id in ids {
            app.owner().get(&path(&id)).await.refuses(404, "not_found");
            assert!(app.messages(&id).await.is_empty());
        }
        assert_eq!(app.messages(&others).await.is_empty(), who == "bob", "only this visitor's are erased");
        delete(&app.owner(), &visitor(encoded)).await.refuses(404, "not_found");
        app.owner().get(&export(encoded)).await.refuses(404, "not_found");
        let log = app.owner().get("/api/v1/audit?limit=1").await.is(200);
        let line = log.json()["entries"][0].clone();
        assert_eq!(
            (&line["action"], &line["detail"]["conversations"]),
            (&json!("visitor.erased"), &json!(bobs.0))
        );
        let subject = line["subject"].as_str().unwrap();
        assert!(subject.len() == 16 && subject.bytes().all(|b| b.is_ascii_hexdigit()), "{subject}");
        assert!(!log.text().contains("example.com") && !log.text().contains(who), "{}", log.text());
    }
    let leads = app.owner().get("/api/v1/leads").await.is(200).json();
    assert_eq!(leads["total"], 0);
}

#[tokio::test]
async fn running_and_waiting_answers_end_and_write_nothing_afterwards() {
    let (app, model, live, id) = with_running_answer("bob").await;
    let waiting = wait_behind(&app, &id).await;
    assert_eq!(used(&app).await, 4, "each has a unit reserved");
    let erased = delete(&app.owner(), &visitor("bob")).await.is(200).json();
    assert_eq!(erased["conversations"], 1);
    live.whole().await;
    for one in waiting {
        one.whole().await;
    }
    model.wait_for_disconnects(1).await;
    assert!(app.messages(&id).await.is_empty());
    delete(&app.owner(), &visitor("bob")).await.refuses(404, "not_found");
    let used = used(&app).await;
    assert!(used.as_i64() <= Some(1), "{used} units were kept, of which only the first answer's may be");
}

#[tokio::test]
async fn an_export_has_all_that_the_visitor_left() {
    let app = TestApp::start().await;
    let [first, second] = leave(&app, ODD).await;
    begun(&app).await;
    let reply = app.owner().get(&export(ODD_ENCODED)).await.is(200);
    let it = reply.json();
    assert_eq!(it["visitor_id"], ODD);
    assert!(reply.text().starts_with(r#"{"visitor_id":"#), "{}", reply.text());
    let ids: Vec<_> =
        it["conversations"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&second, &first], "newest first");
    let conversation = &it["conversations"][1];
    assert_eq!(
        (&conversation["visitor_info"]["name"], &conversation["status"]),
        (&json!("Bob"), &json!("active"))
    );
    let said = app.owner().get(&format!("{}/messages", path(&first))).await.is(200).json();
    assert_eq!(conversation["messages"], said["messages"]);
    assert_eq!(
        (&it["leads"][0]["email"], it["leads"].as_array().unwrap().len()),
        (&json!("bob@example.com"), 1)
    );
    assert_eq!(it["feedback"], json!([]));
}

#[tokio::test]
async fn whoever_is_not_known_is_not_found_in_always_the_same_words() {
    let app = TestApp::start().await;
    leave(&app, "bob").await;
    let other = app.another_project("other").await;
    let foreigner = app.holder_of(&other.secret);
    let expected = unfound(&app.owner().get(&export("nobody")).await);
    let long = "x".repeat(129);
    for (actor, who) in [
        (&foreigner, "bob"),
        (&app.owner(), "nobody"),
        (&app.owner(), "Bob"),
        (&app.owner(), "bo_"),
        (&app.owner(), "%25"),
        (&app.owner(), "a%00b"),
        (&app.owner(), "a%0Ab"),
        (&app.owner(), "%FF"),
        (&app.owner(), &long),
    ] {
        assert_eq!(unfound(&actor.get(&export(who)).await), expected, "{who}");
        assert_eq!(unfound(&delete(actor, &visitor(who)).await), expected, "{who}");
    }
    let key = app.widget();
    key.get(&export("bob")).await.refuses(403, "insufficient_scope");
    delete(&key, &visitor("bob")).await.refuses(403, "insufficient_scope");
    delete(&app.stranger(), &visitor("bob")).await.refuses(401, "unauthorized");
    app.owner().get(&export("bob")).await.is(200);
}
