//! The address rules: which URLs and addresses a tenant's request may reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

use crate::config::Allow;

/// What to do when a refusal is not meant.
const REMEDY: &str = "name it in `egress.allow` if that is meant";

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// IPv4 ranges that are no public server, with what they are (IANA special-purpose registry, and a cloud's own).
const CLOSED_V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "an address of this machine"),
    (v4(10, 0, 0, 0, 8), "a private address"),
    (v4(100, 64, 0, 0, 10), "a provider's internal address"),
    (v4(127, 0, 0, 0, 8), "an address of this machine"),
    (v4(168, 63, 129, 16, 32), "a provider's internal address"),
    (v4(169, 254, 0, 0, 16), "a link-local address"),
    (v4(172, 16, 0, 0, 12), "a private address"),
    (v4(192, 0, 0, 0, 24), "a reserved address"),
    (v4(192, 0, 2, 0, 24), "an address for documentation"),
    (v4(192, 88, 99, 0, 24), "a reserved address"),
    (v4(192, 168, 0, 0, 16), "a private address"),
    (v4(198, 18, 0, 0, 15), "an address for benchmarks"),
    (v4(198, 51, 100, 0, 24), "an address for documentation"),
    (v4(203, 0, 113, 0, 24), "an address for documentation"),
    (v4(224, 0, 0, 0, 4), "a multicast address"),
    (v4(240, 0, 0, 0, 4), "a reserved address"),
];

/// IPv6 ranges that are no public server; everything outside `2000::/3` is closed besides.
const CLOSED_V6: &[(Ipv6Net, &str)] = &[
    (v6(0x64, 0xff9b, 32), "an IPv4 address translated to IPv6"),
    (v6(0x2001, 0, 23), "a reserved or tunnel address"),
    (v6(0x2001, 0xdb8, 32), "an address for documentation"),
    (v6(0x2002, 0, 16), "an IPv4 address tunnelled in IPv6"),
    (v6(0x3fff, 0, 20), "an address for documentation"),
    (v6(0xfc00, 0, 7), "a private address"),
    (v6(0xfe80, 0, 10), "a link-local address"),
    (v6(0xfec0, 0, 10), "a private address"),
    (v6(0xff00, 0, 8), "a multicast address"),
];

const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 3);

/// What `address` is when it is no public server; `None` for one on the open internet.
pub(crate) fn closed(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(ip) => CLOSED_V4.iter().find(|(net, _)| net.contains(&ip)).map(|(_, what)| *what),
        IpAddr::V6(ip) if ip.is_loopback() || ip.is_unspecified() => Some("an address of this machine"),
        IpAddr::V6(ip) => match CLOSED_V6.iter().find(|(net, _)| net.contains(&ip)) {
            Some((_, what)) => Some(what),
            None if PUBLIC_V6.contains(&ip) => None,
            None => Some("a reserved address"),
        },
    }
}

/// How the name in a URL may be resolved, once the URL itself has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public addresses and those in `egress.allow`.
    Public,
    /// Only addresses in `egress.allow`: the port is not one of the web's.
    Allowed,
}

/// Checks a URL before anything is resolved or sent: scheme, credentials, literal addresses, port.
/// Literals are checked here because an HTTP client asks no resolver for them; `url` has already turned
/// decimal, octal, hexadecimal and full-width spellings into plain addresses.
pub(crate) fn url(url: &Url, allow: &[Allow]) -> Result<Reach, String> {
    web(url)?;
    let address = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        Some(Host::Domain(name)) => {
            let free = web_port(url) || allow.iter().any(|entry| entry.has_host(name));
            return Ok(if free { Reach::Public } else { Reach::Allowed });
        }
        None => return Err("it names no host".into()),
    };
    if allow.iter().any(|entry| entry.has_address(address)) {
        return Ok(Reach::Public);
    }
    match closed(address) {
        Some(what) => Err(format!("`{address}` is {what}; {REMEDY}")),
        None if web_port(url) => Ok(Reach::Public),
        None => Err(wrong_port(&address.to_string())),
    }
}

/// Checks what holds for every policy: `http` or `https`, and no credentials inside.
pub(crate) fn web(url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` is not `http:` or `https:`", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user name or password in it is not fetched".into());
    }
    Ok(())
}

/// Keeps of the addresses of `host` those that may be connected to, or says why none may.
pub(crate) fn addresses(
    host: &str,
    found: Vec<IpAddr>,
    reach: Reach,
    allow: &[Allow],
) -> Result<Vec<IpAddr>, String> {
    if allow.iter().any(|entry| entry.has_host(host)) {
        return Ok(found);
    }
    let may = |ip: IpAddr| match reach {
        _ if allow.iter().any(|entry| entry.has_address(ip)) => true,
        Reach::Public => closed(ip).is_none(),
        Reach::Allowed => false,
    };
    let vetted: Vec<IpAddr> = found.iter().copied().filter(|ip| may(*ip)).collect();
    if !vetted.is_empty() {
        return Ok(vetted);
    }
    match found.iter().find_map(|ip| Some((ip, closed(*ip)?))) {
        Some((ip, what)) => Err(format!("`{host}` resolves to `{ip}`, {what}; {REMEDY}")),
        None => Err(wrong_port(host)),
    }
}

fn web_port(url: &Url) -> bool {
    matches!(url.port_or_known_default(), Some(80 | 443))
}

fn wrong_port(host: &str) -> String {
    format!("only ports 80 and 443 are fetched; name `{host}` in `egress.allow` if another port is meant")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        url(&Url::parse(text).unwrap(), &[]).unwrap_err()
    }

    #[test]
    fn every_closed_range_is_closed_to_its_edges() {
        for (net, what) in CLOSED_V4 {
            assert_eq!(closed(net.network().into()), Some(*what), "{net}");
            assert_eq!(closed(net.broadcast().into()), Some(*what), "{net}");
            assert_eq!(closed(net.network().to_ipv6_mapped().into()), Some(*what), "{net} mapped");
        }
        for (net, what) in CLOSED_V6 {
            assert_eq!(closed(net.network().into()), Some(*what), "{net}");
            assert_eq!(closed(net.broadcast().into()), Some(*what), "{net}");
        }
    }

    #[test]
    fn neighbours_of_closed_ranges_and_known_public_servers_are_open() {
        for open in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
        ] {
            assert_eq!(closed(open.parse().unwrap()), None, "{open}");
        }
    }

    #[test]
    fn compatible_and_unassigned_v6_is_closed() {
        for shut in ["::", "::1", "::7f00:1", "::ffff:0:127.0.0.1", "100::1", "4000::1", "64:ff9b:1::1"] {
            assert!(closed(shut.parse().unwrap()).is_some(), "{shut}");
        }
    }

    #[test]
    fn scheme_credentials_and_port_are_checked() {
        assert!(why("ftp://example.com/").contains("`ftp:`"));
        assert!(why("file:///etc/passwd").contains("`file:`"));
        assert!(why("http://user@example.com/").contains("user name"));
        assert!(why("http://:pw@example.com/").contains("password"));
        assert!(why("http://1.1.1.1:22/").contains("only ports 80 and 443"));
    }

    #[test]
    fn a_name_on_another_port_may_only_reach_what_is_allowed() {
        let port = Url::parse("http://wiki.internal:8080/").unwrap();
        assert_eq!(url(&port, &[]), Ok(Reach::Allowed));
        assert_eq!(url(&port, &[Allow::Host("wiki.internal".into())]), Ok(Reach::Public));
        let public = vec!["1.1.1.1".parse().unwrap()];
        assert!(addresses("wiki.internal", public, Reach::Allowed, &[]).unwrap_err().contains("only ports"));
    }

    #[test]
    fn of_a_mixed_answer_only_the_public_addresses_are_kept() {
        let mixed = ["1.1.1.1", "127.0.0.1", "64:ff9b::101:101"].map(|ip| ip.parse().unwrap()).to_vec();
        let kept = addresses("x.example", mixed, Reach::Public, &[]).unwrap();
        assert_eq!(kept, ["1.1.1.1".parse::<IpAddr>().unwrap()]);
    }
}
