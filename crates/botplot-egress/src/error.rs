//! Why a request gave no answer, in words for the owner of a source.

use std::fmt;
use std::time::Duration;

/// The URL at which a request failed, and the one that led there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The URL that was asked for when it failed.
    pub url: String,
    /// The URL that the caller asked for, when redirects led elsewhere.
    pub from: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            Some(from) => write!(f, "`{}` (redirected from `{from}`)", self.url),
            None => write!(f, "`{}`", self.url),
        }
    }
}

/// Why a request gave no answer; each message can be shown to the owner of the source or webhook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address rules forbid it; nothing was sent.
    #[error("{place} is refused: {why}")]
    Refused {
        /// Where.
        place: Place,
        /// Which rule, and what to do.
        why: String,
    },
    /// The answer is larger than the caller takes.
    #[error("{place} is larger than {} KB", .limit / 1024)]
    TooBig {
        /// Where.
        place: Place,
        /// The limit in bytes, counted after decompression.
        limit: usize,
    },
    /// No connection, or no complete answer, in time.
    #[error("{place} gave no complete answer within {} s", .after.as_secs_f32())]
    Timeout {
        /// Where.
        place: Place,
        /// The time that was allowed.
        after: Duration,
    },
    /// An answer that is neither success, redirect nor 304.
    #[error("{place} answered with status {status}")]
    Status {
        /// Where.
        place: Place,
        /// The HTTP status.
        status: u16,
    },
    /// No answer: no such host, refused connection, broken TLS or HTTP, endless redirects.
    #[error("{place} can't be reached: {why}")]
    Unreachable {
        /// Where.
        place: Place,
        /// What went wrong.
        why: String,
    },
    /// The client can't be built on this machine.
    #[error("outgoing requests can't be set up: {0}")]
    Setup(String),
}

impl Error {
    /// Whether the same request may succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Unreachable { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Refused { .. } | Self::TooBig { .. } | Self::Setup(_) => false,
        }
    }

    /// The HTTP status, when the server answered with one that is no success.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}
