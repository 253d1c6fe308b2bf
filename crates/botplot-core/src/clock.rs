//! Instants, and where they come from.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

/// An instant in microseconds since 1970-01-01 UTC, as both databases store it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

const DAY: i64 = 24 * 3600 * 1_000_000;

impl Timestamp {
    /// RFC 3339 in UTC with `Z` and milliseconds: the form of webhooks.
    pub fn rfc3339_millis(self) -> String {
        let second = self.rfc3339();
        let millis = self.0.div_euclid(1000).rem_euclid(1000);
        format!("{}.{millis:03}Z", second.trim_end_matches('Z'))
    }

    /// Reads an instant as RFC 3339 writes it, of any offset.
    pub fn read(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_microsecond()))
    }

    /// This instant moved forward by `seconds` (backward if negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this instant; negative if `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// RFC 3339 in UTC with `Z`, whole seconds: the form of the v1 API.
    pub fn rfc3339(self) -> String {
        let at =
            jiff::Timestamp::from_second(self.0.div_euclid(1_000_000)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_string()
    }

    /// The calendar month in UTC as `2026-11`: the period that usage is counted in.
    pub fn month(self) -> String {
        self.rfc3339().chars().take(7).collect()
    }

    /// The day of UTC it falls in, such as `2026-11-22`.
    pub fn day(self) -> String {
        self.rfc3339().chars().take(10).collect()
    }

    /// The hour of UTC it falls in, such as `2026-11-22T22`.
    pub fn hour(self) -> String {
        self.rfc3339().chars().take(13).collect()
    }

    /// When the next hour of UTC begins.
    #[must_use]
    pub fn next_hour(self) -> Self {
        Self((self.0.div_euclid(DAY / 24) + 1) * (DAY / 24))
    }

    /// When the month of UTC after the one it falls in begins.
    #[must_use]
    pub fn next_month(self) -> Self {
        let month = self.month();
        let mut midnight = self.next_day();
        while midnight.month() == month {
            midnight = midnight.next_day();
        }
        midnight
    }

    /// When the next day of UTC begins.
    #[must_use]
    pub fn next_day(self) -> Self {
        Self((self.0.div_euclid(DAY) + 1) * DAY)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// Where the present comes from; the only source of time below the binary.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_print_as_utc_seconds_with_z() {
        assert_eq!(Timestamp(1_736_937_000_123_456).rfc3339(), "2025-01-15T10:30:00Z");
        assert_eq!(Timestamp(1_736_937_000_123_456).rfc3339_millis(), "2025-01-15T10:30:00.123Z");
        assert_eq!(Timestamp(1_736_937_000_123_456).month(), "2025-01");
    }

    #[test]
    fn the_next_hour_day_and_month_begin_at_their_first_second() {
        let at = Timestamp(1_736_937_000_123_456);
        assert_eq!(at.hour(), "2025-01-15T10");
        assert_eq!(at.next_hour().rfc3339(), "2025-01-15T11:00:00Z");
        assert_eq!(at.day(), "2025-01-15");
        assert_eq!(at.next_day().rfc3339(), "2025-01-16T00:00:00Z");
        assert_eq!(at.next_month().rfc3339(), "2025-02-01T00:00:00Z");
        assert_eq!(at.next_month().next_month().rfc3339(), "2025-03-01T00:00:00Z");
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(Timestamp(5));
        assert_eq!(clock.now(), clock.now());
        clock.advance(2);
        assert_eq!(clock.now(), Timestamp(2_000_005));
    }
}
