//! A clock that goes with the machine's and can be moved forward.

use std::sync::atomic::{AtomicI64, Ordering};

use botplot_core::{Clock, SystemClock, Timestamp};

/// The machine's clock plus what a test added.
#[derive(Debug, Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_seconds(self.0.load(Ordering::SeqCst))
    }
}
