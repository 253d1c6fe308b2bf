//! Anthropic.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "anthropic",
    dialect: Dialect::Anthropic,
    base_url: Some("https://api.anthropic.com/v1/"),
    key: KeyRule::Required,
    example_model: "claude-haiku-4-5",
    about: "Anthropic's Claude models.",
    adapter: AdapterKind::Anthropic,
};
