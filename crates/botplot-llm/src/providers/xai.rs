//! xAI; it leaves reasoning out of the tokens it counts, which its adapter mends.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "xai",
    dialect: Dialect::OpenAi,
    base_url: Some("https://api.x.ai/v1/"),
    key: KeyRule::Required,
    example_model: "grok-4-fast",
    about: "xAI's Grok models.",
    adapter: AdapterKind::Xai,
};
