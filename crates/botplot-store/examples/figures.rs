//! Figures of 100,000 conversations with 500,000 messages within 30 days: wall time of all that the page of analytics
//! reads, one after the other and as the page reads it.
//!
//! `cargo run --release -p botplot-store --example figures [FOLDER]`; FOLDER is on the disk to measure. Every figure is
//! the median of its runs after one that warms the caches.

use std::time::{Duration, Instant};

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::message::{Message, Outcome, Role, SourceRef, State};
use botplot_core::plan::Plan;
use botplot_core::project::{Project, Settings};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{
    ChunkId, ConversationId, Ids, MessageId, ProjectId, RandomIds, SessionId, SourceId, Timestamp,
};
use botplot_store::{Config, Error, Reader, Store, Tx};

const CONVERSATIONS: i64 = 100_000;
const MESSAGES: i64 = 5;
const RUNS: usize = 9;
const LIMIT: Duration = Duration::from_millis(300);
const START: Timestamp = Timestamp(1_700_000_000_000_000);
const SECONDS: i64 = 30 * 24 * 3600;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is what it is for")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(base)?;
    let store = Store::open(&Config::default(), folder.path()).await?;
    let project = ProjectId(RandomIds.random());
    fill(&store, project).await?;
    let (reader, to) = (store.reader(), START.plus_seconds(SECONDS + 900));
    for (name, which) in
        [("conversations", 0), ("messages", 1), ("visitors", 2), ("times", 3), ("words", 4), ("sources", 5)]
    {
        let wall = median(async || one(&reader, project, to, which).await).await?;
        println!("{name:<16} {wall:>10.1?}");
    }
    let wall = Box::pin(median(async || Box::pin(page(&reader, project, to)).await)).await?;
    println!("{:<16} {wall:>10.1?} {LIMIT:>10.0?} {}", "page", if wall <= LIMIT { "kept" } else { "broken" });
    store.close().await;
    Ok(())
}

async fn one(reader: &Reader, project: ProjectId, to: Timestamp, which: usize) -> Result<usize, Error> {
    Ok(match which {
        0 => reader.count_conversations(project, START, to).await?.len(),
        1 => reader.count_messages(project, START, to).await?.len(),
        2 => usize::try_from(reader.count_visitors(project, START, to).await?).unwrap_or_default(),
        3 => reader.answer_times(project, START, to, 20_000).await?.len() + 1,
        4 => reader.latest_questions(project, START, to, 10_000).await?.len(),
        _ => reader.latest_citations(project, START, to, 5_000).await?.len(),
    })
}

/// As the page reads it.
async fn page(reader: &Reader, project: ProjectId, to: Timestamp) -> Result<usize, Error> {
    let all = tokio::try_join!(
        one(reader, project, to, 0),
        one(reader, project, to, 1),
        one(reader, project, to, 2),
        one(reader, project, to, 3),
    )?;
    let rest = tokio::try_join!(one(reader, project, to, 4), one(reader, project, to, 5))?;
    Ok(all.0 + rest.0)
}

async fn median(run: impl AsyncFn() -> Result<usize, Error>) -> Result<Duration, Error> {
    let mut walls = Vec::new();
    for n in 0..=RUNS {
        let began = now();
        assert!(run().await? > 0, "there is something to be read");
        if n > 0 {
            walls.push(began.elapsed());
        }
    }
    walls.sort_unstable();
    Ok(walls[RUNS / 2])
}

async fn fill(store: &Store, project: ProjectId) -> Result<(), Error> {
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
    let sources: Vec<SourceId> = (0..40).map(|_| SourceId(RandomIds.random())).collect();
    for group in 0..CONVERSATIONS / 500 {
        let sources = sources.clone();
        let run = async move |tx: &mut Tx| -> Result<(), Error> {
            for n in group * 500..(group + 1) * 500 {
                let begun = conversation(project, n);
                tx.add_conversation(&begun).await?;
                for place in 0..MESSAGES {
                    tx.add_message(&message(&begun, n, place, &sources)).await?;
                }
            }
            Ok(())
        };
        store.write(move |tx| Box::pin(async move { run(tx).await })).await?;
    }
    Ok(())
}

fn conversation(project: ProjectId, n: i64) -> Conversation {
    let began = START.plus_seconds(n * SECONDS / CONVERSATIONS);
    Conversation {
        id: ConversationId(RandomIds.random()),
        project,
        visitor_id: format!("visitor-{}", n % 60_000),
        session: Some(SessionId(RandomIds.random())),
        token_required: true,
        identified: false,
        visitor_info: VisitorInfo::default(),
        status: Status::Active,
        handled_by: if n % 20 == 0 { HandledBy::Human } else { HandledBy::Ai },
        handoff_requested: n % 40 == 0,
        agent: None,
        tags: Vec::new(),
        message_count: MESSAGES,
        created_at: began,
        updated_at: began,
    }
}

/// Questions and answers in turn; an answer cites three passages of 500 letters.
fn message(begun: &Conversation, n: i64, place: i64, sources: &[SourceId]) -> Message {
    let asked = place % 2 == 0;
    let outcome = || Outcome {
        status: "active".into(),
        handoff_requested: false,
        handled_by: "ai".into(),
        suggestions: Vec::new(),
        refused: n % 7 == 0,
    };
    let cited = |k: i64| SourceRef {
        content: "x".repeat(500),
        similarity: 0.5,
        id: ChunkId(RandomIds.random()),
        source_id: sources[usize::try_from(n + k).unwrap_or_default() % sources.len()],
        title: "A page".into(),
        url: None,
    };
    Message {
        id: MessageId(RandomIds.random()),
        project: begun.project,
        conversation: begun.id,
        role: if asked { Role::User } else { Role::Assistant },
        content: format!("How much is it to have number {} sent to me?", n % 5_000),
        context: serde_json::Map::new(),
        sources: if asked { Vec::new() } else { (0..3).map(cited).collect() },
        confidence: None,
        state: State::Complete,
        author: None,
        failure: None,
        outcome: (!asked).then(outcome),
        reserved: None,
        rating: None,
        comment: None,
        created_at: begun.created_at.plus_seconds(place * 20),
    }
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn now() -> Instant {
    Instant::now()
}
