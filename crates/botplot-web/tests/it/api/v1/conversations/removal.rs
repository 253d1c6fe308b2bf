//! `DELETE /api/v1/conversations/{id}`.

use botplot_testkit::app::TestApp;
use serde_json::json;

use super::{begun, delete, path, used, wait_behind, with_running_answer};

#[tokio::test]
async fn a_deleted_conversation_is_gone_with_its_messages_and_the_log_says_so() {
    let app = TestApp::start().await;
    let (id, other) = (begun(&app).await, begun(&app).await);
    let owner = app.owner();
    let reply = delete(&owner, &path(&id)).await.is(200);
    assert_eq!(reply.text(), format!(r#"{{"id":"{id}","deleted":true}}"#));
    delete(&owner, &path(&id)).await.refuses(404, "not_found");
    owner.get(&path(&id)).await.refuses(404, "not_found");
    owner.get(&format!("{}/messages", path(&id))).await.refuses(404, "not_found");
    assert!(app.messages(&id).await.is_empty() && app.messages(&other).await.len() == 2);
    app.widget().ask_in(&id, "bob", "hi").await.refuses(404, "not_found");
    let log = owner.get("/api/v1/audit").await.is(200).json();
    let line = &log["entries"][0];
    assert_eq!(
        (&log["total"], &line["action"], &line["subject"]),
        (&json!(1), &json!("conversation.deleted"), &json!(id))
    );
    assert_eq!(line["detail"], json!({ "messages": 2 }));
    let actor = line["actor"].as_str().unwrap();
    assert!(app.project().secret.expose().starts_with(actor) && actor.len() < 25, "{actor}");
}

#[tokio::test]
async fn running_and_waiting_answers_end_and_write_nothing_afterwards() {
    let (app, model, live, id) = with_running_answer("bob").await;
    let waiting = wait_behind(&app, &id).await;
    assert_eq!(used(&app).await, 4, "each has a unit reserved");
    delete(&app.owner(), &path(&id)).await.is(200);
    live.whole().await;
    for one in waiting {
        one.whole().await;
    }
    model.wait_for_disconnects(1).await;
    assert!(app.messages(&id).await.is_empty());
    let used = used(&app).await;
    assert!(used.as_i64() <= Some(1), "{used} units were kept, of which only the first answer's may be");
}
