//! Backups: one file, from either database into either database, while others write.

mod team;

use std::fs;
use std::path::{Path, PathBuf};

use botplot_core::Secret;
use botplot_core::message::State;
use botplot_store::{Config, Error, FILE, Store, restore};
use botplot_testkit::postgres::Postgres;
use sqlx::{ConnectOptions as _, Row as _};

use crate::rig::{NOW, Rig};

/// Rows in every table, with the values that are most likely to be lost on the way.
async fn fill(rig: &Rig) {
    let source = rig.add_source("Hilfe „ü“ 😀").await;
    let (_, chunks) = rig.add_page(source, "/a", &["one", "two 'quoted' \\ \n"]).await;
    rig.add_page(source, "/b", &(0..250).map(|_| "many").collect::<Vec<_>>()).await;
    rig.save_vectors("m", &chunks[..1]).await;
    let conversation = rig.add_conversation().await;
    let (project, node) = (rig.project, rig.id());
    let key = botplot_core::key::Key::generate(
        botplot_core::key::Class::Publishable,
        &botplot_core::SeededIds::new(1),
    );
    let key = botplot_core::key::KeyRecord::of(&key, project, "k", botplot_core::KeyId(rig.id()), NOW);
    let mut message = rig.message(conversation, "Frage?", State::Complete);
    message.outcome = Some(botplot_core::message::Outcome {
        status: "active".into(),
        handoff_requested: true,
        handled_by: "ai".into(),
        suggestions: vec!["Wie „ü“?".into()],
        refused: false,
    });
    message.confidence = Some(0.1 + 0.2);
    message.sources = vec![botplot_core::message::SourceRef {
        content: "x".into(),
        similarity: 0.5,
        id: chunks[0],
        source_id: source,
        title: "t".into(),
        url: Some("https://example.com".into()),
    }];
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_key(&key).await?;
            tx.add_message(&message).await?;
            tx.hold_turn(project, message.id, node).await?;
            tx.note_node(node).await?;
            tx.add_usage(project, "2026-11", "answers", i64::MAX).await?;
            tx.add_file(project, source, "a.bin", &(0..=255).cycle().take(3_000_000).collect::<Vec<u8>>())
                .await?;
            tx.meta_or_insert("secret", "s").await
        })
    })
    .await;
    rig.add_job(&rig.job(Some("k"))).await;
    fill_beside(rig, conversation).await;
    team::fill(rig, conversation).await;
}

/// What there is beside knowledge and messages.
async fn fill_beside(rig: &Rig, conversation: botplot_core::ConversationId) {
    let project = rig.project;
    let (request, lead) = (rig.request(conversation, "bob", "k"), rig.lead(conversation, "bob"));
    let notice = botplot_core::notice::Notice {
        id: botplot_core::NoticeId(rig.id()),
        project,
        kind: botplot_core::notice::Kind::SpendingAtLimit,
        occasion: "2026-11-22".into(),
        detail: serde_json::Map::from_iter([("spent".to_owned(), 1.25.into())]),
        created_at: NOW,
    };
    let line = botplot_core::notice::Entry {
        id: botplot_core::AuditId(rig.id()),
        project,
        action: "key.revoked".into(),
        actor: "operator".into(),
        subject: "k".into(),
        detail: serde_json::Map::new(),
        created_at: NOW,
    };
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_conversation_event(project, conversation, &serde_json::json!({ "typing": true }), NOW)
                .await?;
            tx.note_verified(project, "bob", NOW).await?;
            tx.add_request(&request).await?;
            tx.add_lead(&lead).await?;
            tx.set_logo(project, "image/png", "h", &[0, 255]).await?;
            tx.note_sighting(project, "https://shop.example", NOW, 9).await?;
            tx.set_identity_secret(project, Some(&[0, 255])).await?;
            tx.add_notice(&notice).await?;
            tx.add_audit(&line).await
        })
    })
    .await;
    rig.add_delivery(Some("bob")).await;
}

/// Every row of every table of a backup, JSON in one spelling.
async fn rows(file: &Path) -> Vec<String> {
    let mut conn =
        sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
    let columns = sqlx::query(
        "SELECT t.name, group_concat('quote(' || c.name || ')', ' || char(31) || ')
         FROM (SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'
               AND name NOT LIKE 'sqlite_%') t, pragma_table_info(t.name) c GROUP BY t.name ORDER BY t.name",
    );
    let mut all = Vec::new();
    for table in columns.fetch_all(&mut conn).await.unwrap() {
        let (name, columns): (String, String) = (table.get(0), table.get(1));
        let select = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM {name}"));
        let rows: Vec<String> = sqlx::query_scalar(select).fetch_all(&mut conn).await.unwrap();
        assert!(!rows.is_empty(), "the test has no row for `{name}`");
        for row in rows {
            let cells = row.split('\u{1f}').map(|cell| {
                let inner = cell.trim_matches('\'').replace("''", "'");
                match serde_json::from_str::<serde_json::Value>(&inner) {
                    Ok(json) if json.is_object() || json.is_array() => json.to_string(),
                    _ => cell.to_owned(),
                }
            });
            all.push(format!("{name}: {}", cells.collect::<Vec<_>>().join(" | ")));
        }
    }
    all.sort_unstable();
    all
}

async fn backup_of(store: &Store, folder: &Path, name: &str) -> PathBuf {
    let to = folder.join(name);
    store.backup(&to).await.unwrap();
    to
}

fn unusable<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Unusable(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[tokio::test]
async fn a_backup_restored_elsewhere_has_every_row() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let rig = Rig::on(Config::default(), &folder.path().join("a")).await;
    fill(&rig).await;
    let backup = backup_of(&rig.store, folder.path(), "one.db").await;
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let elsewhere = folder.path().join("b");
    assert_eq!(restore(&Config::default(), &elsewhere, &backup, false).await.unwrap(), None);
    let restored = Store::open(&Config::default(), &elsewhere).await.unwrap();
    let again = backup_of(&restored, folder.path(), "two.db").await;
    assert_eq!(rows(&again).await, rows(&backup).await);
    assert_eq!(fs::metadata(elsewhere.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort_unstable();
    assert_eq!(left, ["a", "b", "one.db", "two.db"], "parts are left over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_taken_while_others_write_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rig = Rig::on(Config::default(), &folder.path().join("a")).await;
    fill(&rig).await;
    let conversation = rig.add_conversation().await;
    let write = async {
        for n in 0..60 {
            let message = rig.message(conversation, &n.to_string(), State::Complete);
            rig.write(move |tx| Box::pin(async move { tx.add_message(&message).await })).await;
        }
    };
    let (backup, ()) =
        futures_util::future::join(backup_of(&rig.store, folder.path(), "one.db"), write).await;
    assert!(rows(&backup).await.len() > 250);
    let before = fs::read(&backup).unwrap();
    let why = unusable(rig.store.backup(&backup).await);
    assert!(why.contains("exists already"), "{why}");
    assert_eq!(fs::read(&backup).unwrap(), before);
    let why = unusable(rig.store.backup(&folder.path().join("no/such/folder.db")).await);
    assert!(why.contains("cannot be written"), "{why}");
}

#[tokio::test]
async fn a_restore_replaces_data_only_by_force_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path().join("a"), Config::default());
    let rig = Rig::on(config.clone(), &data).await;
    let backup = backup_of(&rig.store, folder.path(), "one.db").await;
    rig.add_project("later").await.unwrap();
    let why = unusable(restore(&config, &data, &backup, false).await);
    assert!(why.contains("--force"), "{why}");
    let why = unusable(restore(&config, &data, &backup, true).await);
    assert!(why.contains("in use"), "{why}");
    rig.store.close().await;
    for n in 1..=2 {
        let kept = restore(&config, &data, &backup, true).await.unwrap().unwrap();
        assert_eq!(kept, data.join(format!("{FILE}.before-restore-{n}")));
    }
    let names = async |store: &Store| store.reader().list_projects().await.unwrap().len();
    let store = rig.reopen().await;
    assert_eq!(names(&store).await, 1);
    store.close().await;
    fs::rename(data.join(format!("{FILE}.before-restore-1")), data.join(FILE)).unwrap();
    let store = rig.reopen().await;
    assert_eq!(names(&store).await, 2, "the kept file lacks what was there");
    store.close().await;
}

#[tokio::test]
async fn a_damaged_data_file_can_be_replaced_by_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path().join("a"), Config::default());
    let rig = Rig::on(config.clone(), &data).await;
    let backup = backup_of(&rig.store, folder.path(), "one.db").await;
    rig.store.close().await;
    fs::write(data.join(FILE), "damaged ".repeat(9_000)).unwrap();
    fs::write(data.join(format!("{FILE}-wal")), "left over").unwrap();
    assert!(Store::open(&config, &data).await.is_err());
    restore(&config, &data, &backup, true).await.unwrap().unwrap();
    let store = rig.reopen().await;
    assert_eq!(store.reader().list_projects().await.unwrap().len(), 1);
    store.close().await;
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path().join("a"), Config::default());
    let rig = Rig::on(config.clone(), &data).await;
    fill(&rig).await;
    let backup = backup_of(&rig.store, folder.path(), "one.db").await;
    rig.store.close().await;
    let bad = folder.path().join("bad");
    let why = unusable(restore(&config, &data, &bad, true).await);
    assert!(why.contains("is no file"), "{why}");
    let whole = fs::read(&backup).unwrap();
    let mut torn = whole.clone();
    torn[20 * 4096..24 * 4096].fill(0xa5);
    let mut other = whole.clone();
    other[68..72].copy_from_slice(&7_u32.to_be_bytes());
    let cut = &whole[..whole.len() / 2];
    for (content, word) in [
        (&torn[..], "damaged"),
        (&other[..], "no BotPlot backup"),
        (cut, "damaged"),
        (b"text, not a database", "no BotPlot"),
    ] {
        fs::write(&bad, content).unwrap();
        let why = unusable(restore(&config, &data, &bad, true).await);
        assert!(why.contains(word) && why.contains("bad"), "{why}");
    }
    let store = rig.reopen().await;
    assert_eq!(store.reader().list_projects().await.unwrap().len(), 1);
    store.close().await;
    let left = fs::read_dir(&data).unwrap().count();
    assert_eq!(left, 1, "parts or set-aside files are left over");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_and_sqlite_restore_each_others_backups() {
    let folder = tempfile::tempdir().unwrap();
    let server = Postgres::start();
    let at = |url: String| Config { url: Some(Secret::new(url)), ..Config::default() };
    let data = |name: &str| folder.path().join(name);

    let rig = Rig::on(at(server.create_database()), &data("none")).await;
    fill(&rig).await;
    let from_postgres = backup_of(&rig.store, folder.path(), "postgres.db").await;
    rig.store.close().await;
    restore(&Config::default(), &data("sqlite"), &from_postgres, false).await.unwrap();
    let store = Store::open(&Config::default(), &data("sqlite")).await.unwrap();
    let from_sqlite = backup_of(&store, folder.path(), "sqlite.db").await;
    store.close().await;
    assert_eq!(rows(&from_sqlite).await, rows(&from_postgres).await);

    let second = at(server.create_database());
    restore(&second, &data("scratch"), &from_sqlite, false).await.unwrap();
    let why = unusable(restore(&second, &data("scratch"), &from_sqlite, true).await);
    assert!(why.contains("createdb"), "{why}");
    let store = Store::open(&second, &data("none")).await.unwrap();
    let back = backup_of(&store, folder.path(), "back.db").await;
    store.close().await;
    assert_eq!(rows(&back).await, rows(&from_sqlite).await);
    assert_eq!(fs::read_dir(data("scratch")).unwrap().count(), 0, "parts are left over");
}
