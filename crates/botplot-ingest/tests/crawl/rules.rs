//! What a site asks for: robots rules, sitemaps, page directives; and what the owner asks for: limits.

use std::collections::HashMap;
use std::time::Duration;

use botplot_egress::{Client, Config};
use botplot_ingest::{Outcome, SiteSpec, crawl, fetch_page};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::site::{Site, client, linking, run};

#[tokio::test]
async fn pages_are_found_by_links_and_sitemaps_and_each_has_one_outcome() {
    let site = Site::of(&[
        (
            "/",
            &linking("home", &["/a", "/b#part", "a", "https://elsewhere.example/", "mailto:x@y.z", "/gone"]),
        ),
        ("/a", &linking("a", &["/", "/b?utm_source=x", "/c.pdf", "/data.json"])),
        ("/b", &linking("b", &["/a"])),
        ("/data.json", "application/json|{\"a\":1}"),
        ("/notes.md", "text/markdown|# Notes\n\nSome *text* of notes."),
        ("/plain", "text/plain|Plain text it is."),
        ("/robots.txt", "text/plain|Sitemap: /ignored\nSitemap: http://elsewhere.example/s.xml\n"),
        (
            "/sitemap.xml",
            "text/xml|<urlset><url><loc>/notes.md</loc></url><url><loc>/plain</loc></url></urlset>",
        ),
    ])
    .await;
    let crawled = site.crawl().await;
    let read = ["", "a", "b", "notes.md", "plain"].map(|path| site.at(path));
    assert_eq!(crawled.read(), read);
    assert!(crawled.text(&site.at("a")).contains("This is the text of the page a."));
    assert!(!crawled.text(&site.at("a")).contains("/b"), "the menu is no content");
    assert_eq!(crawled.why(&site.at("c.pdf")), "it is a PDF; this version reads HTML, Markdown and text");
    assert!(crawled.why(&site.at("data.json")).starts_with("it is of the type `application/json`"));
    assert!(crawled.why(&site.at("gone")).contains("status 404"));
    assert_eq!(crawled.end.stopped, None);
    assert_eq!(site.requested("/c.pdf"), 0, "a file that can't be read was fetched");
}

#[tokio::test]
async fn what_robots_txt_forbids_is_never_requested() {
    let site = Site::of(&[
        ("/", &linking("home", &["/open", "/closed/a", "/moved"])),
        ("/open", &linking("open", &[])),
        ("/closed/a", &linking("closed", &[])),
        ("/moved", "301|/closed/a"),
        ("/robots.txt", "text/plain|User-agent: *\nDisallow: /closed/\n"),
        ("/sitemap.xml", "text/xml|<urlset><url><loc>/closed/b</loc></url></urlset>"),
    ])
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.read().len(), 2);
    assert_eq!(crawled.why(&site.at("closed/a")), "the site's `robots.txt` forbids it");
    assert_eq!(crawled.why(&site.at("closed/b")), "the site's `robots.txt` forbids it");
    assert!(crawled.why(&site.at("moved")).contains("forbids it"));
    assert_eq!(site.requested("/closed/b"), 0);
}

#[tokio::test]
async fn a_site_whose_rules_cannot_be_had_is_left_alone() {
    let site = Site::of(&[("/", &linking("home", &[])), ("/robots.txt", "500|")]).await;
    let crawled = site.crawl().await;
    assert!(crawled.why(&site.at("")).contains("status 500, which forbids everything for now"));
    assert_eq!(site.requests(), 1);
    assert!(crawled.end.stopped.is_some());
}

#[tokio::test]
async fn a_crawl_delay_is_kept() {
    let site = Site::of(&[
        ("/", &linking("home", &["/a", "/b", "/c"])),
        ("/a", &linking("a", &[])),
        ("/b", &linking("b", &[])),
        ("/c", &linking("c", &[])),
        ("/robots.txt", "text/plain|User-agent: *\nCrawl-delay: 0.2\n"),
    ])
    .await;
    let start = Instant::now();
    assert_eq!(site.crawl().await.end.read, 4);
    assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());
}

#[tokio::test]
async fn noindex_and_nofollow_are_respected() {
    let hidden = linking("hidden", &["/through"]).replace("<nav>", "<meta name=robots content=noindex><nav>");
    let dead = linking("dead", &["/never"]).replace("<nav>", "<meta name=robots content=nofollow><nav>");
    let site = Site::of(&[
        ("/", &linking("home", &["/hidden", "/dead"])),
        ("/hidden", &hidden),
        ("/dead", &dead),
        ("/through", &linking("through", &[])),
        ("/never", &linking("never", &[])),
    ])
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.read(), ["", "dead", "through"].map(|path| site.at(path)));
    assert_eq!(crawled.why(&site.at("hidden")), "it asks robots not to keep it (`noindex`)");
    assert_eq!(site.requested("/never"), 0);
    // An owner who names the page itself is no robot.
    let named =
        fetch_page(&client(), &site.at("hidden").parse().unwrap(), None, Duration::from_secs(5)).await;
    assert!(matches!(named.1, Outcome::Read { .. }), "{named:?}");
}

#[tokio::test]
async fn page_and_depth_limits_leave_a_reason_with_every_address() {
    let links: Vec<String> = (0..30).map(|i| format!("/p{i}")).collect();
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let mut pages = vec![("/".to_string(), linking("home", &links))];
    pages.extend(links.iter().map(|path| ((*path).to_string(), linking(path, &["/deep"]))));
    pages.push(("/deep".into(), linking("deep", &["/deeper"])));
    pages.push(("/deeper".into(), linking("deeper", &[])));
    let pages: Vec<(&str, &str)> = pages.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let site = Site::of(&pages).await;

    let crawled = run(SiteSpec { max_pages: 10, ..site.spec() }, HashMap::new()).await;
    assert_eq!((crawled.end.read, crawled.end.skipped), (10, 22));
    assert_eq!(crawled.end.stopped.as_deref(), Some("the limit of 10 pages is reached"));

    let crawled = run(SiteSpec { max_depth: 2, ..site.spec() }, HashMap::new()).await;
    assert_eq!(crawled.end.read, 32);
    assert_eq!(crawled.why(&site.at("deeper")), "it is more than 2 links away from the start");
    assert_eq!(crawled.end.stopped, None);

    // Exactly as many pages as the limit: nothing was left out, so nothing is said.
    let crawled = run(SiteSpec { max_pages: 33, ..site.spec() }, HashMap::new()).await;
    assert_eq!((crawled.end.read, crawled.end.stopped), (33, None));
}

#[tokio::test]
async fn a_sitemap_alone_gives_its_own_pages_only() {
    let site = Site::of(&[
        ("/a", &linking("a", &["/b"])),
        ("/b", &linking("b", &[])),
        ("/map.xml", "text/xml|<sitemapindex><sitemap><loc>/one.xml</loc></sitemap><sitemap><loc>/two.xml</loc></sitemap></sitemapindex>"),
        ("/one.xml", "text/xml|<urlset><url><loc>/a</loc></url><url><loc>http://elsewhere.example/x</loc></url></urlset>"),
        ("/two.xml", "text/html|<p>no sitemap</p>"),
    ])
    .await;
    let spec = SiteSpec { start: site.at("map.xml").parse().unwrap(), is_sitemap: true, ..site.spec() };
    let crawled = run(spec, HashMap::new()).await;
    assert_eq!(crawled.read(), [site.at("a")]);
    assert_eq!(crawled.why(&site.at("two.xml")), "as a sitemap: it is no sitemap");
    assert_eq!(site.requested("/b"), 0);
}

#[tokio::test]
async fn an_inner_address_is_refused_with_what_to_do() {
    let site = Site::of(&[("/", &linking("home", &[]))]).await;
    let strict = Client::new(&Config::default()).unwrap();
    let (sink, mut source) = mpsc::channel(10);
    let end = crawl(&strict, site.spec(), HashMap::new(), sink).await;
    assert_eq!((end.failed, site.requests()), (1, 0));
    let Outcome::Failed(why) = source.recv().await.unwrap().outcome else { panic!("not refused") };
    assert!(why.contains("name it in `egress.allow`"), "{why}");
}

#[tokio::test]
async fn a_crawl_that_nobody_listens_to_ends() {
    let site = Site::start(|path, _| {
        let next = format!("{path}x");
        Box::pin(async move { crate::site::page(&linking(&path, &[&next])) })
    })
    .await;
    let (sink, mut source) = mpsc::channel(1);
    let client = client();
    let (end, ()) = tokio::join!(crawl(&client, site.spec(), HashMap::new(), sink), async {
        source.recv().await.unwrap();
        drop(source);
    });
    assert!(end.cancelled && end.read < 20, "{end:?}");
}
