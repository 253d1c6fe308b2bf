//! Kills the server with SIGKILL during 200 chats at once, ten times: every message whose response head was received
//! must be there once. The seed is printed and can be given again as `--seed N`.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, ensure};
use botplot_core::{ConversationId, Ids as _, RandomIds, SeededIds};
use botplot_store::Store;
use botplot_testkit::client::{Reply, chat_head, exchange};
use botplot_testkit::fake_llm::{self, FakeLlm};
use botplot_testkit::server::{Server, command, output, project};
use tokio::task::JoinSet;

const KILLS: usize = 10;
const CHATS: usize = 200;

/// Message text by the conversation that acknowledged it.
type Acknowledged = Arc<Mutex<Vec<(ConversationId, String)>>>;

#[tokio::main]
async fn main() -> Result<()> {
    let seed = std::env::args().skip_while(|a| a != "--seed").nth(1).and_then(|s| s.parse().ok());
    let seed = seed.unwrap_or_else(|| RandomIds.random().as_u64_pair().0 >> 32);
    println!("seed {seed}");
    let random = SeededIds::new(seed);
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let words = "One two three four five six seven eight nine ten [1].";
    let slow = fake_llm::Reply::text(words).each_after(Duration::from_millis(10));
    let llm = FakeLlm::answering(move |_| slow.clone()).await;
    let key = project(data, "bench")?;
    let guides = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
    output(command(data).args(["source", "add", guides, "--project", "bench", "--wait"]))?;
    let acknowledged = Acknowledged::default();
    for round in 0..KILLS {
        let variables = [
            ("BOTPLOT__LLM__PROVIDER", "openai_compatible".to_owned()),
            ("BOTPLOT__LLM__MODEL", "fake".to_owned()),
            ("BOTPLOT__LLM__BASE_URL", llm.base_url()),
        ];
        let server = Server::start(data, &variables).await?;
        let mut chats = JoinSet::new();
        for n in 0..CHATS {
            chats.spawn(talk(
                server.address,
                key.clone(),
                format!("round {round} client {n}"),
                acknowledged.clone(),
            ));
        }
        let wait = u64::from(random.random().as_bytes()[0]) * 4 + 50;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let before = acknowledged.lock().expect("no panic holds it").len();
        server.kill()?;
        while chats.join_next().await.is_some() {}
        println!("kill {}: after {wait} ms, {before} messages acknowledged so far", round + 1);
    }
    let acknowledged = std::mem::take(&mut *acknowledged.lock().expect("no panic holds it"));
    verify(data, &acknowledged).await
}

/// Sends one message after another until the connection breaks.
async fn talk(to: std::net::SocketAddr, key: String, who: String, acknowledged: Acknowledged) {
    for n in 0.. {
        let text = format!("How do I back up my data? {who} message {n}");
        let body = serde_json::json!({ "message": text, "visitorId": who }).to_string();
        let mut reply = Reply::default();
        let ended = exchange(to, &chat_head(&key), &body, &mut reply).await;
        let conversation = reply.header("x-conversation-id").and_then(|id| id.parse().ok());
        if let (200, Some(id)) = (reply.status, conversation) {
            acknowledged.lock().expect("no panic holds it").push((id, text));
        }
        if ended.is_err() || reply.status != 200 {
            return;
        }
    }
}

async fn verify(data: &Path, acknowledged: &[(ConversationId, String)]) -> Result<()> {
    let store = Store::open(&botplot_store::Config::default(), data).await?;
    let bench = store.reader().find_project_named("bench").await?.expect("it was made above");
    let (mut lost, mut twice) = (0, 0);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (id, text) in acknowledged {
        *seen.entry(text).or_default() += 1;
        let stored = store.reader().list_messages(bench.id, *id, 100).await?;
        match stored.iter().filter(|m| m.content == *text).count() {
            0 => lost += 1,
            1 => {}
            _ => twice += 1,
        }
    }
    store.close().await;
    println!(
        "{} messages acknowledged over {KILLS} kills: {lost} lost, {twice} stored twice",
        acknowledged.len()
    );
    ensure!(acknowledged.len() > CHATS, "too few messages were acknowledged to tell anything");
    ensure!(lost == 0 && twice == 0, "the acknowledgement was not kept");
    Ok(())
}
