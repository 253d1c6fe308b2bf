//! One conversation: what was said, what can be done, and where an answer is written.

use botplot_core::account::{Member, Role};
use botplot_core::conversation::{Conversation, Status};
use botplot_core::lead::Lead;
use botplot_core::message::{Message, State};
use botplot_core::trace::Trace;
use botplot_core::{AccountId, Timestamp};
use botplot_engine::conversations::desk::{self, Holder};
use botplot_store::{ConversationFilter, NoteRow, ReplyRow};
use maud::{Markup, html};

use super::at::At;
use super::{compose, message, panel, visitor};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::{ApiError, AppState, Code};

/// Messages that are shown at once, and when all are wanted.
const NEWEST: i64 = 150;
const ALL: i64 = 2000;
/// Other conversations of a visitor that are listed.
const OTHERS: i64 = 10;

/// All that is shown of a conversation.
pub(super) struct Thread {
    pub(super) conversation: Conversation,
    pub(super) name: String,
    pub(super) assignee: Option<AccountId>,
    pub(super) members: Vec<Member>,
    pub(super) leads: Vec<Lead>,
    pub(super) others: Vec<Conversation>,
    pub(super) replies: Vec<ReplyRow>,
    pub(super) now: Timestamp,
    since: Option<Timestamp>,
    messages: Vec<Message>,
    notes: Vec<NoteRow>,
    traces: Vec<(botplot_core::MessageId, Trace, i64)>,
    whole: bool,
}

/// What was typed and could not be taken, and what there is to say about it.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) reply: String,
    pub(super) note: String,
    pub(super) complaint: Option<String>,
}

impl Thread {
    /// Reads a conversation; unknown and foreign ones are not found.
    pub(super) async fn read(state: &AppState, at: &At) -> Result<Self, ApiError> {
        let (reader, project, id) = (state.engine.reader(), at.seat.id(), at.id);
        let found = reader.find_conversation(project, id).await?;
        let conversation = found.ok_or_else(|| ApiError::new(Code::NotFound))?;
        let newest = if at.looked.whole { ALL } else { NEWEST };
        let messages = reader.list_messages(project, id, newest).await?;
        let visitor_id = Some(conversation.visitor_id.clone());
        let same = ConversationFilter { visitor_id, ..ConversationFilter::default() };
        let (others, _) = reader.list_conversations(project, &same, OTHERS + 1, 0).await?;
        Ok(Self {
            name: visitor::name(&conversation),
            assignee: reader.find_assignee(project, id).await?,
            members: reader.list_members(project).await?,
            leads: reader.leads_of(project, &conversation.visitor_id).await?,
            others: others.into_iter().filter(|other| other.id != id).collect(),
            replies: if at.seat.may(Role::Agent) { reader.list_replies(project).await? } else { Vec::new() },
            now: state.engine.clock().now(),
            since: reader.standing_since(project, id).await?,
            notes: reader.list_notes(project, id).await?,
            traces: reader.list_traces(project, id).await?,
            whole: at.looked.whole || (messages.len() as i64) < NEWEST,
            messages,
            conversation,
        })
    }

    /// Notes that the person has read it all.
    pub(super) async fn note_read(&self, state: &AppState, seat: &Seat) -> Result<(), ApiError> {
        let (id, messages) = (self.conversation.id, self.conversation.message_count);
        Ok(desk::read(&state.engine, seat.id(), id, seat.person.account.id, messages).await?)
    }

    /// The pane on the right.
    pub(super) fn show(&self, at: &At, typed: &Typed) -> Markup {
        html! {
            section.thread #thread aria-label={ "Conversation with " (self.name) } data-id=(self.conversation.id) {
                (self.head(at))
                div #thread-said { @if let Some(text) = &typed.complaint { (ui::complaint(text)) } }
                (panel::show(self, at))
                (self.log(at))
                @if at.seat.may(Role::Agent) { (compose::show(self, at, typed)) }
            }
        }
    }

    fn head(&self, at: &At) -> Markup {
        let it = &self.conversation;
        let inner = html! {
            a.back href=(at.seat.path(&format!("inbox{}", at.looked.query()))) aria-label="Back to the list" { "‹" }
            span.avatar.{ "tint-" (ui::tint(&it.visitor_id)) } aria-hidden="true" { (ui::initial(&self.name)) }
            div.whom { h2 { (self.name) } p.faint { (self.standing(&at.seat)) } }
            @if at.seat.may(Role::Agent) { div.actions { (compose::actions(self, at)) } }
        };
        html! { header.thread-head data-mark=(message::mark(&inner)) { (inner) } }
    }

    /// Where the conversation stands, in a few words.
    fn standing(&self, seat: &Seat) -> Markup {
        let it = &self.conversation;
        let ago = self.since.map(|since| ui::time::ago(since, self.now));
        html! {
            @match (it.status, Holder::of(it)) {
                (Status::Archived, _) => "Archived",
                (Status::Closed, _) => "Closed",
                (Status::Active, Holder::Person(_)) if self.is_mine(seat) => "With you",
                (Status::Active, Holder::Person(name)) => { "With " (named(&name)) }
                (Status::Active, Holder::Bot) if it.handoff_requested => "Waits for a person",
                (Status::Active, Holder::Bot) => "Answered by the bot",
            }
            @if let Some(ago) = ago { " · " (ago) }
        }
    }

    /// Whether the person has the conversation. A colleague of the same name is somebody else, of whom it is in the care.
    pub(super) fn is_mine(&self, seat: &Seat) -> bool {
        let me = &seat.person.account;
        let is_namesake = |one: &Member| one.account != me.id && one.name == me.name;
        let in_care_of_namesake =
            self.members.iter().any(|one| Some(one.account) == self.assignee && is_namesake(one));
        Holder::of(&self.conversation) == Holder::Person(me.name.clone()) && !in_care_of_namesake
    }

    /// How long the conversation has stood as it does, such as `2 min`.
    pub(super) fn held_for(&self) -> String {
        match self.since.map_or(0, |since| self.now.seconds_since(since)) {
            seconds if seconds < 60 => "less than a minute".to_owned(),
            seconds => ui::time::short(seconds),
        }
    }

    fn log(&self, at: &At) -> Markup {
        let mut entries: Vec<(Timestamp, Markup)> = Vec::new();
        for said in self.messages.iter().filter(|m| m.state != State::Failed || !m.content.is_empty()) {
            let trace =
                self.traces.iter().find(|(id, ..)| *id == said.id).map(|(_, trace, took)| (trace, *took));
            entries.push((said.created_at, message::show(said, &self.name, trace)));
        }
        let first = if self.whole { None } else { self.messages.first().map(|m| m.created_at) };
        let notes = self.notes.iter().filter(|note| first.is_none_or(|first| note.created_at >= first));
        entries.extend(notes.map(|note| (note.created_at, message::note(note))));
        entries.sort_by_key(|(at, _)| *at);
        let join = if at.looked.query().is_empty() { '?' } else { '&' };
        html! {
            div.log #log role="log" aria-label="Messages" tabindex="0" {
                @if !self.whole {
                    p.older { a.button href={ (at.path()) (join) "whole=1" } { "Show the whole conversation" } }
                }
                ol { @for (_, entry) in &entries { (entry) } }
                p.typing #typing aria-live="polite" {}
            }
        }
    }
}

/// A person's name, or what stands for one that is not known.
fn named(name: &str) -> &str {
    if name.is_empty() { "a person" } else { name }
}

/// The same where a sentence begins.
pub(super) fn somebody(name: &str) -> &str {
    if name.is_empty() { "A person" } else { name }
}

/// What is shown while no conversation is open.
pub(super) fn none() -> Markup {
    html! {
        section.thread.none #thread aria-label="Conversation" {
            div.nothing {
                p { strong { "Pick a conversation" } }
                p.faint { "New messages appear by themselves. Press " kbd { "?" } " for the keys." }
            }
        }
    }
}
