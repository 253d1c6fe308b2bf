//! `GET /api/v1/conversations` and `GET /api/v1/conversations/{id}`.

use botplot_testkit::app::TestApp;
use serde_json::{Value, json};

use super::{begun, patch, path};

async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.owner().get(&format!("/api/v1/conversations?{query}")).await.is(200).json();
    let found = list["conversations"].as_array().expect("a list").iter();
    found.map(|c| c["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_as_documented_in_names_order_and_form() {
    let app = TestApp::start().await;
    let info = json!({ "name": "John", "email": "john@example.com" });
    let body = json!({ "message": "hi", "visitorId": "visitor-123", "visitor_info": info });
    let id = app.widget().post("/api/chat", body).await.is(200).conversation();
    let stored = app.conversation(&id).await;
    let (created, updated) = (stored.created_at.rfc3339(), stored.updated_at.rfc3339());
    assert!(created.ends_with('Z') && created.len() == 20, "{created}");
    let reply = app.owner().get("/api/v1/conversations?limit=10").await.is(200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let shown = format!(
        r#"{{"id":"{id}","visitor_id":"visitor-123","visitor_info":{{"name":"John","email":"john@example.com"}},"status":"active","handoff_requested":false,"created_at":"{created}","handled_by":"ai","agent":null,"tags":[],"updated_at":"{updated}","message_count":2}}"#
    );
    // The order of what the visitor said of themselves is the database's.
    let swapped = r#""visitor_info":{"email":"john@example.com","name":"John"}"#;
    let text = reply.text().replace(swapped, r#""visitor_info":{"name":"John","email":"john@example.com"}"#);
    assert_eq!(text, format!(r#"{{"conversations":[{shown}],"total":1,"limit":10,"offset":0}}"#));
    let alone = app.owner().get(&path(&id)).await.is(200).json();
    assert_eq!(alone, serde_json::from_str::<Value>(&shown).unwrap());
}

#[tokio::test]
async fn a_project_without_conversations_has_an_empty_list() {
    let app = TestApp::start().await;
    let reply = app.owner().get("/api/v1/conversations").await.is(200);
    assert_eq!(reply.text(), r#"{"conversations":[],"total":0,"limit":20,"offset":0}"#);
}

#[tokio::test]
async fn who_said_nothing_of_themselves_has_an_empty_object() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    assert_eq!(app.owner().get(&path(&id)).await.is(200).json()["visitor_info"], json!({}));
}

#[tokio::test]
async fn the_newest_stand_first_and_pages_follow_on_each_other() {
    let app = TestApp::start().await;
    let mut begun_in_order = Vec::new();
    for _ in 0..5 {
        begun_in_order.push(begun(&app).await);
        app.clock().advance(1);
    }
    begun_in_order.reverse();
    assert_eq!(ids(&app, "").await, begun_in_order);
    assert_eq!(ids(&app, "limit=2").await, begun_in_order[..2]);
    assert_eq!(ids(&app, "limit=2&offset=2").await, begun_in_order[2..4]);
    assert_eq!(ids(&app, "limit=2&offset=4").await, begun_in_order[4..]);
    let beyond = app.owner().get("/api/v1/conversations?offset=5000000000&limit=7").await.is(200).json();
    let expected = json!({ "conversations": [], "total": 5, "limit": 7, "offset": 5_000_000_000_i64 });
    assert_eq!(beyond, expected);
    // What happens later in an older one does not move it.
    app.owner().ask_in(&begun_in_order[4], "bob", "hi").await.is(200);
    assert_eq!(ids(&app, "").await, begun_in_order);
}

#[tokio::test]
async fn filters_combine_and_the_total_honours_them() {
    let app = TestApp::start().await;
    let (open, closed, archived) = (begun(&app).await, begun(&app).await, begun(&app).await);
    let human = app.widget().ask("eve", "Can I talk to a human?").await.is(200).conversation();
    let waiting = app.widget().ask("eve", "Can I talk to a human?").await.is(200).conversation();
    let owner = app.owner();
    patch(&owner, &closed, json!({ "status": "closed", "tags": ["vip"] })).await.is(200);
    patch(&owner, &archived, json!({ "status": "archived" })).await.is(200);
    patch(&owner, &human, json!({ "handled_by": "human", "tags": ["vip", "a b/ü"] })).await.is(200);
    for (query, expected) in [
        ("status=active", vec![&waiting, &human, &open]),
        ("status=closed", vec![&closed]),
        ("status=archived", vec![&archived]),
        ("handled_by=human", vec![&human]),
        ("handled_by=ai&status=active", vec![&waiting, &open]),
        ("handoff_requested=true", vec![&waiting, &human]),
        ("handoff_requested=true&handled_by=ai", vec![&waiting]),
        ("handoff_requested=false&visitor_id=eve", vec![]),
        ("visitor_id=bob", vec![&archived, &closed, &open]),
        ("visitor_id=nobody", vec![]),
        ("tag=vip", vec![&human, &closed]),
        ("tag=vip&status=closed", vec![&closed]),
        ("tag=a+b%2F%C3%BC", vec![&human]),
        ("tag=vi", vec![]),
        ("tag=%25", vec![]),
        ("Status=closed&unknown=x&limit=100", vec![&waiting, &human, &archived, &closed, &open]),
    ] {
        let mut found = ids(&app, query).await;
        let mut expected: Vec<_> = expected.into_iter().cloned().collect();
        // Within one millisecond the order is that of random ids.
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{query}");
        let list = app.owner().get(&format!("/api/v1/conversations?{query}&offset=4")).await.is(200).json();
        assert_eq!(list["total"], expected.len(), "{query}");
    }
}

#[tokio::test]
async fn what_a_parameter_does_not_take_is_named() {
    let app = TestApp::start().await;
    for (query, faulty) in [
        ("limit=0", &["limit"][..]),
        ("limit=-1", &["limit"]),
        ("limit=ten", &["limit"]),
        ("limit=", &["limit"]),
        ("limit=1&limit=2", &["limit"]),
        ("offset=-1", &["offset"]),
        ("offset=1.5", &["offset"]),
        ("status=open", &["status"]),
        ("status=ACTIVE", &["status"]),
        ("status=", &["status"]),
        ("status=active&status=closed", &["status"]),
        ("handled_by=bot", &["handled_by"]),
        ("handoff_requested=yes", &["handoff_requested"]),
        ("handoff_requested=1", &["handoff_requested"]),
        ("visitor_id=", &["visitor_id"]),
        ("visitor_id=a%0Ab", &["visitor_id"]),
        ("visitor_id=a%00", &["visitor_id"]),
        ("visitor_id=%FF", &["visitor_id"]),
        ("tag=", &["tag"]),
        ("tag=%20", &["tag"]),
        ("limit=0&offset=x&status=y&handled_by=z", &["handled_by", "limit", "offset", "status"]),
    ] {
        app.owner().get(&format!("/api/v1/conversations?{query}")).await.blames(faulty);
    }
    let long = "x".repeat(129);
    app.owner().get(&format!("/api/v1/conversations?visitor_id={long}")).await.blames(&["visitor_id"]);
    app.owner().get(&format!("/api/v1/conversations?tag={long}")).await.blames(&["tag"]);
}

#[tokio::test]
async fn a_limit_over_100_is_served_and_echoed_as_100() {
    let app = TestApp::start().await;
    for limit in ["100", "101", "99999999999999999999"] {
        let list = app.owner().get(&format!("/api/v1/conversations?limit={limit}")).await.is(200).json();
        assert_eq!(list["limit"], 100, "{limit}");
    }
}
