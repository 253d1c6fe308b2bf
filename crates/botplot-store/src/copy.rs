//! Moving every row between PostgreSQL and a SQLite file. Both have the same tables and columns, so this knows
//! only the order in which tables refer to each other.

use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::Error;
use crate::backend::{postgres, sqlite};

/// All tables, each after those that it refers to. A test compares them with both schemas.
pub(crate) const TABLES: [&str; 36] = [
    "meta",
    "projects",
    "keys",
    "sources",
    "files",
    "pages",
    "chunks",
    "conversations",
    "messages",
    "jobs",
    "nodes",
    "usage",
    "conversation_events",
    "verified_visitors",
    "requests",
    "leads",
    "logos",
    "sightings",
    "notices",
    "audit",
    "endpoints",
    "events",
    "deliveries",
    "attempts",
    "accounts",
    "members",
    "sign_ins",
    "links",
    "tries",
    "identities",
    "reads",
    "notes",
    "replies",
    "unsubscribed",
    "questions",
    "runs",
];

/// Rows and bytes that go over in one statement at most; one row may be larger.
const GROUP_ROWS: usize = 100;
const GROUP_BYTES: usize = 1 << 20;

/// A table as PostgreSQL describes it.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) names: Vec<String>,
    pub(crate) kinds: Vec<Kind>,
}

/// The types that the schema uses, under PostgreSQL's names.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Uuid,
    Text,
    Json,
    Int,
    Bool,
    Real,
    Bytes,
}

/// One value, or its absence, of a known type.
#[derive(Clone)]
pub(crate) enum Cell {
    Uuid(Option<Uuid>),
    Text(Option<String>),
    Json(Option<Json<Value>>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Real(Option<f64>),
    Bytes(Option<Vec<u8>>),
}

impl Table {
    /// The columns' names, as a statement lists them.
    pub(crate) fn columns(&self) -> String {
        self.names.join(", ")
    }

    async fn describe(c: &mut PgConnection, name: &'static str) -> Result<Self, Error> {
        let columns: Vec<(String, String)> = sqlx::query_as(
            "SELECT CAST(column_name AS text), CAST(data_type AS text) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
        )
        .bind(name)
        .fetch_all(c)
        .await?;
        let kinds = columns.iter().map(|(_, word)| kind(word)).collect::<Result<_, _>>()?;
        Ok(Self { name, names: columns.into_iter().map(|(name, _)| name).collect(), kinds })
    }
}

fn kind(word: &str) -> Result<Kind, Error> {
    Ok(match word {
        "uuid" => Kind::Uuid,
        "text" => Kind::Text,
        "jsonb" => Kind::Json,
        "bigint" => Kind::Int,
        "boolean" => Kind::Bool,
        "double precision" => Kind::Real,
        "bytea" => Kind::Bytes,
        other => return Err(Error::Broken(anyhow::anyhow!("no copy of columns of type `{other}`"))),
    })
}

/// Rows on their way, gathered until a statement is worth it.
#[derive(Default)]
struct Group {
    rows: Vec<Vec<Cell>>,
    bytes: usize,
}

impl Group {
    /// Takes a row in; true when the group should go over now.
    fn push(&mut self, row: Vec<Cell>) -> bool {
        let length = |cell: &Cell| match cell {
            Cell::Text(Some(text)) => text.len(),
            Cell::Bytes(Some(bytes)) => bytes.len(),
            _ => 16,
        };
        self.bytes += row.iter().map(length).sum::<usize>();
        self.rows.push(row);
        self.rows.len() >= GROUP_ROWS || self.bytes >= GROUP_BYTES
    }
}

/// Declares a copy in one direction: the same lines, compiled for two drivers.
macro_rules! copier {
    ($(#[$doc:meta])* $name:ident, $from:ident: $From:ty => $to:ident: $To:ty, described by $described:ident) => {
        $(#[$doc])*
        pub(crate) async fn $name(from: &mut $From, to: &mut $To) -> Result<(), Error> {
            for name in TABLES {
                let table = Table::describe(&mut *$described!(from, to), name).await?;
                let mut rows = $from::sql::rows::rows(&mut *from, &table);
                let mut group = Group::default();
                while let Some(row) = rows.try_next().await? {
                    if group.push(row) {
                        $to::sql::rows::insert_rows(&mut *to, &table, &group.rows).await?;
                        group = Group::default();
                    }
                }
                if !group.rows.is_empty() {
                    $to::sql::rows::insert_rows(&mut *to, &table, &group.rows).await?;
                }
            }
            Ok(())
        }
    };
}

macro_rules! source {
    ($from:ident, $to:ident) => {
        $from
    };
}
macro_rules! target {
    ($from:ident, $to:ident) => {
        $to
    };
}

copier!(
    /// Copies every row out of PostgreSQL into an empty SQLite schema.
    to_sqlite, postgres: PgConnection => sqlite: SqliteConnection, described by source
);
copier!(
    /// Copies every row of a SQLite file into an empty PostgreSQL schema.
    to_postgres, sqlite: SqliteConnection => postgres: PgConnection, described by target
);
