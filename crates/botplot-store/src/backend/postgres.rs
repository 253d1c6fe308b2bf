//! PostgreSQL: one pool, for several nodes or where a server is there already.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::{Config, Error};

type Db = sqlx::Postgres;
type Conn = sqlx::PgConnection;
type Row = sqlx::postgres::PgRow;

/// Others wait until this transaction has decided about the row.
macro_rules! for_update {
    () => {
        " FOR NO KEY UPDATE"
    };
}
/// As `for_update!`, but rows that only refer to this one can still be added.
macro_rules! guard {
    () => {
        " FOR NO KEY UPDATE"
    };
}
/// As `guard!`, and whoever finds another deciding goes on without the row.
macro_rules! guard_or_skip {
    () => {
        " FOR NO KEY UPDATE SKIP LOCKED"
    };
}
/// Two nodes never claim the same job, nor wait for each other.
macro_rules! skip_locked {
    () => {
        " FOR UPDATE SKIP LOCKED"
    };
}
/// A conversation's tags, as the rest of a `SELECT`.
macro_rules! tags {
    () => {
        "jsonb_array_elements_text(tags)"
    };
}

/// The present by the database's own clock, in microseconds since 1970.
macro_rules! now {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
    };
}

#[path = "../sql.rs"]
pub(crate) mod sql;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Connects and brings the schema up to date.
pub(crate) async fn open(config: &Config, url: &str) -> Result<PgPool, Error> {
    // The driver itself would take any scheme, even another database's.
    let ours = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let parsed = PgConnectOptions::from_str(url).ok().filter(|_| ours).ok_or_else(|| {
        Error::Unusable(
            "`store.url` is no PostgreSQL address: write `postgres://user:password@host/database`".into(),
        )
    })?;
    let options = parsed
        .application_name("botplot")
        .options([("idle_in_transaction_session_timeout", "30s"), ("lock_timeout", "20s")])
        .disable_statement_logging();
    let (host, database) =
        (options.get_host().to_owned(), options.get_database().unwrap_or_default().to_owned());
    let pool = PgPoolOptions::new()
        .max_connections(config.connections.max(2))
        .acquire_timeout(Duration::from_secs(20))
        .connect_with(options)
        .await
        .map_err(|why| {
            Error::Unusable(format!("PostgreSQL at `{host}` does not let us into `{database}`: {why}"))
        })?;
    refuse_foreign(&pool, &database).await?;
    // Migrating takes PostgreSQL's advisory lock: of several nodes one does it, the others wait.
    MIGRATIONS.run(&pool).await.map_err(|error| super::migration_fault(error, super::newest(&MIGRATIONS)))?;
    Ok(pool)
}

async fn refuse_foreign(pool: &PgPool, database: &str) -> Result<(), Error> {
    let (tables, ours): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE table_name = '_sqlx_migrations')
         FROM information_schema.tables WHERE table_schema = current_schema()",
    )
    .fetch_one(pool)
    .await?;
    if tables > 0 && ours == 0 {
        return Err(Error::Unusable(format!(
            "the database `{database}` holds tables of another application: make an empty one with `createdb`"
        )));
    }
    Ok(())
}
