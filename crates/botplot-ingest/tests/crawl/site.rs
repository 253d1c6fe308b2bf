//! A site on loopback whose pages a test writes down, and what a crawl of it gave.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use botplot_egress::{Client, Config};
use botplot_ingest::{CrawlEnd, Known, Outcome, PageEvent, SiteSpec, crawl};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

pub(crate) type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// A running site; it ends when dropped.
pub(crate) struct Site {
    pub(crate) url: Url,
    requests: Arc<Mutex<Vec<String>>>,
    _server: JoinSet<()>,
}

impl Site {
    /// Starts a site; `answer` gets each request's path with its query, and the request.
    pub(crate) async fn start<F>(answer: F) -> Self
    where
        F: Fn(String, Request<Body>) -> Answer + Clone + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let app = Router::new().fallback(move |request: Request<Body>| {
            let path = request.uri().path_and_query().unwrap().to_string();
            log.lock().unwrap().push(path.clone());
            answer(path, request)
        });
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, requests, _server: server }
    }

    /// A site of fixed pages: each path with its body; HTML unless the body names another type first, as in
    /// `text/plain|hello`, or a redirect, as in `301|/target`.
    pub(crate) async fn of(pages: &[(&str, &str)]) -> Self {
        let pages: HashMap<String, String> =
            pages.iter().map(|(path, body)| ((*path).to_string(), (*body).to_string())).collect();
        Self::start(move |path, _| {
            let found = pages.get(&path).cloned();
            Box::pin(async move { found.map_or_else(missing, |body| page(&body)) })
        })
        .await
    }

    pub(crate) fn spec(&self) -> SiteSpec {
        SiteSpec { page_timeout: Duration::from_secs(5), ..SiteSpec::new(self.url.clone()) }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        self.url.join(path).unwrap().to_string()
    }

    pub(crate) fn requested(&self, path: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|found| *found == path).count()
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub(crate) async fn crawl(&self) -> Crawled {
        run(self.spec(), HashMap::new()).await
    }
}

pub(crate) fn missing() -> Response<Body> {
    Response::builder().status(404).body(Body::from("not here")).unwrap()
}

pub(crate) fn page(body: &str) -> Response<Body> {
    match body.split_once('|') {
        Some((code @ ("301" | "302" | "500" | "503"), target)) => {
            let head = Response::builder().status(code.parse::<u16>().unwrap()).header("location", target);
            head.body(Body::empty()).unwrap()
        }
        Some((media, body)) if media.contains('/') && !media.contains('<') => {
            Response::builder().header("content-type", media).body(Body::from(body.to_string())).unwrap()
        }
        _ => Response::builder()
            .header("content-type", "text/html")
            .body(Body::from(body.to_string()))
            .unwrap(),
    }
}

/// A page of its own text that links to others.
pub(crate) fn linking(name: &str, links: &[&str]) -> String {
    let links = links
        .iter()
        .fold(String::new(), |list, link| list + &format!("<li><a href='{link}'>{link}</a></li>"));
    format!(
        "<!DOCTYPE html><title>{name}</title><nav><ul>{links}</ul></nav><main><h1>{name}</h1>\
         <p>This is the text of the page {name}. It says things about {name} that no other page says, \
         and it goes on for a while so that there is something to read about {name}.</p></main>"
    )
}

pub(crate) fn client() -> Client {
    let allow = vec!["127.0.0.0/8".to_string().try_into().unwrap()];
    Client::new(&Config { allow, ..Config::default() }).unwrap()
}

/// All that a crawl gave.
pub(crate) struct Crawled {
    pub(crate) end: CrawlEnd,
    pub(crate) events: Vec<PageEvent>,
}

pub(crate) async fn run(spec: SiteSpec, known: HashMap<String, Known>) -> Crawled {
    let (sink, mut source) = mpsc::channel(4);
    let client = client();
    let (end, events) = tokio::join!(crawl(&client, spec, known, sink), async {
        let mut events = Vec::new();
        while let Some(event) = source.recv().await {
            events.push(event);
        }
        events
    });
    let mut urls: Vec<_> = events.iter().map(|event| event.url.as_str()).collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), events.len(), "an address has two outcomes");
    assert_eq!(end.discovered, events.len(), "an address has no outcome");
    assert_eq!(end.read + end.unchanged + end.skipped + end.failed, events.len());
    assert!(
        events.iter().enumerate().all(|(at, event)| event.done == at + 1 && event.discovered >= event.done)
    );
    Crawled { end, events }
}

impl Crawled {
    pub(crate) fn outcome(&self, url: &str) -> &Outcome {
        &self
            .events
            .iter()
            .find(|event| event.url == url)
            .unwrap_or_else(|| panic!("no outcome of {url}"))
            .outcome
    }

    /// The reason for which a page was skipped or failed.
    pub(crate) fn why(&self, url: &str) -> &str {
        match self.outcome(url) {
            Outcome::Skipped(why) | Outcome::Failed(why) => why,
            other => panic!("{url}: {other:?}"),
        }
    }

    pub(crate) fn text(&self, url: &str) -> String {
        match self.outcome(url) {
            Outcome::Read { document, .. } => document.text(),
            other => panic!("{url}: {other:?}"),
        }
    }

    pub(crate) fn read(&self) -> Vec<&str> {
        let read = self.events.iter().filter(|event| matches!(event.outcome, Outcome::Read { .. }));
        let mut urls: Vec<_> = read.map(|event| event.url.as_str()).collect();
        urls.sort_unstable();
        urls
    }

    /// What the engine would remember for the next crawl.
    pub(crate) fn known(&self) -> HashMap<String, Known> {
        let known = self.events.iter().filter_map(|event| match &event.outcome {
            Outcome::Read { known, .. } | Outcome::Unchanged(known) => {
                Some((event.url.clone(), known.clone()))
            }
            _ => None,
        });
        known.collect()
    }
}
