//! The providers that can be named in `llm.provider`, one file each.

mod anthropic;
mod deepseek;
mod fireworks;
mod gemini;
mod groq;
mod mistral;
mod ollama;
mod openai;
mod openai_compatible;
mod openrouter;
mod together;
mod xai;

use genai::adapter::AdapterKind;

/// Every provider, in the order in which they are offered.
pub static PROVIDERS: &[&Provider] = &[
    &openai::PROVIDER,
    &anthropic::PROVIDER,
    &gemini::PROVIDER,
    &ollama::PROVIDER,
    &groq::PROVIDER,
    &mistral::PROVIDER,
    &deepseek::PROVIDER,
    &openrouter::PROVIDER,
    &together::PROVIDER,
    &fireworks::PROVIDER,
    &xai::PROVIDER,
    &openai_compatible::PROVIDER,
];

/// One provider of chat models.
#[derive(Debug)]
pub struct Provider {
    /// The word for `llm.provider`.
    pub name: &'static str,
    /// How it is spoken to.
    pub dialect: Dialect,
    /// Where it is, with its version segment and a final slash; `None`: `llm.base_url` must say.
    pub base_url: Option<&'static str>,
    /// Whether it wants a key.
    pub key: KeyRule,
    /// A model to begin with, for documentation and messages.
    pub example_model: &'static str,
    /// One line for the documentation.
    pub about: &'static str,
    /// `genai`'s name for it, for what differs within a dialect.
    pub(crate) adapter: AdapterKind,
}

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's chat completions, which most others speak too.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Google's `generateContent`.
    Gemini,
    /// Ollama's `/api/chat`, one JSON object per line.
    Ollama,
}

/// Whether a provider wants a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRule {
    /// Nothing works without one at the provider's own address; a proxy set as `llm.base_url` may do without.
    Required,
    /// It is sent if there is one.
    Optional,
}

impl Provider {
    /// The provider of this name; upper case and `-` for `_` are forgiven.
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.trim().to_ascii_lowercase().replace('-', "_");
        PROVIDERS.iter().copied().find(|p| p.name == name)
    }

    /// All names, for messages: "`openai`, `anthropic`, …".
    pub fn names() -> String {
        PROVIDERS.iter().map(|p| format!("`{}`", p.name)).collect::<Vec<_>>().join(", ")
    }
}

impl Dialect {
    /// The key that carries, in the last objects of a stream, why the model stopped.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::OpenAi => "\"finish_reason\"",
            Self::Anthropic => "\"stop_reason\"",
            Self::Gemini => "\"finishReason\"",
            Self::Ollama => "\"done\"",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_in_any_spelling() {
        for provider in PROVIDERS {
            let found = Provider::named(&provider.name.to_uppercase().replace('_', "-")).unwrap();
            assert!(std::ptr::eq(found, *provider), "{}", provider.name);
        }
    }

    #[test]
    fn every_default_address_is_secure_or_local_and_ends_in_a_slash() {
        for provider in PROVIDERS {
            let Some(url) = provider.base_url else { continue };
            assert!(url.starts_with("https://") || url.starts_with("http://127.0.0.1:"), "{url}");
            assert!(url.ends_with('/'), "{url}");
        }
    }
}
