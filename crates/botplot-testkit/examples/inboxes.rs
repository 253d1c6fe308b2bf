//! Two hundred agents with their inboxes open while fifty chats a second come in: each must hear of every one, soon, and
//! the server must stay small. `--agents N`, `--rate N` and `--seconds N` change the load.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_core::account::{Account, Preferences, Role, SignIn};
use botplot_core::{AccountId, Clock as _, Ids as _, ProjectId, RandomIds, SignInId, SystemClock};
use botplot_store::{Config, Store};
use botplot_testkit::client::{chat, connect};
use botplot_testkit::fake_llm::{FakeLlm, Reply};
use botplot_testkit::server::{Server, project};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// How long after the last chat an inbox may take to hear of all.
const PATIENCE: Duration = Duration::from_secs(10);
/// Mebibytes that the server may have at most.
const MEMORY: f64 = 250.0;

#[tokio::main]
async fn main() -> Result<()> {
    let (agents, rate, seconds) = (number("--agents", 200), number("--rate", 50), number("--seconds", 20));
    let folder = tempfile::tempdir()?;
    let key = project(folder.path(), "shop")?;
    let (id, tokens) = invite(folder.path(), agents).await?;
    let llm = FakeLlm::answering(|_| Reply::text("We ship within two days [1].")).await;
    let variables = [
        ("BOTPLOT__LLM__PROVIDER", "openai_compatible".to_owned()),
        ("BOTPLOT__LLM__MODEL", "fake".to_owned()),
        ("BOTPLOT__LLM__BASE_URL", llm.base_url()),
        ("BOTPLOT__SERVER__CONNECTIONS_PER_ADDRESS", "2000".to_owned()),
    ];
    let server = Server::start(folder.path(), &variables).await?;
    let idle = server.memory_mib().0;
    let mut inboxes = JoinSet::new();
    let heard: Vec<Arc<Mutex<Heard>>> = tokens.iter().map(|_| Arc::default()).collect();
    for (token, heard) in tokens.iter().zip(&heard) {
        inboxes.spawn(listen(server.address, format!("/app/{id}/inbox/live"), token.clone(), heard.clone()));
    }
    wait_until(|| heard.iter().all(|one| lock(one).open)).await.context("not every inbox was opened")?;
    let opened = server.memory_mib().0;
    let (begun, cpu) = (Instant::now(), server.cpu_seconds());
    let chats = ask(server.address, &key, rate, seconds).await?;
    let everybody = || heard.iter().all(|one| chats.keys().all(|id| lock(one).seen.contains_key(id)));
    let all = wait_until(everybody).await;
    let (took, cpu) = (begun.elapsed(), server.cpu_seconds() - cpu);
    let memory = server.memory_mib().0;
    let lost: usize =
        heard.iter().map(|one| chats.keys().filter(|id| !lock(one).seen.contains_key(*id)).count()).sum();
    let mut waits: Vec<f64> = heard.iter().flat_map(|one| lock(one).waits(&chats)).collect();
    waits.sort_by(f64::total_cmp);
    let at = |share: f64| waits.get((waits.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    let kib = heard.iter().map(|one| lock(one).bytes).sum::<usize>() as f64 / 1024.0 / agents as f64;
    println!(
        "{agents} inboxes open, {} chats in {:.1} s: {lost} not heard of; from the acknowledged message to the inbox \
         p50 {:.0} ms, p99 {:.0} ms, longest {:.0} ms; {cpu:.1} s of processor; {kib:.0} KiB sent to each; memory {idle:.0} \
         MiB idle, {opened:.0} with all open, {memory:.0} at the end",
        chats.len(),
        took.as_secs_f64(),
        at(0.5),
        at(0.99),
        waits.last().copied().unwrap_or(f64::NAN),
    );
    ensure!(all.is_ok() && lost == 0, "{lost} chats were not heard of in an open inbox");
    ensure!(memory < MEMORY, "{memory:.0} MiB are more than {MEMORY}");
    Ok(())
}

/// What one open inbox has heard.
#[derive(Default)]
struct Heard {
    open: bool,
    bytes: usize,
    /// When each conversation was first named.
    seen: HashMap<String, Instant>,
}

impl Heard {
    /// Milliseconds from each acknowledged message to its arrival here.
    fn waits(&self, chats: &HashMap<String, Instant>) -> Vec<f64> {
        let pairs = chats.iter().filter_map(|(id, sent)| Some((sent, self.seen.get(id)?)));
        pairs.map(|(sent, seen)| seen.saturating_duration_since(*sent).as_secs_f64() * 1000.0).collect()
    }
}

fn lock(heard: &Mutex<Heard>) -> std::sync::MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// People of the project who are signed in already, by what their browsers hold.
async fn invite(data: &Path, agents: usize) -> Result<(ProjectId, Vec<String>)> {
    let store = Store::open(&Config::default(), data).await?;
    let project = store.reader().find_project_named("shop").await?.context("the project was just made")?.id;
    let now = SystemClock.now();
    let mut tokens = Vec::new();
    for n in 0..agents {
        let token = format!("{n:0>40}");
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let account = Account {
            id: AccountId(RandomIds.ordered(now)),
            email: format!("agent-{n}@example.com"),
            confirmed: false,
            name: format!("Agent {n}"),
            password: None,
            factor: None,
            operator: false,
            preferences: Preferences::default(),
            created_at: now,
        };
        let sign_in = SignIn {
            id: SignInId(RandomIds.ordered(now)),
            account: account.id,
            browser: "a check".to_owned(),
            address: "127.0.0.1".to_owned(),
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(3600),
        };
        let added = store.write(move |tx| {
            Box::pin(async move {
                tx.add_account(&account).await?;
                tx.set_member(project, account.id, Role::Agent, now).await?;
                tx.add_sign_in(&sign_in, &hash).await
            })
        });
        let added: Result<(), botplot_store::Error> = added.await;
        added?;
        tokens.push(token);
    }
    store.close().await;
    Ok((project, tokens))
}

/// Keeps one inbox open and notes when it hears of which conversation.
async fn listen(to: SocketAddr, path: String, token: String, heard: Arc<Mutex<Heard>>) -> Result<()> {
    let mut stream = connect(to).await?;
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: {to}\r\ncookie: botplot={token}\r\nsec-fetch-site: same-origin\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let (mut rest, mut buffer) = (String::new(), vec![0; 64 * 1024]);
    loop {
        let read = stream.read(&mut buffer).await?;
        ensure!(read > 0, "the stream ended");
        let now = Instant::now();
        rest.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let mut heard = lock(&heard);
        ensure!(heard.open || rest.starts_with("HTTP/1.1 200"), "not an open inbox: {rest}");
        heard.open = true;
        heard.bytes += read;
        for id in ids(&rest) {
            heard.seen.entry(id.to_owned()).or_insert(now);
        }
        // An id may be cut by the end of what came.
        let keep = rest.len().saturating_sub(36);
        let keep = (keep..=rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        rest.drain(..keep);
    }
}

/// Everything that looks like an id.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let is_id = |word: &str| word.len() == 36 && word.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(move |word| is_id(word))
}

/// Begins so many conversations a second; when each message was acknowledged, by conversation.
async fn ask(to: SocketAddr, key: &str, rate: usize, seconds: usize) -> Result<HashMap<String, Instant>> {
    let (begun, mut chats) = (Instant::now(), JoinSet::new());
    for n in 0..rate * seconds {
        sleep_until(begun + Duration::from_secs_f64(n as f64 / rate as f64)).await;
        let key = key.to_owned();
        chats.spawn(async move {
            let body = format!(r#"{{"message":"When do you ship order {n}?","visitorId":"visitor-{n}"}}"#);
            let sent = Instant::now();
            let reply = chat(to, &key, &body).await?;
            ensure!(reply.is_final(), "{} {}", reply.status, reply.body);
            let id = reply.header("x-conversation-id").context("the reply names its conversation")?;
            anyhow::Ok((id.to_owned(), sent + reply.head_after))
        });
    }
    let mut all = HashMap::new();
    while let Some(chat) = chats.join_next().await {
        let (id, at) = chat??;
        all.insert(id, at);
    }
    Ok(all)
}

async fn wait_until(met: impl Fn() -> bool) -> Result<()> {
    let begun = Instant::now();
    while !met() {
        ensure!(begun.elapsed() < PATIENCE, "it did not come true within {PATIENCE:?}");
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The number that follows `name` among the arguments, or `otherwise`.
fn number(name: &str, otherwise: usize) -> usize {
    std::env::args().skip_while(|a| a != name).nth(1).and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}
