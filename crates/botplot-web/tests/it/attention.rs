//! Who waits and is not heard: what the team and visitors get by letter, once, and when they get nothing.

mod alerts;
mod away;
mod hours;

use std::time::Duration;

use botplot_engine::attention;
use botplot_testkit::app::{Actor, TestApp};
use botplot_testkit::smtp_receiver::{Encryption, Letter, SmtpReceiver};
use http::Method;
use serde_json::{Value, json};

const BOB: &str = "bob@example.com";

/// A server that sends letters, and a visitor with a conversation.
struct Rig {
    app: TestApp,
    mail: SmtpReceiver,
    bob: Actor,
    id: String,
}

impl Rig {
    async fn start() -> Self {
        let mail = SmtpReceiver::start(Encryption::None).await;
        let app = TestApp::with_mail(&mail, &[], 100).await;
        let body = json!({
            "message": "Is anybody there?", "visitorId": "bob", "url": "https://shop.example/pricing?a=1",
            "visitor_info": { "name": "Bob", "email": "Bob@example.com" },
        });
        let begun = app.widget().post("/api/chat", body).await.is(200);
        let bob = app.widget().showing(&begun);
        Self { id: begun.conversation(), bob, mail, app }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let owner = self.app.owner().with("content-type", "application/json");
        let reply = owner.send(method, path, body.to_string()).await.whole().await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
        reply.json()
    }

    async fn ask_for_person(&self) -> Value {
        let body = json!({ "visitorId": "bob", "conversationId": self.id });
        self.bob.post("/api/chat/handoff", body).await.is(200).json()
    }

    /// What the person Ann writes.
    async fn reply(&self, content: &str) {
        let path = format!("/api/v1/conversations/{}/messages", self.id);
        self.call(Method::POST, &path, json!({ "content": content, "author": { "name": "Ann" } })).await;
    }

    async fn change(&self, body: Value) {
        self.call(Method::PATCH, &format!("/api/v1/conversations/{}", self.id), body).await;
    }

    /// Lets this many seconds pass and looks who waits.
    async fn later(&self, seconds: i64) {
        self.app.clock().advance(seconds);
        attention::look(self.app.engine()).await.unwrap();
    }

    /// All letters, once none is on its way.
    async fn letters(&self) -> Vec<Letter> {
        self.until_jobs_are(&[]).await;
        self.mail.letters()
    }

    /// Waits until a job that failed waits for its next attempt.
    async fn waits(&self) {
        self.until_jobs_are(&[("queued".to_owned(), 1)]).await;
    }

    async fn until_jobs_are(&self, expected: &[(String, i64)]) {
        let looking = async {
            let mut pause = tokio::time::interval(Duration::from_millis(10));
            while self.app.engine().reader().job_counts().await.unwrap() != expected {
                pause.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looking).await.expect("it comes to that in time");
    }
}
