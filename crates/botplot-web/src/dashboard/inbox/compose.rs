//! What can be done to a conversation, and where answers and notes are written.

use botplot_core::conversation::Status;
use botplot_engine::conversations::desk::Holder;
use maud::{Markup, html};

use super::at::At;
use super::message;
use super::thread::{Thread, Typed, somebody};

/// Who had the conversation when the page was made, as forms carry it.
pub(super) fn seen(holder: &Holder) -> String {
    match holder {
        Holder::Bot => "bot".to_owned(),
        Holder::Person(name) => format!("person:{name}"),
    }
}

/// Reads what [`seen`] wrote.
pub(super) fn read_seen(text: &str) -> Option<Holder> {
    match text.strip_prefix("person:") {
        Some(name) => Some(Holder::Person(name.to_owned())),
        None => (text == "bot").then_some(Holder::Bot),
    }
}

/// The buttons above a conversation.
pub(super) fn actions(thread: &Thread, at: &At) -> Markup {
    let it = &thread.conversation;
    let holder = Holder::of(it);
    html! {
        @match it.status {
            Status::Archived => {}
            Status::Closed => (button(at, "reopen", "Reopen", "", None)),
            Status::Active => {
                @if thread.is_mine(&at.seat) {
                    (button(at, "hand-back", "Hand back", "", None))
                } @else {
                    (take(thread, at, &holder))
                }
                (button(at, "close", "Close", "", Some("e")))
            }
        }
        @if it.status != Status::Archived {
            form method="post" action=(at.action("archive")) data-here
                data-sure="Archive this conversation for good? It then takes no more messages." {
                button.quiet { "Archive" }
            }
        }
    }
}

fn button(at: &At, what: &str, label: &str, class: &str, key: Option<&str>) -> Markup {
    html! {
        form method="post" action=(at.action(what)) data-here { button class=(class) data-key=[key] { (label) } }
    }
}

/// Taking over; from another person only when asked once more.
fn take(thread: &Thread, at: &At, holder: &Holder) -> Markup {
    let sure = match holder {
        Holder::Bot => None,
        Holder::Person(name) => Some(format!(
            "{} has had this conversation for {}. Take it over?",
            somebody(name),
            thread.held_for()
        )),
    };
    html! {
        form method="post" action=(at.action("take")) data-here data-sure=[sure] {
            input type="hidden" name="seen" value=(seen(holder));
            button.primary data-key="t" { "Take over" }
        }
    }
}

/// The place below a conversation where answers and notes are written.
pub(super) fn show(thread: &Thread, at: &At, typed: &Typed) -> Markup {
    let inner = inner(thread, at, typed);
    html! { div.compose #compose data-mark=(message::mark(&inner)) { (inner) } }
}

fn inner(thread: &Thread, at: &At, typed: &Typed) -> Markup {
    let it = &thread.conversation;
    let holder = Holder::of(it);
    let elsewhere = match &holder {
        Holder::Person(name) if !thread.is_mine(&at.seat) => Some(somebody(name)),
        _ => None,
    };
    let writes_note = !typed.note.is_empty();
    html! {
        input.unseen.tab-reply type="radio" name="mode" #mode-reply checked[!writes_note];
        label.tab.for-reply for="mode-reply" { "Reply" }
        input.unseen.tab-note type="radio" name="mode" #mode-note checked[writes_note];
        label.tab.for-note for="mode-note" { "Note to the team" }
        @if it.status == Status::Archived {
            p.faint.as-reply { "This conversation is archived and takes no more messages." }
        } @else if let Some(name) = elsewhere {
            p.faint.as-reply {
                (name) " has had this conversation for " (thread.held_for()) ". Take it over to answer."
                @if !typed.reply.is_empty() { textarea readonly rows="3" aria-label="What you wrote" { (typed.reply) } }
            }
        } @else {
            (reply(thread, at, typed, &holder))
        }
        form.as-note method="post" action=(at.action("note")) data-here {
            label.unseen for="note" { "Note to the team" }
            textarea #note name="note" rows="3" required maxlength="8000"
                placeholder="Only your team reads this" { (typed.note) }
            div.send { span.faint { "Never shown to the visitor" } button.primary { "Add note" } }
        }
    }
}

fn reply(thread: &Thread, at: &At, typed: &Typed, holder: &Holder) -> Markup {
    html! {
        form.as-reply method="post" action=(at.action("reply")) data-here data-typing=(at.action("typing")) {
            input type="hidden" name="seen" value=(seen(holder));
            label.unseen for="reply" { "Reply to " (thread.name) }
            textarea #reply name="content" rows="3" required maxlength="8000"
                placeholder={ "Reply to " (thread.name) } { (typed.reply) }
            div.send {
                details.canned {
                    summary { "Canned replies" }
                    div.pick {
                        @for reply in &thread.replies {
                            button.quiet data-insert=(reply.content) type="button" { (reply.name) }
                        }
                        a href=(at.seat.path("inbox/replies")) {
                            @if thread.replies.is_empty() { "Write the first one" } @else { "Edit them" }
                        }
                    }
                }
                span.faint.hint-keys { kbd { "Ctrl" } " " kbd { "↵" } }
                button.primary { "Send" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_had_it_reads_back() {
        for holder in [Holder::Bot, Holder::Person("bot".into()), Holder::Person(String::new())] {
            assert_eq!(read_seen(&seen(&holder)), Some(holder));
        }
        assert_eq!(read_seen(""), None);
    }
}
