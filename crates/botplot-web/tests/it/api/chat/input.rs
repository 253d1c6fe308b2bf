//! Bad input: every field beyond its limits, broken bodies, bodies that are too large.

use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{QUESTION, SHIPPING};

async fn raw(actor: &Actor, body: impl Into<bytes::Bytes>) -> Reply {
    let actor = actor.clone().with("content-type", "application/json");
    actor.send(Method::POST, "/api/chat", body).await.whole().await
}

/// A sound body with one field put in its place or taken away.
fn with(field: &str, value: Value) -> Value {
    let mut body = json!({ "message": QUESTION, "visitorId": "v" });
    body[field] = value;
    body
}

#[tokio::test]
async fn every_field_has_its_limits() {
    let app = TestApp::start().await;
    let many: Map<String, Value> = (0..21).map(|i| (format!("k{i}"), json!(i))).collect();
    let info = |value| with("visitor_info", value);
    for (body, blamed) in [
        (json!({}), vec!["message", "visitorId"]),
        (with("message", json!(null)), vec!["message"]),
        (with("message", json!("")), vec!["message"]),
        (with("message", json!(" \n\t\u{3000}")), vec!["message"]),
        (with("message", json!(5)), vec!["message"]),
        (with("message", json!(["hi"])), vec!["message"]),
        (with("message", json!("é".repeat(8001))), vec!["message"]),
        (with("message", json!("a\0b")), vec!["message"]),
        (with("visitorId", json!(null)), vec!["visitorId"]),
        (with("visitorId", json!("")), vec!["visitorId"]),
        (with("visitorId", json!(123)), vec!["visitorId"]),
        (with("visitorId", json!("é".repeat(129))), vec!["visitorId"]),
        (with("visitorId", json!("a\nb")), vec!["visitorId"]),
        (with("visitorId", json!("a\u{85}b")), vec!["visitorId"]),
        (with("visitor_id", json!("other")), vec!["visitor_id"]),
        (with("conversationId", json!(7)), vec!["conversationId"]),
        (with("stream", json!("yes")), vec!["stream"]),
        (with("identity", json!({ "id": "v", "hash": "x" })), vec!["identity"]),
        (with("url", json!("x".repeat(2049))), vec!["url"]),
        (with("title", json!(1)), vec!["title"]),
        (with("metadata", json!("x")), vec!["metadata"]),
        (with("metadata", json!({ "k": "x".repeat(4096) })), vec!["metadata"]),
        (with("metadata", json!({ "deep": [{ "text": "\0" }] })), vec!["metadata.deep.0.text"]),
        (info(json!("John")), vec!["visitor_info"]),
        (info(json!([])), vec!["visitor_info"]),
        (info(json!({ "email": "nobody" })), vec!["visitor_info.email"]),
        (info(json!({ "email": "a@b", "name": 5 })), vec!["visitor_info.email", "visitor_info.name"]),
        (info(json!({ "name": "x".repeat(257) })), vec!["visitor_info.name"]),
        (info(json!({ "note": "x".repeat(1024) })), vec!["visitor_info.note"]),
        (info(Value::Object(many)), vec!["visitor_info"]),
        (json!({ "message": "", "visitorId": "\n", "stream": 0 }), vec!["message", "visitorId", "stream"]),
    ] {
        app.widget().post("/api/chat", body).await.blames(&blamed);
    }
}

#[tokio::test]
async fn values_at_their_limits_are_taken() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let many: Map<String, Value> = (0..20).map(|i| (format!("k{i}"), json!("x".repeat(1022)))).collect();
    for body in [
        with("message", json!("😀".repeat(8000))),
        with("message", json!(format!("  {}  ", "x".repeat(8000)))),
        with("visitorId", json!("😀".repeat(128))),
        with("visitor_id", json!("v")),
        with("conversationId", json!(null)),
        with("visitor_info", Value::Object(many)),
        with("url", json!("x".repeat(2048))),
        with("metadata", json!({ "k": "x".repeat(4088) })),
        json!({ "message": "hi", "visitor_id": "v" }),
    ] {
        app.widget().post("/api/chat", body).await.is(200);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_and_says_why() {
    let app = TestApp::start().await;
    for (body, why) in [
        ("", "line 1 column 0"),
        ("{", "line 1 column 1"),
        ("{\"message\": \"hi\",\n \"visitorId\" \"v\"}", "line 2 column 14"),
        ("{'message': 'hi'}", "line 1 column 2"),
        ("{\"message\":\"a\nb\",\"visitorId\":\"v\"}", "control character"),
        ("{\"message\":\"\\ud800\",\"visitorId\":\"v\"}", "hex escape"),
        ("[]", "not an array"),
        ("\"hi\"", "not a string"),
        ("null", "not null"),
        ("{} {}", "trailing characters"),
    ] {
        let reply = raw(&app.widget(), body).await;
        reply.blames(&[""]);
        let detail = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(why), "{body}: {detail}");
    }
    let deep = raw(&app.widget(), format!("{{\"metadata\":{}", "[".repeat(50_000))).await;
    assert!(deep.json()["detail"].as_str().is_some_and(|d| d.contains("recursion limit")), "{}", deep.text());
    let latin = raw(&app.widget(), b"{\"message\":\"caf\xe9\"}".to_vec()).await;
    assert!(
        latin.json()["detail"].as_str().is_some_and(|d| d.contains("UTF-8 from byte 16")),
        "{}",
        latin.text()
    );
}

#[tokio::test]
async fn bodies_over_256_kb_are_refused_whoever_says_so() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let padded = |bytes: usize| {
        let start = format!("{{\"message\":\"{QUESTION}\",\"visitorId\":\"v\",\"unknown\":\"");
        format!("{start}{}\"}}", "x".repeat(bytes - start.len() - 2))
    };
    raw(&app.widget(), padded(256 * 1024)).await.is(200);
    raw(&app.widget(), padded(256 * 1024 + 1)).await.refuses(413, "payload_too_large");
    raw(&app.widget(), padded(10 << 20)).await.refuses(413, "payload_too_large");
    // Who may not call at all is told that first, and gets to read it although the body is large.
    raw(&app.stranger(), padded(10 << 20)).await.refuses(401, "unauthorized");
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_gets_to_read_the_refusal() {
    let app = TestApp::start().await;
    for key in ["", app.project().publishable.expose()] {
        #[expect(clippy::disallowed_methods, reason = "a test's own connection to its server")]
        let mut stream = tokio::net::TcpStream::connect(app.address()).await.unwrap();
        let length = 10 << 20;
        let head = format!(
            "POST /api/chat HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b'x'; length]).await.expect("the server reads on");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.expect("the server closes in good order");
        let status = if key.is_empty() { "HTTP/1.1 401 " } else { "HTTP/1.1 413 " };
        assert!(reply.starts_with(status), "{reply}");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_limited_too() {
    let app = TestApp::start().await;
    let actor = app.widget().with("content-type", "application/json").with("transfer-encoding", "chunked");
    let reply = actor.send(Method::POST, "/api/chat", vec![b' '; 1 << 20]).await.whole().await;
    reply.refuses(413, "payload_too_large");
}

#[tokio::test]
async fn only_json_is_taken() {
    let app = TestApp::start().await;
    let body = with("x", json!(null)).to_string();
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let actor = app.widget().with("content-type", media);
        let reply = actor.send(Method::POST, "/api/chat", body.clone()).await.whole().await;
        reply.refuses(415, "unsupported_media_type");
    }
    let reply = app.widget().send(Method::POST, "/api/chat", body.clone()).await.whole().await;
    reply.refuses(415, "unsupported_media_type");
    let zipped = app.widget().with("content-type", "application/json").with("content-encoding", "gzip");
    zipped.send(Method::POST, "/api/chat", body).await.whole().await.refuses(415, "unsupported_media_type");
}
