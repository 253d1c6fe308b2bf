//! What an owner should know: notices that the server leaves for them, and lines of the audit log.

use serde_json::{Map, Value};

use crate::conversation::words;
use crate::{AuditId, NoticeId, ProjectId, Timestamp};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Eighty per cent of the month's messages are used.
    MessagesNearLimit,
    /// All of the month's messages are used; visitors get no more answers.
    MessagesAtLimit,
    /// The day's spending cap is reached; answers are quoted instead of written by the model.
    SpendingAtLimit,
    /// A secret key came from a browser: it has to be revoked.
    SecretKeyInBrowser,
    /// A webhook endpoint was disabled, because it failed for days or said so itself.
    EndpointDisabled,
    /// A webhook endpoint's secret cannot be opened: nothing is sent to it, because it could not be signed.
    EndpointUnsigned,
    /// A source of knowledge could not be read.
    SourceFailed,
    /// A letter was given up: its server refused it, or could not be reached for days.
    LetterFailed,
}

words!(Kind {
    MessagesNearLimit = "messages_near_limit",
    MessagesAtLimit = "messages_at_limit",
    SpendingAtLimit = "spending_at_limit",
    SecretKeyInBrowser = "secret_key_in_browser",
    EndpointDisabled = "endpoint_disabled",
    EndpointUnsigned = "endpoint_unsigned",
    SourceFailed = "source_failed",
    LetterFailed = "letter_failed",
});

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::MessagesNearLimit,
        Self::MessagesAtLimit,
        Self::SpendingAtLimit,
        Self::SecretKeyInBrowser,
        Self::EndpointDisabled,
        Self::EndpointUnsigned,
        Self::SourceFailed,
        Self::LetterFailed,
    ];
}

/// Something that the owner should know, told once per occasion.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The tenant.
    pub project: ProjectId,
    /// What it is about.
    pub kind: Kind,
    /// The occasion, such as a month or a key's id: the same kind and occasion are told once.
    pub occasion: String,
    /// Figures and names that go with it.
    pub detail: Map<String, Value>,
    /// When it was left.
    pub created_at: Timestamp,
}

/// One line of the audit log: who did what to what. Never holds what was erased.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// The tenant.
    pub project: ProjectId,
    /// What was done, as `noun.verb`: `visitor.erased`, `conversation.expired`, `key.revoked`, …
    pub action: String,
    /// Who did it: a key's prefix, `retention`, `operator`.
    pub actor: String,
    /// What it was done to: an id, or for an erased visitor the first 16 hex digits of the SHA-256 of their id.
    pub subject: String,
    /// Counts and names that go with it.
    pub detail: Map<String, Value>,
    /// When.
    pub created_at: Timestamp,
}
