//! Conversations: their states and who speaks in them.

use crate::visitor::VisitorInfo;
use crate::{ConversationId, ProjectId, SessionId, Timestamp};

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Open; also after a new message reopened it.
    Active,
    /// Closed by an agent, the visitor or after idle days.
    Closed,
    /// Final: takes no more messages.
    Archived,
}

/// Who answers the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandledBy {
    /// The bot.
    Ai,
    /// A person took over; the bot is silent.
    Human,
}

/// Declares the stored and shown words of an enum.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// The word stored in the database and shown in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the stored word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

words!(Status { Active = "active", Closed = "closed", Archived = "archived" });
words!(HandledBy { Ai = "ai", Human = "human" });

/// One visitor's thread with a project.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The tenant.
    pub project: ProjectId,
    /// The id that the caller chose for the visitor.
    pub visitor_id: String,
    /// The session of the visitor token that opens it.
    pub session: Option<SessionId>,
    /// True when it was begun with a token, so that nothing less continues it.
    pub token_required: bool,
    /// True when it was begun with a verified identity, so that nothing less continues it.
    pub identified: bool,
    /// What the visitor said of themselves.
    pub visitor_info: VisitorInfo,
    /// Where it stands.
    pub status: Status,
    /// Who answers.
    pub handled_by: HandledBy,
    /// True when the visitor asked for a person and none has finished with them.
    pub handoff_requested: bool,
    /// The name of the person who has it or had it last.
    pub agent: Option<String>,
    /// The owner's words for it, each once, in the order given.
    pub tags: Vec<String>,
    /// Messages so far.
    pub message_count: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When anything in it last changed.
    pub updated_at: Timestamp,
}

/// What a caller shows to continue a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A secret key of the project.
    SecretKey,
    /// A visitor token of this session.
    Session(SessionId),
    /// A verified identity: the visitor id is the person's own.
    Identity,
    /// Nothing but the visitor id itself.
    Bare,
}

impl Conversation {
    /// True when `proof`, shown by `visitor`, may add to this conversation.
    pub fn may_continue(&self, visitor: &str, proof: &Proof) -> bool {
        self.visitor_id == visitor
            && match proof {
                Proof::SecretKey | Proof::Identity => true,
                Proof::Session(session) => {
                    !self.identified && (!self.token_required || self.session == Some(*session))
                }
                Proof::Bare => !self.identified && !self.token_required,
            }
    }

    /// True when `proof`, shown by `visitor`, may steer this conversation (stop a running answer, read it).
    pub fn may_open(&self, visitor: Option<&str>, proof: &Proof) -> bool {
        match proof {
            Proof::SecretKey => visitor.is_none_or(|v| v == self.visitor_id),
            Proof::Identity => visitor == Some(self.visitor_id.as_str()),
            Proof::Session(session) => !self.identified && self.session == Some(*session),
            Proof::Bare => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn conversation(token_required: bool) -> Conversation {
        Conversation {
            id: ConversationId(Uuid::nil()),
            project: ProjectId(Uuid::nil()),
            visitor_id: "bob".into(),
            session: Some(SessionId(Uuid::from_u128(1))),
            token_required,
            identified: false,
            visitor_info: VisitorInfo::default(),
            status: Status::Active,
            handled_by: HandledBy::Ai,
            handoff_requested: false,
            agent: None,
            tags: Vec::new(),
            message_count: 0,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }

    #[test]
    fn a_conversation_begun_with_a_token_needs_that_session() {
        let it = conversation(true);
        assert!(it.may_continue("bob", &Proof::Session(SessionId(Uuid::from_u128(1)))));
        assert!(it.may_continue("bob", &Proof::SecretKey));
        assert!(!it.may_continue("bob", &Proof::Session(SessionId(Uuid::from_u128(2)))));
        assert!(!it.may_continue("bob", &Proof::Bare));
        assert!(!it.may_continue("eve", &Proof::SecretKey));
    }

    #[test]
    fn a_bare_conversation_can_be_added_to_but_not_read_without_proof() {
        let it = conversation(false);
        assert!(it.may_continue("bob", &Proof::Bare));
        assert!(!it.may_continue("eve", &Proof::Bare));
        assert!(!it.may_open(Some("bob"), &Proof::Bare));
        assert!(it.may_open(None, &Proof::Session(SessionId(Uuid::from_u128(1)))));
    }

    #[test]
    fn an_identity_opens_all_of_its_visitors_conversations_and_its_own_open_to_nothing_less() {
        let mut it = conversation(true);
        assert!(it.may_continue("bob", &Proof::Identity) && it.may_open(Some("bob"), &Proof::Identity));
        assert!(!it.may_continue("eve", &Proof::Identity) && !it.may_open(Some("eve"), &Proof::Identity));
        assert!(!it.may_open(None, &Proof::Identity));
        it.identified = true;
        let session = Proof::Session(SessionId(Uuid::from_u128(1)));
        assert!(!it.may_continue("bob", &session) && !it.may_open(Some("bob"), &session));
        it.token_required = false;
        assert!(!it.may_continue("bob", &Proof::Bare));
    }
}
