//! Pages that say the same, pages that only claim to, redirects.

use crate::site::{Site, linking};

#[tokio::test]
async fn equal_pages_are_kept_once() {
    let same = linking("same", &[]);
    let site = Site::of(&[
        ("/", &linking("home", &["/a", "/a?sort=1", "/a?sort=2"])),
        ("/a", &same),
        ("/a?sort=1", &same),
        ("/a?sort=2", &same),
    ])
    .await;
    let crawled = site.crawl().await;
    assert_eq!((crawled.end.read, crawled.end.skipped), (2, 2));
    assert!(
        crawled.events.iter().any(|event| format!("{:?}", event.outcome).contains("it says the same as"))
    );
}

#[tokio::test]
async fn a_print_view_gives_way_to_the_page_that_it_names() {
    let canonical = "<link rel=canonical href=/article>";
    let print = linking("article", &[])
        .replace("<nav>", &format!("{canonical}<nav>"))
        .replace("a while", "a short while");
    let site = Site::of(&[
        ("/", &linking("home", &["/print"])),
        ("/print", &print),
        ("/article", &linking("article", &[])),
    ])
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.read(), [site.at(""), site.at("article")]);
    assert_eq!(crawled.why(&site.at("print")), format!("it is a copy of `{}`", site.at("article")));
}

#[tokio::test]
async fn a_site_that_calls_every_page_its_home_loses_none() {
    let wrong = |name: &str, links: &[&str]| {
        linking(name, links).replace("<nav>", "<link rel=canonical href=/><nav>")
    };
    let site = Site::of(&[
        ("/", &wrong("home", &["/a", "/b", "/c"])),
        ("/a", &wrong("a", &[])),
        ("/b", &wrong("b", &[])),
        // Two pages that each name the other, and one that names a page that is gone.
        ("/c", &linking("c", &["/d", "/e"]).replace("<nav>", "<link rel=canonical href=/d><nav>")),
        ("/d", &linking("d", &[]).replace("<nav>", "<link rel=canonical href=/c><nav>")),
        ("/e", &linking("e", &[]).replace("<nav>", "<link rel=canonical href=/gone><nav>")),
    ])
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.read(), ["", "a", "b", "c", "d", "e"].map(|path| site.at(path)));
}

#[tokio::test]
async fn redirects_are_told_and_their_target_is_read_once() {
    let outside = Site::of(&[("/", &linking("other site", &[]))]).await;
    let away = format!("302|{}", outside.url.as_str().replace("127.0.0.1", "127.0.0.2"));
    let site = Site::of(&[
        ("/", &linking("home", &["/old", "/older", "/new", "/loop", "/away"])),
        ("/old", "301|/new"),
        ("/older", "301|/old"),
        ("/new", &linking("new", &[])),
        ("/loop", "302|/loop"),
        ("/away", &away),
    ])
    .await;
    let crawled = site.crawl().await;
    assert_eq!(crawled.read(), [site.at(""), site.at("new")]);
    for moved in ["old", "older"] {
        assert_eq!(crawled.why(&site.at(moved)), format!("it redirects to `{}`", site.at("new")));
    }
    assert!(crawled.why(&site.at("loop")).contains("redirects more than 5 times"));
    let why = crawled.why(&site.at("away"));
    assert!(why.contains("outside of this site") || why.contains("can't be reached"), "{why}");
}

#[tokio::test]
async fn a_start_that_leads_to_another_host_makes_that_host_the_site() {
    let real = Site::of(&[("/", &linking("home", &["/a"])), ("/a", &linking("a", &[]))]).await;
    let moved = Site::of(&[("/", &format!("301|{}", real.url))]).await;
    let crawled = moved.crawl().await;
    assert_eq!(crawled.read(), [real.at(""), real.at("a")]);
    assert_eq!(crawled.why(&moved.at("")), format!("it redirects to `{}`", real.url));
}
