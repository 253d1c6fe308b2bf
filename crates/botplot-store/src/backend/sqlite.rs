//! One SQLite file: WAL, every commit synced, one writer, a few readers.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use tokio::time::Instant;

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
macro_rules! guard {
    () => {
        ""
    };
}
macro_rules! guard_or_skip {
    () => {
        ""
    };
}
macro_rules! skip_locked {
    () => {
        ""
    };
}
/// A conversation's tags, as the rest of a `SELECT`.
macro_rules! tags {
    () => {
        "value FROM json_each(tags)"
    };
}

#[path = "../sql.rs"]
pub(crate) mod sql;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Marks the file as BotPlot's: `BtPl` in ASCII.
pub(crate) const APPLICATION: i32 = 0x4274_506c;
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
    make_folder(file.parent().unwrap_or(Path::new(".")))?;
    make_file(file)?;
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

/// Makes the data folder, which only its owner can open.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut folders = DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(folder).map_err(|why| cannot_make(folder, &why))
}

/// Makes an empty file that only its owner can read; SQLite gives its side files the same mode.
fn make_file(file: &Path) -> Result<(), Error> {
    let mut files = OpenOptions::new();
    files.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut files, 0o600);
    match files.open(file) {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(cannot_make(file, &why)),
        _ => Ok(()),
    }
}

fn cannot_make(what: &Path, why: &std::io::Error) -> Error {
    Error::Unusable(format!(
        "`{}` cannot be made: {why}; choose another folder with `--data`",
        what.display()
    ))
}

/// One lazy, read-only connection to a file that is not ours to change.
pub(crate) fn pool_of_one(file: &Path) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options(file).read_only(true))
}

/// Refuses what is not ours, brings the schema up to date, and turns on the write-ahead log.
async fn prepare(file: &Path) -> Result<(), Error> {
    let fault = |error: sqlx::Error| name_file(error.into(), file);
    let mut conn = options(file).connect().await.map_err(fault)?;
    check_and_migrate(&mut conn, file).await?;
    let began = Instant::now();
    // The one statement that does not wait for others by itself: they may be opening the new file just now.
    while let Err(why) = sqlx::query("PRAGMA journal_mode = WAL").execute(&mut conn).await.map_err(fault) {
        if !matches!(why, Error::Busy) || began.elapsed() > PATIENCE {
            return Err(why);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    conn.close().await.map_err(fault)
}

/// Refuses what is not ours and brings the schema up to date; `file` is named in errors only.
pub(crate) async fn check_and_migrate(conn: &mut Conn, file: &Path) -> Result<(), Error> {
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
    if application != APPLICATION {
        let mark = AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION}"));
        sqlx::query(mark).execute(&mut *tx).await.map_err(fault)?;
    }
    MIGRATIONS
        .run_direct(None, &mut *tx, false)
        .await
        .map_err(|error| name_file(super::migration_fault(error, super::newest(&MIGRATIONS)), file))?;
    tx.commit().await.map_err(fault)
}

/// Says which file it is about, where that helps.
fn name_file(error: Error, file: &Path) -> Error {
    match error {
        Error::Unusable(why) => Error::Unusable(format!("`{}`: {why}", file.display())),
        other => other,
    }
}
