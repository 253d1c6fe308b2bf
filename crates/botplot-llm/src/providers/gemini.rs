//! Google's Gemini API.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "gemini",
    dialect: Dialect::Gemini,
    base_url: Some("https://generativelanguage.googleapis.com/v1beta/"),
    key: KeyRule::Required,
    example_model: "gemini-2.5-flash",
    about: "Google's Gemini models, with a key of Google AI Studio.",
    adapter: AdapterKind::Gemini,
};
