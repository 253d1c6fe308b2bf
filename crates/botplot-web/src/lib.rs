//! All of BotPlot's inbound HTTP: who may call what, what comes in, what goes out, and every status code.
//!
//! Handlers read through the engine's reader and change nothing themselves: every change is a use case of the
//! engine. The accept loop, with its time limits and connection caps, lives in the binary.

mod api;
mod auth;
mod body;
mod cited;
pub mod dashboard;
pub mod error;
mod fields;
mod health;
mod ids;
pub mod limits;
pub mod metrics;
mod middleware;
mod openai;
pub mod openapi;
mod packed;
mod page;
mod pages;
mod router;
mod sse;
mod state;
pub mod widget;

pub use error::{ApiError, Code};
pub use router::router;
pub use state::{AppState, Peer};
