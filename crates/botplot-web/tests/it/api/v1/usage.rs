//! `/api/v1/usage`.

use botplot_core::Clock as _;
use botplot_testkit::app::TestApp;
use serde_json::{Value, json};

use super::conversations::begun;

#[tokio::test]
async fn answers_are_counted_by_calendar_month() {
    let app = TestApp::start().await;
    begun(&app).await;
    begun(&app).await;
    let now = app.clock().now();
    let it = app.owner().get("/api/v1/usage").await.is(200).json();
    let expected = json!({
        "period": now.month(),
        "plan": "business",
        "messages": { "used": 2, "limit": null, "resets_at": now.next_month().rfc3339() },
        "spend": { "used": 0.0, "cap": null, "resets_at": now.next_day().rfc3339() },
        "endpoints": { "limit": 10 },
    });
    assert_eq!(it, expected);
    app.clock().advance(now.next_month().seconds_since(now) + 1);
    let next = app.owner().get("/api/v1/usage").await.is(200).json();
    assert_eq!((&next["messages"]["used"], &next["period"]), (&json!(0), &json!(now.next_month().month())));
}

#[tokio::test]
async fn a_cap_of_the_projects_own_is_shown() {
    let app = TestApp::start().await;
    app.set(|s| s.daily_spend = 2.5).await;
    assert_eq!(app.owner().get("/api/v1/usage").await.is(200).json()["spend"]["cap"], 2.5);
}

#[tokio::test]
async fn it_is_the_projects_own_and_the_owners() {
    let app = TestApp::start().await;
    begun(&app).await;
    let other = app.another_project("other").await;
    let it = app.holder_of(&other.secret).get("/api/v1/usage").await.is(200).json();
    assert_eq!((&it["messages"]["used"], &it["messages"]["limit"]), (&json!(0), &Value::Null));
    app.widget().get("/api/v1/usage").await.refuses(403, "insufficient_scope");
    app.stranger().get("/api/v1/usage").await.refuses(401, "unauthorized");
}
