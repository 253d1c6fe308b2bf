//! What can go wrong in a use case, in terms that a caller can act on and free of HTTP.

use std::time::Duration;

use botplot_core::{ConversationId, Timestamp};
use botplot_store as store;

/// The one error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or it is somebody else's: never told apart.
    #[error("not found")]
    NotFound,
    /// An input breaks a rule.
    #[error("`{field}` {why}")]
    Invalid {
        /// The input's name.
        field: String,
        /// The rule, as the end of a sentence that starts with the name.
        why: String,
    },
    /// The state of things does not allow it; the word is the code shown to clients.
    #[error("{0}")]
    Conflict(&'static str),
    /// The caller may not; the word is the code shown to clients.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The month's answers are used up; the visitor's message is stored all the same.
    #[error("message_limit_reached")]
    LimitReached {
        /// Answers a month.
        limit: i64,
        /// Answers used.
        used: i64,
        /// When the next month begins.
        resets_at: Timestamp,
        /// The conversation in which the message is stored.
        conversation: ConversationId,
    },
    /// Something was sent before under the same name and differs; the word is the code shown to clients.
    #[error("{0}")]
    Mismatch(&'static str),
    /// Too much at once; trying again after the given time can help.
    #[error("{code}")]
    TooMany {
        /// The code shown to clients.
        code: &'static str,
        /// How long to wait.
        after: Duration,
    },
    /// The database cannot take it now.
    #[error("the database is busy")]
    Busy,
    /// A fault of ours: logged, never shown.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

impl Error {
    /// An input that breaks a rule.
    pub fn invalid(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), why: why.into() }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy => Self::Busy,
            other => Self::Internal(anyhow::Error::new(other)),
        }
    }
}
