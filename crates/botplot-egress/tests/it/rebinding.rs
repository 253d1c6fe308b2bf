//! Names whose addresses change, or that have good and bad ones at once.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use botplot_egress::{Client, Config, Error, GetLimits, Looking, Lookup, Policy};
use url::Url;

use crate::server::{Server, say};

/// Answers each look-up with the next of its lists, and the last one ever after.
struct Script {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Lookup for Script {
    fn addresses(&self, _: &str) -> Looking {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let found: Vec<IpAddr> = self.answers[turn].iter().map(|ip| ip.parse().unwrap()).collect();
        Box::pin(
            async move { if found.is_empty() { Err(io::Error::other("no such name")) } else { Ok(found) } },
        )
    }
}

fn client(allow: &[&str], answers: &[&[&'static str]]) -> Client {
    let script = Script { answers: answers.iter().map(|a| a.to_vec()).collect(), asked: AtomicUsize::new(0) };
    let allow = allow.iter().map(|e| (*e).to_string().try_into().unwrap()).collect();
    let script: Arc<dyn Lookup> = Arc::new(script);
    Client::with_lookup(&Config { allow, ..Config::default() }, &script).unwrap()
}

fn limits() -> GetLimits {
    GetLimits { max_bytes: 1000, timeout: Duration::from_secs(5), validators: None }
}

#[tokio::test]
async fn a_name_that_turns_inwards_between_two_connections_is_refused() {
    let site = Server::start("127.0.0.1", |_, stream| say(stream, "302 Found", "Location: /again\r\n", b""));
    let port = site.address.port();
    let client = client(&["127.0.0.1"], &[&["127.0.0.1"], &["127.0.0.2"]]);
    let canary = std::net::TcpListener::bind(("127.0.0.2", port)).expect("the same port next door");
    canary.set_nonblocking(true).unwrap();

    let url = Url::parse(&format!("http://rebind.example:{port}/")).unwrap();
    let refusal = client.get(Policy::Tenant, &url, &limits()).await.unwrap_err();

    assert!(refusal.to_string().contains("`rebind.example` resolves to `127.0.0.2`"), "{refusal}");
    assert_eq!(site.connections(), 1);
    assert_eq!(canary.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "the canary was connected to");
}

#[tokio::test]
async fn of_a_mixed_answer_only_the_allowed_address_is_connected_to() {
    let site = Server::start("127.0.0.3", |_, stream| say(stream, "200 OK", "", b"hello"));
    let canary = std::net::TcpListener::bind(("127.0.0.2", site.address.port())).unwrap();
    canary.set_nonblocking(true).unwrap();
    let client = client(&["127.0.0.3"], &[&["127.0.0.2", "127.0.0.3"]]);
    let url = Url::parse(&format!("http://mixed.example:{}/", site.address.port())).unwrap();
    assert_eq!(&client.get(Policy::Tenant, &url, &limits()).await.unwrap().body[..], b"hello");
    assert_eq!(canary.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn names_that_resolve_inwards_are_refused_with_their_address() {
    for inner in
        ["127.0.0.1", "10.1.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
    {
        let client = client(&[], &[&[inner]]);
        let refusal =
            client.get(Policy::Tenant, &Url::parse("http://evil.example/").unwrap(), &limits()).await;
        let Err(Error::Refused { why, .. }) = refusal else { panic!("{inner}: {refusal:?}") };
        assert!(why.contains("`evil.example` resolves to"), "{why}");
    }
}

#[tokio::test]
async fn a_public_name_is_not_asked_on_a_port_of_another_service() {
    let client = client(&[], &[&["1.1.1.1"]]);
    let refusal = client.get(Policy::Tenant, &Url::parse("http://a.example:25/").unwrap(), &limits()).await;
    assert!(refusal.unwrap_err().to_string().contains("only ports 80 and 443"));
}

#[tokio::test]
async fn a_name_without_address_is_named() {
    let client = client(&[], &[&[]]);
    let fault = client.get(Policy::Tenant, &Url::parse("http://gone.example/").unwrap(), &limits()).await;
    let fault = fault.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "`http://gone.example/` can't be reached: `gone.example` has no address (no such name)"
    );
    assert!(fault.is_transient());
}
