//! Pages that say the same under several addresses: which one is kept, and which wait for it.

use std::collections::{HashMap, HashSet};

use botplot_egress::Validators;
use url::Url;

use super::Known;
use crate::document::Document;
use crate::formats::html::WebPage;

/// A page that was read and waits to hear whether the address that it may be a copy of says the same.
pub(super) struct Waiting {
    pub(super) url: Url,
    pub(super) page: Box<WebPage>,
    pub(super) validators: Validators,
    pub(super) bytes: usize,
    /// Whether the page itself names the other address as its own.
    pub(super) declared: bool,
}

/// What is kept of a page to compare others with.
struct Kept {
    hash: String,
    title: String,
    length: usize,
}

/// The contents of one crawl.
#[derive(Default)]
pub(super) struct Copies {
    /// For each content that an earlier crawl kept, its address.
    owners: HashMap<String, String>,
    by_hash: HashMap<String, Url>,
    kept: HashMap<Url, Kept>,
    waiting: HashMap<Url, Vec<Waiting>>,
    waits: HashSet<Url>,
    /// Pages that wait.
    pub(super) count: usize,
}

impl Copies {
    pub(super) fn new(known: &HashMap<String, Known>) -> Self {
        let owners = known.iter().map(|(url, known)| (known.content_hash.clone(), url.clone())).collect();
        Self { owners, ..Self::default() }
    }

    /// The address that `document`, read from `url`, may be a copy of, and whether the page says so itself.
    pub(super) fn original(&self, url: &Url, document: &Document) -> Option<(Url, bool)> {
        let other = |text: &String| {
            let original = super::frontier::normal(&Url::parse(text).ok()?);
            // Two pages that wait for each other would wait for ever.
            (original != *url && !self.waits.contains(&original)).then_some(original)
        };
        if let Some(original) = document.canonical.as_ref().and_then(other) {
            return Some((original, true));
        }
        // So that a crawl of an unchanged site keeps what the last one kept, whichever answers first.
        self.owners.get(&document.hash()).and_then(other).map(|original| (original, false))
    }

    /// Lets a page wait for the outcome of `original`.
    pub(super) fn wait(&mut self, original: Url, page: Waiting) {
        self.waits.insert(page.url.clone());
        self.count += 1;
        self.waiting.entry(original).or_default().push(page);
    }

    /// The pages that waited for `url`.
    pub(super) fn released_by(&mut self, url: &Url) -> Vec<Waiting> {
        let released = self.waiting.remove(url).unwrap_or_default();
        self.count -= released.len();
        for page in &released {
            self.waits.remove(&page.url);
        }
        released
    }

    /// All pages that still wait.
    pub(super) fn release_all(&mut self) -> Vec<Waiting> {
        let urls: Vec<Url> = self.waiting.keys().cloned().collect();
        urls.iter().flat_map(|url| self.released_by(url)).collect()
    }

    /// Whether a page says what the kept page at `original` says; a page that names its original may differ
    /// a little, as the print view of an article does.
    pub(super) fn is_copy(&self, original: &Url, document: &Document, declared: bool) -> bool {
        let Some(kept) = self.kept.get(original) else { return false };
        let length = document.text().len();
        let close = kept.title == document.title && kept.length.abs_diff(length) * 5 <= kept.length;
        kept.hash == document.hash() || (declared && close)
    }

    /// Keeps the content of `url`; gives the address that has the same content already, if one has.
    pub(super) fn keep(&mut self, url: &Url, document: &Document) -> Option<Url> {
        let hash = document.hash();
        if let Some(first) = self.by_hash.get(&hash) {
            return Some(first.clone());
        }
        self.by_hash.insert(hash.clone(), url.clone());
        let kept = Kept { hash, title: document.title.clone(), length: document.text().len() };
        self.kept.insert(url.clone(), kept);
        None
    }

    /// Keeps a page that is unchanged and was not sent again.
    pub(super) fn keep_unread(&mut self, url: &Url, known: &Known) {
        let hash = known.content_hash.clone();
        self.by_hash.entry(hash.clone()).or_insert_with(|| url.clone());
        self.kept.insert(url.clone(), Kept { hash, title: String::new(), length: 0 });
    }
}
