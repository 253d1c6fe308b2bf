//! The days and hours of the person who looks, whatever zone they are in.

use botplot_core::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A time zone, by the name that browsers and the IANA give it.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    /// Such as `Europe/Berlin`.
    pub(super) name: String,
    rules: TimeZone,
}

/// An instant as clocks of a zone show it.
pub(super) struct Local {
    pub(super) date: Date,
    /// From 0, which is Monday.
    pub(super) weekday: usize,
    pub(super) hour: usize,
}

impl Zone {
    /// The zone of this name, if the machine knows it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
        let rules = if plain { TimeZone::get(name).ok()? } else { return None };
        Some(Self { name: name.to_owned(), rules })
    }

    /// Universal time.
    pub(super) fn utc() -> Self {
        Self { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }

    /// What clocks show at an instant.
    pub(super) fn local(&self, at: Timestamp) -> Local {
        let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let shown = self.rules.to_datetime(at);
        Local {
            date: shown.date(),
            weekday: usize::try_from(shown.weekday().to_monday_zero_offset()).unwrap_or_default(),
            hour: usize::try_from(shown.hour()).unwrap_or_default(),
        }
    }

    /// When a day begins.
    pub(super) fn start(&self, date: Date) -> Timestamp {
        let first = date.to_zoned(self.rules.clone()).map(|begun| begun.timestamp());
        Timestamp(first.map_or(0, jiff::Timestamp::as_microsecond))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_the_hours_of_its_zone() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let day: Date = "2026-03-29".parse().unwrap();
        assert_eq!(berlin.start(day).rfc3339(), "2026-03-28T23:00:00Z");
        assert_eq!(berlin.start(day.tomorrow().unwrap()).rfc3339(), "2026-03-29T22:00:00Z");
        let noon = berlin.local(Timestamp::read("2026-03-29T10:00:00Z").unwrap());
        assert_eq!((noon.date, noon.weekday, noon.hour), (day, 6, 12));
        let kathmandu = Zone::named("Asia/Kathmandu").unwrap();
        assert_eq!(kathmandu.start(day).rfc3339(), "2026-03-28T18:15:00Z");
    }

    #[test]
    fn what_is_no_zone_is_none() {
        for name in ["", "Nowhere/Land", "../etc/passwd", "Europe/Berlin\0", "a b"] {
            assert!(Zone::named(name).is_none(), "{name}");
        }
    }
}
