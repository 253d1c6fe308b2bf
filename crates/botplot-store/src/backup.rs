//! Backup and restore. A backup is always one SQLite file, whichever database it was taken from.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, PgPool, SqliteConnection, SqlitePool};

use crate::backend::{postgres, sqlite};
use crate::reader::{Pool, Reader};
use crate::{Config, Error, FILE, copy};

/// Writes a copy of all that is committed to `to`, while others read and write. `Unusable` when `to` exists already
/// or cannot be written.
pub(crate) async fn backup(reader: &Reader, to: &Path) -> Result<(), Error> {
    if to.exists() {
        return Err(Error::Unusable(format!("`{}` exists already: choose another name", to.display())));
    }
    let part = Part::make(to)?;
    match &reader.0 {
        Pool::Sqlite(pool) => vacuum_into(pool, &part.0).await?,
        Pool::Postgres(pool) => dump(pool, &part.0).await?,
    }
    part.finish(to).await
}

/// Puts the backup `from` in place of the configured database's content. With SQLite, data that are there already
/// are refused unless `force`, which keeps them beside as the file that is returned; PostgreSQL's must be empty.
/// The program that uses the data must have ended.
pub async fn restore(
    config: &Config,
    data: &Path,
    from: &Path,
    force: bool,
) -> Result<Option<PathBuf>, Error> {
    verify(from).await?;
    let file = data.join(FILE);
    if config.postgres().is_none() && file.exists() && !force {
        return Err(Error::Unusable(format!(
            "`{}` holds data already: `--force` replaces them and keeps them beside",
            file.display()
        )));
    }
    sqlite::make_folder(data)?;
    let part = Part::make(&file)?;
    let backup = sqlite::pool_of_one(from);
    vacuum_into(&backup, &part.0).await?;
    backup.close().await;
    // An older backup gets today's schema here, a newer one is refused, both before anything is replaced.
    let mut conn = sqlite::options(&part.0).connect().await?;
    sqlite::check_and_migrate(&mut conn, from).await?;
    if let Some(url) = config.postgres() {
        let pool = postgres::open(config, url).await?;
        let loaded = load(&mut conn, &pool).await;
        pool.close().await;
        conn.close().await?;
        return loaded.map(|()| None);
    }
    conn.close().await?;
    let kept = if file.exists() { Some(set_aside(&file).await?) } else { None };
    part.finish(&file).await?;
    Ok(kept)
}

/// Refuses what is no whole BotPlot database.
async fn verify(from: &Path) -> Result<(), Error> {
    let unusable = |why: &str| Error::Unusable(format!("`{}` {why}", from.display()));
    if !from.is_file() {
        return Err(unusable("is no file: name a backup made with `botplot backup`"));
    }
    let fault = |why: sqlx::Error| match Error::from(why) {
        Error::Unusable(_) | Error::Broken(_) => {
            unusable("is no BotPlot backup, or a damaged one: try another")
        }
        other => other,
    };
    let mut conn = sqlite::options(from).read_only(true).connect().await.map_err(fault)?;
    let application: i32 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut conn).await.map_err(fault)?;
    if application != sqlite::APPLICATION {
        return Err(unusable("is no BotPlot backup: name one made with `botplot backup`"));
    }
    let report: String =
        sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut conn).await.map_err(fault)?;
    if report != "ok" {
        return Err(unusable("is damaged: try another backup"));
    }
    conn.close().await.map_err(fault)
}

async fn vacuum_into(pool: &SqlitePool, to: &Path) -> Result<(), Error> {
    let name = to.to_str().ok_or_else(|| not_utf8(to))?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(pool).await?;
    Ok(())
}

/// Copies PostgreSQL's rows, as of one instant, into the empty file `to`.
async fn dump(pool: &PgPool, to: &Path) -> Result<(), Error> {
    // Nothing is lost when this file is: it gets its name only once it is whole and synced.
    let unsynced = sqlite::options(to).pragma("journal_mode", "OFF").pragma("synchronous", "OFF");
    let mut file = unsynced.connect().await?;
    sqlite::check_and_migrate(&mut file, to).await?;
    let mut snapshot = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0").execute(&mut *snapshot).await?;
    let mut tx = file.begin().await?;
    copy::to_sqlite(&mut snapshot, &mut tx).await?;
    tx.commit().await?;
    snapshot.rollback().await?;
    file.close().await?;
    Ok(())
}

/// Copies a file's rows into PostgreSQL, all or none.
async fn load(file: &mut SqliteConnection, pool: &PgPool) -> Result<(), Error> {
    let mut tx = pool.begin().await?;
    let taken: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM projects) OR EXISTS (SELECT 1 FROM meta)")
            .fetch_one(&mut *tx)
            .await?;
    if taken {
        return Err(Error::Unusable(
            "the PostgreSQL database holds data already: make an empty one with `createdb` and set `store.url` to it"
                .into(),
        ));
    }
    copy::to_postgres(file, &mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives the data file a second name, which is returned: the first one goes to the restored file in one step.
async fn set_aside(file: &Path) -> Result<PathBuf, Error> {
    let mut number = 1;
    let mut kept = beside(file, ".before-restore-1");
    while kept.exists() {
        number += 1;
        kept = beside(file, &format!(".before-restore-{number}"));
    }
    end_wal(file).await?;
    for suffix in ["", "-wal", "-shm"] {
        let (old, new) = (beside(file, suffix), beside(&kept, suffix));
        // A log is left over only beside a damaged file; it must not be taken for the restored file's.
        let done = if suffix.is_empty() { fs::hard_link(&old, &new) } else { fs::rename(&old, &new) };
        match done {
            Err(why) if why.kind() != ErrorKind::NotFound => return Err(cannot_write(&new, &why)),
            _ => {}
        }
    }
    Ok(kept)
}

/// Folds the log into the data file, which tells whether anyone else has it open.
async fn end_wal(file: &Path) -> Result<(), Error> {
    let Ok(mut conn) = sqlite::options(file).busy_timeout(Duration::ZERO).connect().await else {
        return Ok(());
    };
    let ended = sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut conn).await;
    // A damaged file, which is why backups are restored, may neither do this nor close well.
    let _ = conn.close().await;
    match ended.map_err(Error::from) {
        Err(Error::Busy) => {
            Err(Error::Unusable(format!("`{}` is in use: stop the server first", file.display())))
        }
        _ => Ok(()),
    }
}

/// A file that gets its name only once it is whole; removed otherwise.
struct Part(PathBuf);

impl Part {
    /// An empty file beside `to` that only its owner can read.
    fn make(to: &Path) -> Result<Self, Error> {
        let part = beside(to, &format!(".part-{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&part).map_err(|why| cannot_write(&part, &why))?;
        Ok(Self(part))
    }

    /// Syncs the file and gives it its name.
    async fn finish(self, to: &Path) -> Result<(), Error> {
        let to = to.to_owned();
        let named = tokio::task::spawn_blocking(move || {
            let fault = |why: std::io::Error| cannot_write(&to, &why);
            File::open(&self.0).and_then(|file| file.sync_all()).map_err(fault)?;
            fs::rename(&self.0, &to).map_err(fault)?;
            let folder =
                to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)
        });
        named.await.map_err(Error::broken)?
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(&self.0, suffix));
        }
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn cannot_write(file: &Path, why: &std::io::Error) -> Error {
    Error::Unusable(format!("`{}` cannot be written: {why}", file.display()))
}

fn not_utf8(file: &Path) -> Error {
    Error::Unusable(format!("`{}` is not UTF-8: choose another name", file.display()))
}
