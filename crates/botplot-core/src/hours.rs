//! Office hours: when people are there, by the wall clock of the project's zone. Reads no clock and no file.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::Timestamp;

/// Where `hours.message` says when people are there again.
pub const OPENS: &str = "{opens}";
/// Spans of one day at most.
pub const MOST_SPANS: usize = 4;
/// Minutes of a day.
const DAY: u32 = 24 * 60;
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// When people are there, and what a visitor reads who asks for one outside these hours.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Hours {
    /// Name of the time zone, such as `Europe/Berlin`.
    pub zone: String,
    /// The spans of each day from Monday on, such as `09:00-17:00`; all empty is always open.
    pub week: Vec<Vec<String>>,
    /// What the visitor reads outside the hours; `{opens}` is replaced by when they begin again.
    pub message: String,
}

impl Default for Hours {
    fn default() -> Self {
        Self {
            zone: "UTC".into(),
            week: vec![Vec::new(); 7],
            message: format!(
                "Nobody from our team is here right now. We are back {OPENS}, and will answer you then."
            ),
        }
    }
}

impl Hours {
    /// True when people are there at that moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let spans = self.spans();
        spans.iter().all(Vec::is_empty) || is_within(&spans, &local(&self.tz(), at))
    }

    /// When people are there next: at once while they are.
    pub fn next_opening(&self, at: Timestamp) -> Timestamp {
        if self.is_open(at) {
            return at;
        }
        let (spans, zone) = (self.spans(), self.tz());
        let today = local(&zone, at).date();
        let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(9);
        let starts = days.flat_map(|day| {
            spans[weekday(day)].iter().filter_map(move |span| Some(day.to_datetime(clock(span.0)?)))
        });
        // A time may come twice in the night in which clocks go back, or not at all when they go forward.
        let moments = starts.flat_map(|start| {
            let found = zone.to_ambiguous_timestamp(start);
            [found.earlier(), found.later()].into_iter().flatten()
        });
        let moments = moments.map(|moment| Timestamp(moment.as_microsecond()));
        moments.filter(|moment| *moment > at && self.is_open(*moment)).min().unwrap_or(at)
    }

    /// When somebody who waits since then has waited for so many seconds within the hours.
    pub fn waited(&self, since: Timestamp, seconds: i64) -> Timestamp {
        let until = self.next_opening(since).plus_seconds(seconds);
        if self.is_open(until) { until } else { self.next_opening(until).plus_seconds(seconds) }
    }

    /// What a visitor reads who asks for a person at that moment; none while people are there.
    pub fn closed_message(&self, at: Timestamp) -> Option<String> {
        if self.is_open(at) {
            return None;
        }
        Some(self.message.replace(OPENS, &self.opens(at)))
    }

    /// When people are there again, in words.
    fn opens(&self, at: Timestamp) -> String {
        let zone = self.tz();
        let (now, then) = (local(&zone, at), local(&zone, self.next_opening(at)));
        let (hour, minute) = (then.hour(), then.minute());
        if now.date() == then.date() {
            return format!("at {hour:02}:{minute:02} ({})", self.zone);
        }
        format!("on {} at {hour:02}:{minute:02} ({})", DAYS[weekday(then.date())], self.zone)
    }

    /// Every setting that cannot be, by its name below `hours`, with the rule that it breaks.
    pub fn faults(&self) -> Vec<(String, &'static str)> {
        let mut faults = Vec::new();
        if find_zone(&self.zone).is_none() {
            faults.push(("zone".into(), "must be the name of a time zone such as `Europe/Berlin`"));
        }
        if !matches!(self.week.len(), 0 | 7) {
            faults.push(("week".into(), "must have seven entries, from Monday on"));
        }
        for (day, spans) in self.week.iter().enumerate() {
            if spans.len() > MOST_SPANS {
                faults.push((format!("week.{day}"), "must have at most 4 spans"));
            } else if spans.iter().any(|span| minutes(span).is_none()) {
                faults.push((format!("week.{day}"), "must be spans such as `09:00-17:00`"));
            }
        }
        faults
    }

    fn tz(&self) -> TimeZone {
        find_zone(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// Each day's spans in minutes from its midnight.
    fn spans(&self) -> Vec<Vec<(u32, u32)>> {
        let mut week: Vec<Vec<_>> =
            self.week.iter().map(|day| day.iter().filter_map(|span| minutes(span)).collect()).collect();
        week.resize(7, Vec::new());
        week
    }
}

thread_local! {
    /// All zones, from what the program brings along.
    static ZONES: TimeZoneDatabase = TimeZoneDatabase::bundled();
}

/// Names of zones to choose from: those of places, and `UTC`.
pub fn zones() -> Vec<String> {
    let is_place = |name: &String| name == "UTC" || name.contains('/') && !name.starts_with("Etc/");
    let mut names: Vec<_> =
        ZONES.with(|zones| zones.available().map(|zone| zone.to_string()).filter(is_place).collect());
    names.sort_unstable();
    names
}

fn find_zone(name: &str) -> Option<TimeZone> {
    ZONES.with(|zones| zones.get(name)).ok()
}

fn local(zone: &TimeZone, at: Timestamp) -> DateTime {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    zone.to_datetime(at)
}

fn weekday(day: Date) -> usize {
    day.weekday().to_monday_zero_offset().unsigned_abs().into()
}

fn clock(minutes: u32) -> Option<Time> {
    Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()
}

fn is_within(spans: &[Vec<(u32, u32)>], now: &DateTime) -> bool {
    let minute = u32::from(now.hour().unsigned_abs()) * 60 + u32::from(now.minute().unsigned_abs());
    let today = weekday(now.date());
    // A span that ends where it begins or earlier runs past midnight.
    let (yesterday, later) = ((today + 6) % 7, minute + DAY);
    let has = |day: usize, minute: u32| spans[day].iter().any(|(from, to)| (*from..*to).contains(&minute));
    has(today, minute) || has(yesterday, later)
}

/// A span such as `09:00-17:00` in minutes from midnight; one that does not end later than it begins ends tomorrow.
fn minutes(span: &str) -> Option<(u32, u32)> {
    let (from, to) = span.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    let to = if to <= from { to + DAY } else { to };
    (from < DAY).then_some((from, to))
}

fn minute(text: &str) -> Option<u32> {
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let (hours, minutes) = text.split_once(':').filter(|(h, m)| digits(h) && digits(m))?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours * 60 + minutes <= DAY && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &str, week: [&[&str]; 7]) -> Hours {
        let week = week.map(|day| day.iter().map(|span| (*span).to_owned()).collect());
        Hours { zone: zone.into(), week: week.into(), ..Hours::default() }
    }

    fn office(zone: &str) -> Hours {
        hours(zone, [&["09:00-12:00", "13:00-17:00"], &["09:00-17:00"], &[], &[], &["22:00-02:00"], &[], &[]])
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::read(text).unwrap()
    }

    #[test]
    fn without_spans_it_is_always_open() {
        for always in [Hours::default(), Hours { week: Vec::new(), ..Hours::default() }] {
            assert!(always.is_open(at("2026-03-29T01:30:00Z")));
            assert_eq!(always.closed_message(Timestamp(0)), None);
            assert_eq!(always.next_opening(Timestamp(5)), Timestamp(5));
            assert_eq!(always.faults(), []);
        }
    }

    #[test]
    fn it_is_open_within_the_spans_by_the_zones_wall_clock() {
        let berlin = office("Europe/Berlin");
        // Mondays in winter and in summer.
        let table = [
            ("2026-01-05T07:59:59Z", false),
            ("2026-01-05T08:00:00Z", true),
            ("2026-01-05T11:00:00Z", false),
            ("2026-01-05T15:59:59Z", true),
            ("2026-01-05T16:00:00Z", false),
            ("2026-07-06T06:59:59Z", false),
            ("2026-07-06T07:00:00Z", true),
            ("2026-07-06T15:00:00Z", false),
            // Friday's evening ends on Saturday.
            ("2026-01-09T20:59:00Z", false),
            ("2026-01-09T21:00:00Z", true),
            ("2026-01-10T00:59:59Z", true),
            ("2026-01-10T01:00:00Z", false),
            ("2026-01-07T10:00:00Z", false),
        ];
        for (moment, open) in table {
            assert_eq!(berlin.is_open(at(moment)), open, "{moment}");
        }
    }

    #[test]
    fn the_next_opening_is_where_the_clock_says_so_over_changes_of_the_clock() {
        let berlin = office("Europe/Berlin");
        let table = [
            ("2026-01-05T11:30:00Z", "2026-01-05T12:00:00Z"),
            ("2026-01-05T12:30:00Z", "2026-01-05T12:30:00Z"),
            ("2026-01-06T16:00:00Z", "2026-01-09T21:00:00Z"),
            // Clocks go forward on Sunday, 29 March, and back on Sunday, 25 October.
            ("2026-03-28T12:00:00Z", "2026-03-30T07:00:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-26T08:00:00Z"),
        ];
        for (now, next) in table {
            assert_eq!(berlin.next_opening(at(now)), at(next), "{now}");
        }
    }

    #[test]
    fn a_time_that_comes_twice_opens_twice_and_one_that_does_not_come_opens_later() {
        let night = hours("Europe/Berlin", [&[], &[], &[], &[], &[], &[], &["02:30-02:40"]]);
        let (first, second) = (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
        assert_eq!(night.next_opening(at("2026-10-25T00:00:00Z")), first);
        assert_eq!(night.next_opening(at("2026-10-25T00:40:00Z")), second);
        // On 29 March there is no 02:30.
        assert_eq!(night.next_opening(at("2026-03-29T00:00:00Z")), at("2026-04-05T00:30:00Z"));
    }

    #[test]
    fn every_next_opening_is_open_and_nothing_before_it_is() {
        let all = office("America/New_York");
        for hour in 0..24 * 14 {
            let now = at("2026-10-23T00:20:00Z").plus_seconds(hour * 3_600);
            let next = all.next_opening(now);
            assert!(next >= now && all.is_open(next), "{now}");
            let before = (0..).map(|n| now.plus_seconds(n * 1_200)).take_while(|moment| *moment < next);
            assert!(before.into_iter().all(|moment| !all.is_open(moment)), "{now}");
        }
    }

    #[test]
    fn who_waits_outside_the_hours_has_waited_when_they_have_begun() {
        let berlin = office("Europe/Berlin");
        let waited = |since| berlin.waited(at(since), 300);
        assert_eq!(waited("2026-01-05T08:30:00Z"), at("2026-01-05T08:35:00Z"));
        assert_eq!(waited("2026-01-05T07:00:00Z"), at("2026-01-05T08:05:00Z"));
        // The noon break comes between.
        assert_eq!(waited("2026-01-05T10:58:00Z"), at("2026-01-05T12:05:00Z"));
        assert_eq!(waited("2026-03-28T12:00:00Z"), at("2026-03-30T07:05:00Z"));
        assert_eq!(Hours::default().waited(Timestamp(0), 300), Timestamp(300_000_000));
    }

    #[test]
    fn the_message_says_when_people_are_back() {
        let mut berlin = office("Europe/Berlin");
        berlin.message = "Back {opens}.".into();
        let said = |now| berlin.closed_message(at(now));
        assert_eq!(said("2026-01-05T11:30:00Z").as_deref(), Some("Back at 13:00 (Europe/Berlin)."));
        assert_eq!(said("2026-01-06T16:30:00Z").as_deref(), Some("Back on Friday at 22:00 (Europe/Berlin)."));
        assert_eq!(said("2026-01-05T08:30:00Z"), None);
    }

    #[test]
    fn every_zone_that_is_offered_is_taken() {
        let all = zones();
        assert!(all.len() > 300 && all.iter().any(|zone| zone == "Europe/Berlin"), "{all:?}");
        assert!(all.iter().all(|zone| find_zone(zone).is_some()));
    }

    #[test]
    fn every_fault_is_named_by_its_day() {
        let places = |it: &Hours| it.faults().into_iter().map(|f| f.0).collect::<Vec<_>>();
        assert_eq!(places(&office("Europe/Berlin")), [""; 0]);
        assert_eq!(places(&office("Europe/Nowhere")), ["zone"]);
        assert_eq!(places(&office("")), ["zone"]);
        assert_eq!(places(&Hours { week: vec![Vec::new(); 6], ..Hours::default() }), ["week"]);
        for wrong in ["", "9:00-17:00", "09:00", "09:00-25:00", "24:00-02:00", "09:60-10:00", "+9:00-10:00"] {
            assert_eq!(
                places(&hours("UTC", [&[], &[wrong], &[], &[], &[], &[], &[]])),
                ["week.1"],
                "{wrong}"
            );
        }
        for right in ["00:00-24:00", "09:00-09:00", "23:59-00:00"] {
            assert_eq!(places(&hours("UTC", [&[right], &[], &[], &[], &[], &[], &[]])), [""; 0], "{right}");
        }
        assert_eq!(places(&hours("UTC", [&["01:00-02:00"; 5], &[], &[], &[], &[], &[], &[]])), ["week.0"]);
    }
}
