//! What the page of figures is put together from.

use botplot_core::figures::percent;
use maud::{Markup, html};

use super::period::{CHOICES, Period};
use super::report::Report;
use crate::dashboard::seat::Seat;

/// One figure with what it was before.
pub(super) fn tile(name: &str, figure: &str, change: &Markup, note: &str) -> Markup {
    html! {
        div.card.tile {
            h2 { (name) }
            p.figure { (figure) (change) }
            @if !note.is_empty() { p.faint { (note) } }
        }
    }
}

/// How a count has changed, such as `▲ 12 %`.
pub(super) fn change(now: i64, before: i64) -> Markup {
    let Some(whole) = percent((now - before).abs(), before) else { return html! {} };
    mark(now.cmp(&before), &format!("{whole} %"), "than in the period before")
}

/// How a percentage has changed, in points.
pub(super) fn points(now: Option<i64>, before: Option<i64>) -> Markup {
    let (Some(now), Some(before)) = (now, before) else { return html! {} };
    let many = (now - before).abs();
    let points = format!("{many} {}", if many == 1 { "point" } else { "points" });
    mark(now.cmp(&before), &points, "than in the period before")
}

fn mark(order: std::cmp::Ordering, amount: &str, than: &str) -> Markup {
    let (sign, word) = match order {
        std::cmp::Ordering::Greater => ("▲", "more"),
        std::cmp::Ordering::Less => ("▼", "less"),
        std::cmp::Ordering::Equal => return html! { span.change { "as before" } },
    };
    html! {
        span.change { span aria-hidden="true" { (sign) " " (amount) } span.unseen { (amount) " " (word) " " (than) } }
    }
}

/// Milliseconds as a person says them.
pub(super) fn lasting(millis: Option<i64>) -> String {
    match millis {
        None => "–".to_owned(),
        Some(ms) if ms < 1_000 => format!("{ms} ms"),
        Some(ms) => format!("{}.{} s", (ms + 50) / 1_000, (ms + 50) % 1_000 / 100),
    }
}

/// A number with its thousands apart.
pub(super) fn number(count: i64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Which days are shown, and how to see others.
pub(super) fn chooser(seat: &Seat, period: &Period, fault: Option<&str>) -> Markup {
    let zone = period.zone.name.as_str();
    html! {
        div.chooser {
            nav.tabs aria-label="Period" {
                @for days in CHOICES {
                    a href={ (seat.path("analytics")) "?days=" (days) "&zone=" (zone.replace('+', "%2B")) }
                        aria-current=[(period.choice == Some(days)).then_some("true")] { (days) " days" }
                }
            }
            form.dates action=(seat.path("analytics")) {
                label for="from" { "From" }
                input #from name="from" type="date" required value=(period.first);
                label for="to" { "to" }
                input #to name="to" type="date" required value=(period.last);
                input type="hidden" name="zone" value=(zone);
                button { "Show" }
            }
        }
        @if let Some(why) = fault { p.complaint role="alert" { (why) ". The last 30 days are shown." } }
    }
}

/// What is used of the plan this month.
pub(super) fn plan(seat: &Seat, report: &Report) -> Markup {
    let (used, limit) = report.used;
    html! {
        section.card {
            h2 { "This month’s plan" }
            @match limit {
                None => p { strong { (number(used)) } " answers used; the plan “" (seat.project.plan.as_str()) "” has no limit." },
                Some(limit) => {
                    p {
                        strong { (number(used)) } " of " (number(limit)) " answers used"
                        @if let Some(share) = percent(used, limit) { ", " (share) " %" }
                        ", plan “" (seat.project.plan.as_str()) "”."
                    }
                    meter aria-label="Answers used this month" min="0" max=(limit) high=(limit * 4 / 5) value=(used.min(limit)) { (used) " of " (limit) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_as_people_read_them() {
        assert_eq!(
            (number(0), number(999), number(1_000)),
            ("0".into(), "999".into(), "1\u{202f}000".into())
        );
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!((lasting(None), lasting(Some(999))), ("–".into(), "999 ms".into()));
        assert_eq!((lasting(Some(1_449)), lasting(Some(1_950))), ("1.4 s".into(), "2.0 s".into()));
    }

    #[test]
    fn a_change_says_by_how_much_and_which_way() {
        let shown = |now, before| change(now, before).into_string();
        assert!(shown(112, 100).contains("▲ 12 %"));
        assert!(shown(50, 100).contains("50 % less than in the period before"));
        assert!(shown(7, 7).contains("as before"));
        assert_eq!(shown(7, 0), "");
        assert!(points(Some(41), Some(40)).into_string().contains("▲ 1 point<"));
    }
}
