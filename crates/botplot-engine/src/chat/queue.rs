//! Turns of one conversation run one after another: one speaks, three may wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use botplot_core::{ConversationId, MessageId};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use super::log::Log;
use crate::Error;

/// Turns that may wait behind the running one.
pub(crate) const WAITING: usize = 3;

#[derive(Default)]
struct Line {
    baton: Arc<tokio::sync::Mutex<()>>,
    inside: usize,
    told: Arc<Notify>,
    running: Option<CancellationToken>,
}

type Lines = Arc<Mutex<HashMap<ConversationId, Line>>>;

/// The conversations that have a turn running or waiting on this node.
#[derive(Default)]
pub(crate) struct Turns {
    lines: Lines,
    logs: Mutex<HashMap<MessageId, Arc<Log>>>,
}

impl Turns {
    /// Takes a place in the conversation's line; refuses the fifth.
    pub(crate) fn enter(&self, conversation: ConversationId) -> Result<Ticket, Error> {
        let mut lines = lock(&self.lines);
        let line = lines.entry(conversation).or_default();
        if line.inside > WAITING {
            return Err(full());
        }
        line.inside += 1;
        let (baton, told) = (line.baton.clone(), line.told.clone());
        Ok(Ticket { conversation, lines: self.lines.clone(), baton, told })
    }

    /// Keeps what the answer says where others find it.
    pub(crate) fn begin(&self, answer: MessageId, log: Arc<Log>) {
        self.logs().insert(answer, log);
    }

    /// What the answer has said so far, if it is being written here.
    pub(crate) fn log(&self, answer: MessageId) -> Option<Arc<Log>> {
        self.logs().get(&answer).cloned()
    }

    /// Forgets an answer that is over; who listens to it hears it out.
    pub(crate) fn end(&self, answer: MessageId) {
        self.logs().remove(&answer);
    }

    fn logs(&self) -> MutexGuard<'_, HashMap<MessageId, Arc<Log>>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the conversation's turns look how they stand.
    pub(crate) fn look(&self, conversation: ConversationId) {
        if let Some(line) = lock(&self.lines).get(&conversation) {
            line.told.notify_waiters();
        }
    }

    /// Has all turns look how they stand.
    pub(crate) fn look_all(&self) {
        lock(&self.lines).values().for_each(|line| line.told.notify_waiters());
    }

    /// Stops the running turn; false when none is running.
    pub(crate) fn stop(&self, conversation: ConversationId) -> bool {
        let lines = lock(&self.lines);
        let running = lines.get(&conversation).and_then(|l| l.running.as_ref());
        running.inspect(|token| token.cancel()).is_some()
    }
}

/// The refusal of a turn for which there is no place in the line.
pub(crate) fn full() -> Error {
    Error::TooMany { code: "too_many_turns", after: Duration::from_secs(2) }
}

/// A place in a conversation's line; dropping it leaves the line.
pub(crate) struct Ticket {
    conversation: ConversationId,
    lines: Lines,
    baton: Arc<tokio::sync::Mutex<()>>,
    told: Arc<Notify>,
}

/// The right to speak; its token is cancelled by [`Turns::stop`].
pub(crate) struct Floor<'a> {
    pub(crate) stopped: CancellationToken,
    ticket: &'a Ticket,
    _baton: OwnedMutexGuard<()>,
}

impl Ticket {
    /// Done when another node says that something has changed in the conversation.
    pub(super) fn told(&self) -> Notified<'_> {
        self.told.notified()
    }

    /// Waits until all earlier turns of the conversation are done.
    pub(crate) async fn floor(&self) -> Floor<'_> {
        let baton = self.baton.clone().lock_owned().await;
        let stopped = CancellationToken::new();
        if let Some(line) = lock(&self.lines).get_mut(&self.conversation) {
            line.running = Some(stopped.clone());
        }
        Floor { stopped, ticket: self, _baton: baton }
    }
}

impl Drop for Floor<'_> {
    fn drop(&mut self) {
        if let Some(line) = lock(&self.ticket.lines).get_mut(&self.ticket.conversation) {
            line.running = None;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut lines = lock(&self.lines);
        if let Some(line) = lines.get_mut(&self.conversation) {
            line.inside -= 1;
            if line.inside == 0 {
                lines.remove(&self.conversation);
            }
        }
    }
}

fn lock(lines: &Lines) -> MutexGuard<'_, HashMap<ConversationId, Line>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    const HERE: ConversationId = ConversationId(uuid::Uuid::nil());

    #[tokio::test]
    async fn one_speaks_three_wait_and_the_fifth_is_refused() {
        let turns = Turns::default();
        let tickets: Vec<_> = (0..4).map(|_| turns.enter(HERE).unwrap()).collect();
        assert!(matches!(turns.enter(HERE), Err(Error::TooMany { code: "too_many_turns", .. })));
        let floor = tickets[0].floor().await;
        assert!(tickets[1].floor().now_or_never().is_none());
        drop(floor);
        assert!(tickets[1].floor().now_or_never().is_some());
        drop(tickets);
        assert!(lock(&turns.lines).is_empty(), "a line without turns was kept");
    }

    #[tokio::test]
    async fn only_the_running_turn_is_stopped() {
        let turns = Turns::default();
        assert!(!turns.stop(HERE));
        let (first, second) = (turns.enter(HERE).unwrap(), turns.enter(HERE).unwrap());
        let floor = first.floor().await;
        assert!(turns.stop(HERE) && floor.stopped.is_cancelled());
        drop(floor);
        assert!(!second.floor().await.stopped.is_cancelled());
    }
}
