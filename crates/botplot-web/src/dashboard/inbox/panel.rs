//! What is known of a visitor, beside the conversation: details, leads, their other conversations, tags, care.

use botplot_core::account::Role;
use botplot_core::conversation::{Conversation, Status};
use maud::{Markup, html};
use serde_json::Value;

use super::at::At;
use super::message;
use super::thread::Thread;
use crate::dashboard::ui;

/// The panel.
pub(super) fn show(thread: &Thread, at: &At) -> Markup {
    let inner = html! {
        summary { "About " (thread.name) }
        div.about {
            (details(thread))
            (care(thread, at))
            (tags(thread, at))
            (leads(thread))
            (others(thread, at))
        }
    };
    html! { details.panel #panel open data-mark=(message::mark(&inner)) { (inner) } }
}

fn details(thread: &Thread) -> Markup {
    let it = &thread.conversation;
    let known = it.visitor_info.0.iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
    let first = thread.others.iter().map(|other| other.created_at).chain([it.created_at]).min();
    html! {
        h3 { "Visitor" }
        dl {
            @for (name, value) in known {
                dt { (name) }
                dd { @if let Value::String(text) = value { (text) } @else { (value.to_string()) } }
            }
            dt { "id" }
            dd.id { (it.visitor_id) }
            @if let Some(first) = first { dt { "first seen" } dd { (ui::time::at(first)) } }
            @if it.identified { dt { "identity" } dd { "verified" } }
        }
    }
}

fn care(thread: &Thread, at: &At) -> Markup {
    let me = at.seat.person.account.id;
    let name = thread.members.iter().find(|m| Some(m.account) == thread.assignee).map(|m| m.name.as_str());
    html! {
        h3 { "In the care of" }
        @if at.seat.may(Role::Agent) {
            form.row method="post" action=(at.action("assign")) data-here {
                select name="account" aria-label="In the care of" {
                    option value="" selected[thread.assignee.is_none()] { "Nobody" }
                    @for member in thread.members.iter().filter(|m| m.role >= Role::Agent) {
                        option value=(member.account) selected[Some(member.account) == thread.assignee] {
                            (member.name) @if member.account == me { " (you)" }
                        }
                    }
                }
                button { "Assign" }
            }
            @if thread.assignee != Some(me) {
                form method="post" action=(at.action("assign")) data-here {
                    input type="hidden" name="account" value=(me);
                    button.quiet data-key="a" { "Assign to me" }
                }
            }
        } @else {
            p { (name.unwrap_or("Nobody")) }
        }
    }
}

fn tags(thread: &Thread, at: &At) -> Markup {
    let tags = &thread.conversation.tags;
    let may = at.seat.may(Role::Agent);
    html! {
        h3 { "Tags" }
        ul.tags-here {
            @for tag in tags {
                li {
                    (ui::badge("", tag))
                    @if may {
                        form method="post" action=(at.action("tags")) data-here {
                            button.quiet name="remove" value=(tag) aria-label={ "Remove the tag " (tag) } { "×" }
                        }
                    }
                }
            }
            @if tags.is_empty() && !may { li.faint { "None" } }
        }
        @if may {
            form.row method="post" action=(at.action("tags")) data-here {
                input name="add" aria-label="New tag" placeholder="Add a tag" maxlength="50" required autocomplete="off";
                button { "Add" }
            }
        }
    }
}

fn leads(thread: &Thread) -> Markup {
    html! {
        @for lead in &thread.leads {
            h3 { "Lead" }
            dl {
                @for (name, value) in [("name", &lead.name), ("email", &lead.email), ("phone", &lead.phone)] {
                    @if let Some(value) = value { dt { (name) } dd { (value) } }
                }
                dt { "left" } dd { (ui::time::at(lead.created_at)) }
            }
        }
    }
}

fn others(thread: &Thread, at: &At) -> Markup {
    html! {
        @if !thread.others.is_empty() {
            h3 { "Other conversations" }
            ul.others {
                @for other in &thread.others {
                    li {
                        a href=(at.seat.path(&format!("inbox/{}{}", other.id, at.looked.query()))) {
                            (ui::time::at(other.created_at))
                        }
                        " " span.faint { (standing(other)) }
                    }
                }
            }
        }
    }
}

fn standing(other: &Conversation) -> String {
    let word = match other.status {
        Status::Active => "open",
        Status::Closed => "closed",
        Status::Archived => "archived",
    };
    format!("{} messages, {word}", other.message_count)
}
