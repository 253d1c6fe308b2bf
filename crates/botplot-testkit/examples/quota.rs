//! Asks 2,000 times at once of a plan that has 500 answers a month: there must be exactly 500. Then asks on and on while
//! the server is killed again and again: what is counted must be what was answered, up to exactly the limit.
//! The seed is printed and can be given again as `--seed N`.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_core::message::{Role, State};
use botplot_core::{Ids as _, RandomIds, SeededIds};
use botplot_store::{ConversationFilter, Store};
use botplot_testkit::client::{Reply, chat, request};
use botplot_testkit::fake_llm::{self, FakeLlm};
use botplot_testkit::server::{Server, command, output, project};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Answers a month that the plan has.
const LIMIT: usize = 500;
/// Chats that are begun at once.
const CHATS: usize = 2_000;
/// Chats at once while the server is killed. An answer takes 400 ms at least and a kill comes within 825 ms, so that
/// all rounds together leave some of the plan's answers for after the last start.
const UNDER_KILLS: usize = 40;
const KILLS: usize = 6;
/// The name under which answers are counted.
const METRIC: &str = "messages";
const QUESTION: &str = "How do I back up my data?";

#[tokio::main]
async fn main() -> Result<()> {
    let seed = std::env::args().skip_while(|a| a != "--seed").nth(1).and_then(|s| s.parse().ok());
    let seed = seed.unwrap_or_else(|| RandomIds.random().as_u64_pair().0 >> 32);
    println!("seed {seed}");
    all_at_once().await?;
    killed_in_between(&SeededIds::new(seed)).await
}

/// What the chats of one round came to.
#[derive(Debug, Default)]
struct Outcomes {
    answered: usize,
    refused: usize,
    broken: usize,
}

async fn all_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let llm = FakeLlm::answering(|_| fake_llm::Reply::text("You copy the file [1].")).await;
    let world = World::of(folder.path(), &llm)?;
    let server = world.start().await?;
    let outcomes = world.ask(&server, CHATS, "once").await?;
    let used = world.usage(&server).await?;
    let stored = {
        drop(server);
        Stored::of(folder.path()).await?
    };
    println!(
        "{CHATS} chats at once with {LIMIT} answers: {outcomes:?}; /api/v1/usage says {used}; {stored:?}"
    );
    ensure!(outcomes.answered == LIMIT && outcomes.refused == CHATS - LIMIT, "not exactly {LIMIT} answers");
    ensure!(used == LIMIT, "{used} are counted");
    // Whoever gets no answer has their message stored all the same.
    let expected = Stored { asked: CHATS, complete: LIMIT, pending: 0, used: LIMIT };
    ensure!(stored == expected, "not what is expected: {expected:?}");
    Ok(())
}

async fn killed_in_between(random: &SeededIds) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let slow = fake_llm::Reply::text("You copy the whole file while the server runs [1].");
    let slow = slow.each_after(Duration::from_millis(40));
    let llm = FakeLlm::answering(move |_| slow.clone()).await;
    let world = World::of(folder.path(), &llm)?;
    for kill in 0..KILLS {
        let server = world.start().await?;
        let used = world.usage(&server).await?;
        let after = Duration::from_millis(u64::from(random.random().as_bytes()[0]) * 3 + 60);
        let asking = world.ask_in_vain(server.address, kill);
        let (outcomes, killed) = tokio::join!(asking, async {
            tokio::time::sleep(after).await;
            server.kill()
        });
        killed?;
        let stored = Stored::of(folder.path()).await?;
        println!("kill {} after {after:?}, {used} counted before: {outcomes:?}, then {stored:?}", kill + 1);
        ensure!(used <= LIMIT && stored.complete <= LIMIT, "more answers than the plan has");
        ensure!(outcomes.answered <= stored.complete, "an answer that was heard is not stored");
    }
    let server = world.start().await?;
    let (used, before) = (world.usage(&server).await?, Stored::of(folder.path()).await?);
    println!("after the last start: {used} counted, {} answers stored", before.complete);
    ensure!(used == before.complete && before.pending == 0, "a unit was lost or not given back: {before:?}");
    ensure!(used < LIMIT, "all was used before the last start, so that nothing is left to try");
    let outcomes = world.ask(&server, LIMIT, "rest").await?;
    let used = world.usage(&server).await?;
    drop(server);
    let stored = Stored::of(folder.path()).await?;
    println!("the rest at once: {outcomes:?}, {used} counted, {stored:?}");
    ensure!(outcomes.answered == LIMIT - before.complete, "the units that were left could not be used");
    ensure!(
        used == LIMIT && stored.complete == LIMIT && stored.used == LIMIT,
        "not exactly {LIMIT} in the end"
    );
    println!("exactly {LIMIT} answers, at once and across {KILLS} kills");
    Ok(())
}

/// A data folder with a taught project, and how its server is started.
struct World<'a> {
    data: &'a Path,
    key: String,
    variables: Vec<(&'static str, String)>,
}

impl<'a> World<'a> {
    fn of(data: &'a Path, llm: &FakeLlm) -> Result<Self> {
        project(data, "bench")?;
        let guides = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
        output(command(data).args(["source", "add", guides, "--project", "bench", "--wait"]))?;
        let made = output(command(data).args(["key", "create", "--project", "bench", "--json"]))?;
        let made: Value = serde_json::from_str(&made)?;
        let key = made["key"].as_str().context("the command shows the key")?.to_owned();
        let variables = vec![
            ("BOTPLOT__LLM__PROVIDER", "openai_compatible".to_owned()),
            ("BOTPLOT__LLM__MODEL", "fake".to_owned()),
            ("BOTPLOT__LLM__BASE_URL", llm.base_url()),
            ("BOTPLOT__PLANS__BUSINESS__MESSAGES", LIMIT.to_string()),
            // The plan's limit is what is tried here, not those of addresses and keys.
            ("BOTPLOT__SERVER__CONNECTIONS_PER_ADDRESS", "10000".to_owned()),
            ("BOTPLOT__LIMITS__SECRET_KEY_PER_MINUTE", "0".to_owned()),
        ];
        Ok(Self { data, key, variables })
    }

    async fn start(&self) -> Result<Server> {
        Ok(Server::start(self.data, &self.variables).await?)
    }

    /// Begins that many chats at once, each in a conversation of its own; any other outcome than an answer or the
    /// refusal that names the limit is an error.
    async fn ask(&self, server: &Server, chats: usize, who: &str) -> Result<Outcomes> {
        let (mut running, gate) = (JoinSet::new(), Arc::new(Barrier::new(chats)));
        for n in 0..chats {
            let (to, key, gate, body) = (server.address, self.key.clone(), gate.clone(), body(who, n));
            running.spawn(async move {
                gate.wait().await;
                chat(to, &key, &body).await
            });
        }
        let mut outcomes = Outcomes::default();
        while let Some(reply) = running.join_next().await {
            let reply = reply??;
            match reply.status {
                200 if reply.is_final() => outcomes.answered += 1,
                402 => {
                    check_refusal(&reply)?;
                    outcomes.refused += 1;
                }
                _ => anyhow::bail!("neither answered nor refused: {}{}", reply.head, reply.body),
            }
        }
        Ok(outcomes)
    }

    /// Asks on and on until the server is gone.
    async fn ask_in_vain(&self, to: SocketAddr, round: usize) -> Outcomes {
        let mut running = JoinSet::new();
        for n in 0..UNDER_KILLS {
            let who = format!("kill {round} client {n}");
            running.spawn(talk(to, self.key.clone(), who));
        }
        let mut all = Outcomes::default();
        while let Some(one) = running.join_next().await {
            let one = one.unwrap_or_default();
            all.answered += one.answered;
            all.refused += one.refused;
            all.broken += one.broken;
        }
        all
    }

    /// Answers of this month, as the API tells them.
    async fn usage(&self, server: &Server) -> Result<usize> {
        let head = format!("GET /api/v1/usage HTTP/1.0\r\nx-api-key: {}\r\n", self.key);
        let reply = request(server.address, &head, "").await?;
        let usage: Value = serde_json::from_str(&reply.body).with_context(|| reply.body.clone())?;
        ensure!(usage["messages"]["limit"] == LIMIT, "{usage}");
        Ok(usage["messages"]["used"].as_u64().context("a number")? as usize)
    }
}

async fn talk(to: SocketAddr, key: String, who: String) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for n in 0.. {
        match chat(to, &key, &body(&who, n)).await {
            Ok(reply) if reply.status == 200 && reply.is_final() => outcomes.answered += 1,
            Ok(reply) if reply.status == 402 => {
                outcomes.refused += 1;
                return outcomes;
            }
            _ => {
                outcomes.broken += 1;
                return outcomes;
            }
        }
    }
    outcomes
}

fn body(who: &str, n: usize) -> String {
    serde_json::json!({ "message": QUESTION, "visitorId": format!("{who} {n}") }).to_string()
}

fn check_refusal(reply: &Reply) -> Result<()> {
    // The body came in chunks; its object stands between the first and the last brace.
    let json = reply.body.find('{').zip(reply.body.rfind('}')).map(|(from, to)| &reply.body[from..=to]);
    let problem: Value = serde_json::from_str(json.unwrap_or_default())?;
    let sound = problem["code"] == "message_limit_reached"
        && problem["limit"] == LIMIT
        && problem["used"] == LIMIT
        && problem["resets_at"].as_str().is_some_and(|at| at.ends_with("-01T00:00:00Z"));
    ensure!(sound, "{problem}");
    Ok(())
}

/// What stands in the database.
#[derive(Debug, PartialEq, Eq)]
struct Stored {
    asked: usize,
    complete: usize,
    pending: usize,
    used: usize,
}

impl Stored {
    async fn of(data: &Path) -> Result<Self> {
        let store = Store::open(&botplot_store::Config::default(), data).await?;
        let reader = store.reader();
        let bench = reader.find_project_named("bench").await?.context("it was made above")?;
        let mut stored = Self { asked: 0, complete: 0, pending: 0, used: 0 };
        let (all, filter) = (1 << 20, ConversationFilter::default());
        for conversation in reader.list_conversations(bench.id, &filter, all, 0).await?.0 {
            for message in reader.list_messages(bench.id, conversation.id, 10).await? {
                match (message.role, message.state) {
                    (Role::User, _) => stored.asked += 1,
                    (Role::Assistant, State::Complete) => stored.complete += 1,
                    (Role::Assistant, State::Pending) => stored.pending += 1,
                    (Role::Assistant, _) => {}
                }
            }
        }
        let used = reader.usage(bench.id, &bench.created_at.month()).await?;
        stored.used = used.iter().find(|(name, _)| name == METRIC).map_or(0, |(_, used)| *used as usize);
        store.close().await;
        Ok(stored)
    }
}
