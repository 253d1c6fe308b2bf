//! From addresses and folders to documents: each page with an outcome, each outcome with its reason.

mod copies;
pub(crate) mod files;
mod frontier;
mod gate;
mod outbox;
mod page;
mod robots;
mod site;
mod sitemap;

use std::time::Duration;

use url::Url;

use crate::document::Document;

pub use page::fetch as fetch_page;
pub use site::crawl;

/// What to crawl, and how far.
#[derive(Debug, Clone)]
pub struct SiteSpec {
    /// Where to begin: a page of the site, or a sitemap.
    pub start: Url,
    /// Whether `start` is a sitemap: then its addresses are read and no links are followed.
    pub is_sitemap: bool,
    /// Pages that are read at most.
    pub max_pages: usize,
    /// Links from the start that a page may be away.
    pub max_depth: usize,
    /// Requests at once; one at a time where `robots.txt` asks for a delay.
    pub parallel: usize,
    /// The time for one page.
    pub page_timeout: Duration,
    /// The time for everything.
    pub timeout: Duration,
}

impl SiteSpec {
    /// A website from one of its pages, within the default limits: 500 pages, 5 links deep, 8 requests at
    /// once, 15 s a page, an hour in all.
    pub fn new(start: Url) -> Self {
        Self {
            start,
            is_sitemap: false,
            max_pages: 500,
            max_depth: 5,
            parallel: 8,
            page_timeout: Duration::from_secs(15),
            timeout: Duration::from_hours(1),
        }
    }
}

/// What is remembered of a page that was read, to tell the next time whether it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The `Last-Modified` header.
    pub last_modified: Option<String>,
    /// [`Document::hash`] of what was read.
    pub content_hash: String,
}

/// What became of one address or file.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was read, and is new or has changed.
    Read {
        /// What was read; at least one block is text.
        document: Box<Document>,
        /// What to remember of it.
        known: Known,
        /// Bytes that came, decompressed.
        bytes: usize,
    },
    /// It says what it said before.
    Unchanged(Known),
    /// It is left out, for this reason: nothing to read, not there any more (404, 410), or not wanted.
    Skipped(String),
    /// It could not be had this time, for this reason; what was read before is as good as it was.
    Failed(String),
}

/// One address with its outcome, as soon as it is known; each discovered address gets exactly one.
#[derive(Debug, Clone)]
pub struct PageEvent {
    /// The address, without fragment; the one that redirects lead to for what was read.
    pub url: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Addresses found so far.
    pub discovered: usize,
    /// Addresses with an outcome so far, this one included.
    pub done: usize,
}

/// How a crawl ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrawlEnd {
    /// Addresses found.
    pub discovered: usize,
    /// Pages read that are new or changed.
    pub read: usize,
    /// Pages that say what they said before.
    pub unchanged: usize,
    /// Addresses left out on purpose.
    pub skipped: usize,
    /// Addresses that could not be read.
    pub failed: usize,
    /// Why it ended before everything was seen; `None` when nothing is left.
    pub stopped: Option<String>,
    /// Whether it ended because nobody takes its events any more.
    pub cancelled: bool,
}
