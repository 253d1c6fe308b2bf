//! The figures as tables: below each chart, and as files.

use botplot_core::figures::{Totals, percent};
use jiff::civil::Date;
use maud::{Markup, html};

use super::report::Report;
use crate::dashboard::seat::Seat;

/// Every table, as addresses name it.
pub(super) const NAMES: [&str; 6] = ["totals", "days", "hours", "questions", "sources", "unused"];
pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Figures in rows; every column but the first holds numbers, unless it is `worded`.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    worded: bool,
}

/// The table of this name.
pub(super) fn named(name: &str, report: &Report) -> Option<Table> {
    Some(match name {
        "totals" => totals(report),
        "days" => days(report),
        "hours" => hours(report),
        "questions" => questions(report),
        "sources" => sources(report),
        "unused" => unused(report),
        _ => return None,
    })
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn number(found: Option<i64>) -> String {
    found.map_or_else(String::new, |n| n.to_string())
}

fn totals(report: &Report) -> Table {
    let (now, before) = (&report.totals, &report.before);
    let share = |totals: &Totals| percent(totals.resolved, totals.conversations);
    let rows = [
        ("Conversations", Some(now.conversations), Some(before.conversations)),
        ("Visitors", Some(report.visitors), Some(report.visitors_before)),
        ("Resolved by the bot", Some(now.resolved), Some(before.resolved)),
        ("Resolved by the bot, %", share(now), share(before)),
        ("With a person", Some(now.handoffs), Some(before.handoffs)),
        ("Visitors' messages", Some(now.questions), Some(before.questions)),
        ("Answered", Some(now.answered), Some(before.answered)),
        ("Refused", Some(now.refused), Some(before.refused)),
        ("Rated up", Some(now.up), Some(before.up)),
        ("Rated down", Some(now.down), Some(before.down)),
        ("Time of an answer, half of all, ms", report.times.half, None),
        ("Time of an answer, 95 % of all, ms", report.times.most, None),
    ];
    let rows = rows.map(|(name, now, before)| vec![name.to_owned(), number(now), number(before)]).into();
    Table { name: "totals", head: words(&["Figure", "Period", "Period before"]), rows, worded: false }
}

fn days(report: &Report) -> Table {
    let head = [
        "Day",
        "Conversations",
        "Resolved by the bot",
        "With a person",
        "Visitors' messages",
        "Answered",
        "Refused",
        "Rated up",
        "Rated down",
    ];
    let row = |(day, it): &(Date, Totals)| {
        let figures = [
            it.conversations,
            it.resolved,
            it.handoffs,
            it.questions,
            it.answered,
            it.refused,
            it.up,
            it.down,
        ];
        let figures = figures.iter().map(i64::to_string);
        std::iter::once(day.to_string()).chain(figures).collect()
    };
    Table { name: "days", head: words(&head), rows: report.days.iter().map(row).collect(), worded: false }
}

fn hours(report: &Report) -> Table {
    let mut head = words(&["Hour"]);
    head.extend(words(&WEEKDAYS));
    let row = |hour: usize| {
        let counts = report.hours.iter().map(|day| day[hour].to_string());
        std::iter::once(format!("{hour:02}:00")).chain(counts).collect()
    };
    Table { name: "hours", head, rows: (0..24).map(row).collect(), worded: false }
}

fn questions(report: &Report) -> Table {
    let rows = report.questions.iter().map(|(text, count)| vec![text.clone(), count.to_string()]).collect();
    Table { name: "questions", head: words(&["Question", "Asked"]), rows, worded: false }
}

fn sources(report: &Report) -> Table {
    let row = |(source, count): &(Option<botplot_core::source::Source>, i64)| {
        let name = source.as_ref().map_or("Sources that were removed", |source| source.name.as_str());
        vec![name.to_owned(), count.to_string()]
    };
    let rows = report.sources.iter().map(row).collect();
    Table { name: "sources", head: words(&["Source", "Answers"]), rows, worded: false }
}

fn unused(report: &Report) -> Table {
    let row = |source: &botplot_core::source::Source| {
        vec![source.name.clone(), source.kind.as_str().to_owned(), source.created_at.day()]
    };
    let rows = report.unused.iter().map(row).collect();
    Table { name: "unused", head: words(&["Source", "Kind", "Added"]), rows, worded: true }
}

impl Table {
    /// The table, with the way to take it along.
    pub(super) fn show(&self, seat: &Seat, report: &Report, caption: &str) -> Markup {
        let class = if self.worded { "" } else { "number" };
        let file = format!("{}?table={}&{}", seat.path("analytics.csv"), self.name, report.period.query());
        html! {
            // What scrolls can be reached by keyboard.
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table {
                    thead { tr { @for (n, name) in self.head.iter().enumerate() { th class=[(n > 0).then_some(class)] scope="col" { (name) } } } }
                    tbody {
                        @for cells in &self.rows {
                            tr { @for (n, cell) in cells.iter().enumerate() {
                                @if n == 0 { th scope="row" { (cell) } } @else { td class=(class) { (cell) } }
                            } }
                        }
                    }
                }
            }
            p { a href=(file) download { "Download as CSV" span.unseen { ": " (caption) } } }
        }
    }
}
