//! The page of figures.

use botplot_core::account::Role;
use botplot_core::figures::percent;
use maud::{Markup, html};

use super::parts::{change, chooser, lasting, number, plan, points, tile};
use super::report::{ASKED, CITED, Report, TIMED};
use super::tables::{self, WEEKDAYS};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::dashboard::ui::chart::{self, Series};

/// All of it.
pub(super) fn body(seat: &Seat, report: &Report, fault: Option<&str>, zone_given: bool) -> Markup {
    let totals = format!("{}?table=totals&{}", seat.path("analytics.csv"), report.period.query());
    let export =
        html! { @if !report.is_empty() { a.button href=(totals) download { "Export the totals as CSV" } } };
    html! {
        (ui::heading("Analytics", &export))
        (chooser(seat, &report.period, fault))
        p.faint #zone data-zone=(report.period.zone.name) data-given=[zone_given.then_some("")] {
            "Days and hours are those of " (report.period.zone.name.replace('_', " ")) "."
        }
        @if report.is_empty() {
            (nothing(seat))
        } @else {
            (tiles(report))
            div.columns { (conversations(seat, report)) (answers(seat, report)) }
            (hours(seat, report))
            div.columns { (questions(seat, report)) div.stacked { (sources(seat, report)) (unused(seat, report)) } }
        }
        (plan(seat, report))
    }
}

fn nothing(seat: &Seat) -> Markup {
    let next = html! {
        p { "Figures appear here as soon as somebody has asked something. Choose a longer period, or put the widget on your website." }
        @if seat.may(Role::Admin) { p { a.button.primary href=(seat.path("settings")) { "Put the widget on a website" } } }
    };
    ui::empty("Nobody has asked anything in this time", &next)
}

fn tiles(report: &Report) -> Markup {
    let (now, before) = (&report.totals, &report.before);
    let resolved = |totals: &botplot_core::figures::Totals| percent(totals.resolved, totals.conversations);
    let share = |found: Option<i64>| found.map_or_else(|| "–".to_owned(), |n| format!("{n} %"));
    let answers = now.answered + now.refused;
    let timed = match report.times.measured {
        0 => "no answer of this time was measured".to_owned(),
        n if n == TIMED => format!(
            "half of the latest {} answers; 95 % took at most {}",
            number(n),
            lasting(report.times.most)
        ),
        n if n < answers => format!(
            "half of the {} that were measured; 95 % took at most {}",
            number(n),
            lasting(report.times.most)
        ),
        _ => format!("half of all; 95 % took at most {}", lasting(report.times.most)),
    };
    let rated = now.up + now.down;
    html! {
        div.cards.tiles {
            (tile("Conversations", &number(now.conversations), &change(now.conversations, before.conversations), ""))
            (tile("Visitors", &number(report.visitors), &change(report.visitors, report.visitors_before), ""))
            (tile("Messages", &number(now.questions), &change(now.questions, before.questions), "written by visitors"))
            (tile("Resolved by the bot", &share(resolved(now)), &points(resolved(now), resolved(before)), &format!("{} conversations ended with an answer and needed no person", number(now.resolved))))
            (tile("With a person", &number(now.handoffs), &change(now.handoffs, before.handoffs), "somebody was asked for, or stepped in"))
            (tile("Answered", &share(percent(now.answered, answers)), &points(percent(now.answered, answers), percent(before.answered, before.answered + before.refused)), &format!("{} answered, {} refused", number(now.answered), number(now.refused))))
            (tile("Rated helpful", &share(percent(now.up, rated)), &points(percent(now.up, rated), percent(before.up, before.up + before.down)), &format!("{} up, {} down", number(now.up), number(now.down))))
            (tile("Time of an answer", &lasting(report.times.half), &html! {}, &timed))
        }
    }
}

/// A chart with its table behind it.
fn figure(seat: &Seat, report: &Report, title: &str, drawn: &Markup, table: &str) -> Markup {
    html! {
        figure.card.chart {
            figcaption { h2 { (title) } }
            (drawn)
            details {
                summary { "As a table" }
                @if let Some(table) = tables::named(table, report) { (table.show(seat, report, title)) }
            }
        }
    }
}

fn conversations(seat: &Seat, report: &Report) -> Markup {
    let days: Vec<_> = report
        .days
        .iter()
        .map(|(day, it)| {
            (axis(*day), vec![it.resolved, it.handoffs, it.conversations - it.resolved - it.handoffs])
        })
        .collect();
    let series = [
        Series::new("one", "resolved by the bot"),
        Series::new("two", "with a person"),
        Series::new("three", "left open"),
    ];
    figure(seat, report, "Conversations by day", &chart::bars("Conversations by day", &series, &days), "days")
}

fn answers(seat: &Seat, report: &Report) -> Markup {
    let days: Vec<_> =
        report.days.iter().map(|(day, it)| (axis(*day), vec![it.answered, it.refused])).collect();
    let series = [Series::new("one", "answered"), Series::new("two", "refused")];
    figure(seat, report, "Answers by day", &chart::lines("Answers by day", &series, &days), "days")
}

/// A day as it stands below a chart.
fn axis(day: jiff::civil::Date) -> String {
    day.strftime("%-d %b").to_string()
}

fn hours(seat: &Seat, report: &Report) -> Markup {
    let rows: Vec<(&str, &[i64])> =
        WEEKDAYS.iter().zip(&report.hours).map(|(&day, hours)| (day, hours.as_slice())).collect();
    let title = "When visitors write";
    figure(seat, report, title, &chart::heat(title, &rows), "hours")
}

fn questions(seat: &Seat, report: &Report) -> Markup {
    list(
        seat,
        report,
        "Asked most",
        "questions",
        &html! {
            @if report.asked == ASKED { p.faint { "Of the latest " (number(ASKED)) " messages of this time." } }
            @if report.questions.is_empty() { p.faint { "Nobody has written in this time." } }
        },
    )
}

fn sources(seat: &Seat, report: &Report) -> Markup {
    list(
        seat,
        report,
        "Sources that answers cite",
        "sources",
        &html! {
            @if report.cited == CITED { p.faint { "Of the latest " (number(CITED)) " answers of this time." } }
            @if report.sources.is_empty() { p.faint { "No answer has cited a source in this time." } }
        },
    )
}

fn unused(seat: &Seat, report: &Report) -> Markup {
    list(
        seat,
        report,
        "Sources that no answer cites",
        "unused",
        &html! {
            @if report.unused.is_empty() { p.faint { "Every source was cited." } }
            @else { p.faint { "Nobody asked for them, or something else answers better." } }
        },
    )
}

fn list(seat: &Seat, report: &Report, title: &str, table: &str, note: &Markup) -> Markup {
    html! {
        section.card.listed {
            h2 { (title) }
            (note)
            @if let Some(table) = tables::named(table, report).filter(|table| !table.rows.is_empty()) {
                (table.show(seat, report, title))
            }
        }
    }
}
