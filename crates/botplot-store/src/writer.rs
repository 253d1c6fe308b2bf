//! Running writes: one transaction each on PostgreSQL, many to a commit on SQLite, never inside a future that a
//! caller can cancel.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::{PgPool, SqlitePool};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::tx::Conn;
use crate::{Error, Tx};

/// Writes that share one commit at most.
const BATCH: usize = 128;
/// How long a batch takes in further writes, so that long ones do not hold up the acknowledgement of the others.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// Writes waiting for the writer task.
pub(crate) type Queue = mpsc::UnboundedReceiver<Box<dyn Write>>;

/// A closure of any result, ready to run.
pub(crate) trait Write: Send {
    /// Runs the closure; what comes of it is told only after the commit.
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Done>;

    /// Tells the caller that the closure was not run.
    fn refuse(self: Box<Self>, why: Error);
}

/// A write that has run and waits for its commit.
pub(crate) struct Done {
    /// False when its changes are to be rolled back.
    keep: bool,
    tell: Box<dyn FnOnce(Option<Error>) + Send>,
}

struct Package<F, R, E> {
    run: F,
    reply: oneshot::Sender<Result<R, E>>,
}

/// Packs a closure and gives back where its result will come.
pub(crate) fn package<R, E, F>(run: F) -> (Box<dyn Write>, oneshot::Receiver<Result<R, E>>)
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    E: From<Error> + Send + 'static,
    R: Send + 'static,
{
    let (reply, result) = oneshot::channel();
    (Box::new(Package { run, reply }), result)
}

impl<F, R, E> Write for Package<F, R, E>
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
    E: From<Error> + Send + 'static,
    R: Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Done> {
        let Self { run, reply } = *self;
        Box::pin(async move {
            tx.failed = false;
            let ran = AssertUnwindSafe(async { run(&mut *tx).await }).catch_unwind().await;
            let result = match ran {
                Ok(Ok(_)) if tx.failed => {
                    Err(fault("a write went on after one of its statements had failed"))
                }
                Ok(result) => result,
                Err(_) => Err(fault("a write panicked")),
            };
            let keep = result.is_ok();
            let tell = move |why: Option<Error>| {
                // A caller that left has no use for the result; its write is kept all the same.
                let _ = reply.send(match why {
                    Some(why) if keep => Err(why.into()),
                    _ => result,
                });
            };
            Done { keep, tell: Box::new(tell) }
        })
    }

    fn refuse(self: Box<Self>, why: Error) {
        let _ = self.reply.send(Err(why.into()));
    }
}

fn fault<E: From<Error>>(what: &'static str) -> E {
    Error::Broken(anyhow::anyhow!(what)).into()
}

/// Runs one write in a transaction of its own.
pub(crate) async fn alone(pool: PgPool, write: Box<dyn Write>) {
    let mut tx = match pool.begin().await {
        Ok(tx) => Tx::new(Conn::Postgres(tx)),
        Err(why) => return write.refuse(why.into()),
    };
    let done = write.run(&mut tx).await;
    let Conn::Postgres(tx) = tx.conn else { return };
    let ended = if done.keep { tx.commit().await } else { tx.rollback().await };
    (done.tell)(ended.err().map(Error::from));
}

/// Drains the queue until every sender is gone, so that what waits while one commit syncs shares the next.
pub(crate) async fn drain(pool: SqlitePool, mut queue: Queue) {
    while let Some(first) = queue.recv().await {
        batch(&pool, first, &mut queue).await;
    }
}

/// Runs what waits in one transaction. Its statements are our own instead of the driver's: this is never cancelled,
/// and the driver would go on counting a transaction that SQLite has ended by itself.
async fn batch(pool: &SqlitePool, first: Box<dyn Write>, queue: &mut Queue) {
    let mut tx = match begin(pool).await {
        Ok(tx) => tx,
        Err(why) => return refuse(first, queue, &why),
    };
    let (mut done, mut fault) = (Vec::new(), None);
    let (mut next, began) = (Some(first), Instant::now());
    while let Some(write) = next.take() {
        match apart(&mut tx, write, &mut done).await {
            Ok(()) if done.len() < BATCH && began.elapsed() < BATCH_TIME => next = queue.try_recv().ok(),
            Ok(()) => {}
            Err(why) => fault = Some(why),
        }
    }
    if fault.is_none() {
        fault = execute(&mut tx, "COMMIT").await.err();
    }
    if fault.is_some() {
        discard(tx).await;
    }
    for one in done {
        (one.tell)(fault.as_ref().map(Error::again));
    }
}

async fn begin(pool: &SqlitePool) -> Result<Tx, Error> {
    let mut tx = Tx::new(Conn::Sqlite(pool.acquire().await?));
    execute(&mut tx, "BEGIN IMMEDIATE").await?;
    Ok(tx)
}

/// After a fault nobody knows what the connection is in the middle of: the next batch gets a new one.
async fn discard(tx: Tx) {
    if let Conn::Sqlite(connection) = tx.conn
        && let Err(why) = connection.close().await
    {
        tracing::warn!(%why, "the writer's connection did not close well");
    }
}

/// Runs one write of a batch so that it alone is undone when it fails. An error means that the whole batch is lost:
/// SQLite may end the transaction by itself when the disk fails.
async fn apart(tx: &mut Tx, write: Box<dyn Write>, done: &mut Vec<Done>) -> Result<(), Error> {
    if let Err(why) = execute(tx, "SAVEPOINT one").await {
        write.refuse(why.again());
        return Err(why);
    }
    let one = write.run(tx).await;
    let keep = one.keep;
    done.push(one);
    if !keep {
        execute(tx, "ROLLBACK TO one").await?;
    }
    execute(tx, "RELEASE one").await
}

async fn execute(tx: &mut Tx, statement: &'static str) -> Result<(), Error> {
    if let Conn::Sqlite(c) = &mut tx.conn {
        sqlx::query(statement).execute(&mut **c).await?;
    }
    Ok(())
}

/// The database did not let us begin: all who wait now are told, for each would wait as long again.
fn refuse(first: Box<dyn Write>, queue: &mut Queue, why: &Error) {
    first.refuse(why.again());
    while let Ok(write) = queue.try_recv() {
        write.refuse(why.again());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use botplot_core::project::{Project, Settings};
    use botplot_core::{ProjectId, Timestamp};
    use tokio::sync::Notify;
    use uuid::Uuid;

    use super::*;
    use crate::backend::sqlite;

    type Outcome = oneshot::Receiver<Result<(), Error>>;

    /// Writes that are queued before the writer starts, so that they are sure to share a commit.
    struct Rig {
        sender: mpsc::UnboundedSender<Box<dyn Write>>,
        queue: Queue,
        outcomes: Vec<Outcome>,
    }

    impl Rig {
        fn new() -> Self {
            let (sender, queue) = mpsc::unbounded_channel();
            Self { sender, queue, outcomes: Vec::new() }
        }

        fn push<F>(&mut self, run: F)
        where
            F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<(), Error>> + Send + 'static,
        {
            let (write, outcome) = package(run);
            self.sender.send(write).unwrap();
            self.outcomes.push(outcome);
        }

        fn push_project(&mut self, n: u128) {
            let project = project(n);
            self.push(move |tx| Box::pin(async move { tx.add_project(&project).await }));
        }

        async fn run(self, file: &Path) -> Vec<Result<(), Error>> {
            let pools = sqlite::open(file).await.unwrap();
            drop(self.sender);
            drain(pools.writer.clone(), self.queue).await;
            futures_util::future::join_all(self.outcomes).await.into_iter().map(Result::unwrap).collect()
        }
    }

    fn project(n: u128) -> Project {
        Project {
            id: ProjectId(Uuid::from_u128(n)),
            name: n.to_string(),
            plan: botplot_core::plan::Plan::Business,
            settings: Settings::default(),
            factor_required: false,
            index_version: 0,
            created_at: Timestamp(0),
        }
    }

    async fn names(file: &Path) -> Vec<String> {
        let pools = sqlite::open(file).await.unwrap();
        sqlx::query_scalar("SELECT name FROM projects ORDER BY id").fetch_all(&pools.readers).await.unwrap()
    }

    async fn raw(tx: &mut Tx, sql: &'static str) {
        if let Conn::Sqlite(c) = &mut tx.conn {
            sqlx::query(sql).execute(&mut **c).await.unwrap();
        }
    }

    /// Commits in the write-ahead log: frames of 24 + 4096 bytes whose second word is not zero end one.
    fn commits(file: &Path) -> usize {
        let log = std::fs::read(file.with_extension("db-wal")).unwrap();
        let frames = log.get(32..).unwrap_or_default().chunks_exact(24 + 4096);
        frames.filter(|frame| frame[4..8] != [0; 4]).count()
    }

    #[tokio::test]
    async fn when_the_commit_fails_every_caller_is_told_and_the_next_batch_works() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.db");
        let mut rig = Rig::new();
        rig.push_project(1);
        rig.push(|tx| {
            Box::pin(async move {
                // Checked only when the transaction ends: there is no project 7.
                raw(tx, "PRAGMA defer_foreign_keys = ON").await;
                raw(tx, "INSERT INTO usage VALUES (x'07', 'p', 'm', 1)").await;
                Ok(())
            })
        });
        rig.push_project(2);
        let results = rig.run(&file).await;
        assert!(results.iter().all(Result::is_err), "{results:?}");
        assert!(names(&file).await.is_empty());
        let mut rig = Rig::new();
        rig.push_project(3);
        assert!(rig.run(&file).await[0].is_ok());
        assert_eq!(names(&file).await, ["3"]);
    }

    #[tokio::test]
    async fn when_the_transaction_breaks_off_nobody_is_told_that_it_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.db");
        let mut rig = Rig::new();
        rig.push_project(1);
        // As SQLite does by itself on some disk errors.
        rig.push(|tx| {
            Box::pin(async move {
                raw(tx, "ROLLBACK").await;
                Err(Error::Busy)
            })
        });
        rig.push_project(2);
        let results = rig.run(&file).await;
        assert!(results[0].is_err() && results[1].is_err(), "{results:?}");
        assert!(results[2].is_ok(), "the next batch was lost too: {results:?}");
        assert_eq!(names(&file).await, ["2"]);
    }

    #[tokio::test]
    async fn what_waits_shares_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.db");
        let open = sqlite::open(&file).await.unwrap();
        let before = commits(&file);
        let mut rig = Rig::new();
        let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (begun.clone(), go.clone());
        rig.push(move |tx| {
            Box::pin(async move {
                tell.notify_one();
                wait.notified().await;
                tx.add_project(&project(1)).await
            })
        });
        let sender = rig.sender.clone();
        let mut later = Vec::new();
        let run = rig.run(&file);
        let queue = async {
            begun.notified().await;
            for n in 2..=60 {
                let (write, outcome) =
                    package(move |tx| Box::pin(async move { tx.add_project(&project(n)).await }));
                sender.send(write).unwrap();
                later.push(outcome);
            }
            drop(sender);
            go.notify_one();
        };
        let (first, ()) = futures_util::future::join(run, queue).await;
        assert!(first[0].is_ok());
        for outcome in later {
            outcome.await.unwrap().unwrap();
        }
        let made = commits(&file) - before;
        // One where 60 writes fit the batch's time; a slow machine may need some more.
        assert!((1..=12).contains(&made), "60 writes took {made} commits");
        open.writer.close().await;
    }

    #[tokio::test]
    async fn who_waits_for_a_held_database_is_told_that_it_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.db");
        let pools = sqlite::open(&file).await.unwrap();
        let held = pools.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let mut rig = Rig::new();
        rig.push_project(1);
        rig.push_project(2);
        let impatient = sqlx::sqlite::SqlitePoolOptions::new()
            .connect_with(sqlite::options(&file).busy_timeout(Duration::ZERO))
            .await
            .unwrap();
        drop(rig.sender);
        drain(impatient, rig.queue).await;
        for outcome in rig.outcomes {
            assert!(matches!(outcome.await.unwrap(), Err(Error::Busy)));
        }
        held.rollback().await.unwrap();
    }
}
