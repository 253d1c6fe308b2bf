//! Chat turns per second with group commit beside one commit each, and what one sync of this disk costs.
//!
//! `cargo run --release -p botplot-store --example turns [FOLDER [postgres]]`; FOLDER is on the disk to measure, and
//! with `postgres` the turns go to a PostgreSQL of their own, whose files are in `TMPDIR`. A turn is what a question
//! writes at once: the conversation, the message, the pending answer and a reserved unit.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::message::{Message, Role, State};
use botplot_core::plan::Plan;
use botplot_core::project::{Project, Settings};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, Ids, MessageId, ProjectId, RandomIds, Secret, Timestamp};
use botplot_store::{Config, Error, Store, Tx};
use botplot_testkit::postgres::Postgres;
use futures_util::future::join_all;
use tokio::sync::Mutex;

const SECONDS: u64 = 3;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is what it is for")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(base)?;
    println!("one fdatasync of 4 KiB: median {:?} of 200", sync_cost(folder.path())?);
    let server = std::env::args().nth(2).map(|_| Postgres::start_durable());
    let url = server.as_ref().map(|server| Secret::new(server.create_database()));
    let store = Store::open(&Config { url, ..Config::default() }, folder.path()).await?;
    let project = ProjectId(RandomIds.random());
    let new = Project {
        id: project,
        name: "bench".into(),
        settings: Settings::default(),
        plan: Plan::Business,
        factor_required: false,
        index_version: 0,
        created_at: Timestamp(0),
    };
    store.write(move |tx| Box::pin(async move { tx.add_project(&new).await })).await?;
    println!("{:>8} {:>14} {:>12} {:>12} {:>14}", "callers", "turns/s", "median", "p99", "each alone/s");
    for callers in [1, 8, 32, 128] {
        let (rate, mut times) = measure(&store, project, callers, false).await;
        let (alone, _) = measure(&store, project, callers, true).await;
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!("{callers:>8} {rate:>14.0} {:>12.1?} {:>12.1?} {alone:>14.0}", at(0.5), at(0.99));
    }
    store.close().await;
    Ok(())
}

/// Runs turns for some seconds; `alone` lets no two of them wait at once, so that each gets its own commit.
async fn measure(store: &Store, project: ProjectId, callers: usize, alone: bool) -> (f64, Vec<Duration>) {
    let door = Arc::new(Mutex::new(()));
    let began = now();
    let until = began + Duration::from_secs(SECONDS);
    let tasks = (0..callers).map(|_| async {
        let mut times = Vec::new();
        while now() < until {
            let started = now();
            let closed = if alone { Some(door.lock().await) } else { None };
            turn(store, project).await.expect("the disk has room and nobody else has the file");
            drop(closed);
            times.push(started.elapsed());
        }
        times
    });
    let times = join_all(tasks).await.concat();
    (times.len() as f64 / began.elapsed().as_secs_f64(), times)
}

async fn turn(store: &Store, project: ProjectId) -> Result<(), Error> {
    let id = ConversationId(RandomIds.random());
    let conversation = Conversation {
        id,
        project,
        visitor_id: "visitor-123".into(),
        session: None,
        token_required: true,
        identified: false,
        visitor_info: VisitorInfo::default(),
        status: Status::Active,
        handled_by: HandledBy::Ai,
        handoff_requested: false,
        agent: None,
        tags: Vec::new(),
        message_count: 2,
        created_at: Timestamp(1),
        updated_at: Timestamp(1),
    };
    let message = |role, state, content: &str| Message {
        id: MessageId(RandomIds.random()),
        project,
        conversation: id,
        role,
        content: content.into(),
        context: serde_json::Map::new(),
        sources: Vec::new(),
        confidence: None,
        state,
        author: None,
        failure: None,
        outcome: None,
        reserved: None,
        rating: None,
        comment: None,
        created_at: Timestamp(1),
    };
    let question =
        message(Role::User, State::Complete, "How do I change the card that my plan is paid with?");
    let answer = message(Role::Assistant, State::Pending, "");
    let run = async move |tx: &mut Tx| {
        tx.add_conversation(&conversation).await?;
        tx.add_message(&question).await?;
        tx.add_message(&answer).await?;
        tx.save_conversation(&conversation).await?;
        tx.take_unit(project, "2026-11", "answers", None).await?;
        Ok(())
    };
    store.write(move |tx| Box::pin(async move { run(tx).await })).await
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn now() -> Instant {
    Instant::now()
}

fn sync_cost(folder: &Path) -> std::io::Result<Duration> {
    let mut file = File::create(folder.join("sync"))?;
    let mut times = Vec::new();
    for _ in 0..200 {
        file.write_all(&[7; 4096])?;
        let started = now();
        file.sync_data()?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(times[100])
}
