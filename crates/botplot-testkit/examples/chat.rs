//! Measures a chat turn with a model that answers at once: first token, CPU a turn, 256 clients together.
//!
//! The model's own time and one fdatasync are measured in the same run, since both belong to the figure's bound.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it measured")]

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_testkit::client::{Reply, chat, request};
use botplot_testkit::fake_llm::{self, FakeLlm};
use botplot_testkit::server::{Server, command, output, project, spread};
use tokio::task::JoinSet;
use tokio::time::Instant;

const TURNS: usize = 200;
const CLIENTS: usize = 256;
const QUESTIONS: &[&str] = &[
    "How can I find the serial port of my board on a Linux computer?",
    "What should I do if my sketch does not upload to the board?",
    "How do I install the Arduino IDE on Windows or on a Mac?",
    "Why does avrdude print an error when I upload a sketch?",
    "How can I reduce the memory usage of my sketch on a small board?",
];

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let llm = FakeLlm::answering(|_| {
        fake_llm::Reply::text("You can find that in the help centre [1]. It takes a minute.")
    })
    .await;
    let key = project(&data, "bench").context("making a project")?;
    let knowledge = concat!(env!("CARGO_MANIFEST_DIR"), "/../../eval/data/help-centre/Software Support");
    output(command(&data).args(["source", "add", knowledge, "--project", "bench", "--wait"]))?;
    let variables = [
        ("BOTPLOT__LLM__PROVIDER", "openai_compatible".to_owned()),
        ("BOTPLOT__LLM__MODEL", "fake".to_owned()),
        ("BOTPLOT__LLM__BASE_URL", llm.base_url()),
        ("BOTPLOT__SERVER__CONNECTIONS_PER_ADDRESS", "10000".to_owned()),
    ];
    let server = Server::start(&data, &variables).await?;
    for n in 0..20 {
        check(&ask(&server, &key, n).await?)?;
    }
    one_by_one(&server, &llm, &key, folder.path()).await?;
    together(&server, &key).await
}

async fn one_by_one(server: &Server, llm: &FakeLlm, key: &str, folder: &Path) -> Result<()> {
    let (mut tokens, mut heads, mut own, mut syncs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let before = server.cpu_seconds();
    for n in 0..TURNS {
        let reply = ask(server, key, n).await?;
        check(&reply)?;
        heads.push(milliseconds(reply.head_after));
        tokens.push(milliseconds(reply.token_after.context("no token")?));
        own.push(milliseconds(model_alone(llm).await?));
        syncs.push(milliseconds(sync(folder)?));
    }
    let cpu = (server.cpu_seconds() - before) * 1000.0 / TURNS as f64;
    println!("{TURNS} turns one by one, ms           min   median      max");
    for (name, figures) in [
        ("response head", &heads),
        ("first token", &tokens),
        ("the model's own", &own),
        ("one fdatasync", &syncs),
    ] {
        let (min, median, max) = spread(figures.clone());
        println!("  {name:<28}{min:8.2} {median:8.2} {max:8.2}");
    }
    let over = spread(tokens).1 - spread(own).1 - spread(syncs).1;
    println!("  first token beyond model and one fdatasync, medians: {over:.2} ms (bound 10)");
    println!("  server CPU a turn: {cpu:.2} ms (bound 5)");
    Ok(())
}

async fn together(server: &Server, key: &str) -> Result<()> {
    let (before, start) = (server.cpu_seconds(), Instant::now());
    let mut clients = JoinSet::new();
    for n in 0..CLIENTS {
        let (to, key) = (server.address, key.to_owned());
        clients.spawn(async move { chat(to, &key, &body(n)).await });
    }
    let (mut failed, mut tokens) = (0, Vec::new());
    while let Some(reply) = clients.join_next().await {
        match reply? {
            Ok(reply) if check(&reply).is_ok() => tokens.extend(reply.token_after.map(milliseconds)),
            other => {
                failed += 1;
                eprintln!("  failed: {other:?}");
            }
        }
    }
    let took = start.elapsed().as_secs_f64();
    let (min, median, max) = spread(tokens);
    println!(
        "{CLIENTS} clients at once: {failed} failed, {:.0} turns/s, first token {min:.0}/{median:.0}/{max:.0} ms (min/median/max)",
        CLIENTS as f64 / took
    );
    println!("  server CPU a turn: {:.2} ms", (server.cpu_seconds() - before) * 1000.0 / CLIENTS as f64);
    ensure!(failed == 0, "{failed} of {CLIENTS} clients failed");
    Ok(())
}

async fn ask(server: &Server, key: &str, n: usize) -> Result<Reply> {
    Ok(chat(server.address, key, &body(n)).await?)
}

fn body(n: usize) -> String {
    serde_json::json!({ "message": QUESTIONS[n % QUESTIONS.len()], "visitorId": format!("bench-{n}") })
        .to_string()
}

fn check(reply: &Reply) -> Result<()> {
    ensure!(
        reply.status == 200 && reply.is_final() && reply.body.contains("minute"),
        "{}{}",
        reply.head,
        reply.body
    );
    Ok(())
}

/// The same exchange with the model alone: a connection, a request, the first piece of a stream.
async fn model_alone(llm: &FakeLlm) -> Result<Duration> {
    let head = "POST /v1/chat/completions HTTP/1.1\r\ncontent-type: application/json\r\n";
    let body = r#"{"model":"fake","stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
    Ok(request(llm.address(), head, body).await?.head_after)
}

/// Appends a page to a file and waits until it is on the disk, as a commit does.
fn sync(folder: &Path) -> Result<Duration> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("sync"))?;
    let start = Instant::now();
    file.write_all(&[1; 8192])?;
    file.sync_data()?;
    Ok(start.elapsed())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
