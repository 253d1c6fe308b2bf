//! How an answer came about, as it is kept with it: what was found, and how long each step took.

use std::sync::OnceLock;
use std::time::Duration;

use botplot_core::trace::{CANDIDATES, Candidate};
use tokio::time::Instant;

use crate::retrieve::Passage;

/// The way to an answer that a model wrote.
pub(super) const MODEL: &str = "model";

/// The times of one answer, counted from when its question was stored.
pub(super) struct Times {
    begun: Instant,
    first: OnceLock<Duration>,
}

impl Times {
    /// The question was stored just now.
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now(), first: OnceLock::new() }
    }

    /// The answer says something; only the first time counts.
    pub(super) fn speaks(&self) {
        self.first.get_or_init(|| self.begun.elapsed());
    }

    /// Milliseconds until it first said something, if it has.
    pub(super) fn first_ms(&self) -> Option<i64> {
        self.first.get().map(|first| first.as_millis() as i64)
    }

    /// Milliseconds so far.
    pub(super) fn so_far(&self) -> i64 {
        self.begun.elapsed().as_millis() as i64
    }
}

/// The way to an answer that came about in this way.
pub(super) fn plan(how: &str) -> &'static str {
    match how {
        "greeted" => "greet",
        "handed_over" => "handoff",
        "refused" => "refuse",
        "verbatim" => "verbatim",
        "quoted" => "quote",
        _ => MODEL,
    }
}

/// The best of what was found; `used` counts in the same order.
pub(super) fn candidates(found: &[Passage], used: &[usize]) -> Vec<Candidate> {
    let candidate = |(place, it): (usize, &Passage)| Candidate {
        title: it.title.clone(),
        url: it.url.clone(),
        source_id: it.source,
        chunk_id: it.chunk,
        lexical: rounded(it.lexical),
        vector: it.cosine.map(rounded),
        score: rounded(it.score),
        used: used.contains(&place),
    };
    found.iter().enumerate().take(CANDIDATES).map(candidate).collect()
}

/// Four decimals say all that there is to say.
fn rounded(score: f32) -> f64 {
    (f64::from(score) * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_first_word_counts_as_the_first() {
        let times = Times::begin();
        assert_eq!((times.first_ms(), times.so_far()), (None, 0));
        tokio::time::advance(Duration::from_millis(12)).await;
        times.speaks();
        tokio::time::advance(Duration::from_millis(30)).await;
        times.speaks();
        assert_eq!((times.first_ms(), times.so_far()), (Some(12), 42));
    }
}
