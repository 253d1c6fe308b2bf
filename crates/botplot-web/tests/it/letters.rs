//! Letters, from what happens to what a mail server gets: who is told of what, once, whatever the mail server does.

use std::time::Duration;

use botplot_testkit::app::TestApp;
use botplot_testkit::smtp_receiver::{Act, Encryption, Letter, SmtpReceiver};
use botplot_testkit::webhook_receiver::{Answer, WebhookReceiver};
use http::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const OPS: &str = "ops@example.net";

struct Rig {
    app: TestApp,
    mail: SmtpReceiver,
    receiver: WebhookReceiver,
}

impl Rig {
    /// A server whose first project names these addresses.
    async fn start(emails: &[&str], operator: &[&str], per_hour: u32) -> Self {
        let mail = SmtpReceiver::start(Encryption::None).await;
        let app = TestApp::with_mail(&mail, operator, per_hour).await;
        let rig = Self { app, mail, receiver: WebhookReceiver::start().await };
        rig.call(Method::PATCH, "/api/v1/project", json!({ "notices": { "emails": emails } })).await;
        rig
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let owner = self.app.owner().with("content-type", "application/json");
        let reply = owner.send(method, path, body.to_string()).await.whole().await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
        reply.json()
    }

    /// Adds an endpoint whose receiver answers with this status, and sends it something; returns its id.
    async fn endpoint(&self, status: u16) -> String {
        self.receiver.answer(move |_, _| Answer::status(status));
        let it = self.call(Method::POST, "/api/v1/webhooks", json!({ "url": self.receiver.url() })).await;
        let id = it["id"].as_str().unwrap().to_owned();
        self.call(Method::POST, &format!("/api/v1/webhooks/{id}/test"), json!({})).await;
        id
    }

    /// Makes an endpoint say that it is gone.
    async fn disabled(&self) -> String {
        let id = self.endpoint(410).await;
        self.until(async || self.status(&id).await == "disabled").await;
        id
    }

    async fn status(&self, endpoint: &str) -> String {
        let it = self.app.owner().get(&format!("/api/v1/webhooks/{endpoint}")).await.is(200).json();
        it["status"].as_str().unwrap().to_owned()
    }

    async fn notices(&self, kind: &str) -> Vec<Value> {
        let all = self.app.owner().get("/api/v1/notices?limit=100").await.is(200).json();
        all["notices"].as_array().unwrap().iter().filter(|n| n["kind"] == kind).cloned().collect()
    }

    /// How many jobs wait, run and have failed.
    async fn jobs(&self) -> Vec<(String, i64)> {
        self.app.engine().reader().job_counts().await.unwrap()
    }

    /// Waits until nothing is on its way any more.
    async fn settled(&self) {
        self.until(async || self.jobs().await.is_empty()).await;
    }

    async fn until(&self, mut look: impl AsyncFnMut() -> bool) {
        let looking = async {
            let mut pause = tokio::time::interval(Duration::from_millis(10));
            while !look().await {
                pause.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looking).await.expect("it comes to that in time");
    }
}

fn recipients(letters: &[Letter]) -> Vec<String> {
    let mut all: Vec<_> = letters.iter().flat_map(|letter| letter.to.clone()).collect();
    all.sort();
    all
}

#[tokio::test]
async fn five_days_of_failure_disable_an_endpoint_and_a_letter_says_so() {
    let rig = Rig::start(&[ANN, "Ops@example.net"], &[OPS], 100).await;
    let id = rig.endpoint(500).await;
    rig.until(async || {
        let it = rig.app.owner().get(&format!("/api/v1/webhooks/{id}")).await.json();
        it["failing_since"].is_string()
    })
    .await;
    assert_eq!(rig.jobs().await, [], "a letter was written before there was anything to tell");
    rig.app.clock().advance(5 * 86_400 + 1);
    let letters = rig.mail.wait_for(2).await;
    rig.settled().await;
    assert_eq!(rig.status(&id).await, "disabled");
    assert_eq!(recipients(&rig.mail.letters()), [ANN, OPS], "each address once");
    for letter in letters {
        assert_eq!(letter.from, "bot@example.org");
        assert_eq!(
            letter.header("subject").as_deref(),
            Some("[BotPlot] first: a webhook endpoint was disabled")
        );
        assert_eq!(letter.header("auto-submitted").as_deref(), Some("auto-generated"));
        assert_eq!(letter.header("to").as_deref(), Some(letter.to[0].as_str()));
        assert!(letter.header("list-unsubscribe").unwrap().starts_with("<mailto:bot@example.org?"));
        let text = letter.text();
        let host = rig.receiver.url().replace("/hook", "/…");
        for part in [&id, "every attempt of 5 days failed", host.as_str(), "`notices.emails`"] {
            assert!(text.contains(part), "{part} not in {text}");
        }
    }
}

#[tokio::test]
async fn every_kind_of_notice_comes_as_a_letter_and_the_same_thing_once_a_day() {
    let rig = Rig::start(&[ANN], &[], 100).await;
    for _ in 0..2 {
        rig.app.owner().with("sec-fetch-site", "cross-site").get("/api/v1/notices").await;
    }
    let subject = |letters: &[Letter]| letters.last().unwrap().header("subject").unwrap();
    assert!(subject(&rig.mail.wait_for(1).await).ends_with("a secret key came from a browser"));
    let id = rig.disabled().await;
    assert!(subject(&rig.mail.wait_for(2).await).ends_with("a webhook endpoint was disabled"));
    let on_and_off = async || {
        rig.call(Method::PATCH, &format!("/api/v1/webhooks/{id}"), json!({ "status": "active" })).await;
        rig.call(Method::POST, &format!("/api/v1/webhooks/{id}/test"), json!({})).await;
        rig.until(async || rig.status(&id).await == "disabled").await;
    };
    // The occasions of notices have whole seconds.
    rig.app.clock().advance(2);
    on_and_off().await;
    rig.settled().await;
    assert_eq!(
        (rig.notices("endpoint_disabled").await.len(), rig.mail.letters().len()),
        (2, 2),
        "told twice a day"
    );
    let source = json!({ "type": "url", "url": "http://127.0.0.1:9/page" });
    rig.call(Method::POST, "/api/v1/sources", source).await;
    let all = rig.mail.wait_for(3).await;
    assert!(subject(&all).ends_with("a source could not be read"), "{}", subject(&all));
    assert!(all[2].text().contains("127.0.0.1:9"), "{}", all[2].text());
    rig.app.clock().advance(86_400);
    on_and_off().await;
    rig.mail.wait_for(4).await;
}

#[tokio::test]
async fn limits_are_told_by_letter() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[OPS], 100).await;
    app.put_on(botplot_core::plan::Plan::Free).await;
    let limit = app.engine().plans().free.messages;
    for n in 0..=limit {
        let reply = app.widget().ask(&format!("v{n}"), "Hello there").await;
        assert_eq!(reply.status.as_u16(), if n < limit { 200 } else { 402 }, "{n}: {}", reply.text());
    }
    let letters = mail.wait_for(2).await;
    let mut subjects: Vec<_> = letters.iter().map(|l| l.header("subject").unwrap()).collect();
    subjects.sort();
    assert!(subjects[0].ends_with("running out") && subjects[1].ends_with("used up"), "{subjects:?}");
    let text: String = letters.iter().map(Letter::text).collect();
    assert!(
        text.contains(&format!("All {limit} answers")) && text.contains(&format!("80 of the {limit}")),
        "{text}"
    );
}

#[tokio::test]
async fn while_the_mail_server_is_down_letters_wait_and_then_each_arrives_once() {
    let rig = Rig::start(&[ANN, "bob@example.com"], &[], 100).await;
    rig.mail.act(|step, n| match (step, n) {
        ("CONNECT", 0 | 1) => Act::Drop,
        ("CONNECT", 2) => Act::Say(421, "too busy"),
        ("RCPT", 0) => Act::Say(450, "greylisted"),
        _ => Act::Go,
    });
    rig.disabled().await;
    for attempts in [2, 4, 5, 6] {
        rig.mail.wait_until("CONNECT", attempts).await;
        rig.until(async || !rig.jobs().await.iter().any(|(state, _)| state == "running")).await;
        rig.app.clock().advance(3_600 * 6 / 5);
        if rig.jobs().await.is_empty() {
            break;
        }
    }
    rig.settled().await;
    assert_eq!(recipients(&rig.mail.letters()), [ANN, "bob@example.com"]);
    let ids: Vec<_> = rig.mail.letters().iter().map(|l| l.header("message-id").unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
    assert_eq!(rig.notices("letter_failed").await.len(), 0);
}

#[tokio::test]
async fn a_letter_whose_receipt_was_lost_comes_again_under_the_same_name() {
    let rig = Rig::start(&[ANN], &[], 100).await;
    rig.mail.act(|step, n| if (step, n) == ("BODY", 0) { Act::Lose } else { Act::Go });
    rig.disabled().await;
    rig.mail.wait_for(1).await;
    rig.until(async || rig.jobs().await == [("queued".to_owned(), 1)]).await;
    rig.app.clock().advance(60);
    let both = rig.mail.wait_for(2).await;
    assert_eq!(both[0].raw, both[1].raw, "date and name are those of its writing");
    rig.settled().await;
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_good_becomes_a_notice_and_disturbs_nobody_else() {
    let rig = Rig::start(&["gone@example.com", ANN], &[], 100).await;
    rig.mail
        .act(|step, n| if (step, n) == ("RCPT", 0) { Act::Say(550, "5.1.1 no such user") } else { Act::Go });
    rig.disabled().await;
    rig.mail.wait_for(1).await;
    rig.settled().await;
    let notices = rig.notices("letter_failed").await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    let detail = &notices[0]["detail"];
    assert!(detail["reason"].as_str().unwrap().contains("550 5.1.1 no such user"), "{detail}");
    let told = [detail["to"].as_str().unwrap().to_owned(), rig.mail.letters()[0].to[0].clone()];
    assert!(told[0] != told[1], "{told:?}");
    assert_eq!(rig.mail.reached("CONNECT"), 2, "it was tried again, or a letter told of a letter");
}

#[tokio::test]
async fn a_mail_server_that_stays_away_for_three_days_is_given_up_and_told() {
    let rig = Rig::start(&[ANN], &[], 100).await;
    rig.mail.act(|_, _| Act::Drop);
    rig.disabled().await;
    rig.until(async || rig.mail.reached("CONNECT") == 1 && rig.jobs().await == [("queued".to_owned(), 1)])
        .await;
    rig.app.clock().advance(3 * 86_400 - 60);
    rig.until(async || rig.mail.reached("CONNECT") == 2 && rig.jobs().await == [("queued".to_owned(), 1)])
        .await;
    rig.app.clock().advance(3_600);
    rig.settled().await;
    let notices = rig.notices("letter_failed").await;
    assert!(
        notices[0]["detail"]["reason"].as_str().unwrap().starts_with("tried for 3 days: "),
        "{notices:?}"
    );
    assert_eq!(rig.mail.reached("CONNECT"), 3);
}

#[tokio::test]
async fn a_burst_goes_out_over_the_hours_and_holds_up_no_other_project() {
    let rig = Rig::start(&[ANN], &[], 2).await;
    for _ in 0..4 {
        rig.disabled().await;
    }
    rig.until(async || {
        // Whatever is left waits for the next hour.
        let next = rig.app.engine().reader().next_job_at().await.unwrap();
        let hour = botplot_core::Clock::now(rig.app.clock()).next_hour();
        rig.mail.letters().len() == 2 && next.is_some_and(|at| at >= hour)
    })
    .await;
    assert_eq!(rig.jobs().await, [("queued".to_owned(), 2)]);
    let other = rig.app.another_project("other").await;
    let theirs = rig.app.holder_of(&other.secret).with("content-type", "application/json");
    let body = json!({ "notices": { "emails": ["eve@example.com"] } }).to_string();
    theirs.send(Method::PATCH, "/api/v1/project", body).await.whole().await.is(200);
    theirs.with("sec-fetch-site", "cross-site").get("/api/v1/notices").await;
    assert_eq!(rig.mail.wait_for(3).await[2].to, ["eve@example.com"]);
    rig.app.clock().advance(3_660);
    rig.mail.wait_for(5).await;
    rig.settled().await;
    assert_eq!(recipients(&rig.mail.letters()), [ANN, ANN, ANN, ANN, "eve@example.com"]);
}

#[tokio::test]
async fn a_mail_server_that_hangs_holds_up_nothing_but_letters() {
    let rig =
        Rig::start(&[ANN, "b@example.com", "c@example.com", "d@example.com", "e@example.com"], &[], 100)
            .await;
    rig.mail.act(|_, _| Act::Hang);
    rig.disabled().await;
    rig.mail.wait_until("CONNECT", 2).await;
    let text = json!({ "type": "text", "name": "Prices", "text": "Shipping costs four euros." });
    let source = rig.call(Method::POST, "/api/v1/sources", text).await;
    let path = format!("/api/v1/sources/{}", source["id"].as_str().unwrap());
    rig.until(async || rig.app.owner().get(&path).await.json()["status"] == "ready").await;
    assert_eq!(rig.mail.letters().len(), 0);
}

#[tokio::test]
async fn without_addresses_or_a_mail_server_no_letter_is_written() {
    let rig = Rig::start(&[], &[], 100).await;
    rig.disabled().await;
    assert_eq!(rig.jobs().await, []);
    let app = TestApp::start().await;
    app.set(|settings| settings.notices.emails = vec![ANN.into()]).await;
    app.owner().with("sec-fetch-site", "cross-site").get("/api/v1/notices").await;
    assert_eq!(app.owner().get("/api/v1/notices").await.is(200).json()["total"], 1);
    assert_eq!(app.engine().reader().job_counts().await.unwrap(), []);
}

#[tokio::test]
async fn what_waits_to_be_sent_cannot_be_read_in_the_data_file() {
    let rig = Rig::start(&["canary@example.com"], &[], 100).await;
    rig.mail.act(|_, _| Act::Drop);
    rig.call(Method::PATCH, "/api/v1/project", json!({ "name": "canary shop" })).await;
    let id = rig.disabled().await;
    rig.until(async || rig.jobs().await == [("queued".to_owned(), 1)]).await;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(rig.app.folder()).unwrap() {
        files.extend(std::fs::read(entry.unwrap().path()).unwrap_or_default());
    }
    let holds = |text: &str| files.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&id) && holds("send_letter"), "this looks at the wrong file");
    assert!(!holds("a webhook endpoint was disabled") && !holds("You get this because"));
}
