//! The use cases of BotPlot: asking, learning, keys and projects, background work. Knows nothing of HTTP.

pub mod accounts;
pub mod chat;
mod config;
pub mod conversations;
mod embedder;
mod engine;
pub mod erasure;
mod error;
pub mod feedback;
pub mod identity;
mod indexes;
pub mod jobs;
pub mod keys;
pub mod leads;
mod letters;
pub mod live;
mod mail;
pub mod nodes;
mod notices;
mod outbox;
pub mod projects;
pub mod retrieve;
pub mod seal;
pub mod setup;
pub mod sightings;
pub mod sources;
mod spending;
pub mod upkeep;
pub mod visitors;
pub mod webhooks;

pub use config::Config;
pub use embedder::Embedder;
pub use engine::{Engine, Parts};
pub use error::Error;
pub use mail::Mail;
pub use spending::{METRIC as SPEND, Spending};
