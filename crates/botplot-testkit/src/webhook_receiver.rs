//! A receiver of webhooks on a free loopback port: it records what comes and answers by a script, with every
//! misbehaviour on order. Connections are kept open, as a good receiver's are.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

/// How long a test waits for what should have come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A webhook as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path with its query.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
    /// When it was there.
    pub at: Instant,
}

/// What a receiver does with a webhook.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Answers with a status, header lines that each end in CRLF, and a body.
    Say(u16, String, Vec<u8>),
    /// Takes its time over another answer.
    After(Duration, Box<Answer>),
    /// Says nothing and keeps the connection.
    Hang,
    /// Sends a head with status 200 and then a byte at a time, for ever.
    Drip,
    /// Sends this many bytes of body with status 200.
    Pour(u64),
    /// Sends these bytes, whatever they are, and closes.
    Raw(Vec<u8>),
}

impl Answer {
    /// An empty answer.
    pub fn status(status: u16) -> Self {
        Self::Say(status, String::new(), Vec::new())
    }
}

impl Received {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

type Script = Arc<dyn Fn(&Received, usize) -> Answer + Send + Sync>;

struct Shared {
    script: Mutex<Script>,
    all: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
}

/// A running receiver; it stops when this value is dropped.
pub struct WebhookReceiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl WebhookReceiver {
    /// Starts a receiver that answers everything with 200.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let script: Script = Arc::new(|_, _| Answer::status(200));
        let (all, count) = (Mutex::default(), watch::Sender::new(0));
        let shared = Arc::new(Shared { script: Mutex::new(script), all, count });
        let own = Arc::clone(&shared);
        #[expect(clippy::disallowed_methods, reason = "the task ends with its receiver")]
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&own)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, shared, task }
    }

    /// Answers from now on as `script` says, which gets each webhook and its number from 0.
    pub fn answer(&self, script: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static) {
        *lock(&self.shared.script) = Arc::new(script);
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// All that came, in its order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.all).clone()
    }

    /// Waits until so many have come, and returns all.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut counted = self.shared.count.subscribe();
        let come = counted.wait_for(|n| *n >= count);
        let come = tokio::time::timeout(PATIENCE, come).await.map(|ended| ended.map(|_| ()));
        assert!(matches!(come, Ok(Ok(()))), "{count} webhooks should have come, not {:?}", self.received());
        self.received()
    }
}

impl Drop for WebhookReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    while let Some(webhook) = read(&mut stream).await {
        let number = {
            let mut all = lock(&shared.all);
            all.push(webhook.clone());
            all.len() - 1
        };
        let script = Arc::clone(&lock(&shared.script));
        let answer = script(&webhook, number);
        shared.count.send_replace(number + 1);
        if !give(stream.get_mut(), answer).await {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let (mut path, mut headers, mut length) = (None, Vec::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        match (&path, line.split_once(':')) {
            (None, _) => path = Some(line.split(' ').nth(1)?.to_owned()),
            (Some(_), None) => break,
            (Some(_), Some((name, value))) => {
                let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
                if name == "content-length" {
                    length = value.parse().ok()?;
                }
                headers.push((name, value));
            }
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Received { path: path?, headers, body, at: Instant::now() })
}

/// Answers; false when the connection is of no more use.
async fn give(stream: &mut TcpStream, mut answer: Answer) -> bool {
    while let Answer::After(delay, then) = answer {
        tokio::time::sleep(delay).await;
        answer = *then;
    }
    let written = match answer {
        Answer::Say(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).await
        }
        Answer::Hang | Answer::After(..) => std::future::pending().await,
        Answer::Drip => drip(stream).await,
        Answer::Pour(bytes) => pour(stream, bytes).await,
        Answer::Raw(bytes) => {
            let _ = stream.write_all(&bytes).await;
            return false;
        }
    };
    written.is_ok()
}

async fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await?;
    loop {
        stream.write_all(b"x").await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn pour(stream: &mut TcpStream, bytes: u64) -> std::io::Result<()> {
    stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n").as_bytes()).await?;
    let (block, mut left) = (vec![b'x'; 1 << 16], bytes);
    while left > 0 {
        let now = left.min(block.len() as u64);
        stream.write_all(&block[..now as usize]).await?;
        left -= now;
    }
    Ok(())
}
