//! The only SQL: projects, knowledge, conversations and jobs in one SQLite file or in PostgreSQL.
//!
//! Every statement stands once, in `sql/<noun>.rs`, and is compiled for both drivers. A change is one
//! [`Store::write`]; look-ups go through [`Reader`]; every tenant query takes a project first.
#![expect(clippy::duplicate_mod, reason = "`sql.rs` is compiled once per driver, which is its whole point")]

mod backend;
mod backup;
mod clean;
mod config;
mod copy;
mod error;
mod reader;
mod rows;
mod signals;
mod store;
mod tx;
mod writer;

pub use backup::restore;
pub use config::Config;
pub use error::Error;
pub use reader::Reader;
pub use rows::{
    ChunkRow, ClaimRow, ConversationFilter, DeadTurn, Erased, Filed, InboxFilter, InboxRow, InboxView,
    NewChunk, NewJob, NewestRow, NoteRow, PassageRow, ReplyRow, RequestRow, TurnRow,
};
pub use signals::Ear;
pub use store::Store;
pub use tx::Tx;

/// The data file's name within the data folder.
pub const FILE: &str = "botplot.db";
