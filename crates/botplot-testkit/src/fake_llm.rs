//! A language model's HTTP server on a free loopback port, answering by a script, with every failure on order.
//!
//! It speaks OpenAI's chat completions over a socket of its own instead of an HTTP library, because what it
//! has to do is mostly what a library forbids: cut a reply in the middle of a character, stay silent after the
//! head, go on after the end. With no delay set, a reply is one buffer and one write.

mod script;
mod wire;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

pub use script::{Fault, Reply};

/// How many of the last requests are kept.
const KEPT: usize = 1024;

type Script = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A running fake model; it stops when this value is dropped.
pub struct FakeLlm {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Owns the port and, through a `JoinSet`, every connection.
    task: Mutex<Option<JoinHandle<()>>>,
}

/// One request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// The path with its query, such as `/v1/chat/completions`.
    pub path: String,
    /// The values of `Authorization`, `x-api-key` or `x-goog-api-key`, whichever came.
    pub key: Option<String>,
    /// The raw body.
    pub body: Vec<u8>,
}

struct Shared {
    script: Mutex<Script>,
    kept: Mutex<VecDeque<Request>>,
    requests: AtomicUsize,
    connections: AtomicUsize,
    disconnects: AtomicUsize,
    changed: Notify,
}

impl Request {
    /// The body as JSON, `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The text of the last message of the user, empty when there is none.
    pub fn question(&self) -> String {
        self.last("user")
    }

    /// The text of the system message, empty when there is none.
    pub fn system(&self) -> String {
        self.last("system")
    }

    fn last(&self, role: &str) -> String {
        let json = self.json();
        let messages = json["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = messages.iter().rev().find(|m| m["role"] == role);
        found.and_then(|m| m["content"].as_str()).unwrap_or_default().to_string()
    }
}

impl FakeLlm {
    /// Starts a model that answers every question with one fixed sentence.
    pub async fn start() -> Self {
        Self::answering(|_| Reply::text("This is the fake model’s answer.")).await
    }

    /// Starts a model that answers by `script`.
    pub async fn answering(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            script: Mutex::new(Arc::new(script)),
            kept: Mutex::default(),
            requests: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            disconnects: AtomicUsize::new(0),
            changed: Notify::new(),
        });
        #[expect(
            clippy::disallowed_methods,
            reason = "the task ends with this value, no server waits for it"
        )]
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, task: Mutex::new(Some(task)) }
    }

    /// The address to configure as `llm.base_url`, `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The socket's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers by another script from the next request on.
    pub fn script(&self, script: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        *lock(&self.shared.script) = Arc::new(script);
    }

    /// Answers every request alike from now on.
    pub fn reply(&self, reply: Reply) {
        self.script(move |_| reply.clone());
    }

    /// From now on connecting is refused: the port is closed, and open connections are cut.
    pub async fn refuse(&self) {
        let task = lock(&self.task).take();
        if let Some(task) = task {
            task.abort();
            // An aborted task has dropped what it owned once it can be joined.
            let _ = task.await;
        }
    }

    /// How many chat requests came in.
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// How many connections were opened; fewer than requests when clients keep them alive.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many replies their client walked away from before the end.
    pub fn disconnects(&self) -> usize {
        self.shared.disconnects.load(Ordering::SeqCst)
    }

    /// Waits until `count` chat requests have come in.
    pub async fn wait_for_requests(&self, count: usize) {
        self.until(|s| s.requests.load(Ordering::SeqCst) >= count).await;
    }

    /// Waits until `count` replies have lost their client.
    pub async fn wait_for_disconnects(&self, count: usize) {
        self.until(|s| s.disconnects.load(Ordering::SeqCst) >= count).await;
    }

    /// The last chat requests, oldest first, at most 1,024.
    pub fn prompts(&self) -> Vec<Request> {
        lock(&self.shared.kept).iter().cloned().collect()
    }

    async fn until(&self, met: impl Fn(&Shared) -> bool) {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, or a change between the two would be missed.
            changed.as_mut().enable();
            if met(&self.shared) {
                return;
            }
            changed.await;
        }
    }
}

impl Shared {
    fn receive(&self, request: Request) -> Reply {
        let script = Arc::clone(&lock(&self.script));
        let reply = script(&request);
        let mut kept = lock(&self.kept);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(request);
        drop(kept);
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
        reply
    }

    fn lost(&self) {
        self.disconnects.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for FakeLlm {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        shared.connections.fetch_add(1, Ordering::SeqCst);
        connections.spawn(wire::serve(stream, Arc::clone(&shared)));
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    /// Sends one chat request and reads until the server closes or the body's last chunk is there.
    async fn ask(fake: &FakeLlm, body: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "a test's own connection to the fake")]
        let mut stream = TcpStream::connect(fake.address()).await.unwrap();
        let length = body.len();
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer k\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"0\r\n\r\n") && stream.read_buf(&mut text).await.unwrap() > 0 {}
        String::from_utf8_lossy(&text).into_owned()
    }

    const QUESTION: &str =
        r#"{"stream":true,"messages":[{"role":"system","content":"S"},{"role":"user","content":"Why?"}]}"#;

    #[tokio::test]
    async fn a_request_is_answered_by_the_script_and_remembered() {
        let fake = FakeLlm::answering(|r| Reply::text(&format!("You asked {}", r.question()))).await;
        let answer = ask(&fake, QUESTION).await;
        assert!(answer.contains(r#""content":"Why?""#) && answer.contains("data: [DONE]"), "{answer}");
        let prompt = fake.prompts().remove(0);
        assert_eq!((prompt.system().as_str(), prompt.key.as_deref()), ("S", Some("Bearer k")));
        assert_eq!((fake.requests(), fake.connections(), fake.disconnects()), (1, 1, 0));
    }

    #[tokio::test]
    async fn a_cut_reply_ends_inside_a_character() {
        let fake = FakeLlm::start().await;
        fake.reply(Reply::fault(Fault::CutMidCharacter));
        let answer = ask(&fake, QUESTION).await;
        assert!(answer.contains("thr\u{fffd}") && !answer.contains("[DONE]"), "{answer}");
    }

    #[tokio::test]
    async fn a_client_that_walks_away_is_counted() {
        let fake = FakeLlm::start().await;
        fake.reply(Reply::fault(Fault::HangAfterHead));
        #[expect(clippy::disallowed_methods, reason = "a test's own connection to the fake")]
        let mut stream = TcpStream::connect(fake.address()).await.unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
        fake.wait_for_requests(1).await;
        drop(stream);
        fake.wait_for_disconnects(1).await;
    }

    #[tokio::test]
    async fn a_refusing_model_has_no_port() {
        let fake = FakeLlm::start().await;
        fake.refuse().await;
        #[expect(clippy::disallowed_methods, reason = "a test's own connection to the fake")]
        let answer = TcpStream::connect(fake.address()).await;
        assert_eq!(answer.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    }
}
