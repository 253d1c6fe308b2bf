//! Opening: what is made, what is kept, and what is refused with what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use botplot_core::Secret;
use botplot_store::{Config, Error, FILE, Store};
use botplot_testkit::postgres::Postgres;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::rig::Rig;

async fn refusal(config: &Config, folder: &Path) -> String {
    match Store::open(config, folder).await {
        Err(Error::Unusable(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

async fn run_sqlite(file: &Path, sql: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    conn.execute(sql).await.unwrap();
    conn.close().await.unwrap();
}

#[tokio::test]
async fn only_the_owner_can_read_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new/data");
    let rig = Rig::on(Config::default(), &data).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for name in [FILE.to_owned(), format!("{FILE}-wal"), format!("{FILE}-shm")] {
        assert_eq!(mode(&data.join(&name)), 0o600, "{name}");
    }
    rig.store.close().await;
    let left: Vec<_> = fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, [FILE], "closing leaves one file");
    let again = rig.reopen().await;
    assert_eq!(again.reader().list_projects().await.unwrap().len(), 1);
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_open_a_new_folder_at_once_share_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default();
    let opened = futures_util::future::join_all((0..6).map(|_| Store::open(&config, folder.path()))).await;
    for (n, store) in opened.iter().enumerate() {
        let store = store.as_ref().unwrap_or_else(|why| panic!("{n}: {why:?}"));
        let name = format!("{n}");
        let written = store.write(move |tx| Box::pin(async move { tx.meta_or_insert(&name, "x").await }));
        written.await.unwrap();
    }
    let store = opened.into_iter().next().unwrap().unwrap();
    for n in 0..6 {
        assert_eq!(store.reader().meta(&n.to_string()).await.unwrap().as_deref(), Some("x"));
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    let text = "this is a text, long enough to be no header of anything ".repeat(100);
    fs::write(&file, &text).unwrap();
    let why = refusal(&Config::default(), folder.path()).await;
    assert!(why.contains(FILE) && why.contains("no SQLite database") && why.contains("--data"), "{why}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[tokio::test]
async fn the_database_of_another_application_is_refused_and_left_alone() {
    for sql in ["CREATE TABLE theirs (a)", "PRAGMA application_id = 7; CREATE TABLE theirs (a)"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        run_sqlite(&file, sql).await;
        let before = fs::read(&file).unwrap();
        let why = refusal(&Config::default(), folder.path()).await;
        assert!(why.contains("another application") && why.contains("--data"), "{why}");
        assert_eq!(fs::read(&file).unwrap(), before);
    }
}

#[tokio::test]
async fn data_of_a_newer_version_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::default(), folder.path()).await.unwrap();
    store.close().await;
    let newer = "INSERT INTO _sqlx_migrations VALUES (9999, 'later', '2030-01-01', true, x'00', 0)";
    run_sqlite(&folder.path().join(FILE), newer).await;
    let why = refusal(&Config::default(), folder.path()).await;
    assert!(why.contains("newer version") && why.contains("9999"), "{why}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let why = refusal(&Config::default(), &folder.path().join("file/data")).await;
    assert!(why.contains("file/data") && why.contains("--data"), "{why}");
}

#[tokio::test]
async fn postgresql_says_what_is_wrong_with_it() {
    let nowhere = Path::new("/nonexistent");
    let at = |url: &str| Config { url: Some(Secret::new(url)), ..Config::default() };
    let why = refusal(&at("mysql://u:hunter2@h/d"), nowhere).await;
    assert!(why.contains("postgres://") && !why.contains("hunter2"), "{why}");
    let why = refusal(&at("postgres://u:hunter2@localhost/d?host=/nonexistent"), nowhere).await;
    assert!(why.contains("does not let us into `d`") && !why.contains("hunter2"), "{why}");

    let server = Postgres::start();
    let (theirs, newer) = (server.create_database(), server.create_database());
    let run = async |url: &str, sql: &'static str| {
        let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
        conn.execute(sql).await.unwrap();
        conn.close().await.unwrap();
    };
    run(&theirs, "CREATE TABLE theirs (a text)").await;
    let why = refusal(&at(&theirs), nowhere).await;
    assert!(why.contains("another application") && why.contains("createdb"), "{why}");

    Store::open(&at(&newer), nowhere).await.unwrap().close().await;
    run(&newer, "INSERT INTO _sqlx_migrations VALUES (9999, 'later', now(), true, ''::bytea, 0)").await;
    let why = refusal(&at(&newer), nowhere).await;
    assert!(why.contains("newer version") && why.contains("9999"), "{why}");
}
