//! `OpenRouter`; sends comments while it waits and errors within streams.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "openrouter",
    dialect: Dialect::OpenAi,
    base_url: Some("https://openrouter.ai/api/v1/"),
    key: KeyRule::Required,
    example_model: "openai/gpt-5-mini",
    about: "Many providers behind one key.",
    adapter: AdapterKind::OpenAI,
};
