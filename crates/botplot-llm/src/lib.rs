//! Chat models behind one trait, whoever serves them.
//!
//! The provider is named in the configuration and never guessed from a model's name. What a stream promises:
//! text that is never split inside a character, no reasoning of the model's own, no empty answer, and either
//! one [`Piece::End`] or one [`Error`] as its last item. Dropping the stream cancels the request.

mod address;
mod attempt;
mod config;
mod error;
mod failure;
mod frames;
mod model;
mod ollama;
mod providers;
mod steady;
mod target;
mod thinking;

use std::sync::Arc;

pub use config::{Config, ConfigError, Fallback};
pub use error::Error;
pub use model::{ChatModel, Piece, Prompt, Role, Stop, Usage};
pub use ollama::find_ollama;
pub use providers::{Dialect, KeyRule, PROVIDERS, Provider};

/// Opens the configured model, or `None` when no provider is configured.
///
/// `http` is the client for what the operator configured (`egress::Client::operator_http`): it must have no
/// total time limit, and it is kept, so that connections are reused. The key file is read here, once; nothing
/// is sent yet.
///
/// # Errors
/// Every fault of the configuration at once.
pub fn open(config: &Config, http: reqwest::Client) -> Result<Option<Arc<dyn ChatModel>>, ConfigError> {
    let targets = config.targets()?;
    Ok(steady::Steady::new(&targets, config.retries, http).map(|model| Arc::new(model) as Arc<dyn ChatModel>))
}
