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

/// The present by the database's own clock, in microseconds since 1970.
macro_rules! now {
    () => {
        "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)"
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

#[cfg(test)]
mod tests {
    use botplot_core::conversation::Status;
    use botplot_core::{ProjectId, SessionId};
    use sqlx::{QueryBuilder, Row as _};
    use uuid::Uuid;

    use super::*;
    use crate::ConversationFilter;

    async fn plan(conn: &mut Conn, statement: QueryBuilder<Db>) -> String {
        let sql = statement.sql();
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.as_str()));
        let steps = sqlx::query(explain).fetch_all(conn).await.unwrap();
        steps.iter().map(|step| step.get::<String, _>("detail") + "\n").collect()
    }

    #[tokio::test]
    async fn lists_of_conversations_are_counted_and_walked_through_in_one_index() {
        let folder = tempfile::tempdir().unwrap();
        let pools = open(&folder.path().join(crate::FILE)).await.unwrap();
        let mut conn = pools.readers.acquire().await.unwrap();
        let (project, all) = (ProjectId(Uuid::nil()), ConversationFilter::default());
        let status = ConversationFilter { status: Some(Status::Active), ..all.clone() };
        let waiting = ConversationFilter { handoff_requested: Some(true), ..status.clone() };
        let visitor = ConversationFilter { visitor_id: Some("bob".into()), ..status.clone() };
        let session = ConversationFilter { session: Some(SessionId(Uuid::nil())), ..status.clone() };
        for (wanted, index, covers) in [
            (all, "conversations_created (project_id=?)", true),
            (status, "conversations_status (project_id=? AND status=?)", true),
            (waiting, "conversations_status (project_id=? AND status=?)", true),
            (visitor, "conversations_visitor (project_id=? AND visitor_id=?)", false),
            (session, "conversations_session (project_id=? AND session=?)", false),
        ] {
            let index = if covers { format!("COVERING INDEX {index}") } else { format!("INDEX {index}") };
            let counted = plan(&mut conn, sql::listing::count(project, &wanted)).await;
            // Any index counts a whole project's, if it has all that is asked for.
            let counts = if covers { "COVERING INDEX conversations_" } else { &index };
            assert!(counted.contains(counts), "{wanted:?}: {counted}");
            for from_oldest in [true, false] {
                let page = sql::listing::page(project, &wanted, from_oldest, 20, 40);
                let walked = plan(&mut conn, page).await;
                assert!(walked.contains(&index), "{wanted:?}: {walked}");
                // One page is sorted, by the outer query; sorting before the limit would sort a whole project's.
                assert!(walked.matches("TEMP B-TREE").count() <= 1, "{wanted:?}: {walked}");
            }
        }
    }
}
