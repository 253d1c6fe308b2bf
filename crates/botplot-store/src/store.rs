//! The store: opened once, written through [`Store::write`], read through [`Reader`].

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use crate::backend::{postgres, sqlite};
use crate::error::closed;
use crate::reader::{Pool, Reader};
use crate::writer::{self, Write};
use crate::{Config, Ear, Error, FILE, Tx, backup, signals};

/// An open database; cheap to clone. Call [`Store::close`] before the program ends.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    reader: Reader,
    writes: Mutex<Option<Writes>>,
    /// The writer task, or the writes that run on PostgreSQL.
    tasks: TaskTracker,
    /// SQLite's pools, for what only it does.
    sqlite: Option<sqlite::Pools>,
}

#[derive(Clone)]
enum Writes {
    Sqlite(mpsc::UnboundedSender<Box<dyn Write>>),
    Postgres(PgPool),
}

impl Store {
    /// Opens the configured database, making it and its schema first where they are missing. `data` is the data
    /// folder. `Unusable` says why not and what to do.
    pub async fn open(config: &Config, data: &Path) -> Result<Self, Error> {
        match config.postgres() {
            Some(url) => Ok(Self::on_postgres(postgres::open(config, url).await?)),
            None => Ok(Self::on_sqlite(sqlite::open(&data.join(FILE)).await?)),
        }
    }

    fn on_sqlite(pools: sqlite::Pools) -> Self {
        let (sender, queue) = mpsc::unbounded_channel();
        let tasks = TaskTracker::new();
        tasks.spawn(writer::drain(pools.writer.clone(), queue));
        let reader = Reader(Pool::Sqlite(pools.readers.clone()));
        let writes = Mutex::new(Some(Writes::Sqlite(sender)));
        Self { shared: Arc::new(Shared { reader, writes, tasks, sqlite: Some(pools) }) }
    }

    fn on_postgres(pool: PgPool) -> Self {
        let reader = Reader(Pool::Postgres(pool.clone()));
        let writes = Mutex::new(Some(Writes::Postgres(pool)));
        Self { shared: Arc::new(Shared { reader, writes, tasks: TaskTracker::new(), sqlite: None }) }
    }

    /// Look-ups of what is committed.
    pub fn reader(&self) -> Reader {
        self.shared.reader.clone()
    }

    /// True when other nodes may work on the same data at the same time.
    pub fn is_shared(&self) -> bool {
        self.shared.sqlite.is_none()
    }

    /// Runs `run` in a transaction: kept and synced when it returns `Ok`, undone when it returns `Err` or panics.
    /// The write is under way as soon as this is called: dropping the future does not stop it.
    ///
    /// ```no_run
    /// # async fn add(store: botplot_store::Store, project: botplot_core::project::Project) -> Result<(), botplot_store::Error> {
    /// store.write(move |tx| Box::pin(async move { tx.add_project(&project).await })).await
    /// # }
    /// ```
    pub fn write<R, E, F>(&self, run: F) -> impl Future<Output = Result<R, E>> + Send + use<R, E, F>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<R, E>> + Send + 'static,
        E: From<Error> + Send + 'static,
        R: Send + 'static,
    {
        let (write, result) = writer::package(run);
        self.start(write);
        async move { result.await.unwrap_or_else(|_| Err(closed().into())) }
    }

    /// Says words to every node that works on the same data, this one included; where there is only one, to nobody.
    pub async fn say(&self, words: &[String]) -> Result<(), Error> {
        match &self.shared.reader.0 {
            Pool::Sqlite(_) => Ok(()),
            Pool::Postgres(pool) => signals::say(pool, words).await,
        }
    }

    /// Hears what nodes say from now on; `None` where there is only one.
    pub async fn listen(&self) -> Result<Option<Ear>, Error> {
        match &self.shared.reader.0 {
            Pool::Sqlite(_) => Ok(None),
            Pool::Postgres(pool) => Ear::open(pool).await.map(Some),
        }
    }

    fn start(&self, write: Box<dyn Write>) {
        let writes = self.shared.writes.lock().unwrap_or_else(PoisonError::into_inner);
        match &*writes {
            Some(Writes::Sqlite(queue)) => {
                if let Err(refused) = queue.send(write) {
                    refused.0.refuse(closed());
                }
            }
            Some(Writes::Postgres(pool)) => {
                self.shared.tasks.spawn(writer::alone(pool.clone(), write));
            }
            None => write.refuse(closed()),
        }
    }

    /// Writes a backup, one SQLite file, to `to` while others read and write; `Unusable` when `to` exists already.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        backup::backup(&self.shared.reader, to).await
    }

    /// Ends every write that was begun, then closes the database; later writes are refused.
    pub async fn close(&self) {
        drop(self.shared.writes.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        match &self.shared.reader.0 {
            Pool::Sqlite(readers) => readers.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
        if let Some(pools) = &self.shared.sqlite {
            // Not needed for safety: it leaves one file instead of three.
            if let Err(why) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pools.writer).await
                && !matches!(why, sqlx::Error::PoolClosed)
            {
                tracing::warn!(%why, "the write-ahead log stays beside the data file");
            }
            pools.writer.close().await;
        }
    }
}
