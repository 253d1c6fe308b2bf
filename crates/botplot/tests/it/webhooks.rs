//! Webhooks to receivers whose TLS is broken in every way: tried, told in plain words, tried again, and nothing in clear.

use std::time::Duration;

use botplot_testkit::client;
use botplot_testkit::tls_receiver::{Authority, Fault, TlsReceiver};
use serde_json::{Value, json};

use crate::home::{Home, Server};

/// Mebibytes that the sender may have of its own, whatever its receivers do.
const MEMORY: f64 = 150.0;

/// What the log says of each fault.
fn reason(fault: Fault) -> Option<&'static str> {
    Some(match fault {
        Fault::None => return None,
        Fault::SelfSigned | Fault::SelfSignedAuthority | Fault::UnknownAuthority => {
            "its certificate is self-signed, or lacks the chain to an authority that this server trusts"
        }
        Fault::Expired => "its certificate has expired",
        Fault::NotYetValid => "its certificate is not valid yet",
        Fault::WrongName => "its certificate is for another host name",
        Fault::HandshakeCut => "it closed the connection during the TLS handshake",
        Fault::HandshakeHangs => "gave no complete answer within 5 s",
        Fault::OldVersion | Fault::OldAlert => "it offers no TLS of version 1.2 or 1.3",
        Fault::Garbage | Fault::PlainHttp => "what it says is no TLS: is `https` right for this port?",
        Fault::NoAnswer | Fault::AnswerCut => "it closed the connection before its answer was complete",
    })
}

struct Owner<'a> {
    server: &'a Server,
    key: String,
}

impl Owner<'_> {
    async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let head = format!(
            "{method} /api/v1/webhooks{path} HTTP/1.0\r\ncontent-type: application/json\r\nx-api-key: {}\r\n",
            self.key
        );
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = client::request(self.server.address, &head, &body).await.unwrap();
        assert!(reply.status < 300, "{method} {path}: {}{}", reply.head, reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// A delivery once it has been tried so often.
    async fn tried(&self, path: &str, attempts: i64) -> Value {
        let looking = async {
            let mut pause = tokio::time::interval(Duration::from_millis(50));
            loop {
                let log = self.call("GET", path, &Value::Null).await;
                if log["attempt_count"].as_i64().unwrap() >= attempts {
                    return log;
                }
                pause.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), looking).await.expect("it is tried in time")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_tls_is_a_failed_attempt_with_a_plain_reason_and_nothing_is_said_in_clear() {
    let (home, authority) = (Home::new(), Authority::default());
    home.write("authority.pem", authority.pem());
    let trusted = home.path("authority.pem");
    let server = home.serve(&[
        ("BOTPLOT__EGRESS__ALLOW", r#"["127.0.0.0/8"]"#),
        ("BOTPLOT__PLANS__BUSINESS__ENDPOINTS", "20"),
        ("SSL_CERT_FILE", trusted.to_str().unwrap()),
        ("SSL_CERT_DIR", "/nonexistent"),
    ]);
    let made = home.run(&["key", "create", "--project", "demo", "--json"]).json();
    let owner = Owner { server: &server, key: made["key"].as_str().unwrap().to_owned() };
    let mut all = Vec::new();
    for fault in Fault::ALL {
        let receiver = TlsReceiver::start(&authority, fault).await;
        let made = owner.call("POST", "", &json!({ "url": receiver.url() })).await;
        let endpoint = format!("/{}", made["id"].as_str().unwrap());
        let sent = owner.call("POST", &format!("{endpoint}/test"), &json!({})).await;
        let delivery = format!("{endpoint}/deliveries/{}", sent["id"].as_str().unwrap());
        all.push((fault, receiver, delivery));
    }
    for (fault, receiver, delivery) in &all {
        let Some(reason) = reason(*fault) else {
            assert_eq!(owner.tried(delivery, 1).await["state"], "delivered");
            assert_eq!(receiver.requests().len(), 1, "what is sound is trusted");
            continue;
        };
        // Each attempt at this one takes its time.
        let wanted = if *fault == Fault::HandshakeHangs { 1 } else { 2 };
        let log = owner.tried(delivery, wanted as i64).await;
        let attempts = log["attempts"].as_array().unwrap();
        assert_eq!((&log["state"], attempts.len()), (&json!("pending"), wanted), "{fault:?}");
        for attempt in attempts {
            let error = attempt["error"].as_str().unwrap();
            assert!(error.starts_with('`') && error.ends_with(reason), "{fault:?}: {error}");
            assert!(attempt["next_attempt_at"].is_string(), "{fault:?}: it is tried again");
        }
        let arrived = if matches!(fault, Fault::NoAnswer | Fault::AnswerCut) { 2 } else { 0 };
        assert_eq!(receiver.requests().len(), arrived, "{fault:?}");
        let clear = receiver.clear();
        let said = String::from_utf8_lossy(&clear);
        for word in ["POST", "/hook", "webhook", "sha256"] {
            assert!(!said.contains(word), "{fault:?}: it was said in clear: {said}");
        }
        let raw = !clear.is_empty();
        assert!(!raw || clear[0] == 0x16, "{fault:?}: it begins with no TLS handshake");
    }
    let memory = own_memory(server.pid());
    assert!(memory < MEMORY, "{memory} MiB");
}

/// Mebibytes of a process that are not shared with its file.
fn own_memory(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
