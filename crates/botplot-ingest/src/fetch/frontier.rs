//! The addresses of a site that are known: which belong to it, which wait, which had their turn.

use std::collections::{HashMap, HashSet, VecDeque};

use url::Url;

/// Query parameters that say who sent a visitor, not which page it is.
const TRACKING: &[&str] =
    &["gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "phpsessid", "jsessionid", "_ga"];
/// Addresses that are kept for each page that may be read; a site with more is endless.
const ADDRESSES_PER_PAGE: usize = 20;
const MIN_ADDRESSES: usize = 2000;
const MAX_URL: usize = 1000;

/// An address in the queue.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) url: Url,
    /// Links from the start.
    pub(super) depth: usize,
    /// Whether it failed before.
    pub(super) again: bool,
}

/// All that is known of a site's addresses.
pub(super) struct Frontier {
    sites: Vec<(String, Option<u16>)>,
    /// Every address that was found, with whether its turn has come.
    seen: HashMap<String, bool>,
    queue: VecDeque<Job>,
    deep: HashSet<Url>,
    max_depth: usize,
    max_addresses: usize,
    /// Addresses that were found after there were too many.
    pub(super) overflow: usize,
}

impl Frontier {
    pub(super) fn new(max_pages: usize, max_depth: usize) -> Self {
        Self {
            sites: Vec::new(),
            seen: HashMap::new(),
            queue: VecDeque::new(),
            deep: HashSet::new(),
            max_depth,
            max_addresses: (max_pages * ADDRESSES_PER_PAGE).max(MIN_ADDRESSES),
            overflow: 0,
        }
    }

    /// Makes the host of `url` part of the site.
    pub(super) fn adopt(&mut self, url: &Url) {
        let site = site(url);
        if !self.sites.contains(&site) {
            self.sites.push(site);
        }
    }

    /// Whether `url` belongs to the site: same host but for `www.`, same port but for http and https.
    pub(super) fn is_ours(&self, url: &Url) -> bool {
        self.sites.contains(&site(url))
    }

    /// Takes in an address that was found `depth` links from the start, once, when it belongs to the site.
    pub(super) fn offer(&mut self, url: &Url, depth: usize) {
        if !self.is_ours(url) {
            return;
        }
        let url = normal(url);
        let key = url.as_str();
        let nearer = self.deep.contains(&url) && depth <= self.max_depth;
        if nearer {
            self.deep.remove(&url);
        } else if self.seen.contains_key(key) {
            return;
        } else if self.seen.len() >= self.max_addresses {
            self.overflow += 1;
            return;
        }
        self.seen.insert(key.to_string(), false);
        if depth > self.max_depth {
            self.deep.insert(url);
        } else {
            self.queue.push_back(Job { url, depth, again: false });
        }
    }

    /// The next address whose turn it is.
    pub(super) fn next(&mut self) -> Option<Job> {
        while let Some(job) = self.queue.pop_front() {
            if job.again {
                return Some(job);
            }
            // An address that a redirect led to in the meantime has had its turn.
            if self.take(&job.url) {
                return Some(job);
            }
        }
        None
    }

    /// Marks that an address has its turn; false when it had it before.
    pub(super) fn take(&mut self, url: &Url) -> bool {
        self.deep.remove(url);
        !self.seen.insert(url.as_str().to_string(), true).unwrap_or(false)
    }

    /// Puts an address that failed at the end of the queue.
    pub(super) fn retry(&mut self, job: Job) {
        self.queue.push_back(Job { again: true, ..job });
    }

    /// Whether an address waits for its turn.
    pub(super) fn is_open(&self, url: &Url) -> bool {
        let deep = self.deep.contains(url);
        self.seen.get(url.as_str()) == Some(&false) && !deep
            || self.queue.iter().any(|job| job.again && job.url == *url)
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// The addresses that are too many links away, in a stable order.
    pub(super) fn take_deep(&mut self) -> Vec<Url> {
        let mut deep: Vec<_> = std::mem::take(&mut self.deep).into_iter().collect();
        deep.sort_unstable();
        deep
    }

    /// What waits in the queue.
    pub(super) fn drain(&mut self) -> Vec<Job> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

fn site(url: &Url) -> (String, Option<u16>) {
    let host = url.host_str().unwrap_or_default();
    (host.trim_start_matches("www.").trim_end_matches('.').to_string(), url.port())
}

/// The address without what does not make another page: fragment, tracking.
pub(super) fn normal(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    let Some(query) = url.query() else { return url };
    let tracks = |pair: &str| {
        let key = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        key.starts_with("utm_") || TRACKING.contains(&key.as_str())
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !tracks(pair)).collect();
    let kept = (!kept.is_empty()).then(|| kept.join("&"));
    url.set_query(kept.as_deref());
    url
}

/// Why an address is not worth a request: a trap, or a file that can't be read.
pub(super) fn pointless(url: &Url) -> Option<String> {
    if url.as_str().len() > MAX_URL {
        return Some(format!("its address is longer than {MAX_URL} characters"));
    }
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    if segments.iter().any(|segment| {
        let count = counts.entry(segment).or_default();
        *count += 1;
        *count > 3
    }) {
        return Some("its address repeats itself: such sites have no end".into());
    }
    let ending =
        segments.last().and_then(|file| file.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    let what = ending.as_deref().and_then(crate::formats::by_ending)?;
    Some(format!("it is {what}; this version reads {}", crate::formats::names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn frontier(start: &str) -> Frontier {
        let mut frontier = Frontier::new(10, 2);
        frontier.adopt(&url(start));
        frontier
    }

    #[test]
    fn a_site_is_its_host_with_or_without_www_and_tls() {
        let ours = frontier("https://www.acme.example/");
        for page in ["https://acme.example/a", "http://www.acme.example/", "https://acme.example:443/"] {
            assert!(ours.is_ours(&url(page)), "{page}");
        }
        for other in
            ["https://shop.acme.example/", "https://acme.example.evil.example/", "https://acme.example:8443/"]
        {
            assert!(!ours.is_ours(&url(other)), "{other}");
        }
    }

    #[test]
    fn an_address_has_one_turn_however_often_it_is_found() {
        let mut frontier = frontier("https://a.example/");
        for found in ["https://a.example/x#one", "https://a.example/x?utm_source=mail", "https://a.example/x"]
        {
            frontier.offer(&url(found), 1);
        }
        assert_eq!(frontier.next().unwrap().url.as_str(), "https://a.example/x");
        assert!(frontier.next().is_none());
        frontier.offer(&url("https://a.example/y"), 1);
        assert!(frontier.take(&url("https://a.example/y")));
        assert!(frontier.next().is_none());
    }

    #[test]
    fn a_deep_address_is_taken_when_a_shorter_way_is_found() {
        let mut frontier = frontier("https://a.example/");
        frontier.offer(&url("https://a.example/far"), 3);
        assert!(frontier.next().is_none());
        frontier.offer(&url("https://a.example/far"), 2);
        assert_eq!(frontier.next().unwrap().depth, 2);
        assert!(frontier.take_deep().is_empty());
        assert_eq!(frontier.len(), 1);
    }

    #[test]
    fn addresses_beyond_all_bounds_are_counted_not_kept() {
        let mut frontier = frontier("https://a.example/");
        for i in 0..3000 {
            frontier.offer(&url(&format!("https://a.example/{i}")), 1);
        }
        assert_eq!((frontier.len(), frontier.overflow), (2000, 1000));
    }

    #[test]
    fn traps_and_files_are_seen_by_their_address() {
        assert!(pointless(&url("https://a.example/a/b/a/b/a/b/a/b")).unwrap().contains("repeats"));
        assert!(
            pointless(&url(&format!("https://a.example/{}", "x".repeat(1000)))).unwrap().contains("longer")
        );
        assert!(pointless(&url("https://a.example/a.PDF?x=1")).unwrap().starts_with("it is a PDF"));
        assert!(pointless(&url("https://a.example/v1.2/page")).is_none());
        assert!(pointless(&url("https://a.example/index.php")).is_none());
    }
}
