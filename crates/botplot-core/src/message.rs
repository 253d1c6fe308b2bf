//! Messages: what was said, by whom, and what an answer was built from.

use serde_json::{Map, Value};

use crate::conversation::words;
use crate::{ChunkId, ConversationId, MessageId, ProjectId, SourceId, Timestamp};

/// Characters a visitor's message may have after trimming.
pub const LIMIT: usize = 8_000;

/// Who a message is from, as the API shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The visitor.
    User,
    /// The bot, or a person in its place.
    Assistant,
}

/// How far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// An answer that is being generated.
    Pending,
    /// Whole.
    Complete,
    /// Cut on the visitor's or an agent's wish; what was sent is kept.
    Stopped,
    /// Broken off by a fault; what was sent is kept.
    Failed,
}

words!(Role { User = "user", Assistant = "assistant" });
words!(State { Pending = "pending", Complete = "complete", Stopped = "stopped", Failed = "failed" });

/// One passage that an answer used: a snapshot that outlives its source.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SourceRef {
    /// The passage's text.
    pub content: String,
    /// Cosine of question and passage, 0–1, two decimals.
    pub similarity: f64,
    /// The chunk.
    pub id: ChunkId,
    /// The source it belongs to.
    pub source_id: SourceId,
    /// The page's title.
    pub title: String,
    /// The page's address, if it has one that a visitor can open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a visitor thinks of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rating {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

words!(Rating { Up = "up", Down = "down" });

/// How a turn ended, kept with its answer so that a resumed or repeated request gets the same last event.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// [`crate::conversation::Status`] as its word.
    pub status: String,
    /// True when the visitor had asked for a person.
    pub handoff_requested: bool,
    /// [`crate::conversation::HandledBy`] as its word.
    pub handled_by: String,
    /// What the visitor may want to ask next.
    pub suggestions: Vec<String>,
    /// True when the bot said that it does not know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

/// One message of a conversation.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The tenant.
    pub project: ProjectId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// Who it is from.
    pub role: Role,
    /// The text.
    pub content: String,
    /// Where the visitor wrote it and what the caller added: `url`, `title`, `metadata`; empty when nothing was said.
    pub context: Map<String, Value>,
    /// What an answer was built from.
    pub sources: Vec<SourceRef>,
    /// How likely it is that the knowledge covers the question; none for visitors' and people's messages.
    pub confidence: Option<f64>,
    /// How far it got.
    pub state: State,
    /// The name of the person who wrote it in the bot's place; none for visitors' and the bot's messages.
    pub author: Option<String>,
    /// Why a failed answer broke off, as a code.
    pub failure: Option<String>,
    /// How its turn ended; none while it is pending, and for messages that are no answers.
    pub outcome: Option<Outcome>,
    /// The month, as `2026-11`, in which a unit of the plan is reserved for this pending answer.
    pub reserved: Option<String>,
    /// What the visitor thinks of it.
    pub rating: Option<Rating>,
    /// What the visitor said with the rating.
    pub comment: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A visitor's text, trimmed and within its limits, or why it is not.
pub fn clean(text: &str) -> Result<String, &'static str> {
    if text.contains('\0') {
        return Err("must not contain U+0000");
    }
    let trimmed = text.trim();
    match trimmed.chars().count() {
        0 => Err("must not be empty"),
        n if n > LIMIT => Err("must have at most 8,000 characters"),
        _ => Ok(trimmed.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_trimmed_and_limited_by_characters() {
        assert_eq!(clean("  hi \n"), Ok("hi".into()));
        assert!(clean(&"😀".repeat(LIMIT)).is_ok());
        assert!(clean(&"😀".repeat(LIMIT + 1)).is_err());
        assert!(clean(" \u{3000}\t").is_err());
        assert!(clean("a\0b").is_err());
    }
}
