//! Crawling again: what has not changed is told apart from what has, with and without the server's help.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Response;
use botplot_ingest::Outcome;

use crate::site::{Site, linking, missing, page, run};

const PAGES: usize = 12;

fn body(path: &str, version: usize) -> Option<String> {
    let number: usize = path.trim_start_matches("/p").parse().ok().or((path == "/").then_some(0))?;
    // A chain, so that an unchanged page hides the only link to the next.
    let next = format!("/p{}", number + 1);
    let changed = if number == 5 { version } else { 1 };
    (number < PAGES).then(|| {
        linking(&format!("page {number} version {changed}"), &[&next])
            .replace("<nav>", &format!("<script>token={version}</script><nav>"))
    })
}

async fn versioned(version: Arc<AtomicUsize>, etags: bool, sent: Arc<AtomicUsize>) -> Site {
    Site::start(move |path, request| {
        let (version, sent) = (version.load(Ordering::SeqCst), Arc::clone(&sent));
        Box::pin(async move {
            let Some(body) = body(&path, version) else { return missing() };
            let changed = if path == "/p5" { version } else { 1 };
            let etag = format!("\"{changed}\"");
            if etags && request.headers().get("if-none-match").is_some_and(|have| have == etag.as_str()) {
                return Response::builder().status(304).body(Body::empty()).unwrap();
            }
            sent.fetch_add(1, Ordering::SeqCst);
            let mut answer = page(&body);
            if etags {
                answer.headers_mut().insert("etag", etag.parse().unwrap());
            }
            answer
        })
    })
    .await
}

#[tokio::test]
async fn an_unchanged_site_is_unchanged_to_its_last_page() {
    for etags in [false, true] {
        let (version, sent) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicUsize::new(0)));
        let site = versioned(Arc::clone(&version), etags, Arc::clone(&sent)).await;
        let spec = || botplot_ingest::SiteSpec { max_depth: 50, ..site.spec() };
        let first = run(spec(), HashMap::new()).await;
        assert_eq!((first.end.read, sent.swap(0, Ordering::SeqCst)), (PAGES, PAGES));

        let again = run(spec(), first.known()).await;
        assert_eq!((again.end.unchanged, again.end.read), (PAGES, 0), "etags: {etags}");
        assert_eq!(sent.swap(0, Ordering::SeqCst), if etags { 0 } else { PAGES });

        // What an older version of the reader remembers makes a server send everything again.
        let old = again.known().into_iter().map(|(url, mut known)| {
            known.content_hash.insert(0, '0');
            (url, known)
        });
        let reread = run(spec(), old.collect()).await;
        assert_eq!((reread.end.read, sent.swap(0, Ordering::SeqCst)), (PAGES, PAGES), "etags: {etags}");

        version.store(2, Ordering::SeqCst);
        let changed = run(spec(), again.known()).await;
        assert_eq!((changed.end.unchanged, changed.end.read), (PAGES - 1, 1), "etags: {etags}");
        assert!(matches!(changed.outcome(&site.at("p5")), Outcome::Read { .. }));
    }
}

#[tokio::test]
async fn of_equal_pages_the_one_that_was_kept_stays() {
    let same = linking("same", &[]);
    let slow = same.clone();
    let site = Site::start(move |path, _| {
        let (same, slow) = (same.clone(), slow.clone());
        Box::pin(async move {
            match path.as_str() {
                "/" => page(&linking("home", &["/x", "/y"])),
                "/x" => page(&same),
                "/y" => page(&slow),
                _ => missing(),
            }
        })
    })
    .await;
    let first = site.crawl().await;
    let kept = first.read().into_iter().find(|url| *url != site.at("")).unwrap().to_string();
    for kept in [kept, site.at("x"), site.at("y")] {
        let mut known = first.known();
        let known_page = known.remove(first.read()[1]).unwrap();
        known.insert(kept.clone(), known_page);
        let again = run(site.spec(), known).await;
        assert_eq!((again.end.unchanged, again.end.read, again.end.skipped), (2, 0, 1), "{kept}");
        assert!(matches!(again.outcome(&kept), Outcome::Unchanged(_)));
    }
}

#[tokio::test]
async fn a_page_that_is_gone_says_so() {
    let site = Site::of(&[("/", &linking("home", &["/a"])), ("/a", &linking("a", &[]))]).await;
    let known = site.crawl().await.known();
    let smaller = Site::of(&[("/", &linking("home", &["/a"]))]).await;
    let moved =
        known.into_iter().map(|(url, known)| (url.replace(site.url.as_str(), smaller.url.as_str()), known));
    let again = run(smaller.spec(), moved.collect()).await;
    assert_eq!((again.end.unchanged, again.end.skipped, again.end.failed), (1, 1, 0));
    assert!(again.why(&smaller.at("a")).contains("status 404"));
}
