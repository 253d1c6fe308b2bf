//! Sending to addresses that a tenant chose: what is sent, and how answers that mean harm are taken.

use std::io::Write;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use botplot_egress::{Client, Config, Error, HeaderMap, HeaderValue, Lookup, PostAnswer, PostLimits};
use tokio::time::Instant;
use url::Url;

use crate::server::{Server, say};

fn client(allow: &[&str]) -> Client {
    let allow = allow.iter().map(|entry| (*entry).to_owned().try_into().unwrap()).collect();
    Client::new(&Config { allow, ..Config::default() }).unwrap()
}

fn limits(millis: u64) -> PostLimits {
    PostLimits { timeout: Duration::from_millis(millis), read_bytes: 64 * 1024, keep_bytes: 1024 }
}

async fn post(url: &Url) -> Result<PostAnswer, Error> {
    let headers = HeaderMap::from_iter([("x-signed".parse().unwrap(), HeaderValue::from_static("yes"))]);
    client(&["127.0.0.0/8"]).post(url, headers, "{}".into(), &limits(2000)).await
}

#[tokio::test]
async fn the_body_and_headers_go_out_and_nothing_else_is_added() {
    let (sent, seen) = mpsc::channel();
    let site = Server::start("127.0.0.1", move |request, stream| {
        sent.send((request.path.clone(), request.headers.clone())).unwrap();
        say(stream, "201 Created", "X-A: b\r\nRetry-After: 7\r\n", b"thanks");
    });
    let url = site.url("/hook?a=ü");
    let answer = post(&url).await.unwrap();
    assert_eq!((answer.status, answer.retry_after.as_deref()), (201, Some("7")));
    assert_eq!(&answer.body[..], b"thanks");
    assert!(
        answer.head.starts_with("HTTP/1.1 201 Created\r\n") && answer.head.contains("x-a: b\r\n"),
        "{}",
        answer.head
    );
    let (path, mut headers) = seen.recv().unwrap();
    let named = HeaderMap::from_iter([("x-signed".parse().unwrap(), HeaderValue::from_static("yes"))]);
    let told = client(&[]).post_head(&url, &named, 2);
    let (first, told) = told.split_once("\r\n").unwrap();
    assert_eq!(first, format!("POST {path} HTTP/1.1"));
    let mut told: Vec<_> = told.lines().map(str::to_lowercase).collect();
    told.sort();
    headers.sort();
    assert_eq!(headers, told, "the log's head is not what was sent");
    headers.retain(|h| !h.starts_with("host:") && !h.starts_with("user-agent:"));
    assert_eq!(headers, ["accept: */*", "content-length: 2", "x-signed: yes"]);
}

#[tokio::test]
async fn redirects_are_answers_and_packed_bodies_stay_packed() {
    let trap = Server::canary("127.0.0.1");
    let location = format!("Location: {}\r\n", trap.url("/"));
    let site = Server::start("127.0.0.1", move |request, stream| match request.path.as_str() {
        "/packed" => say(stream, "200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8bno gzip"),
        _ => say(stream, "307 Elsewhere", &location, b""),
    });
    assert_eq!(post(&site.url("/")).await.unwrap().status, 307);
    assert_eq!(trap.connections(), 0);
    assert_eq!(&post(&site.url("/packed")).await.unwrap().body[..], b"\x1f\x8bno gzip");
}

#[tokio::test]
async fn of_an_endless_answer_only_the_start_is_read_and_less_is_kept() {
    let site = Server::start("127.0.0.1", |_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
        while stream.write_all(&[b'x'; 1024]).is_ok() {}
    });
    let answer = post(&site.url("/")).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 1024));
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up_in_time() {
    let site = Server::start("127.0.0.1", |_, stream| {
        let (_open, never) = mpsc::channel::<()>();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            let _ = never.recv_timeout(Duration::from_millis(20));
        }
    });
    let began = Instant::now();
    let late = client(&["127.0.0.0/8"]).post(&site.url("/"), HeaderMap::new(), "".into(), &limits(300)).await;
    assert!(matches!(late, Err(Error::Timeout { .. })), "{late:?}");
    assert!(began.elapsed() < Duration::from_secs(3));
}

/// Says one thing when an address is checked and another when it is used.
struct Turncoat(std::sync::Mutex<Vec<&'static str>>);

impl Lookup for Turncoat {
    fn addresses(&self, _: &str) -> botplot_egress::Looking {
        let next = self.0.lock().unwrap().pop();
        Box::pin(async move { Ok(next.into_iter().map(|ip| ip.parse().unwrap()).collect()) })
    }
}

#[tokio::test]
async fn an_address_is_vetted_when_it_is_set_and_again_when_it_is_used() {
    let canary = Server::canary("127.0.0.1");
    for bad in
        ["http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/", "http://1.1.1.1:22/", "http://u@1.1.1.1/"]
    {
        let refused = client(&[]).vet(&bad.parse().unwrap()).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{bad}: {refused:?}");
    }
    client(&["127.0.0.1"]).vet(&canary.url("/")).await.unwrap();

    let lookup: Arc<dyn Lookup> = Arc::new(Turncoat(vec!["127.0.0.1", "1.1.1.1"].into()));
    let it = Client::with_lookup(&Config::default(), &lookup).unwrap();
    let url: Url = "http://hooks.example/".parse().unwrap();
    it.vet(&url).await.unwrap();
    let refused = it.post(&url, HeaderMap::new(), "".into(), &limits(2000)).await.unwrap_err();
    assert!(refused.to_string().contains("resolves to `127.0.0.1`, an address of this machine"), "{refused}");

    let lookup: Arc<dyn Lookup> = Arc::new(Turncoat(vec!["1.1.1.1", "10.0.0.1"].into()));
    let it = Client::with_lookup(&Config::default(), &lookup).unwrap();
    assert!(matches!(it.vet(&url).await, Err(Error::Refused { .. })), "a private address was taken");
    let port: Url = "http://hooks.example:8443/".parse().unwrap();
    assert!(matches!(it.vet(&port).await, Err(Error::Refused { .. })), "another port was taken");
    it.vet(&url).await.expect("a name without an address may have one later");
    assert_eq!(canary.connections(), 0);
}
