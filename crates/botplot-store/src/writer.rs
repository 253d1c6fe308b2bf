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
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> BoxFuture<'t, Done>;

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
    fn run<'t>(self: Box<Self>, tx: &'t mut Tx) -> BoxFuture<'t, Done> {
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

async fn batch(pool: &SqlitePool, first: Box<dyn Write>, queue: &mut Queue) {
    let mut tx = match pool.begin_with("BEGIN IMMEDIATE").await {
        Ok(tx) => Tx::new(Conn::Sqlite(tx)),
        Err(why) => return refuse(first, queue, &why.into()),
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
    let Conn::Sqlite(tx) = tx.conn else { return };
    if fault.is_none() {
        fault = tx.commit().await.err().map(Error::from);
    } else if let Err(why) = tx.rollback().await {
        tracing::warn!(%why, "a broken batch of writes could not be rolled back");
    }
    for one in done {
        (one.tell)(fault.as_ref().map(Error::again));
    }
}

/// Runs one write of a batch so that it alone is undone when it fails. An error means that the whole batch is lost:
/// SQLite ends the transaction by itself when the disk is full.
async fn apart(tx: &mut Tx, write: Box<dyn Write>, done: &mut Vec<Done>) -> Result<(), Error> {
    if let Err(why) = savepoint(tx, "SAVEPOINT one").await {
        write.refuse(why.again());
        return Err(why);
    }
    let one = write.run(tx).await;
    let keep = one.keep;
    done.push(one);
    if !keep {
        savepoint(tx, "ROLLBACK TO one").await?;
    }
    savepoint(tx, "RELEASE one").await
}

async fn savepoint(tx: &mut Tx, statement: &'static str) -> Result<(), Error> {
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
