//! Messages and notes of a conversation, as the team sees them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use botplot_core::message::{Message, Rating, Role, SourceRef, State};
use botplot_core::trace::Trace;
use botplot_store::NoteRow;
use maud::{Markup, html};
use serde_json::Value;

use super::markdown;
use super::trace;
use crate::dashboard::ui;

/// A message; the id and the mark tell the page's script which ones are new or have changed.
pub(super) fn show(message: &Message, visitor: &str, trace: Option<(&Trace, i64)>) -> Markup {
    let (kind, author) = match (message.role, &message.author) {
        (Role::User, _) => ("visitor", visitor),
        (Role::Assistant, Some(name)) => ("person", name.as_str()),
        (Role::Assistant, None) => ("bot", "Bot"),
    };
    let inner = html! {
        p.meta { strong { (author) } " " (ui::time::at(message.created_at)) }
        div.bubble {
            @if message.role == Role::User { p.plain { (message.content) } }
            @else if message.state == State::Pending { p.faint { "Writing an answer…" } }
            @else { (markdown::show(&message.content)) }
        }
        (marks(message))
        (place(message))
        @if !message.sources.is_empty() { (sources(&message.sources)) }
        @if let Some((trace, took_ms)) = trace { (trace::show(trace, took_ms)) }
    };
    entry(&format!("m-{}", message.id), kind, &inner)
}

/// Something that the team wrote to each other.
pub(super) fn note(note: &NoteRow) -> Markup {
    let inner = html! {
        p.meta { strong { (note.author) } " noted, for the team only " (ui::time::at(note.created_at)) }
        div.bubble { p.plain { (note.content) } }
    };
    entry(&format!("n-{}", note.id), "note", &inner)
}

fn entry(id: &str, kind: &str, inner: &Markup) -> Markup {
    html! { li.message.(kind) id=(id) data-mark=(mark(inner)) { (inner) } }
}

/// The same for the same markup.
pub(super) fn mark(markup: &Markup) -> String {
    let mut hasher = DefaultHasher::new();
    markup.0.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

fn marks(message: &Message) -> Markup {
    let refused = message.outcome.as_ref().is_some_and(|outcome| outcome.refused);
    let percent = message.confidence.map(|confidence| (confidence * 100.0).round() as i64);
    html! {
        @if refused || percent.is_some() || message.rating.is_some() || message.state != State::Complete {
            p.marks {
                @if refused { (ui::badge("warn", "Did not know")) }
                @if let Some(percent) = percent {
                    span.faint title="How likely it is that the knowledge covers the question" {
                        "Confidence " (percent) " %"
                    }
                }
                @match message.state {
                    State::Complete | State::Pending => {}
                    State::Stopped => (ui::badge("", "Stopped")),
                    State::Failed => (ui::badge("bad", "Broke off")),
                }
                @match message.rating {
                    Some(Rating::Up) => (ui::badge("good", "Rated helpful")),
                    Some(Rating::Down) => (ui::badge("bad", "Rated not helpful")),
                    None => {}
                }
            }
        }
        @if let Some(comment) = &message.comment { p.comment { "“" (comment) "”" } }
    }
}

/// The page that the visitor was on.
fn place(message: &Message) -> Markup {
    let text = |key| message.context.get(key).and_then(Value::as_str).filter(|t| !t.trim().is_empty());
    let Some(url) = text("url") else { return html! {} };
    let title = text("title").unwrap_or(url);
    html! {
        p.place {
            "On "
            @if let Some(to) = markdown::link(url) {
                a href=(to) rel="noopener noreferrer" target="_blank" { (title) }
            } @else { (title) }
        }
    }
}

fn sources(sources: &[SourceRef]) -> Markup {
    html! {
        details.sources {
            summary { (sources.len()) @if sources.len() == 1 { " source" } @else { " sources" } }
            ol {
                @for source in sources {
                    li {
                        p {
                            @if let Some(to) = source.url.as_deref().and_then(markdown::link) {
                                a href=(to) rel="noopener noreferrer" target="_blank" { (source.title) }
                            } @else { strong { (source.title) } }
                            " " span.faint { (format!("{:.0} % similar", source.similarity * 100.0)) }
                        }
                        p.passage { (source.content) }
                    }
                }
            }
        }
    }
}
