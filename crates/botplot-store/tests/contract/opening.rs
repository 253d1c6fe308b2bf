//! Opening: what is made, what is kept, and what is refused with what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use botplot_core::plan::Plan;
use botplot_core::{MessageId, Secret, Timestamp};
use botplot_store::{Config, ConversationFilter, Error, FILE, Store};
use botplot_testkit::postgres::Postgres;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

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

/// Rows as the first version wrote them: `ID` and `BYTES` stand for what the two databases spell differently.
const FIRST_VERSION: &str = "
    INSERT INTO projects (id, name, settings, created_at) VALUES (ID, 'old', '{}', 1);
    INSERT INTO keys (id, project_id, class, name, prefix, hash, created_at)
        VALUES (ID, ID, 'secret', 'k', 'bp_sec_x', BYTES, 1);
    INSERT INTO conversations (id, project_id, visitor_id, token_required, visitor_info, status, handled_by,
        handoff_requested, message_count, created_at, updated_at)
        VALUES (ID, ID, 'bob', TRUE, '{}', 'active', 'ai', FALSE, 1, 1, 1);
    INSERT INTO messages (id, project_id, conversation_id, seq, role, content, context, sources, state, created_at)
        VALUES (ID, ID, ID, 1, 'assistant', 'half', '{}', '[]', 'pending', 1);";

async fn what_the_first_version_wrote_reads_on(store: Store) {
    let (read, id) = (store.reader(), uuid::Uuid::from_u128(7));
    let project = read.find_project(botplot_core::ProjectId(id)).await.unwrap().unwrap();
    assert_eq!((project.name.as_str(), project.plan), ("old", Plan::Business));
    let key = read.find_key("bp_sec_x").await.unwrap().unwrap();
    assert!(key.is_live(Timestamp(2)) && key.expires_at.is_none() && key.seen_in_browser_at.is_none());
    let (list, total) =
        read.list_conversations(project.id, &ConversationFilter::default(), 9, 0).await.unwrap();
    assert_eq!((total, list[0].identified, &list[0].agent, list[0].tags.len()), (1, false, &None, 0));
    let message = read.find_message(project.id, MessageId(id)).await.unwrap().unwrap();
    assert!(message.outcome.is_none() && message.rating.is_none());
    let now = Timestamp(2);
    let dead = store.write(move |tx| Box::pin(async move { tx.fail_pending_messages(now).await })).await;
    assert_eq!(dead.unwrap(), [(project.id, message.id, None)]);
    store.close().await;
}

#[tokio::test]
async fn data_of_the_first_version_are_kept_when_the_schema_grows() {
    fn first(all: &Migrator) -> Migrator {
        Migrator::with_migrations(all.iter().take(1).cloned().collect())
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    run_sqlite(&file, "PRAGMA application_id = 1114919020").await;
    let mut conn = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    first(&sqlx::migrate!("migrations/sqlite")).run(&mut conn).await.unwrap();
    let rows = FIRST_VERSION.replace("BYTES", "X'00'").replace("ID", "X'00000000000000000000000000000007'");
    conn.execute(AssertSqlSafe(rows)).await.unwrap();
    conn.close().await.unwrap();
    what_the_first_version_wrote_reads_on(Store::open(&Config::default(), folder.path()).await.unwrap())
        .await;

    let server = Postgres::start();
    let url = server.create_database();
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    first(&sqlx::migrate!("migrations/postgres")).run(&mut conn).await.unwrap();
    let rows = FIRST_VERSION.replace("BYTES", "'x'").replace("ID", "'00000000-0000-0000-0000-000000000007'");
    conn.execute(AssertSqlSafe(rows)).await.unwrap();
    conn.close().await.unwrap();
    let config = Config { url: Some(Secret::new(url)), ..Config::default() };
    what_the_first_version_wrote_reads_on(Store::open(&config, folder.path()).await.unwrap()).await;
}
