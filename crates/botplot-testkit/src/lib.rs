//! Stand-ins for the world around BotPlot, for tests and benchmarks only: a language model that follows a script,
//! receivers of webhooks, one of letters, a PostgreSQL of the test's own.

#[cfg(feature = "app")]
pub mod app;
pub mod client;
pub mod fake_llm;
pub mod phone;
pub mod postgres;
pub mod server;
#[cfg(feature = "smtp")]
pub mod smtp_receiver;
pub mod snippets;
#[cfg(feature = "tls")]
pub mod tls_receiver;
pub mod webhook_receiver;
