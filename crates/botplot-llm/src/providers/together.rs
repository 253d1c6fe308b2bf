//! Together AI.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "together",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.together.xyz/v1/"),
    key: KeyRule::Required,
    example_model: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    about: "Open models, hosted by Together AI.",
    adapter: AdapterKind::OpenAI,
};
