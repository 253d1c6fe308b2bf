//! What the log says of a request, and what it must never say.

use std::io::Write;
use std::sync::{Arc, Mutex};

use botplot_testkit::app::TestApp;
use serde_json::json;
use tracing::subscriber::DefaultGuard;

use crate::{QUESTION, SHIPPING};

/// Takes down what is logged.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<u8>>>);

impl Notes {
    /// Takes down what passes `filter` for as long as the guard lives. A test and its server share one thread.
    pub(crate) fn of(filter: &str) -> (Self, DefaultGuard) {
        let notes = Self::default();
        let writer = notes.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (notes, tracing::subscriber::set_default(subscriber))
    }

    /// All that was logged so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("a log is text")
    }
}

impl Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_is_logged_by_its_id_and_without_what_is_private() {
    let (notes, _guard) = Notes::of("trace,sqlx=off,hyper=off");
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let info = json!({ "email": "john@private.example", "name": "Johannes" });
    let body = json!({ "message": QUESTION, "visitorId": "visitor-17", "visitor_info": info });
    let reply = app.widget().post("/api/chat", body).await.is(200);
    let browser = app.owner().with("sec-fetch-site", "cross-site").post("/api/chat", json!({})).await;
    let (publishable, secret) = (app.project().publishable.expose(), app.project().secret.expose());
    for page in ["try", "c"] {
        app.stranger().get(&format!("/{page}/{publishable}?key={secret}")).await.is(200);
    }
    app.stranger().get(&format!("/{secret}")).await.is(404);
    app.stranger().get(&format!("/widget/config?key={publishable}")).await.is(200);
    app.stranger()
        .with("origin", "https://a.example")
        .get(&format!("/widget/config?key={secret}"))
        .await
        .is(200);
    let other = if secret.ends_with('0') { '1' } else { '0' };
    let wrong = format!("{}{other}", &secret[..secret.len() - 1]);
    app.stranger().with("x-api-key", &wrong).post("/api/chat", json!({})).await.is(401);

    let log = notes.text();
    for said in [
        reply.header("x-request-id").unwrap(),
        "route=\"/api/chat\"",
        "turn ended outcome=\"quoted\"",
        "first_token_ms=",
        "code=\"secret_key_in_browser\"",
        browser.header("x-request-id").unwrap(),
        "a secret key came from a browser",
        &app.project().project.id.to_string(),
    ] {
        assert!(log.contains(said), "{said} is missing in\n{log}");
    }
    let token = reply.header("x-visitor-token").unwrap();
    // A secret key's prefix, 12 characters of its body, may be shown; the rest of it not.
    let (prefix, rest) = (app.project().secret.prefix(), &secret[app.project().secret.prefix().len()..]);
    assert!(log.contains(prefix));
    let private =
        [QUESTION, &reply.answer(), "john@private", "Johannes", "visitor-17", token, publishable, rest];
    for kept in private.into_iter().chain([&wrong[20..], &rest[..12]]) {
        assert!(!log.contains(kept), "{kept} is in the log");
    }
}
