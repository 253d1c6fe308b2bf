//! What a streamed turn costs: CPU per turn, and first-token latency beyond the model's own.
//!
//! `cargo run --release -p botplot-llm --example streamed_turn [TURNS [TOKENS [FIRST_MS]]]`. The fake model runs in a
//! process of its own, so that its CPU is not counted; "bare" is the same request by a plain HTTP client that
//! stops at the first token, so that the difference is what this crate adds.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use botplot_llm::{ChatModel, Config, Piece, Prompt, Role};
use botplot_testkit::fake_llm::{FakeLlm, Reply};
use futures_util::StreamExt as _;

const PASSAGE: &str = "Refunds are made to the card that was used, within five working days of our receiving the \
    parcel. Parcels must be sent back within thirty days. We pay for the label when the article was faulty. ";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| arguments.get(at).and_then(|a| a.parse().ok()).unwrap_or(usual);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if arguments.first().is_some_and(|a| a == "serve") {
        runtime.block_on(serve(number(1, 60), Duration::from_millis(number(2, 0))));
    } else {
        let (turns, tokens, first) = (number(0, 500), number(1, 60), number(2, 0));
        let (mut model, base_url) = start(tokens, first);
        runtime.block_on(measure(&base_url, turns, tokens, Duration::from_millis(first)));
        let _ = model.kill();
        let _ = model.wait();
    }
}

/// The fake model's process: prints its address and answers until it is killed.
async fn serve(tokens: u64, first: Duration) {
    let reply = Reply::tokens((0..tokens).map(|n| format!("token{n} "))).first_after(first);
    let fake = FakeLlm::answering(move |_| reply.clone()).await;
    writeln!(std::io::stdout(), "{}", fake.base_url()).expect("the parent reads");
    std::future::pending::<()>().await;
}

fn start(tokens: u64, first: u64) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["serve", &tokens.to_string(), &first.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts twice");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it was piped");
    BufReader::new(stdout).read_line(&mut line).expect("the fake prints its address");
    (child, line.trim().to_string())
}

async fn measure(base_url: &str, turns: u64, tokens: u64, first: Duration) {
    let http =
        botplot_egress::Client::new(&botplot_egress::Config::default()).expect("a client").operator_http();
    let config = Config {
        provider: Some("openai_compatible".into()),
        model: Some("fake".into()),
        base_url: Some(base_url.into()),
        ..Config::default()
    };
    let model = botplot_llm::open(&config, http.clone()).expect("a valid configuration").expect("a model");
    // Nine passages of 200 tokens: the size of a real prompt.
    let prompt = Prompt {
        system: PASSAGE.repeat(45),
        messages: vec![(Role::User, "How long does a refund take?".into())],
    };
    for _ in 0..20 {
        turn(&*model, &prompt).await;
        bare(&http, base_url, &prompt).await;
    }
    let (mut own, mut plain) = (Vec::new(), Vec::new());
    let begin = cpu();
    for _ in 0..turns {
        own.push(turn(&*model, &prompt).await);
    }
    let used = cpu().saturating_sub(begin);
    for _ in 0..turns {
        plain.push(bare(&http, base_url, &prompt).await);
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].saturating_sub(first)
    };
    let per_turn = used / u32::try_from(turns).expect("a number of turns that can be waited for");
    let (own, plain) = (median(own), median(plain));
    println!("{turns} turns of {tokens} tokens, prompt of {} bytes", prompt.system.len());
    println!("CPU per turn      {per_turn:?}");
    println!("first token       {own:?} (median, beyond the model's own {first:?})");
    println!("the same, bare    {plain:?}");
}

/// Takes a whole answer; returns when its first token came.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
async fn turn(model: &dyn ChatModel, prompt: &Prompt) -> Duration {
    let begin = Instant::now();
    let mut stream = model.stream(prompt.clone());
    let mut first = None;
    while let Some(piece) = stream.next().await {
        if let Piece::Text(_) = piece.expect("the fake does not fail") {
            first.get_or_insert_with(|| begin.elapsed());
        }
    }
    first.expect("the fake answers")
}

/// The same request without this crate, up to the first bytes of the answer.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
async fn bare(http: &reqwest::Client, base_url: &str, prompt: &Prompt) -> Duration {
    let body = serde_json::json!({
        "model": "fake", "stream": true,
        "messages": [
            {"role": "system", "content": prompt.system},
            {"role": "user", "content": prompt.messages[0].1},
        ],
    });
    let begin = Instant::now();
    let request = http.post(format!("{base_url}/chat/completions")).body(body.to_string());
    let mut answer = request.send().await.expect("the fake answers");
    answer.chunk().await.expect("the fake does not fail");
    let first = begin.elapsed();
    while answer.chunk().await.expect("the fake does not fail").is_some() {}
    first
}

/// CPU time that this process has used so far, user and system.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").expect("Linux counts CPU time");
    Duration::from_nanos(
        stat.split(' ').next().and_then(|n| n.parse().ok()).expect("its first number is nanoseconds"),
    )
}
