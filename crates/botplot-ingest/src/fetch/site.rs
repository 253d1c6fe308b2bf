//! A whole site from one address: robots rules, sitemaps, links breadth first, an outcome for each address.

use std::collections::HashMap;

use botplot_egress::{Client, Validators};
use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use super::copies::{Copies, Waiting};
use super::frontier::{Frontier, Job, normal, pointless};
use super::gate::Gate;
use super::outbox::{Closed, Outbox};
use super::page::{self, Fetched, Got};
use super::robots::Robots;
use super::{CrawlEnd, Known, Outcome, PageEvent, SiteSpec, sitemap};
use crate::formats::html::WebPage;

/// Pages in a row that did not answer, after which the site counts as gone.
const MAX_FAILURES: usize = 20;

/// Crawls a site. Each address goes to `sink` with its outcome as soon as it has one; `known` holds what an
/// earlier crawl remembered, by address. Ends early when the receiver of `sink` is dropped.
pub async fn crawl(
    client: &Client,
    spec: SiteSpec,
    known: HashMap<String, Known>,
    sink: mpsc::Sender<PageEvent>,
) -> CrawlEnd {
    let mut crawl = Crawl::new(client, spec, known, sink);
    let mut end = crawl.run().await;
    if let Err(Stop::Early(why)) = &end {
        let why = why.clone();
        end = crawl.leave_rest(&why).await.and(end);
    }
    crawl.report(end)
}

/// Why a crawl ends before everything is seen.
enum Stop {
    Early(String),
    Cancelled,
}

struct Crawl<'a> {
    client: &'a Client,
    spec: SiteSpec,
    known: HashMap<String, Known>,
    outbox: Outbox,
    frontier: Frontier,
    copies: Copies,
    robots: Option<Robots>,
    gate: Gate,
    tasks: JoinSet<Fetched>,
    running: HashMap<Id, Job>,
    deadline: Instant,
    failures: usize,
    /// Whether a page was unchanged, so that its links are not known.
    links_hidden: bool,
}

impl<'a> Crawl<'a> {
    fn new(
        client: &'a Client,
        mut spec: SiteSpec,
        known: HashMap<String, Known>,
        sink: mpsc::Sender<PageEvent>,
    ) -> Self {
        spec.page_timeout = spec.page_timeout.min(spec.timeout);
        Self {
            frontier: Frontier::new(spec.max_pages, spec.max_depth),
            copies: Copies::new(&known),
            robots: None,
            gate: Gate::new(std::time::Duration::ZERO),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            deadline: Instant::now() + spec.timeout,
            failures: 0,
            links_hidden: false,
            outbox: Outbox::new(sink),
            client,
            spec,
            known,
        }
    }

    async fn run(&mut self) -> Result<(), Stop> {
        self.begin().await?;
        self.take_sitemaps().await?;
        loop {
            self.fill().await?;
            if self.running.is_empty() && !self.offer_hidden() {
                break;
            }
            self.wait().await?;
        }
        for address in self.frontier.take_deep() {
            let why = format!("it is more than {} links away from the start", self.spec.max_depth);
            self.emit(&address, Outcome::Skipped(why)).await?;
        }
        Ok(())
    }

    /// Reads the rules and the start page, which may lead to another host: then that is the site.
    async fn begin(&mut self) -> Result<(), Stop> {
        let start = normal(&self.spec.start);
        self.frontier.adopt(&start);
        self.obey(&start).await?;
        if self.spec.is_sitemap {
            return Ok(());
        }
        self.frontier.offer(&start, 0);
        let Some(job) = self.frontier.next() else { return Ok(()) };
        if let Some(why) = self.forbidden(&job.url) {
            return self.emit(&job.url, Outcome::Skipped(why)).await;
        }
        let known = self.known.get(job.url.as_str());
        let fetched = page::get(self.client, &job.url, known, self.spec.page_timeout).await;
        let landed = normal(&fetched.url);
        if !self.frontier.is_ours(&landed) {
            self.frontier.adopt(&landed);
            self.obey(&landed).await?;
        }
        self.finish(job, fetched).await
    }

    /// Takes on the robots rules of the site of `page`.
    async fn obey(&mut self, page: &Url) -> Result<(), Stop> {
        let robots = Robots::load(self.client, page, self.spec.page_timeout).await;
        if let Some(why) = robots.closed() {
            let start = normal(&self.spec.start);
            self.frontier.offer(&start, 0);
            self.frontier.take(&start);
            self.emit(&start, Outcome::Failed(why.clone())).await?;
            return Err(Stop::Early(why));
        }
        self.gate = Gate::new(robots.delay());
        if !robots.delay().is_zero() {
            self.spec.parallel = 1;
        }
        self.robots = Some(robots);
        Ok(())
    }

    async fn take_sitemaps(&mut self) -> Result<(), Stop> {
        let (named, guessed) = if self.spec.is_sitemap {
            (vec![self.spec.start.clone()], None)
        } else {
            let named =
                self.robots.iter().flat_map(Robots::sitemaps).filter(|url| self.frontier.is_ours(url));
            (named.collect(), self.spec.start.join("/sitemap.xml").ok())
        };
        let found = sitemap::load(self.client, named, guessed, self.spec.page_timeout, self.deadline).await;
        for page in &found.pages {
            self.frontier.offer(page, 1.min(self.spec.max_depth));
        }
        for (url, why) in found.faults {
            if self.frontier.take(&normal(&url)) {
                self.emit(&normal(&url), Outcome::Failed(format!("as a sitemap: {why}"))).await?;
            }
        }
        Ok(())
    }

    /// Starts as many requests as may run.
    async fn fill(&mut self) -> Result<(), Stop> {
        while self.running.len() < self.spec.parallel.max(1) {
            let pages = self.outbox.pages() + self.copies.count;
            let full = pages + self.running.len() >= self.spec.max_pages;
            if full && !self.running.is_empty() {
                return Ok(());
            }
            let Some(job) = self.frontier.next() else { return Ok(()) };
            if let Some(why) = pointless(&job.url).or_else(|| self.forbidden(&job.url)) {
                self.emit(&job.url, Outcome::Skipped(why)).await?;
            } else if full {
                let why = format!("the limit of {} pages is reached", self.spec.max_pages);
                self.emit(&job.url, Outcome::Skipped(why.clone())).await?;
                return Err(Stop::Early(why));
            } else {
                self.start(job);
            }
            self.tell_copies().await?;
        }
        Ok(())
    }

    fn start(&mut self, job: Job) {
        let at = self.gate.slot(Instant::now());
        let (client, url) = (self.client.clone(), job.url.clone());
        let (known, timeout) = (self.known.get(url.as_str()).cloned(), self.spec.page_timeout);
        let task = self.tasks.spawn(async move {
            sleep_until(at).await;
            page::get(&client, &url, known.as_ref(), timeout).await
        });
        self.running.insert(task.id(), job);
    }

    /// Waits for one request.
    async fn wait(&mut self) -> Result<(), Stop> {
        let joined = tokio::select! {
            joined = timeout_at(self.deadline, self.tasks.join_next_with_id()) => joined,
            () = self.outbox.closed() => return Err(Stop::Cancelled),
        };
        let joined = joined.map_err(|_| {
            Stop::Early(format!(
                "the time limit of {} minutes is reached",
                self.spec.timeout.as_secs().div_ceil(60)
            ))
        })?;
        match joined {
            None => Ok(()),
            Some(Ok((id, fetched))) => match self.running.remove(&id) {
                Some(job) => self.finish(job, fetched).await,
                None => Ok(()),
            },
            Some(Err(broken)) => match self.running.remove(&broken.id()) {
                Some(job) => self.emit(&job.url, Outcome::Failed("reading it broke off".into())).await,
                None => Ok(()),
            },
        }
    }

    /// Deals with an answer: a second try, a redirect, a page.
    async fn finish(&mut self, job: Job, fetched: Fetched) -> Result<(), Stop> {
        let Fetched { url, got } = fetched;
        if let Got::Failed { again, .. } = &got {
            self.failures += usize::from(*again);
            if *again && !job.again {
                self.frontier.retry(job);
                return self.give_up();
            }
        } else {
            self.failures = 0;
        }
        let landed = if matches!(got, Got::Failed { .. }) { job.url.clone() } else { normal(&url) };
        if landed != job.url {
            let (why, is_new) = self.redirect(&landed);
            self.emit(&job.url, Outcome::Skipped(why)).await?;
            if !is_new {
                return self.tell_copies().await;
            }
        }
        self.settle(landed, job.depth, got).await?;
        self.tell_copies().await?;
        self.give_up()
    }

    fn give_up(&self) -> Result<(), Stop> {
        if self.failures < MAX_FAILURES {
            return Ok(());
        }
        Err(Stop::Early(format!("the site stopped answering: {MAX_FAILURES} requests in a row failed")))
    }

    /// What to say of an address that redirects, and whether its target is to be taken in its place.
    fn redirect(&mut self, landed: &Url) -> (String, bool) {
        if !self.frontier.is_ours(landed) {
            return (format!("it redirects to `{landed}`, outside of this site"), false);
        }
        if let Some(why) = self.forbidden(landed) {
            return (format!("it redirects to `{landed}`, but {why}"), false);
        }
        (format!("it redirects to `{landed}`"), self.frontier.take(landed))
    }

    async fn settle(&mut self, url: Url, depth: usize, got: Got) -> Result<(), Stop> {
        match got {
            Got::Page(page, validators, bytes) => self.page(url, depth, page, validators, bytes).await,
            Got::Unreadable(why) => self.emit(&url, Outcome::Skipped(why)).await,
            Got::Failed { why, .. } => self.emit(&url, Outcome::Failed(why)).await,
            Got::Unchanged => {
                self.links_hidden = true;
                let Some(known) = self.known.get(url.as_str()).cloned() else {
                    let why = "it answered as unchanged, but was never read".into();
                    return self.emit(&url, Outcome::Failed(why)).await;
                };
                self.copies.keep_unread(&url, &known);
                self.emit(&url, Outcome::Unchanged(known)).await
            }
        }
    }

    async fn page(
        &mut self,
        url: Url,
        depth: usize,
        mut page: Box<WebPage>,
        validators: Validators,
        bytes: usize,
    ) -> Result<(), Stop> {
        if !self.spec.is_sitemap {
            for link in std::mem::take(&mut page.links).iter().chain(&page.refresh) {
                self.frontier.offer(link, depth + 1);
            }
        }
        let forwards = page.refresh.as_ref().filter(|_| page.document.is_empty());
        let unfit = match forwards {
            _ if page.noindex => Some("it asks robots not to keep it (`noindex`)".into()),
            Some(target) => Some(format!("it forwards to `{target}`")),
            None => page::unfit(&page),
        };
        if let Some(why) = unfit {
            return self.emit(&url, Outcome::Skipped(why)).await;
        }
        let waiting = Waiting { url, page, validators, bytes, declared: false };
        match self.copies.original(&waiting.url, &waiting.page.document) {
            Some((original, declared)) if self.frontier.is_ours(&original) => {
                self.frontier.offer(&original, depth);
                let waiting = Waiting { declared, ..waiting };
                if self.frontier.is_open(&original) || self.running.values().any(|job| job.url == original) {
                    self.copies.wait(original, waiting);
                    return Ok(());
                }
                self.decide(&original, waiting).await
            }
            _ => self.keep(waiting).await,
        }
    }

    /// Tells pages that wait for an address what became of it.
    async fn tell_copies(&mut self) -> Result<(), Stop> {
        while let Some(url) = self.outbox.finished.pop() {
            for waiting in self.copies.released_by(&url) {
                self.decide(&url, waiting).await?;
            }
        }
        Ok(())
    }

    async fn decide(&mut self, original: &Url, page: Waiting) -> Result<(), Stop> {
        if self.copies.is_copy(original, &page.page.document, page.declared) {
            return self.emit(&page.url, Outcome::Skipped(format!("it is a copy of `{original}`"))).await;
        }
        self.keep(page).await
    }

    async fn keep(&mut self, page: Waiting) -> Result<(), Stop> {
        let Waiting { url, page, validators, bytes, .. } = page;
        let outcome = match self.copies.keep(&url, &page.document) {
            Some(first) => Outcome::Skipped(format!("it says the same as `{first}`")),
            None => page::outcome(*page, validators, bytes, self.known.get(url.as_str())),
        };
        self.emit(&url, outcome).await
    }

    /// Offers the known addresses once when unchanged pages did not show their links; true when that gave work.
    fn offer_hidden(&mut self) -> bool {
        if !std::mem::take(&mut self.links_hidden) || self.spec.is_sitemap {
            return false;
        }
        let mut addresses: Vec<Url> = self.known.keys().filter_map(|text| Url::parse(text).ok()).collect();
        addresses.sort_unstable();
        let before = self.frontier.len();
        for address in addresses {
            self.frontier.offer(&address, 1.min(self.spec.max_depth));
        }
        self.frontier.len() > before
    }

    /// Gives everything that has no outcome yet the reason for which the crawl ended.
    async fn leave_rest(&mut self, why: &str) -> Result<(), Stop> {
        self.tasks.abort_all();
        let mut rest: Vec<Url> = self.running.drain().map(|(_, job)| job.url).collect();
        rest.extend(self.frontier.drain().into_iter().map(|job| job.url));
        rest.extend(self.frontier.take_deep());
        for address in rest {
            self.emit(&address, Outcome::Skipped(why.to_string())).await?;
        }
        for waiting in self.copies.release_all() {
            self.keep(waiting).await?;
        }
        Ok(())
    }

    fn forbidden(&self, url: &Url) -> Option<String> {
        self.robots.as_ref().and_then(|robots| robots.forbids(url))
    }

    async fn emit(&mut self, url: &Url, outcome: Outcome) -> Result<(), Stop> {
        self.outbox.send(url, outcome, self.frontier.len()).await.map_err(|Closed| Stop::Cancelled)
    }

    fn report(self, end: Result<(), Stop>) -> CrawlEnd {
        let lost = self.frontier.overflow;
        let endless = (lost > 0)
            .then(|| format!("{lost} more addresses were found than are kept: the site has no end"));
        let (stopped, cancelled) = match end {
            Ok(()) => (endless, false),
            Err(Stop::Early(why)) => (Some(why), false),
            Err(Stop::Cancelled) => (None, true),
        };
        CrawlEnd { discovered: self.frontier.len(), stopped, cancelled, ..self.outbox.counts }
    }
}
