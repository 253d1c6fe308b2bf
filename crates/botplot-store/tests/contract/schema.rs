//! Both schemas are the same, and the statements that matter use their indexes.

use std::collections::BTreeMap;

use botplot_core::Secret;
use botplot_store::{Config, FILE, Store};
use botplot_testkit::postgres::Postgres;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

type Tables = BTreeMap<String, Vec<(String, &'static str, bool)>>;

async fn sqlite(folder: &std::path::Path) -> SqliteConnection {
    Store::open(&Config::default(), folder).await.unwrap().close().await;
    sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join(FILE)).connect().await.unwrap()
}

/// Both databases' types under one name each.
fn kind(column: &str, word: &str) -> &'static str {
    match word {
        "TEXT" | "text" | "jsonb" => "text",
        "BLOB" | "bytea" | "uuid" => "bytes",
        "INTEGER" | "bigint" | "boolean" => "number",
        "REAL" | "double precision" => "real",
        other => panic!("`{column}` has the unknown type `{other}`"),
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = sqlite(folder.path()).await;
    let mut ours = Tables::new();
    let rows = sqlx::query(
        "SELECT t.name AS table_name, c.name, c.type, c.\"notnull\" = 1 AS required
         FROM pragma_table_list t, pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '_sqlx_%'
         ORDER BY t.name, c.cid",
    );
    for row in rows.fetch_all(&mut conn).await.unwrap() {
        let (table, column, word): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let kind = kind(&column, &word);
        ours.entry(table).or_default().push((column, kind, row.get(3)));
    }
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict
         AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    assert!(loose.is_empty(), "not STRICT: {loose:?}");

    let server = Postgres::start();
    let url = server.create_database();
    let config = Config { url: Some(Secret::new(url.as_str())), ..Config::default() };
    Store::open(&config, folder.path()).await.unwrap().close().await;
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    let mut theirs = Tables::new();
    let rows = sqlx::query(
        "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text), is_nullable = 'NO'
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%'
         ORDER BY table_name, ordinal_position",
    );
    for row in rows.fetch_all(&mut conn).await.unwrap() {
        let (table, column, word): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let kind = kind(&column, &word);
        theirs.entry(table).or_default().push((column, kind, row.get(3)));
    }
    assert!(ours.len() >= 22);
    assert_eq!(ours, theirs);
    let indexes: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(indexname AS text) FROM pg_indexes WHERE schemaname = current_schema()",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let mut conn = sqlite(folder.path()).await;
    let named: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    for index in named {
        assert!(indexes.contains(&index), "PostgreSQL has no index `{index}`");
    }
}

#[tokio::test]
async fn every_table_is_copied_after_those_it_refers_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = sqlite(folder.path()).await;
    let source = include_str!("../../src/copy.rs");
    let list = source.split_once("TABLES: [").unwrap().1.split_once("];").unwrap().0;
    let copied: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let mut tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let mut listed = copied.clone();
    listed.sort_unstable();
    tables.sort_unstable();
    assert_eq!(listed, tables, "a table would be missing from backups");
    for (n, table) in copied.iter().enumerate() {
        let parents: Vec<String> = sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list($1)")
            .bind(table)
            .fetch_all(&mut conn)
            .await
            .unwrap();
        for parent in parents {
            assert!(copied[..n].contains(&parent.as_str()), "`{table}` comes before `{parent}`");
        }
    }
}

/// Starts of statements, each with what its plan must say: the index that keeps it from walking a whole project.
const PLANS: &[(&str, &str)] = &[
    (
        "SELECT c.id AS chunk, c.page_id, p.source_id, p.title, c.heading, c.body, p.language",
        "pages_changed (project_id=? AND index_version>?)",
    ),
    ("SELECT c.id, p.title, c.heading, c.body FROM chunks c", "chunks_model (project_id=? AND model=?)"),
    ("SELECT c.id, p.title, c.heading, c.body FROM chunks c", "chunks_model (project_id=? AND model>?)"),
    ("SELECT p.id FROM projects p\n", "chunks_model (project_id=? AND model<?)"),
    ("DELETE FROM chunks", "(page_id=?)"),
    ("UPDATE chunks SET model", "(id=?)"),
    ("UPDATE pages SET index_version = $2 WHERE source_id", "(source_id=?)"),
    ("DELETE FROM pages", "(id=?)"),
    ("SELECT * FROM pages", "(source_id=?)"),
    ("SELECT name, CAST(length", "(source_id=?)"),
    ("SELECT * FROM messages WHERE project_id = $1 AND conversation_id", "(conversation_id=?)"),
    ("SELECT * FROM messages WHERE project_id = $1 AND id", "(id=?)"),
    ("SELECT project_id, id, reserved FROM messages", "messages_pending (created_at<?)"),
    ("UPDATE messages SET state = 'failed'", "(id=?)"),
    (
        "SELECT id FROM conversations WHERE project_id = $1 AND status",
        "conversations_updated (project_id=? AND status=? AND updated_at<?)",
    ),
    (
        "SELECT id, updated_at FROM conversations",
        "conversations_updated (project_id=? AND status=? AND updated_at<?)",
    ),
    ("SELECT seq, payload FROM conversation_events", "(conversation_id=? AND seq>?)"),
    ("INSERT INTO conversation_events", "(conversation_id=?)"),
    ("SELECT * FROM requests", "(project_id=? AND visitor_id=? AND key=?)"),
    ("DELETE FROM requests WHERE created_at", "requests_created (created_at<?)"),
    ("DELETE FROM requests WHERE project_id", "(project_id=? AND visitor_id=?)"),
    (
        "SELECT count(*) FROM conversations c JOIN messages",
        "conversations_visitor (project_id=? AND visitor_id=?)",
    ),
    (
        "DELETE FROM conversations WHERE project_id = $1 AND visitor_id",
        "conversations_visitor (project_id=? AND visitor_id=?)",
    ),
    ("DELETE FROM leads", "leads_visitor (project_id=? AND visitor_id=?)"),
    ("DELETE FROM events WHERE project_id", "events_visitor (project_id=? AND visitor_id=?)"),
    (
        "SELECT * FROM leads WHERE project_id = $1 AND visitor_id",
        "leads_visitor (project_id=? AND visitor_id=?)",
    ),
    ("SELECT * FROM leads WHERE project_id = $1 ORDER", "leads_created (project_id=?)"),
    ("SELECT * FROM notices", "notices_created (project_id=?)"),
    ("SELECT * FROM audit", "audit_created (project_id=?)"),
    ("SELECT * FROM sources WHERE project_id = $1 ORDER", "sources_project (project_id=?)"),
    ("SELECT id FROM keys", "keys_revoked (revoked_at>? AND revoked_at<?)"),
    ("SELECT id FROM keys", "keys_expires (expires_at>? AND expires_at<?)"),
    ("SELECT min(run_at) FROM jobs", "jobs_due"),
    ("SELECT * FROM keys WHERE prefix", "(prefix=?)"),
    ("UPDATE deliveries SET lease = $4", "deliveries_due"),
    ("SELECT e.project_id, e.id FROM endpoints e", "deliveries_due"),
    ("SELECT id, events FROM endpoints", "endpoints_project"),
    ("DELETE FROM events WHERE id IN", "deliveries_event"),
    ("SELECT a.* FROM deliveries d JOIN attempts", "(delivery_id=?)"),
    ("DELETE FROM attempts", "(delivery_id=? AND number<?)"),
];

#[tokio::test]
async fn what_runs_often_is_answered_by_the_right_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = sqlite(folder.path()).await;
    let texts = [
        include_str!("../../src/sql/audit.rs"),
        include_str!("../../src/sql/chunks.rs"),
        include_str!("../../src/sql/conversations.rs"),
        include_str!("../../src/sql/deliveries.rs"),
        include_str!("../../src/sql/endpoints.rs"),
        include_str!("../../src/sql/events.rs"),
        include_str!("../../src/sql/files.rs"),
        include_str!("../../src/sql/jobs.rs"),
        include_str!("../../src/sql/keys.rs"),
        include_str!("../../src/sql/leads.rs"),
        include_str!("../../src/sql/messages.rs"),
        include_str!("../../src/sql/notices.rs"),
        include_str!("../../src/sql/pages.rs"),
        include_str!("../../src/sql/requests.rs"),
        include_str!("../../src/sql/sources.rs"),
        include_str!("../../src/sql/visitors.rs"),
    ];
    for (start, index) in PLANS {
        let found = texts.iter().find_map(|text| Some(&text[text.find(start)?..]));
        let text = found.unwrap_or_else(|| panic!("no statement starts with `{start}`"));
        let explain = format!("EXPLAIN QUERY PLAN {}", text.split_once('"').unwrap().0);
        let steps = sqlx::query(sqlx::AssertSqlSafe(explain)).fetch_all(&mut conn).await.unwrap();
        let plan: Vec<String> = steps.iter().map(|row| row.get("detail")).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{start}: {plan:#?}");
        // Sorting the few rows of one source, or the few keys that just ended, is no harm; a whole project's would be.
        let sorted = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
        let few = ["SELECT * FROM pages", "SELECT id FROM keys"].iter().any(|few| start.starts_with(few));
        assert!(!sorted || few, "{start}: {plan:#?}");
    }
}
