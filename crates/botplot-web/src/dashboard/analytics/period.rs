//! Which days are looked at, as the address says.

use axum::http::{HeaderMap, header};
use botplot_core::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::zone::Zone;
use crate::page::Query;

/// Days that can be chosen with one click.
pub(super) const CHOICES: [i64; 3] = [7, 30, 90];
/// Days that can be looked at together.
const MOST: i64 = 366;
/// The cookie in which the page's script leaves the browser's zone.
const COOKIE: &str = "botplot-zone";

/// Days in a row, the last one included.
#[derive(Clone, Debug)]
pub(super) struct Period {
    /// Whose days.
    pub(super) zone: Zone,
    /// The first of them.
    pub(super) first: Date,
    /// The last of them.
    pub(super) last: Date,
    /// The choice that it is, unless dates were given.
    pub(super) choice: Option<i64>,
}

impl Period {
    /// The period that an address names, and what was wrong with it; 30 days then, and when it names none.
    pub(super) fn read(query: &mut Query, headers: &HeaderMap, now: Timestamp) -> (Self, Option<String>) {
        let zone = query.text("zone").or_else(|| kept(headers));
        let zone = zone.and_then(|name| Zone::named(&name)).unwrap_or_else(Zone::utc);
        let today = zone.local(now).date;
        let days = query.text("days").and_then(|text| text.parse().ok()).filter(|n| CHOICES.contains(n));
        let dates = [query.text("from"), query.text("to")].map(|text| text.filter(|text| !text.is_empty()));
        let latest = |days: i64| Self {
            first: today.saturating_sub((days - 1).days()),
            last: today,
            choice: Some(days),
            zone: zone.clone(),
        };
        match (days, dates) {
            (None, [None, None]) => (latest(30), None),
            (Some(days), _) => (latest(days), None),
            (None, [from, to]) => match span(from.as_deref(), to.as_deref(), today) {
                Ok((first, last)) => (Self { first, last, choice: None, zone }, None),
                Err(why) => (latest(30), Some(why)),
            },
        }
    }

    /// How many days.
    pub(super) fn length(&self) -> i64 {
        i64::from(self.first.until(self.last).map_or(0, |span| span.get_days())) + 1
    }

    /// From when up to when.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        (self.zone.start(self.first), self.zone.start(self.last.saturating_add(1.days())))
    }

    /// As many days right before these.
    pub(super) fn before(&self) -> Self {
        let days = self.length().days();
        Self {
            first: self.first.saturating_sub(days),
            last: self.first.saturating_sub(1.days()),
            choice: None,
            zone: self.zone.clone(),
        }
    }

    /// Each day.
    pub(super) fn days(&self) -> Vec<Date> {
        self.first.series(1.days()).take_while(|day| *day <= self.last).collect()
    }

    /// The query that leads to it again.
    pub(super) fn query(&self) -> String {
        let zone = self.zone.name.replace('+', "%2B");
        match self.choice {
            Some(days) => format!("days={days}&zone={zone}"),
            None => format!("from={}&to={}&zone={zone}", self.first, self.last),
        }
    }
}

/// The first and the last day that were given; a missing one is today.
fn span(from: Option<&str>, to: Option<&str>, today: Date) -> Result<(Date, Date), String> {
    let read = |text: Option<&str>| match text {
        Some(text) => text.parse::<Date>().map_err(|_| format!("“{text}” is no date such as 2026-11-22")),
        None => Ok(today),
    };
    let (first, last) = (read(from)?, read(to)?);
    let days = i64::from(first.until(last).map_err(|_| "The dates are too far apart")?.get_days()) + 1;
    match days {
        ..=0 => Err("The first day must not be after the last".to_owned()),
        1..=MOST => Ok((first, last)),
        _ => Err(format!("At most {MOST} days can be looked at together")),
    }
}

/// The zone that the page's script has found.
fn kept(headers: &HeaderMap) -> Option<String> {
    let lists = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = lists.flat_map(|list| list.split(';')).filter_map(|one| one.trim().split_once('='));
    cookies.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.replace("%2F", "/").replace("%2B", "+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> (Period, Option<String>) {
        let now = Timestamp::read("2026-11-29T22:30:00Z").unwrap();
        Period::read(&mut Query::parse(address), &HeaderMap::new(), now)
    }

    #[test]
    fn a_choice_of_days_ends_today_in_the_zone_of_who_looks() {
        let (period, fault) = read("days=7");
        assert_eq!(
            (period.first.to_string(), period.last.to_string(), fault),
            ("2026-11-23".into(), "2026-11-29".into(), None)
        );
        let (period, _) = read("days=7&zone=Asia/Tokyo");
        assert_eq!(period.last.to_string(), "2026-11-30");
        assert_eq!(period.span().1.rfc3339(), "2026-11-30T15:00:00Z");
        assert_eq!(read("").0.length(), 30);
    }

    #[test]
    fn dates_may_be_given_and_wrong_ones_are_told() {
        let (period, fault) = read("from=2026-11-01&to=2026-11-10");
        assert_eq!((period.length(), period.days().len(), fault), (10, 10, None));
        let before = period.before();
        assert_eq!(
            (before.first.to_string(), before.last.to_string()),
            ("2026-10-22".into(), "2026-10-31".into())
        );
        for wrong in [
            "from=x",
            "from=2026-11-10&to=2026-11-01",
            "from=2020-01-01&to=2026-01-01",
            "from=-009999-01-01&to=9999-12-31",
        ] {
            let (period, fault) = read(wrong);
            assert!(fault.is_some() && period.choice == Some(30), "{wrong}");
        }
    }
}
