//! Projects, the tenants, and what their owners set.

use crate::{ProjectId, Timestamp};

/// Characters a project's name may have.
pub const NAME_LIMIT: usize = 100;

/// One tenant.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The owner's name for it; unique, so that commands can name it.
    pub name: String,
    /// What the owner set.
    pub settings: Settings,
    /// Raised in every transaction that changes chunks; the search index compares it before each search.
    pub index_version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a project's owner set; every field has a default, so that old rows read on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What the bot says when the knowledge does not cover a question.
    pub refusal: String,
    /// What the bot says to a greeting.
    pub welcome: String,
    /// Further words of the owner to the model.
    pub instructions: String,
    /// Confidence below which the bot refuses, 0–1.
    pub threshold: f64,
    /// Web origins that may use the publishable key; empty admits all.
    pub origins: Vec<String>,
    /// True when the bot falls silent as soon as a person is asked for.
    pub silent_after_handoff: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refusal: "I could not find that in what I know. Could you put it another way, or would you like to talk to a person?"
                .into(),
            welcome: "Hello! What can I help you with?".into(),
            instructions: String::new(),
            threshold: 0.5,
            origins: Vec::new(),
            silent_after_handoff: false,
        }
    }
}

/// Why `name` cannot name a project, or `None` when it can.
pub fn name_fault(name: &str) -> Option<&'static str> {
    match name.trim() {
        "" => Some("must not be empty"),
        t if t.chars().count() > NAME_LIMIT => Some("must have at most 100 characters"),
        t if t.chars().any(char::is_control) => Some("must not contain control characters"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_version_read_with_defaults() {
        let read: Settings = serde_json::from_str(r#"{"refusal":"No idea"}"#).unwrap();
        assert_eq!(read, Settings { refusal: "No idea".into(), ..Settings::default() });
    }
}
