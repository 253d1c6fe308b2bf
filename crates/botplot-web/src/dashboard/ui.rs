//! What the dashboard's pages are put together from.

pub(crate) mod chart;
pub(crate) mod field;
mod icon;
mod layout;
pub(crate) mod time;

use maud::{Markup, html};

pub(crate) use layout::{Section, bare, bare_saying, initial, page, tint};

/// What went wrong, where it happened; a screen reader says it at once.
pub(crate) fn complaint(text: &str) -> Markup {
    html! { p.complaint role="alert" { (text) } }
}

/// What to do where nothing is yet.
pub(crate) fn empty(title: &str, what_to_do: &Markup) -> Markup {
    html! { div.empty { h2 { (title) } (what_to_do) } }
}

/// A small label; `tone` is `good`, `warn`, `bad` or empty.
pub(crate) fn badge(tone: &str, text: &str) -> Markup {
    html! { span class={ "badge " (tone) } { (text) } }
}

/// The heading of a page, with what can be done on its right.
pub(crate) fn heading(title: &str, actions: &Markup) -> Markup {
    html! { header.heading { h1 { (title) } div.actions { (actions) } } }
}

/// A message of the engine, which has no capital and no full stop, as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{start}{}{end}", chars.as_str())
}

/// The way to the other pages of a list; `path` has the rest of the query, ready to be added to.
pub(crate) fn pager(path: &str, offset: i64, limit: i64, total: i64) -> Markup {
    let join = if path.contains('?') { '&' } else { '?' };
    html! {
        @if total > limit {
            nav.pager aria-label="Pages" {
                @if offset > 0 {
                    a.button rel="prev" href={ (path) (join) "offset=" ((offset - limit).max(0)) } { "Newer" }
                }
                span { (offset + 1) "–" ((offset + limit).min(total)) " of " (total) }
                @if offset + limit < total {
                    a.button rel="next" href={ (path) (join) "offset=" (offset + limit) } { "Older" }
                }
            }
        }
    }
}
