//! The `[llm]` section of the configuration, and all that can be wrong with it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use botplot_core::Secret;
use serde::Deserialize;

use crate::address;
use crate::target::Target;
use crate::{Dialect, KeyRule, Provider};

/// The `[llm]` section; without a `provider`, answers are quoted from the sources instead of written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Who serves the model: a name of [`crate::PROVIDERS`].
    pub provider: Option<String>,
    /// The model's name as the provider writes it.
    pub model: Option<String>,
    /// Where the provider is, if not at its usual address; with or without `/v1` and a final slash.
    pub base_url: Option<String>,
    /// The provider's key.
    pub api_key: Option<Secret>,
    /// A file that holds the key and nothing else.
    pub api_key_file: Option<PathBuf>,
    /// The longest answer in tokens, a reasoning model's thinking included; unset: the model's own limit.
    pub max_tokens: Option<u32>,
    /// How freely words are chosen, 0–2; unset: the model's default (some models accept no other).
    pub temperature: Option<f64>,
    /// Seconds of silence after which a stream counts as broken; `egress.idle_seconds` holds as well.
    pub idle_seconds: u64,
    /// How often a request that failed before its first word is tried again, 0–5.
    pub retries: u32,
    /// Price of a million tokens that the model reads, in the operator's currency; 0 is free.
    pub input_price: f64,
    /// Price of a million tokens that it writes.
    pub output_price: f64,
    /// The model to ask when this one fails before its first word.
    pub fallback: Option<Fallback>,
}

/// The `[llm.fallback]` section: fields as in [`Config`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fallback {
    /// Who serves the model.
    pub provider: Option<String>,
    /// The model's name as the provider writes it.
    pub model: Option<String>,
    /// Where the provider is, if not at its usual address.
    pub base_url: Option<String>,
    /// The provider's key.
    pub api_key: Option<Secret>,
    /// A file that holds the key and nothing else.
    pub api_key_file: Option<PathBuf>,
    /// The longest answer in tokens.
    pub max_tokens: Option<u32>,
    /// How freely words are chosen, 0–2.
    pub temperature: Option<f64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            provider: None,
            model: None,
            base_url: None,
            api_key: None,
            api_key_file: None,
            max_tokens: None,
            temperature: None,
            idle_seconds: 60,
            retries: 2,
            input_price: 0.0,
            output_price: 0.0,
            fallback: None,
        }
    }
}

/// Everything that is wrong with an `[llm]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// One sentence each, beginning with the setting's name in backticks; no secret in any of them.
    pub faults: Vec<String>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.faults.join("; "))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks all settings, the key files included, without connecting anywhere.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.targets().map(drop)
    }

    /// The model and its fallback, in the order in which they are asked; empty when none is configured.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, ConfigError> {
        let mut faults = Vec::new();
        if !(1..=3600).contains(&self.idle_seconds) {
            faults.push(format!("`llm.idle_seconds` must be 1 to 3600, not `{}`", self.idle_seconds));
        }
        if self.retries > 5 {
            faults.push(format!("`llm.retries` must be 0 to 5, not `{}`", self.retries));
        }
        for (name, price) in [("input_price", self.input_price), ("output_price", self.output_price)] {
            if !(0.0..=1e9).contains(&price) {
                faults.push(format!("`llm.{name}` must be 0 to 1000000000, not `{price}`"));
            }
        }
        let idle = Duration::from_secs(self.idle_seconds);
        let first = self.own().target("llm", idle, &mut faults);
        let second = self.fallback.as_ref().and_then(|f| f.own().target("llm.fallback", idle, &mut faults));
        if self.fallback.is_some() && self.provider.is_none() {
            faults.push("`llm.fallback` is set but `llm.provider` is not".into());
        }
        if faults.is_empty() {
            Ok(first.into_iter().chain(second).collect())
        } else {
            Err(ConfigError { faults })
        }
    }

    fn own(&self) -> Section<'_> {
        Section {
            provider: self.provider.as_deref(),
            model: self.model.as_deref(),
            base_url: self.base_url.as_deref(),
            api_key: self.api_key.as_ref(),
            api_key_file: self.api_key_file.as_deref(),
            max_tokens: self.max_tokens,
            temperature: self.temperature,
        }
    }
}

impl Fallback {
    fn own(&self) -> Section<'_> {
        Section {
            provider: self.provider.as_deref(),
            model: self.model.as_deref(),
            base_url: self.base_url.as_deref(),
            api_key: self.api_key.as_ref(),
            api_key_file: self.api_key_file.as_deref(),
            max_tokens: self.max_tokens,
            temperature: self.temperature,
        }
    }
}

/// What `[llm]` and `[llm.fallback]` have in common.
struct Section<'a> {
    provider: Option<&'a str>,
    model: Option<&'a str>,
    base_url: Option<&'a str>,
    api_key: Option<&'a Secret>,
    api_key_file: Option<&'a Path>,
    max_tokens: Option<u32>,
    temperature: Option<f64>,
}

impl Section<'_> {
    /// The model that this section names; `None` when it names none or has a fault, which is added.
    fn target(&self, at: &str, idle: Duration, faults: &mut Vec<String>) -> Option<Target> {
        let before = faults.len();
        let provider = self.provider(at, faults)?;
        let model = self.model.map(str::trim).filter(|m| !m.is_empty());
        if model.is_none() {
            faults
                .push(format!("`{at}.model` is missing: name a model, such as `{}`", provider.example_model));
        }
        let base_url = self.base(at, provider, faults);
        let key = self.key(at, provider, faults);
        if self.max_tokens == Some(0) {
            faults.push(format!("`{at}.max_tokens` must be at least 1"));
        }
        if let Some(wrong) = self.temperature.filter(|t| !(0.0..=2.0).contains(t)) {
            faults.push(format!("`{at}.temperature` must be 0 to 2, not `{wrong}`"));
        }
        let complete = faults.len() == before;
        let (model, base_url) = (model?.to_string(), base_url?);
        let (max_tokens, temperature) = (self.max_tokens, self.temperature);
        complete.then_some(Target { provider, model, base_url, key, max_tokens, temperature, idle })
    }

    fn provider(&self, at: &str, faults: &mut Vec<String>) -> Option<&'static Provider> {
        let Some(name) = self.provider else {
            let set = [
                ("model", self.model.is_some()),
                ("base_url", self.base_url.is_some()),
                ("api_key", self.api_key.is_some()),
                ("api_key_file", self.api_key_file.is_some()),
            ];
            if let Some((field, _)) = set.iter().find(|(_, is_set)| *is_set) {
                faults.push(format!(
                    "`{at}.{field}` is set but `{at}.provider` is not: it is one of {}",
                    Provider::names()
                ));
            } else if at != "llm" {
                faults.push(format!("`{at}.provider` is missing: it is one of {}", Provider::names()));
            }
            return None;
        };
        let found = Provider::named(name);
        if found.is_none() {
            faults.push(format!("`{at}.provider` is `{name}`, but must be one of {}", Provider::names()));
        }
        found
    }

    fn base(&self, at: &str, provider: &Provider, faults: &mut Vec<String>) -> Option<String> {
        match (self.base_url, provider.base_url) {
            (Some(given), _) => address::base(given, provider)
                .map_err(|why| faults.push(format!("`{at}.base_url` {why}")))
                .ok(),
            (None, Some(usual)) => Some(usual.to_string()),
            (None, None) => {
                faults.push(format!(
                    "`{at}.base_url` is missing: `{}` has no address of its own; write it like `http://127.0.0.1:8000/v1`",
                    provider.name
                ));
                None
            }
        }
    }

    /// The key, from whichever of the two settings has it.
    fn key(&self, at: &str, provider: &Provider, faults: &mut Vec<String>) -> Option<Secret> {
        let key = match (self.api_key, self.api_key_file) {
            (Some(_), Some(_)) => {
                faults.push(format!("`{at}.api_key` and `{at}.api_key_file` are both set: keep one of them"));
                return None;
            }
            (Some(key), None) => Secret::new(key.expose().trim()),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) => Secret::new(text.trim()),
                Err(why) => {
                    faults.push(format!("`{at}.api_key_file`: cannot read `{}`: {why}", path.display()));
                    return None;
                }
            },
            (None, None) => {
                self.without_key(at, provider, faults);
                return None;
            }
        };
        let setting = if self.api_key.is_some() { "api_key" } else { "api_key_file" };
        if key.is_empty() {
            faults.push(format!("`{at}.{setting}` is empty"));
        } else if !key.expose().bytes().all(|b| b.is_ascii_graphic()) {
            faults.push(format!("`{at}.{setting}` holds a space or another character that no key has"));
        }
        Some(key)
    }

    fn without_key(&self, at: &str, provider: &Provider, faults: &mut Vec<String>) {
        let proxied = self.base_url.is_some() && provider.dialect == Dialect::OpenAi;
        if provider.key == KeyRule::Required && !proxied {
            let mut fault = format!("`{at}.api_key` is missing: `{}` wants a key, here ", provider.name);
            let _ = write!(fault, "or in the file that `{at}.api_key_file` names");
            faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let config: Config = toml::from_str(text).unwrap();
        config.check().err().map(|e| e.faults).unwrap_or_default()
    }

    fn targets(text: &str) -> Vec<Target> {
        toml::from_str::<Config>(text).unwrap().targets().unwrap()
    }

    #[test]
    fn an_empty_section_is_no_model_and_no_fault() {
        assert!(targets("").is_empty());
    }

    #[test]
    fn every_provider_works_with_its_example_model_and_a_key() {
        for provider in crate::PROVIDERS {
            let base = if provider.base_url.is_none() { "base_url = 'http://127.0.0.1:1'" } else { "" };
            let text = format!("provider = '{}'\nmodel = 'm'\napi_key = 'k'\n{base}", provider.name);
            assert_eq!(targets(&text)[0].provider.name, provider.name);
        }
    }

    #[test]
    fn an_unknown_provider_is_answered_with_the_known_ones() {
        let faults = faults("provider = 'opanai'\nmodel = 'm'");
        assert_eq!(faults.len(), 1);
        assert!(
            faults[0].starts_with("`llm.provider` is `opanai`, but must be one of `openai`, `anthropic`")
        );
    }

    #[test]
    fn all_faults_come_at_once() {
        let text = "provider = 'openai'\nbase_url = 'ftp://x'\ntemperature = 3\nmax_tokens = 0\nidle_seconds = 0\n\
                    retries = 9\n[fallback]\nprovider = 'anthropic'";
        let faults = faults(text);
        for part in [
            "`llm.idle_seconds`",
            "`llm.retries`",
            "`llm.model` is missing",
            "`llm.base_url` must begin",
            "`llm.max_tokens`",
            "`llm.temperature`",
            "`llm.fallback.model`",
            "`llm.fallback.api_key` is missing",
        ] {
            assert!(faults.iter().any(|f| f.starts_with(part)), "{part} not in {faults:#?}");
        }
    }

    #[test]
    fn a_setting_without_a_provider_and_one_that_does_not_exist_are_faults() {
        assert!(faults("model = 'm'")[0].starts_with("`llm.model` is set but `llm.provider` is not"));
        assert!(
            faults("[fallback]\nprovider = 'ollama'\nmodel = 'm'")[0]
                .starts_with("`llm.fallback` is set but")
        );
        assert!(toml::from_str::<Config>("modle = 'm'").unwrap_err().to_string().contains("modle"));
        assert!(toml::from_str::<Config>("[fallback]\nretries = 1").is_err());
    }

    #[test]
    fn the_key_may_stand_in_a_file_and_its_faults_name_the_file() {
        let folder = std::env::temp_dir().join(format!("botplot-llm-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("key");
        std::fs::write(&file, " sk-test\n").unwrap();
        let text = format!("provider = 'openai'\nmodel = 'm'\napi_key_file = '{}'", file.display());
        assert_eq!(targets(&text)[0].key.as_ref().unwrap().expose(), "sk-test");
        std::fs::write(&file, "\n").unwrap();
        assert_eq!(faults(&text), ["`llm.api_key_file` is empty"]);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(faults(&text)[0].contains(&format!("cannot read `{}`", file.display())));
        assert!(faults(&format!("{text}\napi_key = 'k'"))[0].contains("both set"));
    }

    #[test]
    fn a_key_of_impossible_characters_is_a_fault_that_does_not_show_it() {
        let faults = faults("provider = 'openai'\nmodel = 'm'\napi_key = 'sk-canary ü'");
        assert!(faults[0].contains("no key has") && !faults[0].contains("canary"), "{faults:?}");
    }

    #[test]
    fn a_proxy_needs_no_key_but_anthropic_always_does() {
        assert_eq!(targets("provider = 'openai'\nmodel = 'm'\nbase_url = 'http://h'").len(), 1);
        assert!(
            faults("provider = 'anthropic'\nmodel = 'm'\nbase_url = 'http://h'")[0].contains("wants a key")
        );
    }

    #[test]
    fn debug_output_shows_no_key() {
        let text = "provider = 'openai'\nmodel = 'm'\napi_key = 'sk-canary'\n[fallback]\nprovider = 'groq'\nmodel = 'm'\napi_key = 'sk-canary'";
        let config: Config = toml::from_str(text).unwrap();
        let shown = format!("{config:?} {:?}", config.targets().unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
}
