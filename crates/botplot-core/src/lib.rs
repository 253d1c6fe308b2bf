//! Words and rules of BotPlot's domain: no I/O, no async, no wall clock, no hidden randomness.
//!
//! Time comes in as a [`Timestamp`], randomness through [`Ids`]; everything here is a value or a pure decision.

pub mod account;
pub mod answer;
pub mod clock;
pub mod color;
pub mod conversation;
pub mod courtesy;
pub mod delivery;
pub mod event;
pub mod figures;
pub mod handoff;
pub mod hours;
pub mod ids;
pub mod job;
pub mod key;
pub mod lead;
pub mod letter;
pub mod link;
pub mod message;
pub mod notice;
pub mod origin;
pub mod plan;
pub mod project;
pub mod question;
pub mod secret;
pub mod signature;
pub mod source;
pub mod speech;
pub mod starters;
pub mod totp;
pub mod trace;
pub mod visitor;

pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use ids::{
    AccountId, AuditId, ChunkId, ConversationId, DeliveryId, EndpointId, EventId, Ids, JobId, KeyId, LeadId,
    LinkId, MessageId, NoteId, NoticeId, PageId, ProjectId, QuestionId, RandomIds, ReplyId, RunId, SeededIds,
    SessionId, SignInId, SourceId,
};
pub use secret::Secret;
