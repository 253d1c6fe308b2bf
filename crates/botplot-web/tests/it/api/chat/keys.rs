//! Which keys open the chat.

use botplot_core::RandomIds;
use botplot_core::key::{Class, Key};
use botplot_testkit::app::{Actor, Reply, TestApp};
use serde_json::json;

/// A message that is refused for its fields, so that no answer is needed to see that the key was taken.
async fn knock(actor: &Actor) -> Reply {
    actor.post("/api/chat", json!({})).await
}

#[tokio::test]
async fn either_header_takes_either_key() {
    let app = TestApp::start().await;
    for key in [&app.project().publishable, &app.project().secret] {
        let key = key.expose();
        for actor in [
            app.stranger().with("x-api-key", key),
            app.stranger().with("authorization", &format!("Bearer {key}")),
            app.stranger().with("authorization", &format!("bearer  {key}")),
            app.stranger().with("x-api-key", key).with("authorization", &format!("Bearer {key}")),
            app.stranger().with("x-api-key", key).with("authorization", "Basic dXNlcjpwYXNz"),
        ] {
            knock(&actor).await.refuses(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn without_a_key_or_with_a_wrong_one_nothing_opens() {
    let app = TestApp::start().await;
    let good = app.project().publishable.expose().to_owned();
    let unknown = Key::generate(Class::Publishable, &RandomIds);
    let mut bodies = Vec::new();
    for key in ["", "YOUR_API_KEY", "bp_pub_", &good[..good.len() - 1], &format!("{good}x"), unknown.expose()]
    {
        bodies.push(knock(&app.stranger().with("x-api-key", key)).await);
    }
    for class in [Class::Publishable, Class::Secret] {
        bodies.push(knock(&app.holder_of(&app.revoked_key(class).await)).await);
    }
    bodies.push(knock(&app.stranger()).await);
    bodies.push(knock(&app.stranger().with("authorization", "Basic dXNlcjpwYXNz")).await);
    for reply in bodies {
        let mut problem = reply.refuses(401, "unauthorized");
        problem["request_id"] = json!("");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"BotPlot\""));
        assert!(problem["detail"].as_str().is_some_and(|d| d.contains("unknown or revoked")), "{problem}");
    }
}

#[tokio::test]
async fn two_different_keys_are_ambiguous_even_if_one_is_right() {
    let app = TestApp::start().await;
    let (one, two) = (app.project().publishable.expose(), app.project().secret.expose());
    for actor in [
        app.stranger().with("x-api-key", one).with("authorization", &format!("Bearer {two}")),
        app.stranger().with("x-api-key", one).with("x-api-key", two),
        app.stranger().with("x-api-key", one).with("authorization", "Bearer nonsense"),
    ] {
        let reply = knock(&actor).await;
        reply.refuses(401, "ambiguous_credentials");
        assert!(reply.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn a_secret_key_that_a_browser_sends_is_refused() {
    let app = TestApp::start().await;
    for site in ["cross-site", "same-site", "same-origin", "none"] {
        knock(&app.owner().with("sec-fetch-site", site)).await.refuses(403, "secret_key_in_browser");
        knock(&app.widget().with("sec-fetch-site", site)).await.refuses(400, "invalid_request");
    }
}
