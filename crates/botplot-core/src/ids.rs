//! Identifiers, and the one source of randomness they come from.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A tenant: one company's knowledge, keys and conversations. v7.
    ProjectId,
    /// An API key's record, not the key itself. v7.
    KeyId,
    /// A source of knowledge. v4, since the API opens it by id.
    SourceId,
    /// One page or file of a source. v7.
    PageId,
    /// One passage-sized piece of a page. v7.
    ChunkId,
    /// A conversation. v4, since knowing it lets a bare client continue it.
    ConversationId,
    /// A message. v4.
    MessageId,
    /// A unit of background work. v7.
    JobId,
    /// What a visitor token stands for. v4.
    SessionId,
    /// A lead: contact details that a visitor left. v4.
    LeadId,
    /// A webhook endpoint. v4.
    EndpointId,
    /// Something that happened, as webhooks report it. v7, so that ids sort by time.
    EventId,
    /// One event's way to one endpoint. v4.
    DeliveryId,
    /// A line of the audit log. v7.
    AuditId,
    /// Something that the owner should know. v7.
    NoticeId,
    /// A person who works with BotPlot. v7.
    AccountId,
    /// One browser in which somebody is signed in. v7.
    SignInId,
    /// A link that works once, not its secret part. v7.
    LinkId,
    /// What the team wrote about a conversation. v4.
    NoteId,
    /// A canned reply. v4.
    ReplyId,
    /// A question of the project's question set. v4.
    QuestionId,
    /// One run of the question set. v7.
    RunId,
}

/// Where identifiers and random bytes come from; the only source of randomness below the binary.
pub trait Ids: Send + Sync {
    /// Fills `out` with unpredictable bytes.
    fn fill(&self, out: &mut [u8]);

    /// A random id that cannot be guessed (UUID v4).
    fn random(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// An id that sorts by the time of its making (UUID v7) at `now` in microseconds since 1970.
    fn ordered(&self, now: crate::Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        uuid::Builder::from_unix_timestamp_millis((now.0 / 1000).max(0) as u64, &bytes).into_uuid()
    }
}

/// The operating system's randomness.
#[derive(Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system for randomness"
    )]
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("every supported system has a source of randomness");
    }
}

/// Repeatable ids for tests: the same seed gives the same run. Never for anything that must not be guessed.
#[derive(Debug)]
pub struct SeededIds(Mutex<u64>);

impl SeededIds {
    /// Ids that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Ids for SeededIds {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in out {
            // SplitMix64 (Steele, Lea, Flood 2014).
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z ^ (z >> 31)) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(SeededIds::new(7).random(), SeededIds::new(7).random());
        assert_ne!(SeededIds::new(7).random(), SeededIds::new(8).random());
    }

    #[test]
    fn ordered_ids_sort_by_time() {
        let ids = RandomIds;
        assert!(ids.ordered(Timestamp(1_000_000)) < ids.ordered(Timestamp(2_000_000)));
        assert_eq!(ids.ordered(Timestamp(1_000_000)).get_version_num(), 7);
        assert_eq!(ids.random().get_version_num(), 4);
    }
}
