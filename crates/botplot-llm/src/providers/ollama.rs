//! Ollama, by its own protocol: its OpenAI-compatible one hides why a model stopped.

use genai::adapter::AdapterKind;

use super::{Dialect, KeyRule, Provider};

pub(super) static PROVIDER: Provider = Provider {
    name: "ollama",
    dialect: Dialect::Ollama,
    base_url: Some("http://127.0.0.1:11434/"),
    key: KeyRule::Optional,
    example_model: "llama3.2",
    about: "Models on your own machine; set OLLAMA_CONTEXT_LENGTH=8192 there, or Ollama may cut long prompts silently.",
    adapter: AdapterKind::Ollama,
};
