//! Projects, the tenants, and what their owners set.

use crate::plan::Plan;
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
    /// What the project may use.
    pub plan: Plan,
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
    /// Further words of the owner to the model.
    pub instructions: String,
    /// Confidence below which the bot refuses, 0–1.
    pub threshold: f64,
    /// Web origins that may use the publishable key; empty admits all.
    pub origins: Vec<String>,
    /// How the widget looks and speaks; it reads this as it is.
    pub widget: Widget,
    /// What happens when a visitor asks for a person.
    pub handoff: Handoff,
    /// When and how contact details are asked for.
    pub lead_form: LeadForm,
    /// Whether a verified visitor id may be used without its proof.
    pub identity: Identity,
    /// Idle days after which a conversation is closed; 0 never.
    pub idle_days: u32,
    /// Days after which a conversation that nothing happened in is deleted; 0 never.
    pub retention_days: u32,
    /// What the model may cost a day, in the currency of the operator's prices; 0 is no cap of the project's own.
    pub daily_spend: f64,
}

/// How the widget looks and speaks.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Widget {
    /// Above the conversation.
    pub title: String,
    /// Main colour, `#rrggbb`.
    pub color: String,
    /// Address of the logo, if there is one.
    pub logo_url: Option<String>,
    /// `left` or `right`, at the bottom.
    pub position: String,
    /// Pixels from the window's edges.
    pub offset: Offset,
    /// Pixels of the corners' radius.
    pub radius: u32,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// The first words, and what the bot says to a greeting.
    pub welcome: String,
    /// Questions to begin with.
    pub starters: Vec<String>,
    /// Own words in place of the interface's, by name.
    pub strings: std::collections::BTreeMap<String, String>,
}

/// Pixels from the window's edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Offset {
    /// From the side.
    pub x: u32,
    /// From the bottom.
    pub y: u32,
}

/// What happens when a visitor asks for a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Handoff {
    /// Whether the widget offers a person.
    pub enabled: bool,
    /// True when the bot falls silent as soon as a person is asked for.
    pub silent: bool,
    /// What the visitor reads then.
    pub message: String,
}

/// When and how contact details are asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct LeadForm {
    /// Any of `before`, `refusal`, `handoff`, `limit`; empty never.
    pub when: Vec<String>,
    /// Any of `name`, `email`, `phone`, in the order shown.
    pub fields: Vec<String>,
    /// Above the form.
    pub title: String,
    /// What the visitor agrees to; empty asks for nothing.
    pub consent: String,
}

/// Whether a verified visitor id may be used without its proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Identity {
    /// True when a visitor id that was ever verified needs its proof each time.
    pub enforced: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refusal: "I could not find that in what I know. Could you put it another way, or would you like to talk to a person?"
                .into(),
            instructions: String::new(),
            threshold: 0.5,
            origins: Vec::new(),
            widget: Widget::default(),
            handoff: Handoff::default(),
            lead_form: LeadForm::default(),
            identity: Identity::default(),
            idle_days: 7,
            retention_days: 0,
            daily_spend: 0.0,
        }
    }
}

impl Default for Widget {
    fn default() -> Self {
        Self {
            title: "Chat with us".into(),
            color: "#2f6f5e".into(),
            logo_url: None,
            position: "right".into(),
            offset: Offset::default(),
            radius: 16,
            theme: "auto".into(),
            welcome: "Hello! What can I help you with?".into(),
            starters: Vec::new(),
            strings: std::collections::BTreeMap::new(),
        }
    }
}

impl Default for Offset {
    fn default() -> Self {
        Self { x: 20, y: 20 }
    }
}

impl Default for Handoff {
    fn default() -> Self {
        let message = "A person has been asked to join. You can go on writing here meanwhile.".into();
        Self { enabled: true, silent: false, message }
    }
}

impl Default for LeadForm {
    fn default() -> Self {
        Self {
            when: vec!["handoff".into(), "limit".into()],
            fields: vec!["name".into(), "email".into()],
            title: "How can we reach you?".into(),
            consent: String::new(),
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
