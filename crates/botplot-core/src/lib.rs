//! Words and rules of BotPlot's domain: no I/O, no async, no wall clock, no hidden randomness.
//!
//! Time comes in as a [`Timestamp`], randomness through [`Ids`]; everything here is a value or a pure decision.

pub mod answer;
pub mod clock;
pub mod conversation;
pub mod courtesy;
pub mod handoff;
pub mod ids;
pub mod job;
pub mod key;
pub mod message;
pub mod origin;
pub mod project;
pub mod secret;
pub mod source;
pub mod visitor;

pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use ids::{
    ChunkId, ConversationId, Ids, JobId, KeyId, MessageId, PageId, ProjectId, RandomIds, SeededIds,
    SessionId, SourceId,
};
pub use secret::Secret;
