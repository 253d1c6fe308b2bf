//! What the operator sets for the engine.

/// Settings of search and background work.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Mebibytes that the search indexes in memory may take together; the least recently used go first.
    pub index_memory_mb: usize,
    /// Threads that make vectors of new knowledge; 0 takes one per processor.
    pub indexing_threads: usize,
    /// Jobs that run at once.
    pub jobs_at_once: usize,
    /// Passages that a model gets to answer from.
    pub passages: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { index_memory_mb: 512, indexing_threads: 0, jobs_at_once: 4, passages: 8 }
    }
}

impl Config {
    /// Every setting that cannot work, with what it takes.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let range = |name, value: usize, from, to| {
            (!(from..=to).contains(&value))
                .then(|| (name, format!("takes a number from {from} to {to}, not `{value}`")))
        };
        [
            range("index_memory_mb", self.index_memory_mb, 1, 1 << 20),
            range("indexing_threads", self.indexing_threads, 0, 256),
            range("jobs_at_once", self.jobs_at_once, 1, 64),
            range("passages", self.passages, 1, 20),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
