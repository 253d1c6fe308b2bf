//! Why a letter did not go out, in words for the operator.

use botplot_core::letter::one_line;

/// Characters that are kept of what a server says.
const SAID: usize = 300;

/// Why a letter did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The server will never take this letter: trying again is of no use.
    #[error("{0}")]
    Refused(String),
    /// The server cannot be reached, is not who it should be, knows no such user, or has no time: later it may.
    #[error("{0}")]
    NotNow(String),
    /// The settings cannot be used.
    #[error("{0}")]
    Setup(String),
}

/// What a server said, or what went wrong on the way to it.
pub(super) fn reason(error: &lettre::transport::smtp::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(cause) = inner.source() {
        inner = cause;
    }
    let said = one_line(&inner.to_string(), SAID);
    match error.status() {
        Some(code) => format!("it says `{code} {said}`"),
        None if said.contains("invalid peer certificate") => {
            format!("{said}; if the server is yours, name the authority of its certificate in `mail.ca_file`")
        }
        None => said,
    }
}
