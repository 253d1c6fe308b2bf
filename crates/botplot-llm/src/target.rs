//! One model of one provider, ready to be asked.

use std::time::Duration;

use botplot_core::Secret;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ReasoningEffort};
use genai::resolver::{AuthData, Endpoint};
use genai::{Headers, ModelIden, ModelName, ServiceTarget};

use crate::{Dialect, Prompt, Provider, Role};

/// A checked model configuration.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) provider: &'static Provider,
    /// As the provider writes it.
    pub(crate) model: String,
    /// Up to the endpoint, with a final slash.
    pub(crate) base_url: String,
    pub(crate) key: Option<Secret>,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) temperature: Option<f64>,
    /// The longest silence on a stream.
    pub(crate) idle: Duration,
}

impl Target {
    /// The provider and model for logs.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.provider.name, self.model)
    }

    /// Address, key and adapter, none of which is left to `genai` to guess.
    pub(crate) fn service(&self) -> ServiceTarget {
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.base_url.as_str()),
            auth: self.auth(),
            model: ModelIden::new(self.provider.adapter, self.model_name()),
        }
    }

    /// `genai` takes what stands before `::` for a provider; a prefix of our own keeps such names whole.
    fn model_name(&self) -> ModelName {
        if self.model.contains("::") {
            ModelName::new(format!("botplot::{}", self.model))
        } else {
            ModelName::new(self.model.as_str())
        }
    }

    fn auth(&self) -> AuthData {
        match (&self.key, self.provider.dialect) {
            (Some(key), _) => AuthData::from_single(key.expose()),
            // The adapter would insist on a key, and send an empty one: this is the way to send no header.
            (None, Dialect::OpenAi) => {
                AuthData::RequestOverride { url: self.chat_completions(), headers: Headers::default() }
            }
            (None, _) => AuthData::None,
        }
    }

    fn chat_completions(&self) -> String {
        match self.base_url.split_once('?') {
            Some((base, query)) => format!("{base}chat/completions?{query}"),
            None => format!("{}chat/completions", self.base_url),
        }
    }

    /// What is sent along with every prompt.
    pub(crate) fn options(&self) -> ChatOptions {
        let mut options = ChatOptions::default().with_capture_usage(true);
        options.max_tokens = self.max_tokens;
        options.temperature = self.temperature;
        if self.provider.dialect == Dialect::OpenAi {
            // Without an effort, `genai` cuts `-max`, `-medium` and the like off the model's name; with a
            // budget, which this dialect has no field for, it sends the name as it is and nothing else.
            options.reasoning_effort = Some(ReasoningEffort::Budget(0));
        }
        if let (Some(key), Dialect::Ollama) = (&self.key, self.provider.dialect) {
            // Ollama has no keys; a proxy before it may, and the adapter sends none of its own.
            options.extra_headers =
                Some(Headers::from([("Authorization", format!("Bearer {}", key.expose()))]));
        }
        options
    }
}

/// The prompt in `genai`'s words, without messages that some providers refuse.
pub(crate) fn request(prompt: &Prompt) -> ChatRequest {
    let messages = prompt
        .messages
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .skip_while(|(role, _)| *role == Role::Assistant)
        .map(|(role, text)| match role {
            Role::User => ChatMessage::user(text.as_str()),
            Role::Assistant => ChatMessage::assistant(text.as_str()),
        })
        .collect();
    let request = ChatRequest::new(messages);
    if prompt.system.is_empty() { request } else { request.with_system(prompt.system.as_str()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_begins_with_the_user_and_has_no_empty_message() {
        let say = |role, text: &str| (role, text.to_string());
        let messages = vec![
            say(Role::Assistant, "Hello!"),
            say(Role::User, " "),
            say(Role::User, "Q"),
            say(Role::Assistant, ""),
            say(Role::Assistant, "A"),
        ];
        let request = request(&Prompt { system: String::new(), messages });
        assert_eq!(request.system, None);
        let texts: Vec<_> = request.messages.iter().filter_map(|m| m.content.first_text()).collect();
        assert_eq!(texts, ["Q", "A"]);
    }
}
