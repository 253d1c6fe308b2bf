//! Where a request really came from, when a reverse proxy that is trusted says so.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// The last address of `X-Forwarded-For` that is no trusted proxy; `peer` when it is none itself.
///
/// Read from its end: whatever stands before that address was written by whoever sent the request.
pub(super) fn origin(peer: IpAddr, headers: &HeaderMap, is_trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut origin = peer;
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let named = lines.into_iter().rev().flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    for text in named {
        if !is_trusted(origin) {
            break;
        }
        match address(text.trim()) {
            Some(address) => origin = address,
            None => break,
        }
    }
    origin
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address =
        bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, lines: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = |address: IpAddr| address.to_string().starts_with("10.");
        assert_eq!(
            origin(peer.parse().unwrap(), &headers, trusted).to_string(),
            expected,
            "{peer} {lines:?}"
        );
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        check("10.0.0.1", &["203.0.113.9"], "203.0.113.9");
        check("203.0.113.1", &["198.51.100.7"], "203.0.113.1");
        check("10.0.0.1", &[], "10.0.0.1");
    }

    #[test]
    fn what_the_client_itself_wrote_is_not_believed() {
        check("10.0.0.1", &["1.2.3.4, 203.0.113.9"], "203.0.113.9");
        check("10.0.0.1", &["1.2.3.4", "203.0.113.9, 10.0.0.2"], "203.0.113.9");
        check("10.0.0.1", &["1.2.3.4, nonsense"], "10.0.0.1");
    }

    #[test]
    fn ports_and_ipv6_are_read() {
        check("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9");
        check("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1");
        check("10.0.0.1", &["2001:db8::1"], "2001:db8::1");
        check("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1");
    }
}
