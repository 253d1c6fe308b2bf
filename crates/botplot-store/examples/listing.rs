//! Lists of 100,000 conversations: wall and CPU time of the first, the middle and the last page, total included.
//!
//! `cargo run --release -p botplot-store --example listing [FOLDER]`; FOLDER is on the disk to measure. Every figure
//! is the median of its runs after some that warm the caches; the limits are for lists that
//! an index answers, which none does for a tag.

use std::time::{Duration, Instant};

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::plan::Plan;
use botplot_core::project::{Project, Settings};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, Ids, ProjectId, RandomIds, SessionId, Timestamp};
use botplot_store::{Config, ConversationFilter, Error, Store, Tx};

const CONVERSATIONS: i64 = 100_000;
const PAGE: i64 = 20;
const RUNS: usize = 31;
const FIRST: Duration = Duration::from_millis(15);
const LAST: Duration = Duration::from_millis(60);

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is what it is for")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(base)?;
    let store = Store::open(&Config::default(), folder.path()).await?;
    let project = ProjectId(RandomIds.random());
    fill(&store, project).await?;
    let status = ConversationFilter { status: Some(Status::Active), ..ConversationFilter::default() };
    let waiting = ConversationFilter { handoff_requested: Some(true), ..status.clone() };
    let tag = ConversationFilter { tag: Some("billing".into()), ..ConversationFilter::default() };
    let lists = [
        ("all", ConversationFilter::default()),
        ("status", status),
        ("status + handoff", waiting),
        ("tag", tag),
    ];
    println!("{:<18} {:>7} {:>7} {:>12} {:>12} {:>12}", "list", "total", "page", "wall", "CPU", "limit");
    for (name, wanted) in lists {
        let total = store.reader().list_conversations(project, &wanted, 1, 0).await?.1;
        let last = (total - 1) / PAGE * PAGE;
        for (page, offset, limit) in
            [("first", 0, FIRST), ("middle", last / PAGE / 2 * PAGE, LAST), ("last", last, LAST)]
        {
            let (wall, cpu) = measure(&store, project, &wanted, offset).await?;
            let kept = match wanted.tag {
                Some(_) => String::new(),
                None if wall <= limit => format!("{limit:.0?} kept"),
                None => format!("{limit:.0?} broken"),
            };
            println!("{name:<18} {total:>7} {page:>7} {wall:>12.2?} {cpu:>12.2?} {kept:>12}");
        }
    }
    store.close().await;
    Ok(())
}

/// The medians of wall and CPU time of one page.
async fn measure(
    store: &Store,
    project: ProjectId,
    wanted: &ConversationFilter,
    offset: i64,
) -> Result<(Duration, Duration), Error> {
    let reader = store.reader();
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for run in 0..RUNS + 5 {
        let (began, used) = (now(), cpu());
        let (page, _) = reader.list_conversations(project, wanted, PAGE, offset).await?;
        let (wall, spent) = (began.elapsed(), cpu().saturating_sub(used));
        assert!(!page.is_empty(), "every measured page has conversations");
        if run >= 5 {
            walls.push(wall);
            cpus.push(spent);
        }
    }
    walls.sort_unstable();
    cpus.sort_unstable();
    Ok((walls[RUNS / 2], cpus[RUNS / 2]))
}

/// Half of all conversations are active, a fortieth wait for a person; two begin within each instant.
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
    for group in 0..CONVERSATIONS / 1000 {
        let run = async move |tx: &mut Tx| -> Result<(), Error> {
            for n in group * 1000..(group + 1) * 1000 {
                tx.add_conversation(&conversation(project, n)).await?;
            }
            Ok(())
        };
        store.write(move |tx| Box::pin(async move { run(tx).await })).await?;
    }
    Ok(())
}

fn conversation(project: ProjectId, n: i64) -> Conversation {
    let info = serde_json::Map::from_iter([
        ("name".to_owned(), format!("Visitor {n}").into()),
        ("email".to_owned(), format!("visitor-{n}@example.com").into()),
        ("plan".to_owned(), "starter".into()),
    ]);
    let began = Timestamp(1_700_000_000_000_000 + n / 2 * 60_000_000);
    Conversation {
        id: ConversationId(RandomIds.random()),
        project,
        visitor_id: format!("visitor-{}", n % 40_000),
        session: Some(SessionId(RandomIds.random())),
        token_required: true,
        identified: false,
        visitor_info: VisitorInfo(info),
        status: [Status::Active, Status::Closed, Status::Active, Status::Archived][(n % 4) as usize],
        handled_by: if n % 80 == 0 { HandledBy::Human } else { HandledBy::Ai },
        handoff_requested: n % 40 == 0,
        agent: None,
        tags: if n % 4 == 0 { vec!["vip".into(), "billing".into()] } else { Vec::new() },
        message_count: 6,
        created_at: began,
        updated_at: began,
    }
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn now() -> Instant {
    Instant::now()
}

/// What all threads of this process have used so far: SQLite works in threads of its own.
fn cpu() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let used = threads.filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used.sum())
}
