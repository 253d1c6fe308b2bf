//! The outcomes of a crawl on their way out: counted, and handed over one by one.

use tokio::sync::mpsc;
use url::Url;

use super::{CrawlEnd, Outcome, PageEvent};

/// Nobody takes outcomes any more.
pub(super) struct Closed;

/// Counts outcomes and sends them.
pub(super) struct Outbox {
    sink: mpsc::Sender<PageEvent>,
    pub(super) counts: CrawlEnd,
    /// Addresses that were sent and whose waiting copies have not been told yet.
    pub(super) finished: Vec<Url>,
}

impl Outbox {
    pub(super) fn new(sink: mpsc::Sender<PageEvent>) -> Self {
        Self { sink, counts: CrawlEnd::default(), finished: Vec::new() }
    }

    /// Sends what became of an address; `discovered` is how many are known by now.
    pub(super) async fn send(
        &mut self,
        url: &Url,
        outcome: Outcome,
        discovered: usize,
    ) -> Result<(), Closed> {
        *match &outcome {
            Outcome::Read { .. } => &mut self.counts.read,
            Outcome::Unchanged(_) => &mut self.counts.unchanged,
            Outcome::Skipped(_) => &mut self.counts.skipped,
            Outcome::Failed(_) => &mut self.counts.failed,
        } += 1;
        self.finished.push(url.clone());
        let CrawlEnd { read, unchanged, skipped, failed, .. } = self.counts;
        let event = PageEvent {
            url: url.to_string(),
            outcome,
            discovered,
            done: read + unchanged + skipped + failed,
        };
        self.sink.send(event).await.map_err(|_| Closed)
    }

    /// Pages with a text that are kept: new, changed and unchanged ones.
    pub(super) fn pages(&self) -> usize {
        self.counts.read + self.counts.unchanged
    }

    /// Ends when nobody takes outcomes any more.
    pub(super) async fn closed(&self) {
        self.sink.closed().await;
    }
}
