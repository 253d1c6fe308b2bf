//! Settings of outgoing requests: which private addresses are meant to be reached.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

/// The `[egress]` section of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Addresses, ranges and host names that sources and webhooks may reach although they are private,
    /// on any port: `"10.1.2.3"`, `"127.0.0.0/8"`, `"::1"`, `"wiki.internal"`.
    pub allow: Vec<Allow>,
    /// The `User-Agent` of every request to what a tenant named.
    pub user_agent: String,
    /// Seconds of silence after which a stream from a configured service (a language model) counts as broken.
    pub idle_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            user_agent: format!(
                "{}/{}.{} (+{})",
                crate::ROBOT,
                env!("CARGO_PKG_VERSION_MAJOR"),
                env!("CARGO_PKG_VERSION_MINOR"),
                env!("CARGO_PKG_REPOSITORY")
            ),
            idle_seconds: 60,
        }
    }
}

/// One entry of `egress.allow`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Allow {
    /// A range of addresses; a single address is a range of one.
    Net(IpNet),
    /// A host name, in lower case and without a final dot: whatever it resolves to is allowed.
    Host(String),
}

/// An entry of `egress.allow` that is neither an address, a range nor a host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` in `egress.allow` is no address (`10.1.2.3`, `::1`), range (`10.0.0.0/8`) or host name (`wiki.internal`)"
)]
pub struct InvalidAllow(String);

impl TryFrom<String> for Allow {
    type Error = InvalidAllow;

    fn try_from(text: String) -> Result<Self, InvalidAllow> {
        let entry = text.trim();
        if let Ok(net) = entry.parse::<IpNet>() {
            return Ok(Self::Net(net));
        }
        if let Ok(address) = entry.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self::Net(address.to_canonical().into()));
        }
        match url::Host::parse(entry) {
            // `Host::parse` also takes `*` and `_`, which would look like patterns that are not honoured.
            Ok(url::Host::Domain(name))
                if name.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)) =>
            {
                Ok(Self::Host(name.trim_end_matches('.').to_string()))
            }
            _ => Err(InvalidAllow(text)),
        }
    }
}

impl Allow {
    /// Whether this entry names `address`; an IPv4 address written as IPv6 counts as IPv4.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        matches!(self, Self::Net(net) if net.contains(&address.to_canonical()))
    }

    /// Whether this entry names `host`, a host name as `url` normalises it.
    pub(crate) fn has_host(&self, host: &str) -> bool {
        matches!(self, Self::Host(name) if name.eq_ignore_ascii_case(host.trim_end_matches('.')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Config, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn addresses_ranges_and_names_are_read() {
        let config = parse(r#"{"allow":["10.1.2.3","127.0.0.0/8","::1","[::1]","Wiki.Internal."]}"#).unwrap();
        assert_eq!(config.allow[0], Allow::Net("10.1.2.3/32".parse().unwrap()));
        assert_eq!(config.allow[1], Allow::Net("127.0.0.0/8".parse().unwrap()));
        assert_eq!(config.allow[2], config.allow[3]);
        assert_eq!(config.allow[4], Allow::Host("wiki.internal".into()));
    }

    #[test]
    fn a_wrong_entry_is_named_in_the_fault() {
        for wrong in ["10.0.0.0/99", "10.0.0.0/", "*.internal", "", "http://x/", "10.1.2.3:80"] {
            let fault = parse(&format!(r#"{{"allow":["{wrong}"]}}"#)).unwrap_err();
            assert!(fault.contains(&format!("`{wrong}` in `egress.allow`")), "{fault}");
        }
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(parse(r#"{"alow":[]}"#).unwrap_err().contains("alow"));
    }

    #[test]
    fn the_default_user_agent_says_who_asks() {
        assert!(Config::default().user_agent.starts_with("BotPlot/0.1 (+http"));
    }
}
