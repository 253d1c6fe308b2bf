//! The `[server]` section: where to listen, and what one address may hold.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use botplot_core::Secret;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

/// How the server listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// Address and port.
    pub(crate) listen: String,
    /// Where visitors reach the server, if not at the address it listens on.
    pub(crate) public_url: Option<Url>,
    /// Reverse proxies: their `X-Forwarded-For` counts, and the limit per address does not.
    pub(crate) trusted_proxies: Vec<Proxy>,
    /// Connections that one address may hold; 0 is no limit.
    pub(crate) connections_per_address: usize,
    /// Connections in all; 0 takes as many as the system's limit on open files leaves room for.
    pub(crate) connections: usize,
    /// Seconds until a new connection must have sent its first byte.
    pub(crate) first_byte_seconds: u64,
    /// Seconds until a request's headers must be complete.
    pub(crate) header_seconds: u64,
    /// Seconds that a shutdown may take in all.
    pub(crate) shutdown_seconds: u64,
    /// The key under which secrets are kept; none means the data folder's own.
    pub(crate) seal_key: Option<Secret>,
    /// A file that holds that key.
    pub(crate) seal_key_file: Option<PathBuf>,
    /// Mebibytes that an uploaded file may have.
    pub(crate) upload_mb: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: None,
            trusted_proxies: Vec::new(),
            connections_per_address: 256,
            connections: 0,
            first_byte_seconds: 10,
            header_seconds: 10,
            shutdown_seconds: 25,
            seal_key: None,
            seal_key_file: None,
            upload_mb: 50,
        }
    }
}

/// A reverse proxy, or a range of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Proxy(IpNet);

impl TryFrom<String> for Proxy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let net = text.trim().parse::<IpNet>().or_else(|_| text.trim().parse::<IpAddr>().map(IpNet::from));
        net.map(Self).map_err(|_| {
            format!("holds `{text}`, which is no address (`10.0.0.2`, `::1`) and no range (`10.0.0.0/24`)")
        })
    }
}

impl Server {
    /// True when `address` is one of the trusted proxies; an IPv4 address written as IPv6 counts as IPv4.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.0.contains(&address.to_canonical()))
    }

    /// Until the first byte.
    pub(crate) fn first_byte(&self) -> Duration {
        Duration::from_secs(self.first_byte_seconds)
    }

    /// Until the end of the headers.
    pub(crate) fn header(&self) -> Duration {
        Duration::from_secs(self.header_seconds)
    }

    /// Every setting that cannot work, with what it takes.
    pub(crate) fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let port = self
            .listen
            .rsplit_once(':')
            .filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if port.is_none() {
            let takes =
                format!("takes an address and a port such as `127.0.0.1:8080`, not `{}`", self.listen);
            faults.push(("listen", takes));
        }
        if let Some(url) = self.public_url.as_ref().filter(|url| !matches!(url.scheme(), "http" | "https")) {
            faults.push((
                "public_url",
                format!("must begin with `https://` or `http://`, not with `{}:`", url.scheme()),
            ));
        }
        for (name, value) in [
            ("first_byte_seconds", self.first_byte_seconds),
            ("header_seconds", self.header_seconds),
            ("shutdown_seconds", self.shutdown_seconds),
        ] {
            if !(1..=3600).contains(&value) {
                faults.push((name, format!("takes a number from 1 to 3600, not `{value}`")));
            }
        }
        if !(1..=10_240).contains(&self.upload_mb) {
            faults.push(("upload_mb", format!("takes a number from 1 to 10240, not `{}`", self.upload_mb)));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addresses_and_ranges() {
        let server: Server = toml::from_str("trusted_proxies = ['10.0.0.2', 'fd00::/8']").unwrap();
        assert!(server.trusts("10.0.0.2".parse().unwrap()));
        assert!(server.trusts("::ffff:10.0.0.2".parse().unwrap()));
        assert!(server.trusts("fd00::7".parse().unwrap()));
        assert!(!server.trusts("10.0.0.3".parse().unwrap()));
        let fault = toml::from_str::<Server>("trusted_proxies = ['proxy.internal']").unwrap_err();
        assert!(fault.message().contains("`proxy.internal`"), "{fault}");
    }

    #[test]
    fn an_address_without_a_port_cannot_be_listened_on() {
        for wrong in ["127.0.0.1", ":8080", "127.0.0.1:http", "127.0.0.1:70000", ""] {
            let server = Server { listen: wrong.into(), ..Server::default() };
            assert_eq!(server.faults().len(), 1, "{wrong}");
        }
        for right in ["127.0.0.1:0", "[::1]:8080", "localhost:80"] {
            let server = Server { listen: right.into(), ..Server::default() };
            assert_eq!(server.faults(), [], "{right}");
        }
    }
}
