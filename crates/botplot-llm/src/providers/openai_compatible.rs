//! Whatever else speaks OpenAI's chat completions.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "openai_compatible",
    dialect: Dialect::OpenAi,
    base_url: None,
    key: KeyRule::Optional,
    example_model: "the name that your server lists under `/v1/models`",
    about: "Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, LM Studio, LocalAI, Azure; `llm.base_url` says where.",
    adapter: AdapterKind::OpenAI,
};
