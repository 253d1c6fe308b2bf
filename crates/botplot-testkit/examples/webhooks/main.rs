//! Has 50 endpoints told of 5,000 events while 10 of them hang and the server is killed ten times: nothing may be lost,
//! nothing invented, no byte changed, and those that do not hang are told within two seconds. Before that, measures
//! deliveries a second to one endpoint; after it, has two servers on one PostgreSQL do the same. `--events N` and `--seed N`
//! change what they name, `--part rate`, `kills` or `nodes` runs one part alone.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

mod nodes;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_core::delivery::{Delivery, Record, State};
use botplot_core::{
    Clock as _, DeliveryId, EndpointId, EventId, Ids as _, ProjectId, RandomIds, Secret, SeededIds,
    SystemClock, Timestamp, signature,
};
use botplot_store::{ConversationFilter, Error, Store};
use botplot_testkit::client::{chat, request};
use botplot_testkit::server::{Server, command, output, project};
use botplot_testkit::webhook_receiver::{Answer, Received, WebhookReceiver};
use serde_json::{Value, json};
use tokio::time::Instant;

/// Endpoints, and those of them that hang.
const ENDPOINTS: usize = 50;
const HANGING: usize = 10;
const KILLS: usize = 10;
/// Events of one chat: the conversation begins, the visitor's message, the answer.
const EVENTS_A_CHAT: usize = 3;
/// Deliveries with which the rate is measured.
const FLOOD: usize = 5_000;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::main]
async fn main() -> Result<()> {
    let seed = argument("--seed").unwrap_or_else(|| RandomIds.random().as_u64_pair().0 >> 32);
    let events = argument("--events").unwrap_or(5_000) as usize;
    println!("seed {seed}, {events} events");
    let part = std::env::args().skip_while(|a| a != "--part").nth(1);
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if wanted("rate") {
        rate().await?;
    }
    if wanted("kills") {
        kills(&SeededIds::new(seed), events).await?;
    }
    if wanted("nodes") {
        nodes::run(&SeededIds::new(seed), events).await?;
    }
    Ok(())
}

fn argument(name: &str) -> Option<u64> {
    std::env::args().skip_while(|a| a != name).nth(1).and_then(|s| s.parse().ok())
}

/// What one receiver got: by event id the body, and when the first copy was there.
#[derive(Default)]
struct Got {
    bodies: BTreeMap<String, Vec<u8>>,
    late: Vec<f64>,
    all: usize,
    faults: Vec<String>,
}

impl Got {
    fn take(&mut self, webhook: &Received) {
        let id = webhook.header("webhook-id").unwrap_or_default().to_owned();
        let signed = signature::documented(&Secret::new(SECRET), &webhook.body);
        if webhook.header("x-botplot-signature") != Some(&signed) {
            self.faults.push(format!("{id}: the signature is wrong"));
        }
        self.all += 1;
        let told = webhook.json()["timestamp"].as_str().and_then(Timestamp::read);
        let late = told.map_or(f64::NAN, |told| (SystemClock.now().0 - told.0) as f64 / 1e6);
        match self.bodies.insert(id.clone(), webhook.body.clone()) {
            None => self.late.push(late),
            Some(known) if known != webhook.body => self.faults.push(format!("{id}: the bytes changed")),
            Some(_) => {}
        }
    }
}

type Shared = Arc<Mutex<Got>>;

async fn receiver() -> (WebhookReceiver, Shared) {
    let (it, got) = (WebhookReceiver::start().await, Shared::default());
    let own = Arc::clone(&got);
    it.answer(move |webhook, _| {
        own.lock().unwrap_or_else(PoisonError::into_inner).take(webhook);
        Answer::status(200)
    });
    (it, got)
}

/// A data folder with a project, and how its server is started.
struct World {
    data: PathBuf,
    secret: String,
    variables: Vec<(&'static str, String)>,
}

impl World {
    fn of(data: &Path) -> Result<Self> {
        project(data, "bench")?;
        let made = output(command(data).args(["key", "create", "--project", "bench", "--json"]))?;
        let made: Value = serde_json::from_str(&made)?;
        let variables = vec![
            ("BOTPLOT__EGRESS__ALLOW", r#"["127.0.0.0/8"]"#.to_owned()),
            ("BOTPLOT__PLANS__BUSINESS__ENDPOINTS", ENDPOINTS.to_string()),
            ("BOTPLOT__LIMITS__SECRET_KEY_PER_MINUTE", "0".to_owned()),
        ];
        Ok(Self {
            data: data.to_owned(),
            secret: made["key"].as_str().context("the command shows the key")?.to_owned(),
            variables,
        })
    }

    async fn start(&self) -> Result<Server> {
        Ok(Server::start(&self.data, &self.variables).await?)
    }

    async fn add(&self, to: SocketAddr, url: &str) -> Result<EndpointId> {
        let head = format!(
            "POST /api/v1/webhooks HTTP/1.0\r\ncontent-type: application/json\r\nx-api-key: {}\r\n",
            self.secret
        );
        let body = json!({ "url": url, "secret": SECRET }).to_string();
        let reply = request(to, &head, &body).await?;
        let made: Value = serde_json::from_str(&reply.body).with_context(|| reply.body.clone())?;
        Ok(made["id"].as_str().with_context(|| made.to_string())?.parse()?)
    }
}

/// Deliveries a second to one endpoint, from the database to the log, on a backlog that is there at the start.
async fn rate() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let world = World::of(folder.path())?;
    let (target, _) = receiver().await;
    let server = world.start().await?;
    let endpoint = world.add(server.address, &target.url()).await?;
    server.kill()?;
    let store = Store::open(&botplot_store::Config::default(), folder.path()).await?;
    let bench = store.reader().find_project_named("bench").await?.context("it was made above")?.id;
    for part in 0..FLOOD / 500 {
        let write = store.write(move |tx| {
            Box::pin(async move {
                for n in 0..500 {
                    let (event, delivery) = backlog(bench, endpoint, part * 500 + n);
                    tx.add_event(&event).await?;
                    tx.add_delivery(&delivery).await?;
                }
                Ok::<_, Error>(())
            })
        });
        write.await?;
    }
    store.close().await;
    let server = world.start().await?;
    let all = target.wait_for(FLOOD).await;
    let (first, last) = (all[0].at, all[FLOOD - 1].at);
    let (took, cpu, memory) = ((last - first).as_secs_f64(), server.cpu_seconds(), server.memory_mib().1);
    println!(
        "{FLOOD} deliveries to one endpoint in {took:.2} s: {:.0}/s; {cpu:.1} s of processor, {memory:.0} MiB of its own",
        FLOOD as f64 / took
    );
    Ok(())
}

fn backlog(project: ProjectId, endpoint: EndpointId, n: usize) -> (Record, Delivery) {
    let now = SystemClock.now();
    let id = EventId(RandomIds.ordered(now));
    let timestamp = now.rfc3339_millis();
    let data = json!({ "conversation_id": RandomIds.random(), "content": "What are your prices?", "n": n });
    let body = json!({ "event": "message.received", "data": data, "timestamp": timestamp, "id": id });
    let event = Record {
        id,
        project,
        kind: "message.received".into(),
        visitor_id: None,
        conversation: None,
        body: body.to_string().into_bytes(),
        created_at: now,
    };
    let delivery = Delivery {
        id: DeliveryId(RandomIds.random()),
        project,
        endpoint,
        event: id,
        kind: event.kind.clone(),
        state: State::Pending,
        attempts: 0,
        made: 0,
        next_at: now,
        last: None,
        created_at: now,
    };
    (event, delivery)
}

async fn kills(random: &SeededIds, events: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let world = World::of(folder.path())?;
    let mut server = world.start().await?;
    let (mut hanging, mut healthy) = (Vec::new(), Vec::new());
    for n in 0..ENDPOINTS {
        let (target, got) = receiver().await;
        if n < HANGING {
            target.answer(|_, _| Answer::Hang);
        }
        let id = world.add(server.address, &target.url()).await?;
        if n < HANGING { hanging.push((id, target, got)) } else { healthy.push((id, target, got)) }
    }
    let (chats, mut told, mut most) = (events / EVENTS_A_CHAT, BTreeSet::new(), 0.0_f64);
    for kill in 0..=KILLS {
        let until = chats * (kill + 1) / (KILLS + 1);
        let began = Instant::now();
        for n in chats * kill / (KILLS + 1)..until {
            let visitor = format!("visitor {n}");
            let body = json!({ "message": "What are your prices?", "visitorId": visitor }).to_string();
            let reply = chat(server.address, &world.secret, &body).await?;
            ensure!(reply.status == 200, "{}", reply.body);
            told.insert(visitor);
            // As fast as one who reads along: what is measured is a server that keeps up.
            let wanted = healthy.len() * EVENTS_A_CHAT * told.len();
            while wanted.saturating_sub(arrived(&healthy)) > healthy.len() * 30 {
                ensure!(began.elapsed() < Duration::from_mins(10), "the receivers are not told any more");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        most = most.max(server.memory_mib().1);
        if kill < KILLS {
            tokio::time::sleep(Duration::from_micros(u64::from(random.random().as_bytes()[0]) * 1000)).await;
            server.kill()?;
            server = world.start().await?;
        }
    }
    let wanted = told.len() * EVENTS_A_CHAT;
    for (_, _, got) in &healthy {
        let began = Instant::now();
        while lock(got).bodies.len() < wanted {
            ensure!(
                began.elapsed() < Duration::from_mins(5),
                "an endpoint lacks {}",
                wanted - lock(got).bodies.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    drop(server);
    judge(&healthy, &hanging, folder.path(), &told).await?;
    println!("the server had at most {most:.0} MiB of its own");
    Ok(())
}

fn lock(got: &Shared) -> std::sync::MutexGuard<'_, Got> {
    got.lock().unwrap_or_else(PoisonError::into_inner)
}

fn arrived(healthy: &[(EndpointId, WebhookReceiver, Shared)]) -> usize {
    healthy.iter().map(|(_, _, got)| lock(got).bodies.len()).sum()
}

async fn judge(
    healthy: &[(EndpointId, WebhookReceiver, Shared)],
    hanging: &[(EndpointId, WebhookReceiver, Shared)],
    data: &Path,
    told: &BTreeSet<String>,
) -> Result<()> {
    let store = Store::open(&botplot_store::Config::default(), data).await?;
    let reader = store.reader();
    let bench = reader.find_project_named("bench").await?.context("it was made above")?.id;
    let (conversations, _) =
        reader.list_conversations(bench, &ConversationFilter::default(), 1 << 30, 0).await?;
    let stored: BTreeSet<String> = conversations.into_iter().map(|c| c.visitor_id).collect();
    ensure!(told.is_subset(&stored), "a chat that was acknowledged is gone");
    let (mut late, mut all) = (Vec::new(), 0);
    for (id, _, got) in healthy {
        let (deliveries, _) = reader.list_deliveries(bench, *id, None, 1 << 30, 0).await?;
        let written: BTreeSet<String> = deliveries.iter().map(|d| d.event.to_string()).collect();
        let got = lock(got);
        ensure!(got.faults.is_empty(), "{:?}", got.faults);
        let arrived: BTreeSet<String> = got.bodies.keys().cloned().collect();
        ensure!(arrived == written, "{} were written and {} arrived", written.len(), arrived.len());
        for kind in ["conversation.started", "message.received"] {
            let bodies = got.bodies.values().filter_map(|b| serde_json::from_slice::<Value>(b).ok());
            let visitors: Vec<_> = bodies.filter(|b| b["event"] == kind).collect();
            let named: BTreeSet<_> =
                visitors.iter().filter_map(|b| b["data"]["visitor_id"].as_str()).map(str::to_owned).collect();
            ensure!(
                named == stored && visitors.len() == stored.len(),
                "`{kind}` does not match what is stored"
            );
        }
        late.extend(&got.late);
        all += got.all;
    }
    for (id, _, _) in hanging {
        let (_, pending) = reader.list_deliveries(bench, *id, Some(State::Pending), 1, 0).await?;
        ensure!(pending > 0, "nothing waits for an endpoint that hangs");
    }
    store.close().await;
    late.sort_by(f64::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    println!(
        "{} endpoints were told of {} events each across {KILLS} kills, {} copies too many; from commit to arrival \
         p50 {:.3} s, p99 {:.3} s, longest {:.3} s",
        healthy.len(),
        late.len() / healthy.len(),
        all - late.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    ensure!(at(0.99) <= 2.0, "too late");
    println!("none lost, none invented, ids and bytes stable");
    Ok(())
}
