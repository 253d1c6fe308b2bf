//! How asking a model can fail, in words that may be logged.

use std::time::Duration;

/// Why a model gave no answer, or only the beginning of one.
///
/// The texts name no key, no address and nothing that the provider wrote, so they may go into any log; visitors
/// are shown words of the project's own instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The prompt does not fit into the model's context: shorten it and ask again.
    #[error("the prompt is longer than the model's context")]
    TooLong,
    /// Too many requests or tokens at the moment.
    #[error("the provider limits the rate of requests")]
    Limited {
        /// How long the provider asks to wait, if it said so.
        after: Option<Duration>,
    },
    /// The provider's content rules forbid the question or the answer.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// Trying again later can help.
    #[error("the model failed for now: {0}")]
    Transient(String),
    /// Only a change of the configuration or of the provider's account helps.
    #[error("the model cannot be used: {0}")]
    Permanent(String),
}

impl Error {
    /// Whether the same question may succeed later without anyone changing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Limited { .. } | Self::Transient(_))
    }
}
