//! Instants on pages: in UTC as sent, in the reader's own zone once the page's script has seen them.

use botplot_core::Timestamp;
use maud::{Markup, html};

/// An instant, such as `22 Nov, 14:05` in the reader's zone.
pub(crate) fn at(instant: Timestamp) -> Markup {
    let exact = instant.rfc3339();
    html! { time datetime=(exact) data-shown="at" { (exact.replace('T', " ").trim_end_matches('Z')) " UTC" } }
}

/// How long ago an instant was, such as `5 min`.
pub(crate) fn ago(instant: Timestamp, now: Timestamp) -> Markup {
    html! { time datetime=(instant.rfc3339()) data-shown="ago" { (short(now.seconds_since(instant))) } }
}

/// A span of time in one unit.
pub(crate) fn short(seconds: i64) -> String {
    match seconds.max(0) {
        s if s < 60 => "now".to_owned(),
        s if s < 3600 => format!("{} min", s / 60),
        s if s < 86_400 => format!("{} h", s / 3600),
        s => format!("{} d", s / 86_400),
    }
}
