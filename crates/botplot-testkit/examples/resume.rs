//! Cuts a stream after each of its events and resumes it: the text must be whole and without repetition. Then kills the
//! server: a finished answer replays whole, an unfinished one as far as it was heard, with an error that says so.
#![expect(clippy::print_stdout, reason = "a program that prints what it tried")]

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use botplot_testkit::client::connect;
use botplot_testkit::fake_llm::{FakeLlm, Reply, Request};
use botplot_testkit::server::{Server, command, output, project};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What the model says: with characters of two to four bytes, and words that come back.
const ANSWER: &str = "Früh copy the file, then copy the folder: 備份 takes a minute 😀 and the server runs on, and the \
                      server runs on, naïvely, until the copy is whole.";
const KILLS: usize = 8;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let llm = FakeLlm::answering(answer).await;
    let key = project(data, "bench")?;
    let guides = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
    output(command(data).args(["source", "add", guides, "--project", "bench", "--wait"]))?;
    let client = Client { key, variables: variables(&llm) };
    let server = client.start(data).await?;
    let events = client.events(server.address).await?;
    every_cut(&client, &server, events).await?;
    let server = finished(&client, server, data).await?;
    unfinished(&client, server, data).await?;
    println!("every answer was whole and without repetition");
    Ok(())
}

fn variables(llm: &FakeLlm) -> Vec<(&'static str, String)> {
    let unlimited = "0".to_owned();
    vec![
        ("BOTPLOT__LLM__PROVIDER", "openai_compatible".to_owned()),
        ("BOTPLOT__LLM__MODEL", "fake".to_owned()),
        ("BOTPLOT__LLM__BASE_URL", llm.base_url()),
        // Limits of visitors, addresses and keys are not what is tried here.
        ("BOTPLOT__LIMITS__VISITOR_PER_MINUTE", unlimited.clone()),
        ("BOTPLOT__LIMITS__ADDRESS_PER_MINUTE", unlimited.clone()),
        ("BOTPLOT__LIMITS__PUBLISHABLE_KEY_PER_MINUTE", unlimited),
    ]
}

/// Answers slowly where the question wants it, so that a crash finds the answer unfinished.
fn answer(request: &Request) -> Reply {
    let slow = request.question().contains("slowly");
    Reply::text(ANSWER).each_after(Duration::from_millis(if slow { 60 } else { 4 }))
}

/// Every cut: while the answer is still being written, and once it is over.
async fn every_cut(client: &Client, server: &Server, events: usize) -> Result<()> {
    let mut resumed = 0;
    for cut in 0..=events {
        let mut heard = client.ask(server.address, "How do I back up my data?").await?;
        let before = heard.take(cut).await?;
        // Dropping the connection is the cut.
        let message = heard.message.clone();
        let token = heard.token.clone();
        drop(heard);
        for again in 0..2 {
            let rest = client.resume(server.address, &message, &token, before.last.as_deref()).await?;
            let rest = match rest {
                Some(mut stream) => stream.rest().await?,
                None if cut == events => Heard::default(),
                None => bail!("cut {cut}: there is nothing more, and the last event was not heard"),
            };
            let text = before.text.clone() + &rest.text;
            ensure!(text == ANSWER, "cut {cut}, resumed {again}: `{text}`");
            let ends = usize::from(before.ended) + usize::from(rest.ended);
            ensure!(ends == 1 && rest.error.is_none(), "cut {cut}: {ends} last events, {:?}", rest.error);
            resumed += 1;
        }
    }
    println!("an answer of {events} events, cut after each: {resumed} resumed streams, each text whole");
    Ok(())
}

/// A finished answer, from each of its events on, after a crash.
async fn finished(client: &Client, server: Server, data: &Path) -> Result<Server> {
    let mut stream = client.ask(server.address, "How do I back up my data?").await?;
    let mut places: Vec<(Option<String>, String)> = vec![(None, String::new())];
    let mut heard = Heard::default();
    while let Some(event) = stream.next().await? {
        heard.add(&event)?;
        places.push((heard.last.clone(), heard.text.clone()));
    }
    ensure!(heard.ended && heard.text == ANSWER, "{heard:?}");
    let ended = places.pop().context("the last event is the last")?.0;
    server.kill()?;
    let server = client.start(data).await?;
    for (last, text) in &places {
        let rest = client.resume(server.address, &stream.message, &stream.token, last.as_deref()).await?;
        let rest = rest.context("there is more")?.rest().await?;
        ensure!(rest.ended && text.clone() + &rest.text == ANSWER, "from {last:?}: {rest:?}");
    }
    let nothing = client.resume(server.address, &stream.message, &stream.token, ended.as_deref()).await?;
    ensure!(nothing.is_none(), "there is more behind the last event");
    println!("a finished answer after kill -9: replayed whole from each of {} places", places.len());
    Ok(server)
}

/// Answers that a crash cut, each after another number of events.
async fn unfinished(client: &Client, mut server: Server, data: &Path) -> Result<()> {
    for kill in 0..KILLS {
        let mut stream = client.ask(server.address, "How do I back up my data slowly?").await?;
        let before = stream.take(kill * 2).await?;
        server.kill()?;
        server = client.start(data).await?;
        for from_start in [true, false] {
            let last = before.last.as_deref().filter(|_| !from_start);
            let rest = client.resume(server.address, &stream.message, &stream.token, last).await?;
            let rest = rest.context("an answer that was cut has an end to tell")?.rest().await?;
            let text = if last.is_none() { rest.text.clone() } else { before.text.clone() + &rest.text };
            ensure!(
                text.starts_with(&before.text),
                "what was heard is not stored: `{text}`, not `{}`",
                before.text
            );
            ensure!(ANSWER.starts_with(&text) && text != ANSWER, "`{text}`");
            let error = rest.error.context("it ends without an error")?;
            ensure!(error["code"] == "answer_interrupted" && error["retryable"] == true, "{error}");
            ensure!(!rest.ended, "an answer that was cut has a final event");
        }
    }
    println!("{KILLS} unfinished answers after kill -9: all that was heard, then answer_interrupted");
    Ok(())
}

/// How the server is started, and the key.
struct Client {
    key: String,
    variables: Vec<(&'static str, String)>,
}

impl Client {
    async fn start(&self, data: &Path) -> Result<Server> {
        Ok(Server::start(data, &self.variables).await?)
    }

    /// Events of one answer.
    async fn events(&self, to: SocketAddr) -> Result<usize> {
        let mut stream = self.ask(to, "How do I back up my data?").await?;
        let (mut count, mut ids) = (0, Vec::new());
        while let Some(event) = stream.next().await? {
            count += 1;
            ids.push(event.id.context("an event has no id")?);
        }
        ids.sort_unstable();
        ids.dedup();
        ensure!(ids.len() == count && count > 20, "{count} events have {} ids", ids.len());
        Ok(count)
    }

    async fn ask(&self, to: SocketAddr, question: &str) -> Result<Stream> {
        let body = serde_json::json!({ "message": question, "visitorId": "v" }).to_string();
        let head = "POST /api/chat HTTP/1.0\r\ncontent-type: application/json\r\nx-resume: 1\r\n";
        let stream = self.open(to, head, &body).await?;
        ensure!(stream.status == 200, "status {}: {}", stream.status, String::from_utf8_lossy(&stream.bytes));
        Ok(stream)
    }

    /// The rest of an answer; `None` when the last event has been heard.
    async fn resume(
        &self,
        to: SocketAddr,
        message: &str,
        token: &str,
        last: Option<&str>,
    ) -> Result<Option<Stream>> {
        let last = last.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
        let head = format!("GET /api/chat/stream/{message} HTTP/1.0\r\nx-visitor-token: {token}\r\n{last}");
        let stream = self.open(to, &head, "").await?;
        ensure!(matches!(stream.status, 200 | 204), "status {}", stream.status);
        Ok((stream.status == 200).then_some(stream))
    }

    /// HTTP/1.0, whose bodies are not cut into chunks.
    async fn open(&self, to: SocketAddr, head: &str, body: &str) -> Result<Stream> {
        let mut socket = connect(to).await?;
        let (key, length) = (&self.key, body.len());
        let request =
            format!("{head}host: {to}\r\nx-api-key: {key}\r\ncontent-length: {length}\r\n\r\n{body}");
        socket.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            ensure!(socket.read_buf(&mut bytes).await? > 0, "the server closed before its head was whole");
        };
        let head = String::from_utf8(bytes.drain(..end).collect())?;
        let header = |name: &str| {
            let found =
                head.lines().filter_map(|l| l.split_once(": ")).find(|(n, _)| n.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_owned()).unwrap_or_default()
        };
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Ok(Stream {
            socket,
            bytes,
            status,
            message: header("x-message-id"),
            token: header("x-visitor-token"),
        })
    }
}

/// A reply whose events are coming in; dropping it cuts the connection.
struct Stream {
    socket: TcpStream,
    bytes: Vec<u8>,
    status: u16,
    message: String,
    token: String,
}

struct Event {
    id: Option<String>,
    value: Value,
}

impl Stream {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            while let Some(end) = self.bytes.windows(2).position(|w| w == b"\n\n") {
                let block = String::from_utf8(self.bytes.drain(..end + 2).collect())?;
                let line = |name: &str| block.lines().find_map(|l| l.strip_prefix(name));
                if let Some(json) = line("data: ") {
                    let id = line("id: ").map(str::to_owned);
                    return Ok(Some(Event { id, value: serde_json::from_str(json)? }));
                }
            }
            if self.socket.read_buf(&mut self.bytes).await? == 0 {
                ensure!(self.bytes.is_empty(), "half an event at the end");
                return Ok(None);
            }
        }
    }

    /// The next events, that many.
    async fn take(&mut self, count: usize) -> Result<Heard> {
        let mut heard = Heard::default();
        for _ in 0..count {
            heard.add(&self.next().await?.context("the stream has ended")?)?;
        }
        Ok(heard)
    }

    /// All that is left.
    async fn rest(&mut self) -> Result<Heard> {
        let mut heard = Heard::default();
        while let Some(event) = self.next().await? {
            heard.add(&event)?;
        }
        Ok(heard)
    }
}

/// What a client has heard.
#[derive(Debug, Default)]
struct Heard {
    text: String,
    last: Option<String>,
    ended: bool,
    error: Option<Value>,
}

impl Heard {
    fn add(&mut self, event: &Event) -> Result<()> {
        ensure!(!self.ended && self.error.is_none(), "something comes after the end: {}", event.value);
        match event.value["token"].as_str() {
            Some(token) => self.text.push_str(token),
            None if event.value["done"] == true => self.ended = true,
            None => self.error = Some(event.value["error"].clone()),
        }
        if event.id.is_some() {
            self.last.clone_from(&event.id);
        }
        Ok(())
    }
}
