//! What a visitor's pages hear live beside the answers: what a person writes, where the conversation stands, and that
//! a person is typing. What the team hears is in [`crate::conversations::inbox`].
//!
//! Messages and states are stored, so that a page that was away hears of them later; typing is not. A page is woken at
//! once, by another node too, and looks once a second in case that nobody could wake it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use botplot_core::conversation::Conversation;
use botplot_core::event::Author;
use botplot_core::message::Message;
use botplot_core::{ConversationId, ProjectId};
use botplot_store::Tx;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep_until};

use crate::{Engine, Error};

/// How long a page waits before it looks whether anything was stored.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long somebody counts as typing who does not say so again.
const TYPING_LIFE: Duration = Duration::from_secs(5);
/// Signals that a page may leave unheard; one that falls behind looks into the store instead.
const BACKLOG: usize = 16;

/// Something that a visitor's page hears now or later.
#[derive(Clone, Copy, Debug)]
pub enum LiveEvent<'a> {
    /// A message, such as a person's reply.
    Message(&'a Message),
    /// Where the conversation stands and who answers in it, as it is now.
    Status,
}

/// Stores an event in the transaction of the change that it tells of; wake the pages once that is committed.
pub(crate) async fn record(
    tx: &mut Tx,
    engine: &Engine,
    conversation: &Conversation,
    event: &LiveEvent<'_>,
) -> Result<(), Error> {
    let (payload, now) = (payload(conversation, *event), engine.clock().now());
    tx.add_conversation_event(conversation.project, conversation.id, &payload, now).await?;
    Ok(())
}

fn payload(conversation: &Conversation, event: LiveEvent<'_>) -> Value {
    match event {
        LiveEvent::Message(message) => json!({
            "type": "message",
            "messageId": message.id,
            "role": message.role.as_str(),
            "content": message.content,
            "author": message.author.as_ref().map(Author::human),
            "createdAt": message.created_at.rfc3339(),
        }),
        LiveEvent::Status => json!({
            "type": "status",
            "status": conversation.status.as_str(),
            "handledBy": conversation.handled_by.as_str(),
            "handoffRequested": conversation.handoff_requested,
            "agent": conversation.agent,
        }),
    }
}

/// What is passed from whoever changes a conversation to the pages that show it on this node.
#[derive(Clone, Debug)]
enum Signal {
    Wake,
    Typing { name: String, on: bool },
}

type Pages = Arc<Mutex<HashMap<ConversationId, broadcast::Sender<Signal>>>>;

/// The conversations that pages on this node are listening to.
#[derive(Default)]
pub(crate) struct Live(Pages);

impl Live {
    /// Makes the conversation's pages look at once for what was stored.
    pub(crate) fn wake(&self, conversation: ConversationId) {
        self.send(conversation, Signal::Wake);
    }

    /// Tells the conversation's pages that `name` types, or stopped; said once, it holds for five seconds.
    pub(crate) fn typing(&self, conversation: ConversationId, name: &str, on: bool) {
        self.send(conversation, Signal::Typing { name: name.to_owned(), on });
    }

    /// Makes all pages look.
    pub(crate) fn wake_all(&self) {
        for pages in lock(&self.0).values() {
            let _ = pages.send(Signal::Wake);
        }
    }

    fn send(&self, conversation: ConversationId, signal: Signal) {
        if let Some(pages) = lock(&self.0).get(&conversation) {
            // A page that has just left does not need to hear it.
            let _ = pages.send(signal);
        }
    }

    fn watch(&self, conversation: ConversationId) -> Watcher {
        let mut pages = lock(&self.0);
        let sender = pages.entry(conversation).or_insert_with(|| broadcast::Sender::new(BACKLOG));
        let (signals, sender) = (sender.subscribe(), sender.clone());
        let look_at = Instant::now() + LOOK_EVERY;
        Watcher { conversation, pages: self.0.clone(), signals, _sender: sender, look_at, typing: None }
    }
}

/// Listens to a conversation as long as it lives.
pub fn watch(engine: &Engine, conversation: ConversationId) -> Watcher {
    engine.0.live.watch(conversation)
}

/// What a page has to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something may have been stored: look.
    Look,
    /// A person of the team types, or stopped.
    Typing {
        /// Their name.
        name: String,
        /// False when they stopped, or were not heard of for five seconds.
        on: bool,
    },
}

/// One page's ear.
pub struct Watcher {
    conversation: ConversationId,
    pages: Pages,
    signals: broadcast::Receiver<Signal>,
    /// Keeps `signals` open whatever happens to the map.
    _sender: broadcast::Sender<Signal>,
    look_at: Instant,
    /// Who types, and until when they count as typing.
    typing: Option<(String, Instant)>,
}

impl Watcher {
    /// Waits until there is something to do, a second at most. Nothing is lost when the wait is dropped.
    pub async fn next(&mut self) -> Heard {
        let silent_at = self.typing.as_ref().map(|(_, until)| *until);
        tokio::select! {
            biased;
            signal = self.signals.recv() => match signal {
                Ok(Signal::Typing { name, on }) => self.note_typing(name, on),
                // Who fell behind looks, too: what was missed is in the store.
                Ok(Signal::Wake) | Err(_) => self.look(),
            },
            () = sleep_until(silent_at.unwrap_or(self.look_at)), if silent_at.is_some() => self.silence(),
            () = sleep_until(self.look_at) => self.look(),
        }
    }

    fn look(&mut self) -> Heard {
        self.look_at = Instant::now() + LOOK_EVERY;
        Heard::Look
    }

    fn note_typing(&mut self, name: String, on: bool) -> Heard {
        self.typing = on.then(|| (name.clone(), Instant::now() + TYPING_LIFE));
        Heard::Typing { name, on }
    }

    fn silence(&mut self) -> Heard {
        let name = self.typing.take().map(|(name, _)| name).unwrap_or_default();
        Heard::Typing { name, on: false }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut pages = lock(&self.pages);
        // This watcher's own receiver is dropped only after this.
        if pages.get(&self.conversation).is_some_and(|sender| sender.receiver_count() <= 1) {
            pages.remove(&self.conversation);
        }
    }
}

/// Notes that a page of the visitor's has heard all up to `place`, so that no letter brings it again.
pub async fn note_heard(
    engine: &Engine,
    project: ProjectId,
    conversation: ConversationId,
    place: i64,
) -> Result<(), Error> {
    let noted = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.note_heard(project, conversation, place).await?) })
    });
    noted.await
}

fn lock(pages: &Pages) -> MutexGuard<'_, HashMap<ConversationId, broadcast::Sender<Signal>>> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::conversation::{HandledBy, Status};
    use botplot_core::message::{Role, State};
    use botplot_core::visitor::VisitorInfo;
    use botplot_core::{MessageId, Timestamp};
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    const HERE: ConversationId = ConversationId(Uuid::nil());

    fn conversation() -> Conversation {
        Conversation {
            id: HERE,
            project: ProjectId(Uuid::nil()),
            visitor_id: "bob".into(),
            session: None,
            token_required: false,
            identified: false,
            visitor_info: VisitorInfo::default(),
            status: Status::Active,
            handled_by: HandledBy::Human,
            handoff_requested: true,
            agent: Some("Ann".into()),
            tags: Vec::new(),
            message_count: 1,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }

    fn message() -> Message {
        Message {
            id: MessageId(Uuid::nil()),
            project: ProjectId(Uuid::nil()),
            conversation: HERE,
            role: Role::Assistant,
            content: "I am here.".into(),
            context: serde_json::Map::new(),
            sources: Vec::new(),
            confidence: None,
            state: State::Complete,
            author: Some("Ann".into()),
            failure: None,
            outcome: None,
            reserved: None,
            rating: None,
            comment: None,
            created_at: Timestamp(1_736_937_000_123_456),
        }
    }

    #[test]
    fn payloads_say_what_a_page_shows() {
        let nil = "00000000-0000-0000-0000-000000000000";
        let said = payload(&conversation(), LiveEvent::Message(&message()));
        let expected = json!({
            "type": "message", "messageId": nil, "role": "assistant", "content": "I am here.",
            "author": { "type": "human", "name": "Ann" }, "createdAt": "2025-01-15T10:30:00Z",
        });
        assert_eq!(said, expected);
        let expected = json!({
            "type": "status", "status": "active", "handledBy": "human", "handoffRequested": true, "agent": "Ann",
        });
        assert_eq!(payload(&conversation(), LiveEvent::Status), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_woken_at_once_and_otherwise_looks_every_second() {
        let live = Live::default();
        let mut watcher = live.watch(HERE);
        assert!(watcher.next().now_or_never().is_none(), "it looked without a reason");
        live.wake(HERE);
        assert_eq!(watcher.next().now_or_never(), Some(Heard::Look));
        let begun = Instant::now();
        assert_eq!((watcher.next().await, begun.elapsed()), (Heard::Look, LOOK_EVERY));
        live.wake(ConversationId(Uuid::from_u128(1)));
        assert!(watcher.next().now_or_never().is_none(), "it heard another conversation");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_dropped_does_not_put_the_look_off() {
        let live = Live::default();
        let mut watcher = live.watch(HERE);
        let begun = Instant::now();
        for _ in 0..3 {
            let waited = tokio::time::timeout(Duration::from_millis(300), watcher.next()).await;
            assert!(waited.is_err(), "it looked too early");
        }
        assert_eq!((watcher.next().await, begun.elapsed()), (Heard::Look, LOOK_EVERY));
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_more_has_stopped_typing_after_five_seconds() {
        let live = Live::default();
        let mut watcher = live.watch(HERE);
        let ann = |on| Heard::Typing { name: "Ann".into(), on };
        live.typing(HERE, "Ann", true);
        assert_eq!(watcher.next().now_or_never(), Some(ann(true)));
        let begun = Instant::now();
        let heard = loop {
            match watcher.next().await {
                Heard::Look => {}
                typing @ Heard::Typing { .. } => break typing,
            }
        };
        assert_eq!((heard, begun.elapsed()), (ann(false), TYPING_LIFE));
        live.typing(HERE, "Ann", true);
        live.typing(HERE, "Ann", false);
        assert_eq!((watcher.next().await, watcher.next().await), (ann(true), ann(false)));
        assert_eq!(watcher.typing, None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_falls_behind_looks() {
        let live = Live::default();
        let mut watcher = live.watch(HERE);
        for _ in 0..=BACKLOG {
            live.typing(HERE, "Ann", true);
        }
        assert_eq!(watcher.next().now_or_never(), Some(Heard::Look));
    }

    #[tokio::test]
    async fn conversations_that_nobody_listens_to_are_forgotten() {
        let live = Live::default();
        let (one, two) = (live.watch(HERE), live.watch(HERE));
        drop(one);
        assert_eq!(lock(&live.0).len(), 1);
        drop(two);
        assert!(lock(&live.0).is_empty(), "a conversation without listeners was kept");
        live.wake(HERE);
    }
}
