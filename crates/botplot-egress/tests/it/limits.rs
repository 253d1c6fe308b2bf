//! Answers that are too large, too slow, too many or broken.

use std::io::Write;
use std::sync::mpsc;
use std::time::Duration;

use botplot_egress::{Client, Config, Error, GetLimits, Policy, Validators};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::time::Instant;

use crate::server::{Server, say};

const KB: usize = 1024;

fn client() -> Client {
    let allow = vec!["127.0.0.0/8".to_string().try_into().unwrap()];
    Client::new(&Config { allow, ..Config::default() }).unwrap()
}

fn limits(max_bytes: usize, millis: u64) -> GetLimits {
    GetLimits { max_bytes, timeout: Duration::from_millis(millis), validators: None }
}

fn bomb(megabytes: usize) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..megabytes {
        gzip.write_all(&vec![0; KB * KB]).unwrap();
    }
    gzip.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_body_is_read_and_its_size_counted_unpacked() {
    let packed = bomb(64);
    let site = Server::start("127.0.0.1", move |_, stream| {
        say(stream, "200 OK", "Content-Encoding: gzip\r\n", &packed);
    });
    let taken = client().get(Policy::Tenant, &site.url("/"), &limits(64 * KB * KB, 10_000)).await.unwrap();
    assert_eq!(taken.body.len(), 64 * KB * KB);
    let refused = client().get(Policy::Tenant, &site.url("/"), &limits(KB * KB, 10_000)).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("`{}` is larger than 1024 KB", site.url("/")));
}

#[tokio::test]
async fn an_announced_or_endless_body_over_the_limit_is_not_taken() {
    let site = Server::start("127.0.0.1", |request, stream| {
        if request.path == "/announced" {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
        } else {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while stream.write_all(&[b'x'; KB]).is_ok() {}
        }
    });
    for path in ["/announced", "/endless"] {
        let refused = client().get(Policy::Tenant, &site.url(path), &limits(100 * KB, 5000)).await;
        assert!(matches!(refused, Err(Error::TooBig { limit: 102_400, .. })), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_drips_or_says_nothing_hits_the_deadline() {
    let site = Server::start("127.0.0.1", |request, stream| {
        let (_open, never) = mpsc::channel::<()>();
        if request.path == "/drip" {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while stream.write_all(b"x").is_ok() {
                let _ = never.recv_timeout(Duration::from_millis(20));
            }
        } else {
            let _ = never.recv_timeout(Duration::from_secs(20));
        }
    });
    for path in ["/drip", "/silence"] {
        let start = Instant::now();
        let late = client().get(Policy::Tenant, &site.url(path), &limits(KB, 300)).await.unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(3), "{path} took {:?}", start.elapsed());
        assert_eq!(late.to_string(), format!("`{}` gave no complete answer within 0.3 s", site.url(path)));
    }
}

#[tokio::test]
async fn endless_redirects_end() {
    let site = Server::start("127.0.0.1", |_, stream| say(stream, "301 Moved", "Location: /\r\n", b""));
    let fault = client().get(Policy::Tenant, &site.url("/"), &limits(KB, 5000)).await.unwrap_err();
    assert!(fault.to_string().ends_with("it redirects more than 5 times"), "{fault}");
    assert_eq!(site.connections(), 6);
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let site = Server::start("127.0.0.1", |request, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        let line = if request.path == "/many" {
            b"X-Pad: y\r\n".to_vec()
        } else {
            [b"X-Pad: ".as_slice(), &vec![b'y'; 64 * KB], b"\r\n"].concat()
        };
        for _ in 0..200 {
            if stream.write_all(&line).is_err() {
                return;
            }
        }
    });
    for path in ["/many", "/large"] {
        let fault = client().get(Policy::Tenant, &site.url(path), &limits(KB, 5000)).await.unwrap_err();
        assert!(matches!(fault, Error::Unreachable { .. }), "{path}: {fault}");
    }
}

#[tokio::test]
async fn a_conditional_request_sends_what_it_was_given_and_takes_304() {
    let site = Server::start("127.0.0.1", |request, stream| {
        let same = request.headers.iter().any(|h| h == "if-none-match: \"v1\"");
        if same {
            say(stream, "304 Not Modified", "ETag: \"v1\"\r\n", b"");
        } else {
            let head = "ETag: \"v1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: text/plain\r\n";
            say(stream, "200 OK", head, b"hello");
        }
    });
    let first = client().get(Policy::Tenant, &site.url("/#part"), &limits(KB, 5000)).await.unwrap();
    assert_eq!(first.url, site.url("/"));
    assert_eq!(first.content_type.as_deref(), Some("text/plain"));
    assert_eq!(first.validators.last_modified.as_deref(), Some("Mon, 01 Jan 2024 00:00:00 GMT"));
    let again = GetLimits { validators: Some(first.validators), ..limits(KB, 5000) };
    let second = client().get(Policy::Tenant, &site.url("/"), &again).await.unwrap();
    assert!(second.is_unchanged() && second.body.is_empty());
    let stale = GetLimits { validators: Some(Validators::default()), ..limits(KB, 5000) };
    assert!(!client().get(Policy::Tenant, &site.url("/"), &stale).await.unwrap().is_unchanged());
}

#[tokio::test]
async fn nothing_but_the_plain_request_is_sent_and_cookies_are_not_kept() {
    let (sent, seen) = mpsc::channel();
    let site = Server::start("127.0.0.1", move |request, stream| {
        sent.send(request.headers.clone()).unwrap();
        let cookie = "Set-Cookie: id=1\r\n";
        if request.path == "/" {
            say(stream, "302 Found", &format!("{cookie}Location: /two\r\n"), b"");
        } else {
            say(stream, "200 OK", cookie, b"");
        }
    });
    client().get(Policy::Tenant, &site.url("/"), &limits(KB, 5000)).await.unwrap();
    for headers in [seen.recv().unwrap(), seen.recv().unwrap()] {
        let mut names: Vec<&str> = headers.iter().map(|h| h.split(':').next().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
        assert!(headers.iter().any(|h| h.starts_with("user-agent: botplot/0.1 (+http")), "{headers:?}");
    }
}

#[tokio::test]
async fn statuses_broken_answers_and_closed_ports_are_told_apart() {
    let site = Server::start("127.0.0.1", |request, stream| match request.path.as_str() {
        "/gone" => say(stream, "404 Not Found", "", b""),
        "/busy" => say(stream, "503 Service Unavailable", "", b""),
        "/unasked304" => say(stream, "304 Not Modified", "", b""),
        "/garbage" => drop(stream.write_all(b"\x16\x03\x01 what is this\r\n\r\n")),
        "/badgzip" => say(stream, "200 OK", "Content-Encoding: gzip\r\n", b"this is no gzip at all"),
        _ => {}
    });
    let get = async |path: &str| {
        client().get(Policy::Tenant, &site.url(path), &limits(KB, 5000)).await.unwrap_err()
    };
    let gone = get("/gone").await;
    assert_eq!((gone.status(), gone.is_transient()), (Some(404), false));
    let busy = get("/busy").await;
    assert_eq!((busy.status(), busy.is_transient()), (Some(503), true));
    assert_eq!(get("/unasked304").await.status(), Some(304));
    for path in ["/garbage", "/hangup", "/badgzip"] {
        let fault = get(path).await;
        assert!(matches!(fault, Error::Unreachable { .. }), "{path}: {fault}");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/").parse().unwrap();
    let fault = client().get(Policy::Tenant, &url, &limits(KB, 5000)).await.unwrap_err();
    assert!(fault.to_string().contains("connection refused"), "{fault}");
}
