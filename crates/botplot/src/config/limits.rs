//! The `[limits]` section: how often callers may call, and what a project may spend.

use botplot_web::limits;
use serde::Deserialize;

/// Requests a minute, where 0 is no limit, and money a day.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Messages of one visitor.
    pub(crate) visitor_per_minute: u32,
    /// Requests from one address.
    pub(crate) address_per_minute: u32,
    /// Requests with one publishable key.
    pub(crate) publishable_key_per_minute: u32,
    /// Requests with one secret key.
    pub(crate) secret_key_per_minute: u32,
    /// What one project's answers may cost a day, UTC, in the currency of the model's prices; 0 is no cap.
    pub(crate) daily_spend: f64,
}

impl Default for Limits {
    fn default() -> Self {
        let rates = limits::Config::default();
        Self {
            visitor_per_minute: rates.visitor_per_minute,
            address_per_minute: rates.address_per_minute,
            publishable_key_per_minute: rates.publishable_key_per_minute,
            secret_key_per_minute: rates.secret_key_per_minute,
            daily_spend: 0.0,
        }
    }
}

impl Limits {
    /// The part that counts requests.
    pub(crate) fn rates(&self) -> limits::Config {
        limits::Config {
            visitor_per_minute: self.visitor_per_minute,
            address_per_minute: self.address_per_minute,
            publishable_key_per_minute: self.publishable_key_per_minute,
            secret_key_per_minute: self.secret_key_per_minute,
        }
    }

    /// Every setting that cannot work, with what it takes.
    pub(crate) fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = self.rates().faults();
        if !(0.0..=1e9).contains(&self.daily_spend) {
            let why = format!("takes a number from 0 to 1000000000, not `{}`", self.daily_spend);
            faults.push(("daily_spend", why));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(Limits::default().faults(), []);
        for wild in ["daily_spend = -1.0", "daily_spend = nan", "daily_spend = inf"] {
            let limits: Limits = toml::from_str(wild).unwrap();
            assert_eq!(limits.faults()[0].0, "daily_spend", "{wild}");
        }
        let limits: Limits = toml::from_str("visitor_per_minute = 4294967295\ndaily_spend = 5").unwrap();
        assert_eq!(limits.faults()[0].0, "visitor_per_minute");
    }
}
