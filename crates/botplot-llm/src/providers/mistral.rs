//! Mistral; its reasoning models stream content as lists of typed parts.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "mistral",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.mistral.ai/v1/"),
    key: KeyRule::Required,
    example_model: "mistral-small-latest",
    about: "Mistral's models, hosted in the EU.",
    adapter: AdapterKind::Mistral,
};
