//! Many open inboxes while chats come in: what each hears, how late, and what that costs the server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_testkit::client::{chat, connect};
use botplot_testkit::server::Server;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};

use super::filled::Filled;
use super::milliseconds;

const CHATS_A_SECOND: u64 = 50;
/// Mebibytes that the server may have.
const MEMORY: f64 = 250.0;
/// How long the last chat's news may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// When each chat's answer was there, by its conversation.
type Answered = Arc<Mutex<HashMap<String, Instant>>>;

/// Opens the inboxes, lets chats come in for some seconds, and counts what was heard.
pub(crate) async fn measure(server: &Server, filled: &Filled, key: &str, seconds: u64) -> Result<()> {
    let (answered, chats) = (Answered::default(), seconds * CHATS_A_SECOND);
    let mut inboxes = JoinSet::new();
    for token in &filled.tokens {
        let stream = open(server, filled, token).await?;
        inboxes.spawn(hear(stream, chats as usize));
    }
    let (before, began) = (server.cpu_seconds(), Instant::now());
    come_in(server, key, chats, &answered).await?;
    let took = began.elapsed().as_secs_f64();
    let cpu = server.cpu_seconds() - before;
    let (_, memory) = server.memory_mib();
    let answered = answered.lock().await;
    let (mut late, mut lost) = (Vec::new(), 0);
    while let Some(heard) = inboxes.join_next().await {
        let heard = heard?;
        for (id, at) in answered.iter() {
            match heard.get(id) {
                Some(heard) => late.push(milliseconds(heard.saturating_duration_since(*at))),
                None => lost += 1,
            }
        }
    }
    late.sort_by(f64::total_cmp);
    let share = |n: usize| late.get((late.len().max(1) - 1) * n / 100).copied().unwrap_or(f64::NAN);
    println!(
        "{} inboxes open, {chats} chats in {took:.1} s ({:.0} a second)",
        filled.tokens.len(),
        chats as f64 / took
    );
    println!("  answers not heard of: {lost}");
    println!(
        "  heard after the answer, ms: p50 {:.0}, p95 {:.0}, p100 {:.0}",
        share(50),
        share(95),
        share(100)
    );
    println!(
        "  server: {:.0} % of a core, {memory:.0} MiB of its own (bound {MEMORY:.0})",
        cpu / took * 100.0
    );
    ensure!(lost == 0, "{lost} answers were not heard of");
    ensure!(memory < MEMORY, "the server took {memory:.0} MiB");
    Ok(())
}

/// Lets one chat come in every fiftieth of a second, whether or not those before are answered.
async fn come_in(server: &Server, key: &str, chats: u64, answered: &Answered) -> Result<()> {
    let mut ticks = interval(Duration::from_micros(1_000_000 / CHATS_A_SECOND));
    let mut running = JoinSet::new();
    for n in 0..chats {
        ticks.tick().await;
        let (to, key, answered) = (server.address, key.to_owned(), answered.clone());
        let body =
            serde_json::json!({ "message": "Hello there", "visitorId": format!("live-{n}") }).to_string();
        running.spawn(async move {
            let reply = chat(to, &key, &body).await?;
            let at = Instant::now();
            let id = reply.header("x-conversation-id").context("no conversation")?.to_owned();
            ensure!(reply.is_final(), "{}{}", reply.head, reply.body);
            answered.lock().await.insert(id, at);
            Ok(())
        });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

async fn open(server: &Server, filled: &Filled, token: &str) -> Result<BufReader<TcpStream>> {
    let mut stream = connect(server.address).await?;
    let path = filled.path("/live");
    let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: botplot={token}\r\n\r\n", server.address);
    stream.write_all(head.as_bytes()).await?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while !line.contains("\"ready\"") {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "an inbox did not open");
    }
    Ok(stream)
}

/// When each conversation was first heard of with its answer: question and answer are two messages.
async fn hear(mut stream: BufReader<TcpStream>, chats: usize) -> HashMap<String, Instant> {
    let (mut heard, mut line) = (HashMap::new(), Vec::new());
    while heard.len() < chats {
        line.clear();
        match timeout(PATIENCE, stream.read_until(b'\n', &mut line)).await {
            Ok(Ok(read)) if read > 0 => {}
            _ => break,
        }
        let at = Instant::now();
        let Some(json) = line.strip_prefix(b"data: ") else { continue };
        let Ok(news) = serde_json::from_slice::<serde_json::Value>(json) else { continue };
        for row in news["rows"].as_array().into_iter().flatten().filter(|row| row["unread"] == 2) {
            heard.entry(row["id"].as_str().unwrap_or_default().to_owned()).or_insert(at);
        }
    }
    heard
}
