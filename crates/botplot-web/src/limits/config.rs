//! What the operator sets.

/// Requests a minute; 0 is no limit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Messages of one visitor, sent with a publishable key.
    pub visitor_per_minute: u32,
    /// Requests from one address with a publishable key, or without a valid one.
    pub address_per_minute: u32,
    /// Requests with one publishable key.
    pub publishable_key_per_minute: u32,
    /// Requests with one secret key.
    pub secret_key_per_minute: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            visitor_per_minute: 20,
            address_per_minute: 60,
            publishable_key_per_minute: 600,
            secret_key_per_minute: 1_200,
        }
    }
}

/// More a minute than any server can answer.
const MOST: u32 = 10_000_000;

impl Config {
    /// No limits at all.
    pub fn off() -> Self {
        Self {
            visitor_per_minute: 0,
            address_per_minute: 0,
            publishable_key_per_minute: 0,
            secret_key_per_minute: 0,
        }
    }

    /// Every setting that cannot work, with what it takes.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        [
            ("visitor_per_minute", self.visitor_per_minute),
            ("address_per_minute", self.address_per_minute),
            ("publishable_key_per_minute", self.publishable_key_per_minute),
            ("secret_key_per_minute", self.secret_key_per_minute),
        ]
        .into_iter()
        .filter(|(_, value)| *value > MOST)
        .map(|(name, value)| (name, format!("takes a number from 0 to {MOST}, not `{value}`")))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(Config::default().faults(), []);
        assert_eq!(Config::off().faults(), []);
        let wild = Config { address_per_minute: MOST + 1, ..Config::default() };
        assert_eq!(wild.faults()[0].0, "address_per_minute");
    }
}
