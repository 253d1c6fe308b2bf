//! Rows that are no type of the domain: what a write brings and what an index reads.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::delivery::{Attempt, Claimed, Endpoint, Exchange, State};
use botplot_core::message::Role;
use botplot_core::{
    AccountId, ChunkId, ConversationId, DeliveryId, JobId, MessageId, NoteId, PageId, ProjectId, ReplyId,
    SessionId, SourceId, Timestamp, source,
};
use serde_json::Value;

/// One passage-sized piece of a page, before it has a vector.
#[derive(Clone, Debug)]
pub struct NewChunk {
    /// Its id.
    pub id: ChunkId,
    /// Its place within the page, from 0; unique there.
    pub ord: i64,
    /// The path of headings above it.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// Its length in word pieces.
    pub pieces: i64,
}

/// A chunk as the search index takes it in.
#[derive(Clone, Debug, PartialEq)]
pub struct ChunkRow {
    /// The chunk.
    pub chunk: ChunkId,
    /// The page it is a piece of.
    pub page: PageId,
    /// The source of that page.
    pub source: SourceId,
    /// The page's title.
    pub title: String,
    /// The path of headings above it.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// Language of the page as ISO 639-1, where known.
    pub language: Option<String>,
    /// The model that made the vector.
    pub model: Option<String>,
    /// The vector's bytes as they were saved.
    pub vector: Option<Vec<u8>>,
}

/// A chunk as an answer quotes it.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageRow {
    /// The chunk.
    pub chunk: ChunkId,
    /// The page it is a piece of.
    pub page: PageId,
    /// The source of that page.
    pub source: SourceId,
    /// The page's title.
    pub title: String,
    /// The path of headings above it.
    pub heading: String,
    /// Its text.
    pub body: String,
    /// The page's address, or its path within the files.
    pub url: String,
    /// What the source is made of, which says whether a visitor can open `url`.
    pub source_kind: source::Kind,
}

/// Work to be done later.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// The tenant.
    pub project: ProjectId,
    /// Its name in the list of jobs.
    pub kind: String,
    /// What it works on.
    pub payload: Value,
    /// When it comes due.
    pub run_at: Timestamp,
    /// While a job of the same project, kind and key is queued, this one is not added.
    pub dedupe_key: Option<String>,
}

/// Which conversations a list takes; what is `None` takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Where they stand.
    pub status: Option<Status>,
    /// Who answers in them.
    pub handled_by: Option<HandledBy>,
    /// Whether a person is asked for.
    pub handoff_requested: Option<bool>,
    /// Whose they are, by the visitor id.
    pub visitor_id: Option<String>,
    /// The session that opens them; those that need a verified identity are left out.
    pub session: Option<SessionId>,
    /// A tag that they have.
    pub tag: Option<String>,
}

/// Which part of the inbox is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InboxView {
    /// Those that are active.
    #[default]
    Open,
    /// Those in which a visitor waits for a person and none has come yet.
    Waiting,
    /// Those that somebody takes care of themselves.
    Mine,
    /// Those with messages that somebody has not read, archived ones left out.
    Unread,
    /// Those that are closed.
    Closed,
    /// Those that are archived.
    Archived,
    /// All but the archived ones.
    All,
}

/// Which conversations an inbox shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// Which part of it.
    pub view: InboxView,
    /// A tag that they have.
    pub tag: Option<String>,
    /// A text that stands in a message or in what is known of the visitor, in whatever case.
    pub text: Option<String>,
}

/// A conversation as an inbox lists it.
#[derive(Clone, Debug)]
pub struct InboxRow {
    /// The conversation.
    pub conversation: Conversation,
    /// Who takes care of it.
    pub assignee: Option<AccountId>,
    /// The newest message that says something.
    pub newest: Option<NewestRow>,
    /// How many of its messages the account has read that asks.
    pub read: i64,
}

impl InboxRow {
    /// Messages that the account has not read.
    pub fn unread(&self) -> i64 {
        (self.conversation.message_count - self.read).max(0)
    }
}

/// The newest message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestRow {
    /// Who it is from.
    pub role: Role,
    /// The person who wrote it in the bot's place.
    pub author: Option<String>,
    /// How it begins.
    pub beginning: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// What the team wrote about a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    /// Its id.
    pub id: NoteId,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
}

/// A canned reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyRow {
    /// Its id.
    pub id: ReplyId,
    /// What it is picked by; unique in its project.
    pub name: String,
    /// The text.
    pub content: String,
}

/// What was asked for under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// The tenant.
    pub project: ProjectId,
    /// The visitor's id.
    pub visitor_id: String,
    /// The key that the caller sent.
    pub key: String,
    /// SHA-256 of what was asked.
    pub body_hash: Vec<u8>,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The answer; none when nobody answered.
    pub answer: Option<MessageId>,
    /// The code with which it was refused after the message was stored.
    pub refused: Option<String>,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// How a turn stands that a node has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnRow {
    /// True while an earlier turn of its conversation is not over.
    pub waits: bool,
    /// True when it is to say nothing more: it was stopped, a person has the conversation, or another node closed it.
    pub over: bool,
}

/// A turn that died with its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadTurn {
    /// The tenant.
    pub project: ProjectId,
    /// The conversation in which it was.
    pub conversation: ConversationId,
    /// The month in which a unit was reserved for it.
    pub reserved: Option<String>,
}

/// How much of a visitor was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Conversations.
    pub conversations: i64,
    /// Messages in them.
    pub messages: i64,
    /// Leads.
    pub leads: i64,
    /// Events whose webhooks told of the visitor.
    pub events: i64,
}

/// What one claim of an endpoint's deliveries took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    /// Where they go, as it is now.
    pub endpoint: Endpoint,
    /// The deliveries, in the order of their events; none when nothing is due or another holder has them.
    pub deliveries: Vec<Claimed>,
}

/// An attempt that was made, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The claim under which the attempt was made.
    pub lease: uuid::Uuid,
    /// Where the delivery stands now.
    pub state: State,
    /// When the next attempt is due, if it is pending.
    pub next_at: Timestamp,
    /// How the attempt went.
    pub attempt: Attempt,
    /// What it sent and what came back.
    pub exchange: Exchange,
}
