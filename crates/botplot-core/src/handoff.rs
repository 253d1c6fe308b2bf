//! Who speaks next in a conversation, and when a visitor has asked for a person.

use crate::conversation::{Conversation, HandledBy};
use crate::project::Settings;

/// Who answers a visitor's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The bot answers.
    Ai,
    /// Nobody answers now: a person has the conversation, or the project wants silence until one comes.
    Nobody,
}

/// Decides who answers; the bot and a person never both do.
pub fn speaker(conversation: &Conversation, settings: &Settings) -> Speaker {
    match conversation.handled_by {
        HandledBy::Human => Speaker::Nobody,
        HandledBy::Ai if conversation.handoff_requested && settings.handoff.silent => Speaker::Nobody,
        HandledBy::Ai => Speaker::Ai,
    }
}

/// Phrases that ask for a person, in the lower-case form of [`asked_in_words`].
const PHRASES: &[&str] = &[
    "talk to a human",
    "talk to a person",
    "talk to a real person",
    "talk to someone",
    "talk to an agent",
    "speak to a human",
    "speak to a person",
    "speak to a real person",
    "speak to someone",
    "speak to an agent",
    "speak with a human",
    "speak with a person",
    "speak with an agent",
    "speak with someone",
    "talk with a human",
    "talk with a person",
    "talk with someone",
    "chat with a human",
    "chat with a person",
    "chat with an agent",
    "human agent",
    "live agent",
    "real human",
    "human please",
    "agent please",
    "connect me to a human",
    "connect me with a human",
    "connect me to an agent",
    "transfer me to",
    "get me a human",
    "i want a human",
    "i need a human",
    "customer service representative",
    "mit einem menschen sprechen",
    "mit einem mitarbeiter",
    "echten menschen",
    "mit jemandem sprechen",
    "hablar con una persona",
    "hablar con un humano",
    "hablar con un agente",
    "hablar con alguien",
    "parler à un humain",
    "parler à une personne",
    "parler à quelqu'un",
    "parler à un conseiller",
    "parlare con una persona",
    "parlare con un operatore",
    "falar com uma pessoa",
    "falar com um humano",
    "falar com um atendente",
];

/// True when `text` asks in words for a person. Code decides this, never a model.
pub fn asked_in_words(text: &str) -> bool {
    let plain: String = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let alone = plain.trim_matches(|c: char| !c.is_alphanumeric());
    plain.chars().count() <= 300
        && (PHRASES.iter().any(|p| plain.contains(p))
            || matches!(alone, "human" | "agent" | "operator" | "representative"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_for_a_person_is_noticed() {
        for yes in [
            "Can I talk to a  human?",
            "AGENT!",
            "Ich möchte mit einem Menschen sprechen",
            "quiero hablar con una persona",
        ] {
            assert!(asked_in_words(yes), "{yes}");
        }
        for no in [
            "What is human-machine interface?",
            "Is there an agent for macOS?",
            "hi",
            "How do I install the Cloud Agent",
        ] {
            assert!(!asked_in_words(no), "{no}");
        }
    }
}
