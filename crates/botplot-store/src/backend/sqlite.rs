//! One SQLite file: WAL, every commit synced, one writer, a few readers.

use std::fs::{DirBuilder, OpenOptions};
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::Error;

type Db = sqlx::Sqlite;
type Conn = sqlx::SqliteConnection;
type Row = sqlx::sqlite::SqliteRow;

/// The one writer needs no row locks.
macro_rules! for_update {
    () => {
        ""
    };
}
macro_rules! skip_locked {
    () => {
        ""
    };
}

#[path = "../sql.rs"]
pub(crate) mod sql;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Marks the file as BotPlot's: "BtPl".
const APPLICATION: i32 = 0x4274_506c;
/// How long a command waits for the server's commit, and the other way round.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

/// The writer and the readers of one open file.
#[derive(Clone)]
pub(crate) struct Pools {
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

/// Opens the file, making it and its folder first where they are missing.
pub(crate) async fn open(file: &Path) -> Result<Pools, Error> {
    make(file)?;
    prepare(file).await?;
    let writer = options(file).pragma("cache_size", "-2048").pragma("journal_size_limit", "67108864");
    let readers = options(file).read_only(true).pragma("cache_size", "-512");
    let pool = || {
        SqlitePoolOptions::new()
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(20))
    };
    Ok(Pools {
        writer: pool().max_connections(1).connect_with(writer).await?,
        readers: pool().max_connections(READERS).connect_lazy_with(readers),
    })
}

/// How every connection to `file` begins.
pub(crate) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
}

/// The folder and an empty file that only their owner can read; SQLite gives its side files the same mode.
fn make(file: &Path) -> Result<(), Error> {
    let cannot = |what: &Path, why: &std::io::Error| {
        Error::Unusable(format!(
            "`{}` cannot be made: {why}; choose another folder with `--data`",
            what.display()
        ))
    };
    let mut folders = DirBuilder::new();
    let mut files = OpenOptions::new();
    folders.recursive(true);
    files.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folders.mode(0o700);
        files.mode(0o600);
    }
    if let Some(folder) = file.parent() {
        folders.create(folder).map_err(|why| cannot(folder, &why))?;
    }
    match files.open(file) {
        Ok(_) => Ok(()),
        Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(why) => Err(cannot(file, &why)),
    }
}

/// Refuses what is not ours, then brings the schema up to date.
async fn prepare(file: &Path) -> Result<(), Error> {
    let mut conn = options(file).connect().await.map_err(|error| name_file(error.into(), file))?;
    let done = check_and_migrate(&mut conn, file).await;
    conn.close().await?;
    done
}

async fn check_and_migrate(conn: &mut Conn, file: &Path) -> Result<(), Error> {
    let fault = |error: sqlx::Error| name_file(error.into(), file);
    // Whoever comes first makes the schema; the others wait here and find it made.
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
    let application: i32 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *tx).await.map_err(fault)?;
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *tx).await.map_err(fault)?;
    if application != APPLICATION && (application != 0 || tables > 0) {
        return Err(Error::Unusable(format!(
            "`{}` is a database of another application: choose another folder with `--data`",
            file.display()
        )));
    }
    let mark = AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION}"));
    sqlx::query(mark).execute(&mut *tx).await.map_err(fault)?;
    MIGRATIONS
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(|error| super::migration_fault(error, super::newest(&MIGRATIONS)))?;
    tx.commit().await.map_err(fault)?;
    sqlx::query("PRAGMA journal_mode = WAL").execute(conn).await.map_err(fault)?;
    Ok(())
}

/// Says which file it is about, where that helps.
fn name_file(error: Error, file: &Path) -> Error {
    match error {
        Error::Unusable(why) => Error::Unusable(format!("`{}`: {why}", file.display())),
        other => other,
    }
}
