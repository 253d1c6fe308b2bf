//! What an answer has said so far: one writer, any number of listeners, each from where it likes.
//!
//! A place in an answer is a count of bytes of its text, so that the stored text alone is enough to go on from any
//! place, after a restart too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use botplot_core::{MessageId, ProjectId};
use tokio::sync::watch;

use super::TurnEvent;
use crate::{Engine, Error};

/// How often a durable answer is committed at most; what comes meanwhile goes with the next commit.
const COMMIT_EVERY: Duration = Duration::from_millis(40);

/// The answer of one turn, while it is written and as long as somebody listens.
#[derive(Debug)]
pub struct Log {
    state: Mutex<State>,
    /// Counts changes, to wake listeners.
    changes: watch::Sender<u64>,
    /// True when nothing may be heard that is not committed.
    durable: bool,
}

#[derive(Debug, Default)]
struct State {
    text: String,
    /// Where each token ends.
    ends: Vec<usize>,
    committed: usize,
    last: Option<TurnEvent>,
}

impl Log {
    /// An answer that has said nothing; `durable` when nothing may be heard that is not committed.
    pub fn new(durable: bool) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), changes: watch::Sender::new(0), durable })
    }

    /// An answer that is over: its text as one token, and its last event.
    pub(crate) fn over(text: &str, last: TurnEvent) -> Arc<Self> {
        let log = Self::new(false);
        log.say(text);
        log.end(last);
        log
    }

    /// Adds a token; an empty one is none.
    pub fn say(&self, token: &str) {
        if !token.is_empty() {
            let mut state = self.lock();
            state.text.push_str(token);
            let end = state.text.len();
            state.ends.push(end);
        }
        self.wake();
    }

    /// Ends the answer; whatever it said is committed by now.
    pub fn end(&self, last: TurnEvent) {
        self.lock().last.get_or_insert(last);
        self.wake();
    }

    /// Bytes said so far.
    pub(crate) fn len(&self) -> usize {
        self.lock().text.len()
    }

    /// A listener from the place `from`; `None` when the answer has no such place yet.
    pub fn listen(self: &Arc<Self>, from: usize) -> Option<Listener> {
        self.lock().text.is_char_boundary(from).then(|| Listener {
            changes: self.changes.subscribe(),
            log: self.clone(),
            at: from,
            over: false,
        })
    }

    fn wake(&self) {
        self.changes.send_modify(|n| *n += 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is said but not committed, as the whole text so far; `None` when there is nothing to commit.
    fn uncommitted(&self) -> Option<String> {
        let state = self.lock();
        (state.text.len() > state.committed).then(|| state.text.clone())
    }

    fn is_over(&self) -> bool {
        self.lock().last.is_some()
    }
}

/// Commits a durable answer as it grows, and lets its listeners hear what is committed.
pub(super) async fn keep(engine: Engine, project: ProjectId, message: MessageId, log: Arc<Log>) {
    let mut changes = log.changes.subscribe();
    while !log.is_over() {
        if let Some(text) = log.uncommitted() {
            let length = text.len();
            let kept = engine.0.store.write(move |tx| {
                Box::pin(async move { Ok::<_, Error>(tx.save_partial(project, message, &text).await?) })
            });
            match kept.await {
                Ok(_) => log.lock().committed = length,
                // Listeners wait for the end, which is stored as a whole or told as a failure.
                Err(error) => tracing::warn!(%error, "could not commit a part of an answer"),
            }
            log.wake();
            tokio::time::sleep(COMMIT_EVERY).await;
        } else if changes.changed().await.is_err() {
            return;
        }
    }
}

/// Somebody who hears an answer.
#[derive(Debug)]
pub struct Listener {
    log: Arc<Log>,
    changes: watch::Receiver<u64>,
    at: usize,
    over: bool,
}

impl Listener {
    /// The next event; `None` after the last one.
    pub async fn recv(&mut self) -> Option<TurnEvent> {
        let mut events = Vec::with_capacity(1);
        self.recv_many(&mut events, 1).await;
        events.pop()
    }

    /// Waits for at least one event and takes up to `most` that are there; none after the last one.
    pub async fn recv_many(&mut self, events: &mut Vec<TurnEvent>, most: usize) -> usize {
        while !self.over {
            // Before looking, so that what comes while looking is not slept through.
            self.changes.mark_unchanged();
            let found = self.take(events, most);
            if found > 0 {
                return found;
            }
            if self.changes.changed().await.is_err() {
                break;
            }
        }
        0
    }

    /// The place up to which it has heard.
    pub fn place(&self) -> usize {
        self.at
    }

    fn take(&mut self, events: &mut Vec<TurnEvent>, most: usize) -> usize {
        let before = events.len();
        let state = self.log.lock();
        let heard = if self.log.durable && state.last.is_none() { state.committed } else { state.text.len() };
        let first = state.ends.partition_point(|end| *end <= self.at);
        for end in state.ends[first..].iter().take_while(|end| **end <= heard).take(most) {
            events.push(TurnEvent::Token(state.text[self.at..*end].to_owned()));
            self.at = *end;
        }
        let all = self.at == state.text.len();
        if let Some(last) = state.last.as_ref().filter(|_| all && events.len() - before < most) {
            events.push(last.clone());
            self.over = true;
        }
        events.len() - before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Failure;
    use futures_util::FutureExt as _;

    fn failed() -> TurnEvent {
        TurnEvent::Failed(Failure { code: "x", message: String::new(), retryable: false })
    }

    async fn rest(mut listener: Listener) -> (String, usize) {
        let (mut text, mut tokens) = (String::new(), 0);
        while let Some(event) = listener.recv().await {
            if let TurnEvent::Token(token) = event {
                text.push_str(&token);
                tokens += 1;
            }
        }
        (text, tokens)
    }

    #[tokio::test]
    async fn a_listener_goes_on_from_any_place() {
        let log = Log::new(false);
        for token in ["ab", "", "cd", "é"] {
            log.say(token);
        }
        log.end(failed());
        assert_eq!(rest(log.listen(0).unwrap()).await, ("abcdé".into(), 3));
        assert_eq!(rest(log.listen(1).unwrap()).await, ("bcdé".into(), 3));
        assert_eq!(rest(log.listen(4).unwrap()).await, ("é".into(), 1));
        assert_eq!(rest(log.listen(6).unwrap()).await, (String::new(), 0));
        assert!(log.listen(5).is_none() && log.listen(7).is_none());
    }

    #[tokio::test]
    async fn a_durable_answer_is_heard_when_it_is_committed_or_over() {
        let log = Log::new(true);
        let mut listener = log.listen(0).unwrap();
        log.say("ab");
        assert!(listener.recv().now_or_never().is_none());
        log.lock().committed = 2;
        log.wake();
        assert!(matches!(listener.recv().await, Some(TurnEvent::Token(t)) if t == "ab"));
        log.say("cd");
        log.end(failed());
        assert!(matches!(listener.recv().await, Some(TurnEvent::Token(t)) if t == "cd"));
        assert!(matches!(listener.recv().await, Some(TurnEvent::Failed(_))));
        assert!(listener.recv().await.is_none());
    }

    #[tokio::test]
    async fn only_the_first_end_counts() {
        let log = Log::over("a", failed());
        log.end(TurnEvent::Token("no".into()));
        let mut events = Vec::new();
        let mut listener = log.listen(0).unwrap();
        assert_eq!(listener.recv_many(&mut events, 9).await, 2);
        assert_eq!((listener.recv_many(&mut events, 9).await, listener.place()), (0, 1));
    }
}
