//! `/api/v1/leads`.

use botplot_testkit::app::TestApp;
use serde_json::json;

async fn leave(app: &TestApp, visitor: &str, info: serde_json::Value) -> String {
    let body = json!({ "message": "hi", "visitorId": visitor, "visitor_info": info });
    app.widget().post("/api/chat", body).await.is(200).conversation()
}

#[tokio::test]
async fn leads_are_listed_newest_first() {
    let app = TestApp::start().await;
    let first =
        leave(&app, "bob", json!({ "name": "Bob", "email": "bob@example.com", "plan": { "seats": 3 } }))
            .await;
    app.clock().advance(1);
    leave(&app, "eve", json!({ "phone": " +49 30 1 " })).await;
    leave(&app, "nobody", json!({ "plan": "gold", "name": " " })).await;
    let list = app.owner().get("/api/v1/leads?limit=10").await.is(200).json();
    assert_eq!((&list["total"], &list["limit"], &list["offset"]), (&json!(2), &json!(10), &json!(0)));
    let (eve, bob) = (&list["leads"][0], &list["leads"][1]);
    assert_eq!(
        (&eve["visitor_id"], &eve["phone"], &eve["name"]),
        (&json!("eve"), &json!("+49 30 1"), &json!(null))
    );
    assert_eq!(
        (&bob["visitor_id"], &bob["email"], &bob["name"]),
        (&json!("bob"), &json!("bob@example.com"), &json!("Bob"))
    );
    assert_eq!(
        (&bob["details"], &bob["conversation_id"]),
        (&json!({ "plan": { "seats": 3 } }), &json!(first))
    );
    assert!(bob["created_at"].as_str().is_some_and(|t| t.ends_with('Z')));
    let second = app.owner().get("/api/v1/leads?limit=1&offset=1").await.is(200).json();
    assert_eq!((&second["leads"][0], &second["total"]), (bob, &json!(2)));
}

#[tokio::test]
async fn other_projects_and_other_keys_see_none() {
    let app = TestApp::start().await;
    leave(&app, "bob", json!({ "name": "Bob" })).await;
    let other = app.another_project("other").await;
    let list = app.holder_of(&other.secret).get("/api/v1/leads").await.is(200);
    assert_eq!(list.text(), r#"{"leads":[],"total":0,"limit":20,"offset":0}"#);
    app.widget().get("/api/v1/leads").await.refuses(403, "insufficient_scope");
    app.stranger().get("/api/v1/leads").await.refuses(401, "unauthorized");
    app.owner().get("/api/v1/leads?limit=0&offset=x").await.blames(&["limit", "offset"]);
}
