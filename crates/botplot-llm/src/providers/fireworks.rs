//! Fireworks AI.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "fireworks",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.fireworks.ai/inference/v1/"),
    key: KeyRule::Required,
    example_model: "accounts/fireworks/models/llama-v3p3-70b-instruct",
    about: "Open models, hosted by Fireworks.",
    adapter: AdapterKind::OpenAI,
};
