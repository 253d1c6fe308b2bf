//! The pace of requests to one site.

use std::time::Duration;

use tokio::time::Instant;

/// Hands out the moments at which requests may start.
pub(super) struct Gate {
    delay: Duration,
    next: Option<Instant>,
}

impl Gate {
    /// A gate that lets one request through per `delay`; zero means no waiting.
    pub(super) fn new(delay: Duration) -> Self {
        Self { delay, next: None }
    }

    /// The moment for the next request, when asked at `now`.
    pub(super) fn slot(&mut self, now: Instant) -> Instant {
        let at = self.next.map_or(now, |next| next.max(now));
        self.next = Some(at + self.delay);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_as_far_apart_as_the_site_asks() {
        let start = Instant::now();
        let mut gate = Gate::new(Duration::from_secs(2));
        let slots: Vec<_> = (0..3).map(|_| gate.slot(start).duration_since(start).as_secs()).collect();
        assert_eq!(slots, [0, 2, 4]);
        let late = start + Duration::from_mins(1);
        assert_eq!(gate.slot(late), late);
        let mut open = Gate::new(Duration::ZERO);
        assert_eq!((open.slot(start), open.slot(start)), (start, start));
    }
}
