//! Where a source's pages come from: kept files, texts and questions, one web page, or a site.

use std::collections::HashMap;

use botplot_core::job::Fault;
use botplot_core::source::{Kind, Page, PageState, Source};
use botplot_ingest::{self as ingest, Known, PageEvent, SiteSpec, crawl, fetch_page};
use tokio::sync::mpsc;
use url::Url;

use super::kept;
use super::pages::{Outcome, PageRead};
use crate::Engine;

/// Reads every page of `source` into `sender`; true when all of it was seen, so that what was not met is gone.
pub(super) async fn run(
    engine: &Engine,
    source: &Source,
    known: &HashMap<String, Page>,
    sender: mpsc::Sender<PageRead>,
) -> Result<bool, Fault> {
    match (source.kind, &source.url) {
        (Kind::Files | Kind::Text | Kind::Qa, _) => kept::run(engine, source, sender).await,
        (Kind::Url | Kind::Website | Kind::Sitemap, Some(url)) => {
            let url = Url::parse(url).map_err(|e| Fault::Fail(format!("`{url}` is not an address: {e}")))?;
            web(engine, source, url, known, sender).await
        }
        (Kind::Url | Kind::Website | Kind::Sitemap, None) => Err(Fault::Fail("it has no address".into())),
    }
}

async fn web(
    engine: &Engine,
    source: &Source,
    start: Url,
    known: &HashMap<String, Page>,
    sender: mpsc::Sender<PageRead>,
) -> Result<bool, Fault> {
    let client = &engine.0.egress;
    let known: HashMap<String, Known> =
        known.iter().filter_map(|(url, page)| Some((url.clone(), remembered(page)?))).collect();
    if source.kind == Kind::Url {
        // A redirected page is remembered by the address that answered.
        let before = known.get(start.as_str()).or_else(|| known.values().next());
        let timeout = SiteSpec::new(start.clone()).page_timeout;
        let (url, outcome) = fetch_page(client, &start, before, timeout).await;
        let event = PageEvent { url: url.into(), outcome, discovered: 1, done: 1 };
        return Ok(sender.send(page_read(event)).await.is_ok());
    }
    let limits = &source.config;
    let spec = SiteSpec {
        is_sitemap: source.kind == Kind::Sitemap,
        max_pages: limits.max_pages,
        max_depth: limits.max_depth,
        ..SiteSpec::new(start)
    };
    let (events, mut heard) = mpsc::channel(1);
    let forward = async {
        while let Some(event) = heard.recv().await {
            if sender.send(page_read(event)).await.is_err() {
                return;
            }
        }
    };
    let (end, ()) = tokio::join!(crawl(client, spec, known, events), forward);
    if let Some(why) = &end.stopped {
        tracing::warn!(source.id = %source.id, why, "a crawl ended early");
    }
    Ok(end.stopped.is_none() && !end.cancelled)
}

/// What a page that can be found now says for the next conditional request.
fn remembered(page: &Page) -> Option<Known> {
    let hash = page.content_hash.as_ref().filter(|_| page.state == PageState::Indexed)?;
    Some(Known {
        etag: page.etag.clone(),
        last_modified: page.last_modified.clone(),
        content_hash: String::from_utf8(hash.clone()).ok()?,
    })
}

fn page_read(event: PageEvent) -> PageRead {
    let outcome = match event.outcome {
        ingest::Outcome::Read { document, known, bytes } => {
            Outcome::Read { document, etag: known.etag, last_modified: known.last_modified, bytes }
        }
        ingest::Outcome::Unchanged(_) => Outcome::Unchanged,
        ingest::Outcome::Skipped(why) => Outcome::Skipped(why),
        ingest::Outcome::Failed(why) => Outcome::Failed(why),
    };
    PageRead { url: event.url, outcome, discovered: event.discovered }
}
