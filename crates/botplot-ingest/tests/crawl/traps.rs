//! Sites without end, without answer, without sense: each crawl ends within its limits, with a reason.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Response;
use botplot_ingest::SiteSpec;
use futures_util::stream;
use tokio::time::Instant;

use crate::site::{Site, linking, missing, page, run};

#[tokio::test]
async fn endless_links_end_at_the_depth_limit() {
    let site = Site::start(|path, _| {
        let next: Vec<String> =
            (0..3).map(|i| format!("{}/{i}-{}", path.trim_end_matches('/'), path.len())).collect();
        let next: Vec<&str> = next.iter().map(String::as_str).collect();
        let body = linking(&path, &next);
        Box::pin(async move { page(&body) })
    })
    .await;
    let crawled = run(SiteSpec { max_depth: 3, ..site.spec() }, HashMap::new()).await;
    assert_eq!((crawled.end.read, crawled.end.skipped), (1 + 3 + 9 + 27, 81));
}

#[tokio::test]
async fn a_calendar_ends_at_the_page_limit() {
    let site = Site::start(|path, _| {
        let month: u32 = path.rsplit('=').next().and_then(|m| m.parse().ok()).unwrap_or(0);
        let body = linking(
            &format!("month {month}"),
            &[&format!("/?month={}", month + 1), &format!("/?month={}", month + 7)],
        );
        Box::pin(async move { page(&body) })
    })
    .await;
    let crawled = run(SiteSpec { max_pages: 40, max_depth: 1000, ..site.spec() }, HashMap::new()).await;
    assert_eq!(crawled.end.read, 40);
    assert_eq!(crawled.end.stopped.as_deref(), Some("the limit of 40 pages is reached"));
}

#[tokio::test]
async fn a_page_of_endless_links_fills_no_memory() {
    let site = Site::start(|path, _| {
        let body = (0..10_000).fold(String::new(), |page, i| page + &format!("<a href='{path}-{i}'>x</a> "));
        Box::pin(async move { page(&format!("{}{body}", linking(&path, &[]))) })
    })
    .await;
    let crawled = run(SiteSpec { max_pages: 5, ..site.spec() }, HashMap::new()).await;
    assert_eq!(crawled.end.read, 5);
    assert!(crawled.end.discovered <= 2000 + 1, "{:?}", crawled.end);
}

#[tokio::test]
async fn paths_that_repeat_themselves_are_left() {
    let site = Site::start(|path, _| {
        let body = linking(&path, &[&format!("{}/x/y", path.trim_end_matches('/'))]);
        Box::pin(async move { page(&body) })
    })
    .await;
    let crawled = run(SiteSpec { max_depth: 50, ..site.spec() }, HashMap::new()).await;
    assert_eq!(crawled.end.read, 4);
    assert!(crawled.why(&site.at("x/y/x/y/x/y/x/y")).contains("repeats itself"));
}

#[tokio::test]
async fn huge_slow_and_silent_pages_fail_and_the_others_are_read() {
    let site = Site::start(|path, _| {
        Box::pin(async move {
            match path.as_str() {
                "/" => page(&linking("home", &["/large", "/endless", "/drip", "/silent", "/good"])),
                "/large" => page(&"<p>word ".repeat(400_000)),
                "/endless" => {
                    let body =
                        stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 4096])));
                    Response::builder()
                        .header("content-type", "text/html")
                        .body(Body::from_stream(body))
                        .unwrap()
                }
                "/drip" => {
                    let drops = stream::unfold((), |()| async {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
                    });
                    Response::new(Body::from_stream(drops))
                }
                "/silent" => std::future::pending().await,
                "/good" => page(&linking("good", &[])),
                _ => missing(),
            }
        })
    })
    .await;
    let start = Instant::now();
    let crawled =
        run(SiteSpec { page_timeout: Duration::from_millis(700), ..site.spec() }, HashMap::new()).await;
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert_eq!(crawled.read(), [site.at(""), site.at("good")]);
    assert_eq!(crawled.why(&site.at("large")), "it is larger than 2 MB");
    assert!(crawled.why(&site.at("endless")).contains("is larger than 5120 KB"));
    assert!(crawled.why(&site.at("drip")).contains("gave no complete answer within 0.7 s"));
    assert!(crawled.why(&site.at("silent")).contains("gave no complete answer"));
    assert_eq!(site.requested("/silent"), 2, "a silent page is asked once more, not for ever");
}

#[tokio::test]
async fn a_site_that_stops_answering_is_left() {
    let links: Vec<String> = (0..200).map(|i| format!("/p{i}")).collect();
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let home = linking("home", &links);
    let site = Site::start(move |path, _| {
        let home = home.clone();
        Box::pin(async move {
            match path.as_str() {
                "/" => page(&home),
                "/robots.txt" | "/sitemap.xml" => missing(),
                _ => page("503|"),
            }
        })
    })
    .await;
    let crawled = site.crawl().await;
    assert!(crawled.end.stopped.clone().unwrap().contains("stopped answering"));
    assert!(site.requests() < 60, "{} requests", site.requests());
}

#[tokio::test]
async fn the_time_limit_holds() {
    let site = Site::start(|path, _| {
        let body = linking(&path, &[&format!("{path}x")]);
        Box::pin(async move {
            match path.as_str() {
                "/robots.txt" | "/sitemap.xml" => missing(),
                _ if path.len() > 5 => std::future::pending().await,
                _ => page(&body),
            }
        })
    })
    .await;
    let spec = SiteSpec { timeout: Duration::from_millis(800), max_depth: 100, ..site.spec() };
    let start = Instant::now();
    let crawled = run(spec, HashMap::new()).await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(crawled.end.read, 5);
    assert!(crawled.end.stopped.unwrap().contains("time limit"));
}

#[tokio::test]
async fn odd_pages_are_read_or_named() {
    let site = Site::start(|path, _| {
        Box::pin(async move {
            let html = |media: &str, body: Vec<u8>| {
                Response::builder().header("content-type", media).body(Body::from(body)).unwrap()
            };
            match path.as_str() {
                "/" => page(&linking("home", &["/charset", "/refresh", "/app", "/cookies", "/empty", "/binary", "/short", "/pdf"])),
                "/charset" => html("text/html; charset=utf-8", b"<title>Gr\xf6\xdfe</title><p>Die Gr\xf6\xdfe der Sch\xfcssel und das Ma\xdf der T\xfcr".to_vec()),
                "/refresh" => page("<meta http-equiv=refresh content='0;url=/target'>"),
                "/target" => page(&linking("target", &[])),
                "/app" => page("<title>App</title><noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div><script src=/app.js></script>"),
                "/cookies" => {
                    let head = Response::builder().status(302).header("set-cookie", "seen=1").header("location", "/cookies");
                    head.body(Body::empty()).unwrap()
                }
                "/empty" => page(" "),
                "/binary" => html("text/html", (0..9000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
                "/short" => page("<title>Contact</title><p>Call 555 1234.</p><script>track()</script><p>Mail us at shop@example.com today.</p>"),
                "/pdf" => html("application/pdf", b"%PDF-1.7".to_vec()),
                _ => missing(),
            }
        })
    })
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.text(&site.at("charset")), "Die Größe der Schüssel und das Maß der Tür");
    assert_eq!(crawled.why(&site.at("refresh")), format!("it forwards to `{}`", site.at("target")));
    assert!(crawled.read().contains(&site.at("target").as_str()));
    assert_eq!(crawled.why(&site.at("app")), "it has almost no text without JavaScript");
    assert!(crawled.why(&site.at("cookies")).contains("redirects more than 5 times"));
    assert_eq!(crawled.why(&site.at("empty")), "it is empty");
    assert_eq!(crawled.why(&site.at("binary")), "it is not text");
    assert!(crawled.text(&site.at("short")).contains("Call 555 1234."));
    assert!(crawled.why(&site.at("pdf")).starts_with("it is a PDF"));
}

#[tokio::test]
async fn a_sitemap_bomb_is_named_and_the_links_are_read() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    (0..64).for_each(|_| gzip.write_all(&vec![b' '; 1 << 20]).unwrap());
    let bomb = gzip.finish().unwrap();
    let site = Site::start(move |path, _| {
        let bomb = bomb.clone();
        Box::pin(async move {
            match path.as_str() {
                "/" => page(&linking("home", &["/a"])),
                "/a" => page(&linking("a", &[])),
                "/robots.txt" => page("text/plain|Sitemap: /x"),
                "/sitemap.xml" => page("text/xml|<sitemapindex><sitemap><loc>/bomb.xml.gz</loc></sitemap><sitemap><loc>/sitemap.xml</loc></sitemap></sitemapindex>"),
                "/bomb.xml.gz" => Response::new(Body::from(bomb)),
                _ => missing(),
            }
        })
    })
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.end.read, 2);
    assert_eq!(crawled.why(&site.at("bomb.xml.gz")), "as a sitemap: it is larger than 10 MB when unpacked");
}
