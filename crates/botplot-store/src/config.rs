//! Settings of the store: where the rows are.

use botplot_core::Secret;
use serde::Deserialize;

/// The `[store]` section of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `postgres://user:password@host/database`; none means a SQLite file in the data folder.
    pub url: Option<Secret>,
    /// Connections to PostgreSQL at most; SQLite needs no setting.
    pub connections: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { url: None, connections: 10 }
    }
}

impl Config {
    /// The PostgreSQL address, if one is set.
    pub(crate) fn postgres(&self) -> Option<&str> {
        self.url.as_ref().map(Secret::expose).map(str::trim).filter(|url| !url.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_password() {
        let config = Config { url: Some(Secret::new("postgres://u:hunter2@h/d")), ..Config::default() };
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn unknown_fields_are_refused_and_an_empty_url_is_none() {
        assert!(serde_json::from_str::<Config>(r#"{"uri":"x"}"#).is_err());
        let config: Config = serde_json::from_str(r#"{"url":" "}"#).unwrap();
        assert_eq!(config.postgres(), None);
    }
}
