//! `/api/v1/notices` and `/api/v1/audit`.

use botplot_testkit::app::TestApp;
use serde_json::json;

use super::conversations::{begun, delete, path};

#[tokio::test]
async fn a_project_begins_without_notices_and_lines() {
    let app = TestApp::start().await;
    let list = app.owner().get("/api/v1/notices").await.is(200);
    assert_eq!(list.text(), r#"{"notices":[],"total":0,"limit":20,"offset":0}"#);
    let log = app.owner().get("/api/v1/audit?limit=500&offset=3").await.is(200);
    assert_eq!(log.text(), r#"{"entries":[],"total":0,"limit":100,"offset":3}"#);
}

#[tokio::test]
async fn a_secret_key_in_a_browser_is_noticed_once() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        app.owner()
            .with("sec-fetch-site", "cross-site")
            .get("/api/v1/notices")
            .await
            .refuses(403, "secret_key_in_browser");
    }
    let list = app.owner().get("/api/v1/notices").await.is(200).json();
    assert_eq!((&list["total"], &list["notices"][0]["kind"]), (&json!(1), &json!("secret_key_in_browser")));
    assert!(list["notices"][0]["created_at"].as_str().is_some_and(|t| t.ends_with('Z')), "{list}");
}

#[tokio::test]
async fn both_are_the_projects_own_and_the_owners() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    delete(&app.owner(), &path(&id)).await.is(200);
    let other = app.another_project("other").await;
    assert_eq!(app.holder_of(&other.secret).get("/api/v1/audit").await.is(200).json()["total"], 0);
    assert_eq!(app.owner().get("/api/v1/audit").await.is(200).json()["total"], 1);
    for path in ["/api/v1/notices", "/api/v1/audit"] {
        app.widget().get(path).await.refuses(403, "insufficient_scope");
        app.stranger().get(path).await.refuses(401, "unauthorized");
        app.owner().get(&format!("{path}?limit=0&offset=-1")).await.blames(&["limit", "offset"]);
    }
}
