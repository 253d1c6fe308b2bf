//! Two servers on one PostgreSQL, both sending, one of them killed again and again: nothing may be lost or invented,
//! and no attempt may be made twice but for a kill.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_core::{
    Clock as _, EndpointId, Ids as _, RandomIds, Secret, SeededIds, SystemClock, Timestamp, signature,
};
use botplot_store::{ConversationFilter, Store};
use botplot_testkit::client::chat;
use botplot_testkit::postgres::Postgres;
use botplot_testkit::server::{Server, command, output};
use botplot_testkit::webhook_receiver::{Answer, Received, WebhookReceiver};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{EVENTS_A_CHAT, KILLS, SECRET, World};

/// Endpoints, and those of them that hang.
const ENDPOINTS: usize = 12;
const HANGING: usize = 4;
/// What a receiver takes for an answer, so that two at once would be seen.
const PONDERS: Duration = Duration::from_millis(3);
/// The time limit of an attempt: to one that hangs none follows sooner, unless its sender was killed.
const LIMIT: Duration = Duration::from_secs(15);
/// How long after its arrival a webhook may still be unfiled, so that a kill leads to another copy.
const FILING: Duration = Duration::from_secs(5);
/// Each node's name, which it says as its `User-Agent`.
const NAMES: [&str; 2] = ["node-0", "node-1"];

/// A copy that came in.
#[derive(Clone, Copy)]
struct Copied {
    node: usize,
    at: Instant,
}

/// What one receiver got, by event.
#[derive(Default)]
struct Got {
    bodies: BTreeMap<String, Vec<u8>>,
    copies: BTreeMap<String, Vec<Copied>>,
    late: Vec<f64>,
    faults: Vec<String>,
}

impl Got {
    fn take(&mut self, webhook: &Received) {
        let id = webhook.header("webhook-id").unwrap_or_default().to_owned();
        let signed = signature::documented(&Secret::new(SECRET), &webhook.body);
        if webhook.header("x-botplot-signature") != Some(&signed) {
            self.faults.push(format!("{id}: the signature is wrong"));
        }
        let Some(node) = NAMES.iter().position(|name| webhook.header("user-agent") == Some(name)) else {
            return self.faults.push(format!("{id}: sent by nobody known"));
        };
        let told = webhook.json()["timestamp"].as_str().and_then(Timestamp::read);
        let late = told.map_or(f64::NAN, |told| (SystemClock.now().0 - told.0) as f64 / 1e6);
        match self.bodies.insert(id.clone(), webhook.body.clone()) {
            None => self.late.push(late),
            Some(known) if known != webhook.body => self.faults.push(format!("{id}: the bytes changed")),
            Some(_) => {}
        }
        self.copies.entry(id).or_default().push(Copied { node, at: webhook.at });
    }
}

/// An endpoint and what its receiver got.
struct Target {
    id: EndpointId,
    hangs: bool,
    got: Arc<Mutex<Got>>,
    _receiver: WebhookReceiver,
}

impl Target {
    async fn new(world: &World, to: SocketAddr, hangs: bool) -> Result<Self> {
        let (receiver, got) = (WebhookReceiver::start().await, Arc::<Mutex<Got>>::default());
        let own = Arc::clone(&got);
        receiver.answer(move |webhook, _| {
            own.lock().unwrap_or_else(PoisonError::into_inner).take(webhook);
            if hangs { Answer::Hang } else { Answer::After(PONDERS, Box::new(Answer::status(200))) }
        });
        Ok(Self { id: world.add(to, &receiver.url()).await?, hangs, got, _receiver: receiver })
    }

    fn got(&self) -> MutexGuard<'_, Got> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A kill: which node, and when.
type Kill = (usize, Instant);

/// Two servers, their folders and their database.
struct Nodes {
    folders: [TempDir; 2],
    worlds: [World; 2],
    servers: [Option<Server>; 2],
    url: String,
    _postgres: Postgres,
}

impl Nodes {
    async fn start() -> Result<Self> {
        let postgres = Postgres::start_durable();
        let url = postgres.create_database();
        let key = [RandomIds.random(), RandomIds.random()].map(|half| half.simple().to_string()).concat();
        let variables = |name: &str| {
            vec![
                ("BOTPLOT__DATABASE__URL", url.clone()),
                ("BOTPLOT__SERVER__SEAL_KEY", key.clone()),
                ("BOTPLOT__EGRESS__ALLOW", r#"["127.0.0.0/8"]"#.to_owned()),
                ("BOTPLOT__EGRESS__USER_AGENT", name.to_owned()),
                ("BOTPLOT__PLANS__BUSINESS__ENDPOINTS", ENDPOINTS.to_string()),
            ]
        };
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
        let run =
            |arguments: &[&str]| output(command(folders[0].path()).envs(variables(NAMES[0])).args(arguments));
        run(&["project", "create", "bench"])?;
        let made: Value = serde_json::from_str(&run(&["key", "create", "--project", "bench", "--json"])?)?;
        let secret = made["key"].as_str().context("the command shows the key")?.to_owned();
        let world = |n: usize| World {
            data: folders[n].path().to_owned(),
            secret: secret.clone(),
            variables: variables(NAMES[n]),
        };
        let worlds = [world(0), world(1)];
        let servers = [Some(worlds[0].start().await?), Some(worlds[1].start().await?)];
        Ok(Self { folders, worlds, servers, url, _postgres: postgres })
    }

    fn address(&self, node: usize) -> Result<SocketAddr> {
        Ok(self.servers[node].as_ref().context("this node was killed")?.address)
    }
}

/// What was asked, and what the receivers got of it.
struct Run {
    nodes: Nodes,
    targets: Vec<Target>,
    told: BTreeSet<String>,
    kills: Vec<Kill>,
}

impl Run {
    fn healthy(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|target| !target.hangs)
    }

    /// Asks on these nodes in turn, as fast as the receivers are told.
    async fn ask(&mut self, on: &[usize], chats: usize) -> Result<()> {
        let began = Instant::now();
        for n in 0..chats {
            let visitor = format!("visitor {}", self.told.len());
            let body = json!({ "message": "What are your prices?", "visitorId": visitor }).to_string();
            let to = self.nodes.address(on[n % on.len()])?;
            let reply = chat(to, &self.nodes.worlds[0].secret, &body).await?;
            ensure!(reply.status == 200, "{}", reply.body);
            self.told.insert(visitor);
            // What is measured is servers that keep up.
            let healthy = self.healthy().count();
            let wanted = healthy * EVENTS_A_CHAT * self.told.len();
            while wanted.saturating_sub(self.healthy().map(|t| t.got().bodies.len()).sum()) > healthy * 30 {
                ensure!(began.elapsed() < Duration::from_mins(5), "the receivers are not told any more");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Ok(())
    }

    /// Waits until every healthy receiver has every event.
    async fn arrive(&self) -> Result<()> {
        let wanted = self.told.len() * EVENTS_A_CHAT;
        for target in self.healthy() {
            let began = Instant::now();
            while target.got().bodies.len() < wanted {
                let lacking = wanted.saturating_sub(target.got().bodies.len());
                ensure!(began.elapsed() < Duration::from_mins(3), "an endpoint lacks {lacking}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// Kills a node at a random moment, asks the other one meanwhile, and starts it again.
    async fn kill(&mut self, node: usize, random: &SeededIds) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(u64::from(random.random().as_bytes()[0]))).await;
        if let Some(server) = self.nodes.servers[node].take() {
            server.kill()?;
        }
        self.kills.push((node, Instant::now()));
        self.ask(&[1 - node], 5).await?;
        self.nodes.servers[node] = Some(self.nodes.worlds[node].start().await?);
        Ok(())
    }

    /// Copies too many, each of which a kill must explain; and how many of them another node sent.
    fn repeats(&self) -> Result<(usize, usize)> {
        let (mut all, mut by_other) = (0, 0);
        for target in &self.targets {
            let got = target.got();
            for (id, copies) in &got.copies {
                for pair in copies.windows(2) {
                    let ([first, next], hangs) = ([pair[0], pair[1]], target.hangs);
                    let wait = next.at.duration_since(first.at);
                    if hangs && wait >= LIMIT {
                        continue;
                    }
                    let filed = if hangs { LIMIT } else { FILING };
                    let explained = self.kills.iter().any(|(node, at)| {
                        *node == first.node && (first.at..=first.at + filed).contains(at) && *at <= next.at
                    });
                    ensure!(
                        explained,
                        "`{id}` was sent by node {} and, {wait:?} later, by node {}, and both lived",
                        first.node,
                        next.node
                    );
                    all += 1;
                    by_other += usize::from(first.node != next.node);
                }
            }
        }
        Ok((all, by_other))
    }
}

/// Runs the check.
pub(crate) async fn run(random: &SeededIds, events: usize) -> Result<()> {
    let nodes = Nodes::start().await?;
    let mut targets = Vec::new();
    for n in 0..ENDPOINTS {
        targets.push(Target::new(&nodes.worlds[0], nodes.address(n % 2)?, n < HANGING).await?);
    }
    let mut run = Run { nodes, targets, told: BTreeSet::new(), kills: Vec::new() };
    // A part without kills first: there, no attempt is made twice for any reason.
    let (chats, began) = (events / EVENTS_A_CHAT, Instant::now());
    run.ask(&[0, 1], chats / (KILLS + 1)).await?;
    run.arrive().await?;
    ensure!(run.repeats()? == (0, 0), "an attempt was made twice although nobody was killed");
    let quiet = run.healthy().map(|target| target.got().late.len()).sum::<usize>();
    for kill in 0..KILLS {
        run.kill(kill % 2, random).await?;
        let left = chats - run.told.len().min(chats);
        run.ask(&[0, 1], left / (KILLS - kill)).await?;
    }
    run.arrive().await?;
    println!(
        "two nodes: {} events asked for in {:.0} s, {quiet} deliveries of them before the first kill",
        run.told.len() * EVENTS_A_CHAT,
        began.elapsed().as_secs_f64()
    );
    judge(run).await
}

async fn judge(mut run: Run) -> Result<()> {
    run.nodes.servers = [None, None];
    let url = Some(Secret::new(run.nodes.url.as_str()));
    let config = botplot_store::Config { url, ..botplot_store::Config::default() };
    let store = Store::open(&config, run.nodes.folders[0].path()).await?;
    let reader = store.reader();
    let bench = reader.find_project_named("bench").await?.context("it was made above")?.id;
    let (stored, _) = reader.list_conversations(bench, &ConversationFilter::default(), 1 << 30, 0).await?;
    let stored: BTreeSet<String> = stored.into_iter().map(|c| c.visitor_id).collect();
    ensure!(run.told.is_subset(&stored), "a chat that was acknowledged is gone");
    let (mut late, mut senders, mut by) = (Vec::new(), 0, [0, 0]);
    for target in &run.targets {
        let (deliveries, _) = reader.list_deliveries(bench, target.id, None, 1 << 30, 0).await?;
        let written: BTreeSet<String> = deliveries.iter().map(|d| d.event.to_string()).collect();
        let got = target.got();
        ensure!(got.faults.is_empty(), "{:?}", got.faults);
        let arrived: BTreeSet<String> = got.bodies.keys().cloned().collect();
        ensure!(arrived.is_subset(&written), "something was invented");
        got.copies.values().flatten().for_each(|copy| by[copy.node] += 1);
        if target.hangs {
            ensure!(arrived.len() < written.len(), "nothing waits for an endpoint that hangs");
            continue;
        }
        ensure!(arrived == written, "{} were written and {} arrived", written.len(), arrived.len());
        late.extend(&got.late);
        senders += 1;
    }
    store.close().await;
    let (repeats, by_other) = run.repeats()?;
    late.sort_by(f64::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    println!(
        "{senders} endpoints were told of {} events each by two nodes ({} and {} requests) across {KILLS} kills; {repeats} \
         attempts made again, all after a kill, {by_other} of them by the other node; from commit to arrival p50 {:.3} s, \
         p99 {:.3} s, longest {:.3} s",
        late.len() / senders,
        by[0],
        by[1],
        at(0.5),
        at(0.99),
        at(1.0)
    );
    ensure!(by.iter().all(|sent| *sent > late.len() / 20), "one node did not send: {by:?}");
    ensure!(at(0.99) <= 2.0, "too late");
    println!("none lost, none invented, ids and bytes stable, no attempt by two nodes that live");
    Ok(())
}
