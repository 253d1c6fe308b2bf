//! What can happen in a project: the one list from which webhooks, their documentation and their checkboxes come.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::message::SourceRef;
use crate::{ConversationId, LeadId, MessageId, SourceId};

macro_rules! kinds {
    ($($variant:ident $name:literal $default:literal $doc:literal)*) => {
        /// A kind of event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = $doc] $variant,)*
        }

        impl Kind {
            /// All kinds, in the order in which those of one change are sent.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in payloads and subscriptions, such as `message.sent`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// When it happens, in one sentence.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),* }
            }

            /// True when an endpoint that names no events gets it.
            pub fn is_default(self) -> bool {
                match self { $(Self::$variant => $default),* }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    ConversationStarted "conversation.started" true "A new conversation is created."
    MessageReceived "message.received" true "A visitor sends a message."
    LeadCaptured "lead.captured" true "A visitor leaves contact details, or changes them."
    HandoffRequested "handoff.requested" true "A visitor asks for a person."
    MessageSent "message.sent" true "The AI sends a response."
    AgentReplied "agent.replied" false "A person replies in the bot's place."
    ConversationClosed "conversation.closed" false "A conversation is closed by an agent, by the visitor, or after idle days."
    FeedbackGiven "feedback.given" false "A visitor rates an answer."
    SourceFailed "source.failed" false "A source of knowledge could not be read."
}

/// Who wrote a message in the bot's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Author {
    /// Always `human`.
    pub r#type: &'static str,
    /// The name that the visitor sees.
    pub name: String,
}

impl Author {
    /// A person.
    pub fn human(name: impl Into<String>) -> Self {
        Self { r#type: "human", name: name.into() }
    }
}

/// Something that happened, with what its webhook says under `data`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the fields are the names in the payload, explained by their kinds")]
pub enum Event {
    ConversationStarted {
        conversation_id: ConversationId,
        message_id: Option<MessageId>,
        visitor_id: String,
        visitor_info: Map<String, Value>,
    },
    MessageReceived {
        conversation_id: ConversationId,
        message_id: MessageId,
        visitor_id: String,
        content: String,
        role: &'static str,
    },
    LeadCaptured {
        conversation_id: ConversationId,
        message_id: Option<MessageId>,
        visitor_id: String,
        lead_id: LeadId,
        name: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        details: Map<String, Value>,
    },
    HandoffRequested {
        conversation_id: ConversationId,
        message_id: Option<MessageId>,
        visitor_id: String,
        reason: Option<String>,
    },
    MessageSent {
        conversation_id: ConversationId,
        message_id: MessageId,
        visitor_id: String,
        content: String,
        role: &'static str,
        sources: Vec<SourceRef>,
        confidence: Option<f64>,
    },
    AgentReplied {
        conversation_id: ConversationId,
        message_id: MessageId,
        visitor_id: String,
        content: String,
        role: &'static str,
        author: Author,
    },
    ConversationClosed {
        conversation_id: ConversationId,
        message_id: Option<MessageId>,
        visitor_id: String,
        /// `agent`, `visitor` or `idle`.
        closed_by: &'static str,
    },
    FeedbackGiven {
        conversation_id: ConversationId,
        message_id: MessageId,
        visitor_id: String,
        rating: &'static str,
        comment: Option<String>,
    },
    SourceFailed {
        source_id: SourceId,
        name: String,
        url: Option<String>,
        error: String,
    },
}

impl Event {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::ConversationStarted { .. } => Kind::ConversationStarted,
            Self::MessageReceived { .. } => Kind::MessageReceived,
            Self::LeadCaptured { .. } => Kind::LeadCaptured,
            Self::HandoffRequested { .. } => Kind::HandoffRequested,
            Self::MessageSent { .. } => Kind::MessageSent,
            Self::AgentReplied { .. } => Kind::AgentReplied,
            Self::ConversationClosed { .. } => Kind::ConversationClosed,
            Self::FeedbackGiven { .. } => Kind::FeedbackGiven,
            Self::SourceFailed { .. } => Kind::SourceFailed,
        }
    }

    /// The visitor it is about, whose erasure takes it along.
    pub fn visitor_id(&self) -> Option<&str> {
        match self {
            Self::ConversationStarted { visitor_id, .. }
            | Self::MessageReceived { visitor_id, .. }
            | Self::LeadCaptured { visitor_id, .. }
            | Self::HandoffRequested { visitor_id, .. }
            | Self::MessageSent { visitor_id, .. }
            | Self::AgentReplied { visitor_id, .. }
            | Self::ConversationClosed { visitor_id, .. }
            | Self::FeedbackGiven { visitor_id, .. } => Some(visitor_id),
            Self::SourceFailed { .. } => None,
        }
    }

    /// The conversation it happened in; its events reach an endpoint one after another.
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::ConversationStarted { conversation_id, .. }
            | Self::MessageReceived { conversation_id, .. }
            | Self::LeadCaptured { conversation_id, .. }
            | Self::HandoffRequested { conversation_id, .. }
            | Self::MessageSent { conversation_id, .. }
            | Self::AgentReplied { conversation_id, .. }
            | Self::ConversationClosed { conversation_id, .. }
            | Self::FeedbackGiven { conversation_id, .. } => Some(*conversation_id),
            Self::SourceFailed { .. } => None,
        }
    }

    /// An example of `kind`, for documentation and test events.
    pub fn sample(kind: Kind) -> Self {
        let id = |n: u128| uuid::Uuid::from_u128(0x0190_a1b2_c3d4_4e5f_8a6b_7c8d_9e0f_1a00 + n);
        let (conversation_id, message_id) = (ConversationId(id(1)), MessageId(id(2)));
        let visitor_id = "visitor-123".to_owned();
        let (some, text) = (Some(message_id), |text: &str| Some(text.to_owned()));
        let content = "What are your prices?".to_owned();
        match kind {
            Kind::ConversationStarted => {
                let visitor_info = Map::from_iter([("name".to_owned(), json!("Ada"))]);
                Self::ConversationStarted { conversation_id, message_id: some, visitor_id, visitor_info }
            }
            Kind::MessageReceived => {
                Self::MessageReceived { conversation_id, message_id, visitor_id, content, role: "user" }
            }
            Kind::LeadCaptured => Self::LeadCaptured {
                conversation_id,
                message_id: some,
                visitor_id,
                lead_id: LeadId(id(3)),
                name: text("Ada Lovelace"),
                email: text("ada@example.com"),
                phone: None,
                details: Map::new(),
            },
            Kind::HandoffRequested => {
                let reason = text("asked for a person");
                Self::HandoffRequested { conversation_id, message_id: some, visitor_id, reason }
            }
            Kind::MessageSent => Self::MessageSent {
                conversation_id,
                message_id,
                visitor_id,
                content: "Our plans begin at 9 euros a month.".to_owned(),
                role: "assistant",
                sources: Vec::new(),
                confidence: Some(0.87),
            },
            Kind::AgentReplied => Self::AgentReplied {
                conversation_id,
                message_id,
                visitor_id,
                content: "Hello, how can I help?".to_owned(),
                role: "assistant",
                author: Author::human("Grace"),
            },
            Kind::ConversationClosed => {
                Self::ConversationClosed { conversation_id, message_id: None, visitor_id, closed_by: "agent" }
            }
            Kind::FeedbackGiven => {
                let comment = text("Just what I needed");
                Self::FeedbackGiven { conversation_id, message_id, visitor_id, rating: "up", comment }
            }
            Kind::SourceFailed => Self::SourceFailed {
                source_id: SourceId(id(4)),
                name: "Help centre".to_owned(),
                url: text("https://example.com/help"),
                error: "it answered with status 500".to_owned(),
            },
        }
    }

    /// What the webhook says under `data`.
    pub fn payload(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| json!({}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sample_of_its_own() {
        for kind in Kind::ALL {
            let sample = Event::sample(*kind);
            assert_eq!(sample.kind(), *kind);
            assert!(sample.payload().as_object().is_some_and(|fields| fields.len() >= 4), "{kind:?}");
        }
    }

    #[test]
    fn every_word_reads_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::ALL.iter().filter(|k| k.is_default()).count(), 5, "the documented events are five");
    }
}
