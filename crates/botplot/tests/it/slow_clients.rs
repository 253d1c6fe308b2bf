//! Clients that are slow or too many: each is let go, and others are served meanwhile.

use std::time::Duration;

use botplot_testkit::client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::home::Home;

/// Far beyond any limit that a test sets, so that a server without limits fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);
const QUICK: [(&str, &str); 2] =
    [("BOTPLOT__SERVER__FIRST_BYTE_SECONDS", "1"), ("BOTPLOT__SERVER__HEADER_SECONDS", "1")];

/// Waits for the server to close the connection; returns what it still said and how long that took.
async fn closed(stream: &mut TcpStream) -> (String, Duration) {
    let (begun, mut said) = (Instant::now(), Vec::new());
    // A reset ends a connection as well.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("the connection is still open");
    (String::from_utf8(said).unwrap(), begun.elapsed())
}

#[tokio::test]
async fn a_client_that_says_nothing_or_half_a_head_is_let_go() {
    let home = Home::new();
    let server = home.serve(&QUICK);
    let mut silent = client::connect(server.address).await.unwrap();
    let mut partial = client::connect(server.address).await.unwrap();
    partial.write_all(b"POST /api/chat HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    let mut idle = client::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let ready = client::request(server.address, "GET /readyz HTTP/1.1\r\n", "").await.unwrap();
    assert_eq!(ready.status, 200);
    let (said, after) = closed(&mut silent).await;
    assert_eq!(said, "");
    assert!(after < Duration::from_secs(8), "only after {after:?}");
    let (said, _) = closed(&mut partial).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    // A connection that was served is not kept open for ever either.
    let (said, _) = closed(&mut idle).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[tokio::test]
async fn one_address_has_its_share_of_connections_and_no_more() {
    let home = Home::new();
    let server = home.serve(&[("BOTPLOT__SERVER__CONNECTIONS_PER_ADDRESS", "3")]);
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = client::connect(server.address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        open.push(stream);
    }
    let mut surplus = client::connect(server.address).await.unwrap();
    assert_eq!(closed(&mut surplus).await.0, "");
    drop(open);
    // Places come back as soon as the server has seen that they are free.
    let served = async {
        while client::request(server.address, "GET /healthz HTTP/1.1\r\n", "").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, served).await.expect("places of closed connections never came back");
}

#[tokio::test]
async fn trusted_proxies_have_no_share_and_are_believed() {
    let home = Home::new();
    let server = home.serve(&[
        ("BOTPLOT__SERVER__CONNECTIONS_PER_ADDRESS", "1"),
        ("BOTPLOT__SERVER__TRUSTED_PROXIES", "[\"127.0.0.1\"]"),
        ("BOTPLOT__LOG__FORMAT", "json"),
    ]);
    let _open =
        [client::connect(server.address).await.unwrap(), client::connect(server.address).await.unwrap()];
    let head = format!("{}x-forwarded-for: 203.0.113.9\r\n", client::chat_head(&server.demo_key()));
    let body = r#"{"message":"hello","visitorId":"v","stream":false}"#;
    assert_eq!(client::request(server.address, &head, body).await.unwrap().status, 200);
    assert!(server.log().contains("203.0.113.9"), "{}", server.log());
}
