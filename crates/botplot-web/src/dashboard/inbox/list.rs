//! The list of conversations: views, search, rows.

use botplot_core::conversation::{HandledBy, Status};
use botplot_core::message::Role;
use botplot_core::{ConversationId, Timestamp};
use botplot_store::{InboxRow, InboxView, NewestRow};
use maud::{Markup, html};

use super::looked::{Looked, VIEWS};
use super::visitor;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::{ApiError, AppState};

/// Conversations of a page.
pub(super) const PAGE: i64 = 30;
/// Conversations that changed last, whose tags are offered.
const TAGGED: i64 = 300;
/// Characters of a message that a row shows.
const BEGINNING: usize = 110;

/// A part of the list, with what is needed around it.
pub(super) struct List {
    rows: Vec<InboxRow>,
    has_older: bool,
    tags: Vec<String>,
    now: Timestamp,
}

impl List {
    /// Reads what is looked at.
    pub(super) async fn read(state: &AppState, seat: &Seat, looked: &Looked) -> Result<Self, ApiError> {
        let reader = state.engine.reader();
        let account = seat.person.account.id;
        let mut rows = reader.list_inbox(seat.id(), account, &looked.filter, looked.before, PAGE + 1).await?;
        let has_older = rows.len() as i64 > PAGE;
        rows.truncate(PAGE as usize);
        let tags = reader.recent_tags(seat.id(), TAGGED).await?;
        Ok(Self { rows, has_older, tags, now: state.engine.clock().now() })
    }

    /// The pane on the left.
    pub(super) fn show(&self, seat: &Seat, looked: &Looked, open: Option<ConversationId>) -> Markup {
        html! {
            section.list #list aria-label="Conversations" {
                header.list-head {
                    h2 { "Inbox" }
                    button.quiet.keys-button data-keys type="button" hidden { "Keys " kbd { "?" } }
                }
                (search(seat, looked))
                (self.views(seat, looked))
                (self.rows(seat, looked, open))
            }
        }
    }

    fn views(&self, seat: &Seat, looked: &Looked) -> Markup {
        html! {
            nav.views aria-label="Views" {
                @for (view, word, name) in VIEWS {
                    a href=(seat.path(&format!("inbox{}", looked.seen_as(view)))) data-view=(word)
                        aria-current=[(view == looked.filter.view).then_some("page")] {
                        (name)
                        @if view == InboxView::Waiting {
                            span.count #waiting-here hidden[seat.waiting == 0] { (seat.waiting) }
                        }
                    }
                }
            }
            @if let Some(tag) = &looked.filter.tag {
                p.narrowed {
                    "Tagged " (ui::badge("", tag))
                    a href=(seat.path(&format!("inbox{}", looked.tagged(None)))) { "Show all" }
                }
            } @else if !self.tags.is_empty() {
                details.tags {
                    summary { "Tags" }
                    @for tag in &self.tags {
                        a.badge href=(seat.path(&format!("inbox{}", looked.tagged(Some(tag))))) { (tag) }
                    }
                }
            }
        }
    }

    fn rows(&self, seat: &Seat, looked: &Looked, open: Option<ConversationId>) -> Markup {
        let last = self.rows.last().filter(|_| self.has_older);
        html! {
            div.rows #rows tabindex="-1" {
                ol {
                    @for row in &self.rows {
                        (shown(row, seat, looked, open == Some(row.conversation.id), self.now))
                    }
                }
                @if self.rows.is_empty() { (empty(seat, looked)) }
                @if let Some(last) = last {
                    p.older {
                        a.button #older href=(seat.path(&format!(
                            "inbox{}",
                            looked.older(last.conversation.updated_at, last.conversation.id)
                        ))) { "Older" }
                    }
                }
            }
        }
    }
}

fn search(seat: &Seat, looked: &Looked) -> Markup {
    html! {
        form.search role="search" method="get" action=(seat.path("inbox")) {
            @if looked.filter.view != InboxView::Open { input type="hidden" name="view" value=(looked.word()); }
            @if let Some(tag) = &looked.filter.tag { input type="hidden" name="tag" value=(tag); }
            label.unseen for="q" { "Search messages and visitors" }
            input #q name="q" type="search" value=(looked.filter.text.as_deref().unwrap_or_default())
                placeholder="Search messages and visitors" autocomplete="off" maxlength="200";
        }
    }
}

fn empty(seat: &Seat, looked: &Looked) -> Markup {
    let narrowed = looked.filter.tag.is_some() || looked.filter.text.is_some();
    let (title, text) = match looked.filter.view {
        _ if narrowed => ("Nothing found", "No conversation here matches. Try another view or fewer words."),
        InboxView::Open => {
            ("No open conversations", "As soon as a visitor writes, the conversation appears here by itself.")
        }
        InboxView::Waiting => ("Nobody waits", "When a visitor asks for a person, they appear here at once."),
        InboxView::Mine => {
            ("Nothing of yours", "Take a conversation over, or let somebody assign one to you.")
        }
        InboxView::Unread => ("All read", "You have seen everything that was said."),
        InboxView::Closed => ("None closed", "Conversations that are over appear here."),
        InboxView::Archived => ("None archived", "What you archive is kept here and takes no more messages."),
        InboxView::All => ("No conversations yet", "Put the widget on your website and ask it something."),
    };
    let all = seat.path("inbox?view=all");
    ui::empty(
        title,
        &html! {
            p { (text) }
            @if looked.filter.view != InboxView::All || narrowed { p { a href=(all) { "Show all conversations" } } }
        },
    )
}

/// A row as somebody sees it who asks for the page.
fn shown(row: &InboxRow, seat: &Seat, looked: &Looked, open: bool, now: Timestamp) -> Markup {
    let unread = if open { 0 } else { row.unread() };
    let path = seat.path(&format!("inbox/{}{}", row.conversation.id, looked.query()));
    let li = html! { (inner(row, &path, unread, open, now)) };
    wrapped(row, unread, &li)
}

/// A row as all who have the inbox open are sent it: what differs from one to the other is added by their pages.
pub(super) fn row(row: &InboxRow, project: &str, now: Timestamp) -> Markup {
    let path = format!("/app/{project}/inbox/{}", row.conversation.id);
    wrapped(row, 0, &inner(row, &path, 0, false, now))
}

fn wrapped(row: &InboxRow, unread: i64, inner: &Markup) -> Markup {
    let it = &row.conversation;
    html! {
        li.row.unread[unread > 0] id={ "c-" (it.id) } data-at=(it.updated_at.0) { (inner) }
    }
}

fn inner(row: &InboxRow, path: &str, unread: i64, open: bool, now: Timestamp) -> Markup {
    let it = &row.conversation;
    let name = visitor::name(it);
    html! {
        a href=(path) aria-current=[open.then_some("true")] {
            span.avatar.{ "tint-" (ui::tint(&it.visitor_id)) } aria-hidden="true" { (ui::initial(&name)) }
            span.who { (name) }
            span.when { (ui::time::ago(it.updated_at, now)) }
            span.says { @if let Some(newest) = &row.newest { (says(newest)) } @else { "No message yet" } }
            span.new { @if unread > 0 { (unread) span.unseen { " unread" } } }
            (badges(row))
        }
    }
}

fn says(newest: &NewestRow) -> Markup {
    let who = match (newest.role, &newest.author) {
        (Role::User, _) => None,
        (Role::Assistant, Some(author)) => Some(author.as_str()),
        (Role::Assistant, None) => Some("Bot"),
    };
    html! { @if let Some(who) = who { span.faint { (who) ": " } } (plain(&newest.beginning)) }
}

/// A text in one line without the marks of Markdown.
fn plain(text: &str) -> String {
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| !matches!(*word, "#" | "##" | "###" | "-" | ">")).collect();
    let line: String = words.join(" ").chars().filter(|c| !matches!(c, '*' | '`')).collect();
    match line.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

fn badges(row: &InboxRow) -> Markup {
    let it = &row.conversation;
    let agent = it.agent.as_deref().unwrap_or("a person");
    let any = it.handoff_requested || it.handled_by == HandledBy::Human || it.status != Status::Active;
    html! {
        @if any || !it.tags.is_empty() {
            span.badges {
                @match it.status {
                    Status::Active => {}
                    Status::Closed => (ui::badge("", "Closed")),
                    Status::Archived => (ui::badge("", "Archived")),
                }
                @if it.handled_by == HandledBy::Human {
                    (ui::badge("good", &format!("With {agent}")))
                } @else if it.handoff_requested {
                    (ui::badge("warn", "Wants a person"))
                }
                @for tag in &it.tags { (ui::badge("", tag)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_beginning_of_a_message_is_one_plain_line() {
        assert_eq!(plain("# Hi **you**\n\n- `a`\n- b"), "Hi you a b");
        let long = plain(&"word ".repeat(60));
        assert!(long.ends_with('…') && long.chars().count() <= 111, "{long}");
    }
}
