//! `/api/v1`: keys are checked before anything else is said.

mod conversations;
mod keys;
mod leads;
mod messages;
mod notices;
mod project;
mod search;
mod sources;
mod usage;
mod visitors;
mod webhooks;

use botplot_testkit::app::TestApp;

#[tokio::test]
async fn only_a_secret_key_gets_past_the_door() {
    let app = TestApp::start().await;
    let path = "/api/v1/nothing-of-this-name";
    app.stranger().get(path).await.refuses(401, "unauthorized");
    let refused = app.widget().get(path).await;
    refused.refuses(403, "insufficient_scope");
    app.owner().get(path).await.refuses(404, "not_found");
    app.owner().with("sec-fetch-site", "cross-site").get(path).await.refuses(403, "secret_key_in_browser");
    assert_eq!(refused.header("access-control-allow-origin"), None);
}
