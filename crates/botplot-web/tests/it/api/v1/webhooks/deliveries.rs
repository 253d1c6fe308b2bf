//! What receivers get, and what happens when they misbehave.

use std::time::Duration;

use botplot_core::delivery::Delivery;
use botplot_core::plan::Plans;
use botplot_core::{EndpointId, Secret, Timestamp, signature};
use botplot_testkit::app::TestApp;
use botplot_testkit::webhook_receiver::{Answer, Received, WebhookReceiver};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{add, patch, path};

const ALL: [&str; 5] =
    ["conversation.started", "message.received", "lead.captured", "handoff.requested", "message.sent"];

struct Rig {
    app: TestApp,
    receiver: WebhookReceiver,
    endpoint: Value,
}

impl Rig {
    async fn start() -> Self {
        let (app, receiver) =
            (TestApp::with_webhooks(Plans::default()).await, WebhookReceiver::start().await);
        let endpoint = add(&app.owner(), json!({ "url": receiver.url() })).await;
        Self { app, receiver, endpoint }
    }

    async fn say(&self, visitor: &str) -> String {
        let body = json!({ "message": "What are your prices?", "visitorId": visitor, "stream": false });
        self.app.widget().post("/api/chat", body).await.is(200).conversation()
    }

    async fn test(&self) -> Value {
        self.app.owner().post(&path(&self.endpoint["id"], "/test"), json!({})).await.is(202).json()
    }

    async fn get(&self, rest: &str) -> Value {
        self.app.owner().get(&path(&self.endpoint["id"], rest)).await.is(200).json()
    }

    /// Waits until a delivery has been tried so often, and returns it.
    async fn tried(&self, delivery: &Value, attempts: i64) -> Value {
        until(async || {
            let all = deliveries(&self.app, &self.endpoint).await;
            let it = all.iter().find(|d| d.id.to_string() == delivery["id"]);
            it.is_some_and(|d| d.attempts >= attempts).then_some(())
        })
        .await;
        self.get(&format!("/deliveries/{}", delivery["id"].as_str().unwrap())).await
    }
}

/// Looks again and again until there is something.
async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        loop {
            if let Some(found) = look().await {
                return found;
            }
            pause.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), looking).await.expect("it comes to that in time")
}

/// An endpoint's deliveries as they are stored.
async fn deliveries(app: &TestApp, endpoint: &Value) -> Vec<Delivery> {
    let id: EndpointId = endpoint["id"].as_str().unwrap().parse().unwrap();
    let project = app.project().project.id;
    app.engine().reader().list_deliveries(project, id, None, 1000, 0).await.unwrap().0
}

fn verifies(webhook: &Received, secrets: &[&Value]) {
    let secrets: Vec<_> = secrets.iter().map(|s| Secret::new(s.as_str().unwrap())).collect();
    let documented = signature::documented(&secrets[0], &webhook.body);
    assert_eq!(webhook.header("x-botplot-signature"), Some(documented.as_str()));
    let (id, second) = (webhook.header("webhook-id").unwrap(), webhook.header("webhook-timestamp").unwrap());
    let standard = signature::standard(&secrets, id, second.parse().unwrap(), &webhook.body);
    assert_eq!(webhook.header("webhook-signature"), Some(standard.as_str()));
    assert_eq!(webhook.json()["id"], id);
}

#[tokio::test]
async fn a_turn_is_told_in_the_documented_order_and_form() {
    let rig = Rig::start().await;
    let info = json!({ "name": "Ada", "email": "ada@example.com" });
    let body = json!({ "message": "Hello, can I talk to a human?", "visitorId": "v1", "visitor_info": info, "stream": false });
    let conversation = rig.app.widget().post("/api/chat", body).await.is(200).conversation();
    let all = rig.receiver.wait_for(4).await;
    let order: Vec<_> = all.iter().map(|w| w.json()["event"].as_str().unwrap().to_owned()).collect();
    let wanted: Vec<_> = ALL.iter().filter(|kind| order.contains(&(**kind).to_owned())).copied().collect();
    assert_eq!(order, wanted, "each once, in the contract's order");
    assert!(order.contains(&"lead.captured".to_owned()), "{order:?}");
    for webhook in &all {
        let json = webhook.json();
        verifies(webhook, &[&rig.endpoint["secret"]]);
        assert_eq!(webhook.header("content-type"), Some("application/json"));
        assert_eq!(json["data"]["conversation_id"], conversation);
        assert_eq!(json["data"]["visitor_id"], "v1");
        assert_eq!(json["project_id"], rig.app.project().project.id.to_string());
        let timestamp = json["timestamp"].as_str().unwrap();
        assert!(timestamp.len() == 24 && timestamp.ends_with('Z'), "{timestamp}");
        assert!(webhook.body.starts_with(br#"{"event":""#), "what the documentation shows stands first");
    }
    let received = all.iter().find(|w| w.json()["event"] == "message.received").unwrap().json();
    assert_eq!(received["data"]["role"], "user");
    assert_eq!(received["data"]["content"], "Hello, can I talk to a human?");
    let mut ids: Vec<_> = all.iter().map(|w| w.json()["id"].as_str().unwrap().to_owned()).collect();
    let sorted = ids.clone();
    ids.sort();
    assert_eq!(ids, sorted, "ids rise in the order of what happened");
}

#[tokio::test]
async fn the_largest_events_arrive_whole_and_what_is_larger_makes_none() {
    let rig = Rig::start().await;
    let content = "\u{1}😀".repeat(4000);
    let mut info: serde_json::Map<_, _> =
        (0..20).map(|n| (format!("key{n}"), "x".repeat(1000).into())).collect();
    info.insert("name".into(), "Ada".into());
    let ask = |message: &str| json!({ "message": message, "visitorId": "v1", "visitor_info": info, "stream": false });
    let widget = rig.app.widget();
    widget.post("/api/chat", ask(&format!("{content}x"))).await.blames(&["message"]);
    let padded = json!({ "message": "hi", "visitorId": "v1", "metadata": { "a": "x".repeat(256 * 1024) } });
    widget.post("/api/chat", padded).await.refuses(413, "payload_too_large");
    assert_eq!(rig.get("/deliveries").await["total"], 0, "what was refused made an event");

    widget.post("/api/chat", ask(&content)).await.is(200);
    let all = rig.receiver.wait_for(4).await;
    let of = |kind: &str| all.iter().find(|w| w.json()["event"] == kind).unwrap();
    assert_eq!(of("message.received").json()["data"]["content"], content);
    assert_eq!(of("conversation.started").json()["data"]["visitor_info"]["key19"], "x".repeat(1000));
    for webhook in &all {
        verifies(webhook, &[&rig.endpoint["secret"]]);
        assert!(webhook.body.len() <= 64 * 1024, "{} bytes", webhook.body.len());
    }
    assert!(of("message.received").body.len() > 40_000, "this is no large event");
}

#[tokio::test]
async fn only_what_an_endpoint_wants_is_written_and_sent() {
    let rig = Rig::start().await;
    patch(&rig.app.owner(), &rig.endpoint["id"], json!({ "events": ["message.sent"] })).await.is(200);
    rig.say("v1").await;
    let all = rig.receiver.wait_for(1).await;
    assert_eq!(all[0].json()["event"], "message.sent");
    assert_eq!(rig.get("/deliveries").await["total"], 1);
    patch(&rig.app.owner(), &rig.endpoint["id"], json!({ "status": "paused" })).await.is(200);
    rig.say("v2").await;
    assert_eq!(rig.get("/deliveries").await["total"], 1);
}

#[tokio::test]
async fn a_failed_attempt_is_repeated_with_the_same_bytes_and_delays_nothing_else() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, n| if n == 0 { Answer::status(503) } else { Answer::status(204) });
    let first = rig.test().await;
    let log = rig.tried(&first, 1).await;
    assert_eq!((&log["state"], &log["last_attempt"]["status_code"]), (&json!("pending"), &json!(503)));
    assert_eq!(log["last_attempt"]["error"], "it answered with status 503");
    let second = rig.test().await;
    assert_eq!(rig.tried(&second, 1).await["state"], "delivered");
    rig.app.clock().advance(7);
    let all = rig.receiver.wait_for(3).await;
    let id = |n: usize| all[n].header("webhook-id").unwrap();
    assert_eq!((id(0), &all[0].body), (id(2), &all[2].body));
    assert_ne!(id(0), id(1));
    assert_ne!(
        all[0].header("webhook-timestamp"),
        all[2].header("webhook-timestamp"),
        "each attempt has its own"
    );
    verifies(&all[2], &[&rig.endpoint["secret"]]);
    let log = rig.tried(&first, 2).await;
    assert_eq!((&log["state"], &log["next_attempt_at"]), (&json!("delivered"), &Value::Null));
    assert_eq!(log["request_body"].as_str().unwrap().as_bytes(), all[0].body);
}

#[tokio::test]
async fn the_log_shows_every_attempt_with_what_went_out_and_what_came_back() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, n| match n {
        0 => Answer::Say(503, "x-mood: bad\r\n".into(), vec![b'x'; 5000]),
        1 => Answer::Raw(Vec::new()),
        _ => Answer::Say(200, String::new(), b"thanks \xff".to_vec()),
    });
    let it = rig.test().await;
    for attempt in 1..3 {
        rig.tried(&it, attempt).await;
        rig.app.clock().advance(400);
    }
    let log = rig.tried(&it, 3).await;
    let sent = rig.receiver.received();
    assert_eq!((&log["attempt_count"], &log["state"]), (&json!(3), &json!("delivered")));
    assert_eq!(log["request_body"].as_str().unwrap().as_bytes(), sent[0].body);
    let all = log["attempts"].as_array().unwrap();
    for (attempt, sent) in all.iter().rev().zip(&sent) {
        let head = attempt["request_head"].as_str().unwrap();
        let (first, lines) = head.split_once("\r\n").unwrap();
        assert_eq!(first, format!("POST {} HTTP/1.1", sent.path));
        let mut told: Vec<_> = lines.lines().filter_map(|line| line.split_once(": ")).collect();
        let mut came: Vec<_> = sent.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        told.sort_unstable();
        came.sort_unstable();
        assert_eq!(told, came, "the log's request is not what came");
        assert!(attempt["duration_ms"].as_i64().unwrap() >= 0);
    }
    let seen = |field: &str| all.iter().map(|a| a[field].clone()).collect::<Vec<_>>();
    assert_eq!(seen("number"), [3, 2, 1]);
    assert_eq!(seen("status_code"), [json!(200), Value::Null, json!(503)]);
    assert_eq!(all[0]["error"], Value::Null);
    let cut = format!(
        "`{}` can't be reached: it closed the connection before its answer was complete",
        rig.receiver.url()
    );
    assert_eq!(seen("error")[1..], [json!(cut), json!("it answered with status 503")]);
    assert_eq!(seen("response_body"), [json!("thanks \u{fffd}"), Value::Null, json!("x".repeat(1024))]);
    assert!(all[2]["response_head"].as_str().unwrap().contains("x-mood: bad"), "{log}");
    for (attempt, least) in [(2, 5), (1, 300)] {
        let read = |field: &str| Timestamp::read(all[attempt][field].as_str().unwrap()).unwrap();
        let waits = read("next_attempt_at").seconds_since(read("at"));
        assert!((least..=least * 6 / 5 + 2).contains(&waits), "{waits} s");
    }
    assert_eq!(all[0]["next_attempt_at"], Value::Null);
    let list = rig.get("/deliveries").await["deliveries"][0].clone();
    let light = ["at", "duration_ms", "error", "next_attempt_at", "number", "status_code"];
    let mut names: Vec<_> = list["last_attempt"].as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, light, "the list stays light");
    assert!(list["attempts"].is_null() && list["request_body"].is_null(), "{list}");
}

#[tokio::test]
async fn erasing_a_visitor_takes_what_the_log_shows_of_them() {
    let rig = Rig::start().await;
    rig.receiver.answer(|w, _| Answer::Say(200, String::new(), w.body.clone()));
    rig.say("v1").await;
    rig.receiver.wait_for(3).await;
    until(async || {
        let all = deliveries(&rig.app, &rig.endpoint).await;
        all.iter().all(|d| d.attempts == 1).then_some(())
    })
    .await;
    let id = rig.get("/deliveries").await["deliveries"][0]["id"].as_str().unwrap().to_owned();
    let log = rig.get(&format!("/deliveries/{id}")).await["attempts"].clone();
    assert!(
        log[0]["response_body"].as_str().unwrap().contains("v1"),
        "the receiver repeats what it got: {log}"
    );
    let owner = rig.app.owner();
    owner.send(http::Method::DELETE, "/api/v1/visitors/v1", "").await.whole().await.is(200);
    assert_eq!(rig.get("/deliveries").await["total"], 0);
    owner.get(&path(&rig.endpoint["id"], &format!("/deliveries/{id}"))).await.refuses(404, "not_found");
    let (project, id) = (rig.app.project().project.id, id.parse().unwrap());
    assert_eq!(rig.app.engine().reader().list_attempts(project, id).await.unwrap(), []);
}

#[tokio::test]
async fn a_delivery_is_given_up_after_ten_attempts_and_can_be_replayed() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, _| Answer::status(500));
    let it = rig.test().await;
    for attempt in 1..=10 {
        let log = rig.tried(&it, attempt).await;
        assert_eq!(log["state"], if attempt == 10 { "failed" } else { "pending" });
        // Past the next wait, jitter included.
        rig.app.clock().advance(if attempt < 3 { 400 } else { 86_400 * 6 / 5 });
        if rig.get("").await["status"] == "disabled" {
            patch(&rig.app.owner(), &rig.endpoint["id"], json!({ "status": "active" })).await.is(200);
        }
    }
    assert_eq!(rig.get("/deliveries?state=failed").await["total"], 1);
    rig.receiver.answer(|_, _| Answer::status(200));
    let path = format!("/deliveries/{}/replay", it["id"].as_str().unwrap());
    let replayed =
        rig.app.owner().post(&super::path(&rig.endpoint["id"], &path), json!({})).await.is(202).json();
    assert_eq!((&replayed["state"], &replayed["id"]), (&json!("pending"), &it["id"]));
    let all = rig.receiver.wait_for(11).await;
    assert_eq!(all[0].body, all[10].body);
    assert_eq!(rig.tried(&it, 1).await["state"], "delivered");
}

#[tokio::test]
async fn an_endpoint_that_says_gone_is_disabled_and_its_owner_told() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, _| Answer::status(410));
    let it = rig.test().await;
    assert_eq!(rig.tried(&it, 1).await["state"], "failed");
    let endpoint = rig.get("").await;
    assert_eq!(
        (&endpoint["status"], &endpoint["reason"]),
        (&json!("disabled"), &json!("it answered with status 410, gone"))
    );
    let notices = rig.app.owner().get("/api/v1/notices").await.is(200).text().to_owned();
    assert!(
        notices.contains("endpoint_disabled") && notices.contains(endpoint["id"].as_str().unwrap()),
        "{notices}"
    );
    rig.receiver.answer(|_, _| Answer::status(200));
    patch(&rig.app.owner(), &rig.endpoint["id"], json!({ "status": "active" })).await.is(200);
    let replay = (path(&rig.endpoint["id"], "/replay"), json!({ "since": "2020-01-01T00:00:00Z" }));
    let replayed = rig.app.owner().post(&replay.0, replay.1).await.is(202).json();
    assert_eq!(replayed["replayed"], 1);
    rig.receiver.wait_for(2).await;
}

#[tokio::test]
async fn five_days_of_failure_disable_an_endpoint() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, _| Answer::status(500));
    let it = rig.test().await;
    rig.tried(&it, 1).await;
    assert!(rig.get("").await["failing_since"].is_string());
    rig.app.clock().advance(5 * 86_400 + 1);
    rig.tried(&it, 2).await;
    let endpoint = rig.get("").await;
    assert_eq!(
        (&endpoint["status"], &endpoint["reason"]),
        (&json!("disabled"), &json!("every attempt of 5 days failed"))
    );
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, n| match n {
        0 => Answer::Say(429, "retry-after: 3600\r\n".into(), b"slow down".to_vec()),
        _ => Answer::status(200),
    });
    let it = rig.test().await;
    let log = rig.tried(&it, 1).await;
    assert_eq!(log["attempts"][0]["response_body"], "slow down");
    assert!(log["attempts"][0]["response_head"].as_str().unwrap().contains("retry-after: 3600"), "{log}");
    let next = Timestamp::read(log["next_attempt_at"].as_str().unwrap()).unwrap();
    let waits = next.seconds_since(rig.app.engine().clock().now());
    assert!((3500..=4400).contains(&waits), "{waits} s");
}

#[tokio::test]
async fn redirects_are_failures_and_lead_nowhere() {
    let (rig, trap) = (Rig::start().await, WebhookReceiver::start().await);
    let location = format!("location: {}\r\n", trap.url());
    rig.receiver.answer(move |_, _| Answer::Say(307, location.clone(), Vec::new()));
    let it = rig.test().await;
    let log = rig.tried(&it, 1).await;
    assert_eq!(log["last_attempt"]["error"], "it answered with status 307; redirects are not followed");
    assert!(trap.received().is_empty());
}

#[tokio::test]
async fn huge_packed_and_broken_answers_do_no_harm() {
    let rig = Rig::start().await;
    rig.receiver.answer(|_, n| match n {
        0 => Answer::Pour(1 << 30),
        1 => Answer::Say(200, "content-encoding: gzip\r\n".into(), vec![0x1f, 0x8b, 8, 0, 0xff]),
        2 => Answer::Raw(b"\x16\x03\x01 what is this\r\n\r\n".to_vec()),
        _ => Answer::Raw(Vec::new()),
    });
    let began = Instant::now();
    let log = {
        let it = rig.test().await;
        rig.tried(&it, 1).await
    };
    assert_eq!(
        (&log["state"], log["attempts"][0]["response_body"].as_str().unwrap().len()),
        (&json!("delivered"), 1024)
    );
    assert!(began.elapsed() < Duration::from_secs(5), "a GiB was read");
    let log = {
        let it = rig.test().await;
        rig.tried(&it, 1).await
    };
    assert_eq!(log["state"], "delivered", "what is packed is kept as it came: {log}");
    for _ in 0..2 {
        let log = {
            let it = rig.test().await;
            rig.tried(&it, 1).await
        };
        assert_eq!((&log["state"], &log["last_attempt"]["status_code"]), (&json!("pending"), &Value::Null));
        assert!(log["last_attempt"]["error"].as_str().unwrap().contains("can't be reached"), "{log}");
    }
}

#[tokio::test]
async fn receivers_that_hang_or_drip_time_out_and_delay_nobody() {
    let rig = Rig::start().await;
    let (hanging, dripping) = (WebhookReceiver::start().await, WebhookReceiver::start().await);
    hanging.answer(|_, _| Answer::Hang);
    dripping.answer(|_, _| Answer::Drip);
    let owner = rig.app.owner();
    let slow = [
        add(&owner, json!({ "url": hanging.url() })).await,
        add(&owner, json!({ "url": dripping.url() })).await,
    ];
    let began = Instant::now();
    for n in 0..20 {
        rig.say(&format!("v{n}")).await;
    }
    rig.receiver.wait_for(60).await;
    assert!(began.elapsed() < Duration::from_secs(10), "healthy: {:?}", began.elapsed());
    for endpoint in slow {
        let error = until(async || {
            let all = deliveries(&rig.app, &endpoint).await;
            all.into_iter().find(|d| d.attempts == 1).and_then(|d| d.last).and_then(|last| last.error)
        });
        let error = error.await;
        assert!(error.ends_with("gave no complete answer within 15 s"), "{error}");
    }
}

#[tokio::test]
async fn both_secrets_sign_while_one_replaces_the_other() {
    let rig = Rig::start().await;
    let owner = rig.app.owner();
    let old = &rig.endpoint["secret"];
    let new =
        owner.post(&path(&rig.endpoint["id"], "/rotate-secret"), json!({})).await.is(200).json()["secret"]
            .clone();
    rig.test().await;
    verifies(&rig.receiver.wait_for(1).await[0], &[old, &new]);
    owner.post(&path(&rig.endpoint["id"], "/switch-secret"), json!({})).await.is(200);
    rig.test().await;
    verifies(&rig.receiver.wait_for(2).await[1], &[&new, old]);
    rig.app.clock().advance(86_401);
    rig.test().await;
    verifies(&rig.receiver.wait_for(3).await[2], &[&new]);
}

#[tokio::test]
async fn a_test_event_says_what_it_is() {
    let rig = Rig::start().await;
    rig.test().await;
    let owner = rig.app.owner();
    owner.post(&path(&rig.endpoint["id"], "/test"), json!({ "event": "lead.captured" })).await.is(202);
    let all = rig.receiver.wait_for(2).await;
    assert_eq!(all[0].json()["event"], "webhook.test");
    assert_eq!(all[1].json()["data"]["email"], "ada@example.com");
    assert!(all.iter().all(|w| w.json()["test"] == true));
}

#[tokio::test]
async fn secrets_are_in_no_reply_and_not_in_the_data_file() {
    let rig = Rig::start().await;
    rig.test().await;
    rig.receiver.wait_for(1).await;
    let secret = rig.endpoint["secret"].as_str().unwrap();
    for rest in ["", "/deliveries"] {
        assert!(!rig.get(rest).await.to_string().contains(secret));
    }
    rig.app.stop().await;
    let file = std::fs::read(rig.app.folder().join(botplot_store::FILE)).unwrap();
    let bare = &secret.as_bytes()["whsec_".len()..];
    assert!(!file.windows(bare.len()).any(|w| w == bare));
}
