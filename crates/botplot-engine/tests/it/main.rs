//! The engine's use cases on a real SQLite file with the built-in model, without HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chat;
mod conversations;
mod letters;
mod rig;
mod sources;
mod upkeep;
mod webhooks;
