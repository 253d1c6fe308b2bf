//! The engine's clock as the buckets need it: one that never goes back.

use std::sync::{Arc, Mutex, PoisonError};

use botplot_core::Timestamp;
use governor::clock::Clock;
use governor::nanos::Nanos;

/// Nanoseconds since the buckets were made. A wall clock that is set back stands still here for that step, so that
/// nobody waits for it to catch up.
#[derive(Clone)]
pub(super) struct Ticks(Arc<Wall>);

struct Wall {
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    seen: Mutex<Seen>,
}

struct Seen {
    at: Timestamp,
    ticks: u64,
}

impl Ticks {
    /// A clock that begins at zero and goes as `now` does.
    pub(super) fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let seen = Mutex::new(Seen { at: now(), ticks: 0 });
        Self(Arc::new(Wall { now: Box::new(now), seen }))
    }
}

impl Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let at = (self.0.now)();
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = u64::try_from(at.0.saturating_sub(seen.at.0)).unwrap_or(0);
        seen.ticks = seen.ticks.saturating_add(passed.saturating_mul(1000));
        seen.at = at;
        Nanos::from(seen.ticks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::{Clock as _, ManualClock};

    #[test]
    fn it_goes_forward_with_the_wall_clock_and_never_back() {
        let wall = Arc::new(ManualClock::at(Timestamp(5_000_000_000)));
        let shown = wall.clone();
        let ticks = Ticks::of(move || shown.now());
        assert_eq!(ticks.now().as_u64(), 0);
        wall.advance(2);
        assert_eq!(ticks.now().as_u64(), 2_000_000_000);
        wall.advance(-100);
        assert_eq!(ticks.now().as_u64(), 2_000_000_000);
        wall.advance(1);
        assert_eq!(ticks.now().as_u64(), 3_000_000_000);
    }
}
