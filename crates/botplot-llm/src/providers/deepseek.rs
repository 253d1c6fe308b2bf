//! `DeepSeek`, as plain OpenAI: `genai`'s own adapter would switch thinking on by a model's name.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "deepseek",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.deepseek.com/v1/"),
    key: KeyRule::Required,
    example_model: "deepseek-chat",
    about: "DeepSeek's own API.",
    adapter: AdapterKind::OpenAI,
};
