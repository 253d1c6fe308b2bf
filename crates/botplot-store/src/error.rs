//! What can go wrong in the store, without SQL or values in the words.

use sqlx::error::ErrorKind;

/// Why a look-up or a change did not happen. Nothing of a failed write is kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another row has the same value in this column, such as `projects.name`.
    #[error("`{0}` is already taken")]
    Unique(&'static str),
    /// What the new row belongs to (`project`, `source`, `page`, `conversation`) is not there, or no longer.
    #[error("the {0} that this belongs to does not exist")]
    Missing(&'static str),
    /// Too much at once, or another program holds the data; trying again can help.
    #[error("the database is busy: try again")]
    Busy,
    /// The database as a whole cannot be used; the text says why and what to do.
    #[error("{0}")]
    Unusable(String),
    /// A fault below; its cause is for the log.
    #[error("the database failed")]
    Broken(#[source] anyhow::Error),
}

/// Columns, or tables by their key, that must be unique beside ids, with PostgreSQL's names for their constraints.
const UNIQUE: &[(&str, &str)] = &[
    ("projects.name", "projects_name_key"),
    ("keys.prefix", "keys_prefix_key"),
    ("pages.url", "pages_source_id_url_key"),
    ("chunks.ord", "chunks_page_id_ord_key"),
    ("messages.seq", "messages_conversation_id_seq_key"),
    ("jobs.dedupe_key", "jobs_dedupe"),
    ("requests", "requests_pkey"),
    ("accounts.email", "accounts_email_key"),
    ("identities", "identities_pkey"),
    ("replies.name", "replies_project_id_name_key"),
];

impl Error {
    pub(crate) fn broken(cause: impl Into<anyhow::Error>) -> Self {
        Self::Broken(cause.into())
    }

    /// The same error once more, for each of several callers.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Unique(column) => Self::Unique(column),
            Self::Missing(what) => Self::Missing(what),
            Self::Busy => Self::Busy,
            Self::Unusable(why) => Self::Unusable(why.clone()),
            Self::Broken(cause) => Self::Broken(anyhow::anyhow!("{cause:#}")),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed => closed(),
            sqlx::Error::Database(database) => match database.kind() {
                ErrorKind::UniqueViolation => Self::Unique(column(database.constraint(), database.message())),
                // Every other reference is checked by the statement that makes it.
                ErrorKind::ForeignKeyViolation => Self::Missing("project"),
                _ => by_code(database.code().as_deref()).unwrap_or_else(|| Self::broken(error)),
            },
            _ => Self::broken(error),
        }
    }
}

/// What is said of a store that was closed.
pub(crate) fn closed() -> Error {
    Error::Unusable("the database is closed: the program is shutting down".into())
}

fn column(constraint: Option<&str>, message: &str) -> &'static str {
    UNIQUE
        .iter()
        .find(|(column, name)| match constraint {
            Some(constraint) => constraint == *name,
            None => message.split([' ', ',']).any(|word| {
                word.strip_prefix(column).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }),
        })
        .map_or("id", |(column, _)| column)
}

/// SQLite's numbers (the low byte is the primary code) and PostgreSQL's five letters.
fn by_code(code: Option<&str>) -> Option<Error> {
    let code = code?;
    // SQLite's extended codes have at most four digits.
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" | "53300" | "55P03" | "57P01" | "57P02" | "57P03" => Some(Error::Busy),
            "53100" => Some(full()),
            _ => None,
        };
    }
    match code.parse::<i32>().ok()? & 0xff {
        5 | 6 => Some(Error::Busy),
        8 => Some(Error::Unusable(
            "the data file cannot be written: give the program's user write access to the data folder".into(),
        )),
        11 => {
            Some(Error::Unusable("the data file is damaged: restore a backup with `botplot restore`".into()))
        }
        13 => Some(full()),
        26 => Some(Error::Unusable(
            "it is no SQLite database: choose another folder with `--data`, or restore a backup".into(),
        )),
        _ => None,
    }
}

fn full() -> Error {
    Error::Unusable("the disk is full: free some space, nothing else is needed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_columns_are_named_alike_on_both_databases() {
        assert_eq!(column(None, "UNIQUE constraint failed: projects.name"), "projects.name");
        assert_eq!(column(None, "UNIQUE constraint failed: pages.source_id, pages.url"), "pages.url");
        let key = "UNIQUE constraint failed: requests.project_id, requests.visitor_id, requests.key";
        assert_eq!((column(None, key), column(Some("requests_pkey"), "")), ("requests", "requests"));
        assert_eq!(column(Some("projects_name_key"), "duplicate key"), "projects.name");
        assert_eq!(column(Some("projects_pkey"), "duplicate key"), "id");
        assert_eq!(column(None, "UNIQUE constraint failed: projects.id"), "id");
    }

    #[test]
    fn a_full_disk_and_a_lock_are_told_apart_from_faults() {
        assert!(matches!(by_code(Some("13")), Some(Error::Unusable(_))));
        assert!(matches!(by_code(Some("517")), Some(Error::Busy)));
        assert!(matches!(by_code(Some("40P01")), Some(Error::Busy)));
        assert!(by_code(Some("1")).is_none() && by_code(Some("22021")).is_none() && by_code(None).is_none());
    }
}
