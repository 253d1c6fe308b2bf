//! Somebody who calls the server, with their own headers, over real HTTP/1.1; one connection per request.

use std::fmt::{Debug, Write as _};
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A caller and the headers that go with each of their requests.
#[derive(Clone, Debug)]
pub struct Actor {
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

/// A whole reply.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A reply whose body is still coming in; dropping it closes the connection.
pub struct Live {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Incoming,
    rest: BytesMut,
    connection: JoinHandle<()>,
}

impl Actor {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, headers: Vec::new() }
    }

    /// The same caller with one more header; the same name twice sends both.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same caller without a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// The same caller showing the visitor token of an earlier reply.
    #[must_use]
    pub fn showing(self, reply: &Reply) -> Self {
        self.with("x-visitor-token", reply.header("x-visitor-token").expect("the reply carries a token"))
    }

    /// Asks and waits for the whole stream.
    pub async fn ask(&self, visitor: &str, message: &str) -> Reply {
        self.post("/api/chat", json!({ "message": message, "visitorId": visitor })).await
    }

    /// Asks within a conversation and waits for the whole stream.
    pub async fn ask_in(&self, conversation: &str, visitor: &str, message: &str) -> Reply {
        let body = json!({ "message": message, "visitorId": visitor, "conversationId": conversation });
        self.post("/api/chat", body).await
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.open(path, body).await.whole().await
    }

    /// Sends JSON and returns as soon as the reply's head is there.
    pub async fn open(&self, path: &str, body: Value) -> Live {
        let json = self.clone().with("content-type", "application/json");
        json.send(Method::POST, path, body.to_string()).await
    }

    /// Sends a form, as a page of the dashboard does.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = String::new();
        for (name, value) in fields {
            let pair = [name, value].map(|text| percent(text));
            let join = if form.is_empty() { "" } else { "&" };
            let _ = write!(form, "{join}{}={}", pair[0], pair[1]);
        }
        let sender = self.clone().with("content-type", "application/x-www-form-urlencoded");
        sender.send(Method::POST, path, form).await.whole().await
    }

    /// Fetches an address.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "").await.whole().await
    }

    /// Sends anything.
    pub async fn send(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Live {
        #[expect(clippy::disallowed_methods, reason = "a test's own connection to its server")]
        let stream = TcpStream::connect(self.address).await.expect("the server listens");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .expect("the server speaks HTTP/1.1");
        #[expect(clippy::disallowed_methods, reason = "the task ends with its connection")]
        let connection = tokio::spawn(async move {
            // A server that closes early shows in the reply.
            let _ = connection.await;
        });
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.address.to_string());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body.into())).expect("the test's headers are sound");
        let reply = sender.send_request(request).await.expect("the server replies");
        let (head, body) = reply.into_parts();
        Live { status: head.status, headers: head.headers, body, rest: BytesMut::new(), connection }
    }
}

/// A text as forms have it.
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

impl Live {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The conversation that the head names.
    pub fn conversation(&self) -> String {
        self.header("x-conversation-id").expect("the reply names its conversation").to_owned()
    }

    /// The next event's value, or `None` at the end of the stream; comments are passed over.
    pub async fn event(&mut self) -> Option<Value> {
        loop {
            let block = self.block().await?;
            let line = block.lines().next().unwrap_or_default();
            if let Some(json) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(json).expect("`data:` is followed by JSON"));
            }
        }
    }

    /// The next lines up to an empty one, or `None` at the end of the stream.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|w| w == b"\n\n") {
                let block = self.rest.split_to(end + 2);
                return Some(String::from_utf8(block[..end].to_vec()).expect("the stream is UTF-8"));
            }
            let frame = self.body.frame().await?.expect("the stream does not break");
            if let Ok(bytes) = frame.into_data() {
                self.rest.extend_from_slice(&bytes);
            }
        }
    }

    /// Reads the rest.
    pub async fn whole(self) -> Reply {
        let Self { status, headers, body, rest, connection } = self;
        let more = body.collect().await.expect("the body does not break").to_bytes();
        connection.abort();
        let body = if rest.is_empty() { more } else { [rest.freeze(), more].concat().into() };
        Reply { status, headers, body }
    }

    /// Closes the connection, as a visitor does who closes the page.
    pub fn leave(self) {
        self.connection.abort();
    }
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The conversation that the reply's head names.
    pub fn conversation(&self) -> String {
        self.header("x-conversation-id").expect("the reply names its conversation").to_owned()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {}", self.text()))
    }

    /// The values of a stream's events.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.text().lines().filter_map(|l| l.strip_prefix("data: "));
        lines.map(|json| serde_json::from_str(json).expect("`data:` is followed by JSON")).collect()
    }

    /// A stream's tokens, put together.
    pub fn answer(&self) -> String {
        self.events().iter().filter_map(|e| e["token"].as_str()).collect()
    }

    /// A stream's last event.
    pub fn last(&self) -> Value {
        self.events().pop().unwrap_or_else(|| panic!("no event in {self:?}"))
    }

    /// Checks the status and returns the reply.
    #[expect(clippy::return_self_not_must_use, reason = "often the status is all that a test wants to see")]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Checks that this is a well-formed error of this status and code, and returns its JSON.
    pub fn refuses(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        let expected = (code, u64::from(status), self.header("x-request-id"));
        let found = (problem["code"].as_str(), problem["status"].as_u64(), problem["request_id"].as_str());
        assert_eq!(found, (Some(expected.0), Some(expected.1), expected.2), "{problem}");
        assert_eq!(problem["error"], json!({ "code": code, "message": problem["detail"] }));
        assert!(problem["type"].as_str().is_some_and(|t| t.ends_with(code)) && problem["title"].is_string());
        problem
    }

    /// Checks that this refuses invalid input in exactly these fields.
    pub fn blames(&self, fields: &[&str]) {
        let problem = self.refuses(400, "invalid_request");
        let errors = problem["errors"].as_array().expect("invalid input is listed");
        let mut named: Vec<_> =
            errors.iter().map(|e| e["field"].as_str().expect("a field is text")).collect();
        named.sort_unstable();
        let mut expected = fields.to_vec();
        expected.sort_unstable();
        assert_eq!(named, expected, "{problem}");
        assert!(errors.iter().all(|e| e["message"].as_str().is_some_and(|m| !m.is_empty())), "{problem}");
    }
}
