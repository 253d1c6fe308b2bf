//! The engine's use cases on a real SQLite file with the built-in model, without HTTP.

mod chat;
mod rig;
mod sources;
