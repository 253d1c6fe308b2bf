//! Groq; it reports usage in a place of its own, which its adapter knows.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "groq",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.groq.com/openai/v1/"),
    key: KeyRule::Required,
    example_model: "llama-3.3-70b-versatile",
    about: "Open models, served fast.",
    adapter: AdapterKind::Groq,
};
