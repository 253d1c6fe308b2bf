//! OpenAI.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "openai",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.openai.com/v1/"),
    key: KeyRule::Required,
    example_model: "gpt-5-mini",
    about: "OpenAI's own API.",
    adapter: AdapterKind::OpenAI,
};
