//! Spellings of addresses inside the network, none of which may be connected to.

use std::time::Duration;

use botplot_egress::{Client, Config, Error, GetLimits, Policy};
use url::Url;

use crate::server::{Server, say};

/// Hosts that lead to this machine or its network, each to be tried with the canary's port and without one.
const HOSTS: &[&str] = &[
    // This machine, in every spelling that some parser takes.
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.000.000.001",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7F.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.0x0.0.1",
    "017700000001",
    "00000177.0.0.1",
    "127.255.255.254",
    "127.0.0.2",
    "127.127.127.127",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "0.1",
    "0.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "%6c%6fcalhost",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127.0.0.1",
    "127.0.0.1",
    "loc\u{ad}alhost",
    "ｌｏｃａｌｈｏｓｔ",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001:0:0:0:0:1]",
    "[2001:0:7f00:1::]",
    "[2001::80ff:fffe]",
    // Private, link-local, carrier, cloud metadata.
    "10.0.0.5",
    "10.255.255.255",
    "012.0.0.5",
    "0xa000005",
    "167772165",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "192.168.257",
    "0xc0a80101",
    "3232235777",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fc00::1]",
    "[fdff::1]",
    "[fec0::1]",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "198.19.255.255",
    // Nothing that answers, and nothing that may be asked.
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "0xffffffff",
    "4294967295",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[::ffff:0:127.0.0.1]",
    "[2002:a00:5::1]",
    "[64:ff9b::10.0.0.5]",
    "[64:ff9b::a9fe:a9fe]",
];

fn limits() -> GetLimits {
    GetLimits { max_bytes: 1000, timeout: Duration::from_secs(5), validators: None }
}

fn allowing(entries: &[&str]) -> Client {
    let allow = entries.iter().map(|e| (*e).to_string().try_into().unwrap()).collect();
    Client::new(&Config { allow, ..Config::default() }).unwrap()
}

#[tokio::test]
async fn no_spelling_of_an_inner_address_is_connected_to() {
    let canary = Server::canary("127.0.0.1");
    let client = allowing(&[]);
    let mut tried = 0;
    for host in HOSTS {
        for port in [String::new(), format!(":{}", canary.address.port())] {
            for user in ["", "example.com@", "example.com:80@"] {
                let text = format!("http://{user}{host}{port}/");
                let Ok(url) = Url::parse(&text) else { continue };
                let refusal = client.get(Policy::Tenant, &url, &limits()).await;
                let why = match refusal {
                    Err(Error::Refused { why, .. }) => why,
                    // Not every system resolves `localhost.`.
                    Err(Error::Unreachable { why, .. }) if why.contains("has no address") => continue,
                    other => panic!("`{text}`: {other:?}"),
                };
                let named = why.contains("egress.allow") || why.contains("user name");
                assert!(named && (user.is_empty() != why.contains("user name")), "`{text}`: {why}");
                tried += 1;
            }
        }
    }
    assert_eq!(canary.connections(), 0);
    assert!(tried >= 60 * 6, "only {tried} spellings were URLs at all");
}

#[tokio::test]
async fn what_is_no_web_address_is_refused() {
    let client = allowing(&["127.0.0.0/8"]);
    for text in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_INFO",
        "data:text/html,hi",
        "javascript:alert(1)",
        "ws://127.0.0.1/",
        "dict://127.0.0.1:11211/stats",
        "ldap://127.0.0.1/",
        "blob:http://127.0.0.1/",
        "about:blank",
        "unix:/var/run/docker.sock",
        "view-source:http://127.0.0.1/",
    ] {
        let refusal = client.get(Policy::Tenant, &Url::parse(text).unwrap(), &limits()).await;
        assert!(matches!(refusal, Err(Error::Refused { .. })), "{text}: {refusal:?}");
    }
}

#[tokio::test]
async fn the_refusal_says_what_to_do() {
    let refusal =
        allowing(&[]).get(Policy::Tenant, &Url::parse("http://10.0.0.5/").unwrap(), &limits()).await;
    assert_eq!(
        refusal.unwrap_err().to_string(),
        "`http://10.0.0.5/` is refused: `10.0.0.5` is a private address; name it in `egress.allow` if that is meant"
    );
}

#[tokio::test]
async fn a_redirect_inwards_is_refused_at_each_hop() {
    let canary = Server::canary("127.0.0.2");
    let target = canary.url("/").to_string();
    let site = Server::start("127.0.0.1", move |request, stream| {
        let to = if request.path == "/hop" { target.as_str() } else { "/hop" };
        say(stream, "302 Found", &format!("Location: {to}\r\n"), b"");
    });
    let refusal =
        allowing(&["127.0.0.1"]).get(Policy::Tenant, &site.url("/start"), &limits()).await.unwrap_err();
    assert!(matches!(refusal, Error::Refused { .. }), "{refusal}");
    assert!(refusal.to_string().contains("redirected from"), "{refusal}");
    assert_eq!((site.connections(), canary.connections()), (2, 0));
}

#[tokio::test]
async fn an_allowed_address_range_or_name_is_reached_on_any_port() {
    let site = Server::start("127.0.0.1", |_, stream| say(stream, "200 OK", "", b"hello"));
    let by_name = Url::parse(&format!("http://localhost:{}/", site.address.port())).unwrap();
    for (entry, url) in [
        ("127.0.0.1", site.url("/")),
        ("127.0.0.0/8", site.url("/")),
        ("localhost", by_name.clone()),
        ("127.0.0.0/8", by_name.clone()),
    ] {
        let answer = allowing(&[entry]).get(Policy::Tenant, &url, &limits()).await.unwrap();
        assert_eq!(&answer.body[..], b"hello", "{entry}");
    }
    let other = allowing(&["10.0.0.0/8", "intranet"]).get(Policy::Tenant, &by_name, &limits()).await;
    assert!(matches!(other, Err(Error::Refused { .. })), "{other:?}");
}

#[tokio::test]
async fn the_operators_own_addresses_are_not_vetted() {
    let site = Server::start("127.0.0.1", |_, stream| say(stream, "200 OK", "", b"hello"));
    let answer = allowing(&[]).get(Policy::Operator, &site.url("/"), &limits()).await.unwrap();
    assert_eq!(&answer.body[..], b"hello");
    let direct = allowing(&[]).operator_http().get(site.url("/")).send().await.unwrap();
    assert_eq!(direct.text().await.unwrap(), "hello");
}
