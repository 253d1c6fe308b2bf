//! What the team's open inboxes hear: which conversations changed, and who is typing.
//!
//! Whoever changes a conversation says so, on whatever node; all open inboxes of a project on a node share one look
//! into the store for the changes of some milliseconds. Nothing is lost when nobody could say it: every two seconds
//! there is a look for what changed meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use botplot_core::{AccountId, ConversationId, ProjectId, Timestamp};
use botplot_store::InboxRow;
use tokio::sync::{Notify, broadcast};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{Engine, Error};

/// How long changes are gathered before they are looked up together.
const GATHER: Duration = Duration::from_millis(40);
/// How often there is a look for changes that nobody told of, and how often inboxes are counted at most.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Seconds that are looked at again: another node's clock may be behind, and its commit late.
const OVERLAP: i64 = 10;
/// Conversations that one statement looks up.
const BATCH: usize = 200;
/// Conversations that need a person or have one, of which it is counted who has read them.
const COUNTED: i64 = 2000;
/// News that an inbox may leave unheard; one that falls behind begins anew.
const BACKLOG: usize = 64;

/// Something that open inboxes hear.
#[derive(Clone, Debug)]
pub enum News {
    /// Conversations that changed.
    Changed(Arc<Vec<Changed>>),
    /// Conversations that are gone.
    Gone(Arc<Vec<ConversationId>>),
    /// How many conversations need a person or have one.
    Counted(Arc<Counted>),
    /// Somebody types in a conversation, or has stopped: a person of the team, or the visitor when no name is there.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// The person's name.
        name: Option<Arc<str>>,
        /// False when they have stopped.
        on: bool,
    },
    /// Too much happened at once: look at everything anew.
    Behind,
}

/// A conversation that changed.
#[derive(Debug)]
pub struct Changed {
    /// The conversation as it is now, read by nobody.
    pub row: InboxRow,
    /// How many of its messages each account has read.
    pub reads: HashMap<AccountId, i64>,
    /// How it is shown; whoever needs it first makes it, for all.
    pub shown: OnceLock<String>,
}

/// The active conversations that need a person or have one.
#[derive(Debug, Default)]
pub struct Counted {
    /// Those in which a visitor waits.
    pub waiting: i64,
    messages: HashMap<ConversationId, i64>,
    reads: HashMap<(AccountId, ConversationId), i64>,
}

impl Counted {
    /// Those of them with messages that an account has not read.
    pub fn unread(&self, account: AccountId) -> usize {
        let read = |id| self.reads.get(&(account, id)).copied().unwrap_or_default();
        self.messages.iter().filter(|(id, messages)| **messages > read(**id)).count()
    }
}

/// The projects whose inboxes are open on this node.
#[derive(Default)]
pub(crate) struct Inboxes(Mutex<HashMap<ProjectId, Arc<Inbox>>>);

struct Inbox {
    changed: Mutex<HashSet<ConversationId>>,
    /// Somebody has read what they had not: they are to be told how much is left.
    read: AtomicBool,
    wake: Notify,
    news: broadcast::Sender<News>,
}

impl Inboxes {
    /// Says that a conversation changed.
    pub(crate) fn stir(&self, project: ProjectId, conversation: ConversationId) {
        if let Some(inbox) = lock(&self.0).get(&project) {
            lock(&inbox.changed).insert(conversation);
            inbox.wake.notify_one();
        }
    }

    /// Says that somebody has read something.
    pub(crate) fn recount(&self, project: ProjectId) {
        if let Some(inbox) = lock(&self.0).get(&project) {
            inbox.read.store(true, Ordering::Release);
            inbox.wake.notify_one();
        }
    }

    /// Says that somebody types in a conversation, or has stopped; the visitor when there is no name.
    pub(crate) fn typing(
        &self,
        project: ProjectId,
        conversation: ConversationId,
        name: Option<&str>,
        on: bool,
    ) {
        if let Some(inbox) = lock(&self.0).get(&project) {
            // Nobody has to be there any more.
            let _ = inbox.news.send(News::Typing { conversation, name: name.map(Arc::from), on });
        }
    }

    /// Has all open inboxes begin anew.
    pub(crate) fn stir_all(&self) {
        for inbox in lock(&self.0).values() {
            let _ = inbox.news.send(News::Behind);
        }
    }
}

/// One open inbox's ear.
pub struct Watcher(broadcast::Receiver<News>);

impl Watcher {
    /// Waits for news; `None` when the server stops. Nothing is lost when the wait is dropped.
    pub async fn next(&mut self) -> Option<News> {
        match self.0.recv().await {
            Ok(news) => Some(news),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(News::Behind),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// Listens to a project's conversations as long as it lives.
pub fn watch(engine: &Engine, project: ProjectId) -> Watcher {
    let mut inboxes = lock(&engine.0.inboxes.0);
    if let Some(inbox) = inboxes.get(&project) {
        return Watcher(inbox.news.subscribe());
    }
    let news = broadcast::Sender::new(BACKLOG);
    let watcher = Watcher(news.subscribe());
    let inbox =
        Arc::new(Inbox { changed: Mutex::default(), read: AtomicBool::default(), wake: Notify::new(), news });
    inboxes.insert(project, inbox.clone());
    drop(inboxes);
    let look =
        Look { engine: engine.clone(), project, inbox, known: HashMap::new(), count_at: Instant::now() };
    engine.tracker().spawn(look.run());
    watcher
}

/// The one who looks for all open inboxes of a project.
struct Look {
    engine: Engine,
    project: ProjectId,
    inbox: Arc<Inbox>,
    /// What was told lately, by when it changed: the look for what nobody told of finds it again.
    known: HashMap<ConversationId, Timestamp>,
    count_at: Instant,
}

impl Look {
    async fn run(mut self) {
        let stopping = self.engine.stopping().clone();
        let mut look_at = Instant::now() + LOOK_EVERY;
        let mut uncounted = true;
        while !self.is_left() {
            let told = tokio::select! {
                () = stopping.cancelled() => break,
                () = self.inbox.wake.notified() => true,
                () = sleep_until(look_at) => false,
            };
            if told {
                sleep(GATHER).await;
            }
            let overdue = Instant::now() >= look_at;
            if overdue {
                look_at = Instant::now() + LOOK_EVERY;
            }
            match self.look(overdue).await {
                Ok(found) => uncounted |= found,
                Err(error) => {
                    tracing::warn!(%error, project.id = %self.project, "open inboxes could not be told what changed");
                    let _ = self.inbox.news.send(News::Behind);
                }
            }
            uncounted |= self.inbox.read.swap(false, Ordering::AcqRel);
            if uncounted && Instant::now() >= self.count_at {
                uncounted = self.count().await.is_err();
                self.count_at = Instant::now() + LOOK_EVERY / 2;
            }
        }
    }

    /// True when nobody listens any more; whoever comes later finds another one who looks.
    fn is_left(&self) -> bool {
        let mut inboxes = lock(&self.engine.0.inboxes.0);
        let left = self.inbox.news.receiver_count() == 0;
        if left {
            inboxes.remove(&self.project);
        }
        left
    }

    /// Tells what changed; true when anything did.
    async fn look(&mut self, overdue: bool) -> Result<bool, Error> {
        let mut ids: Vec<ConversationId> =
            std::mem::take(&mut *lock(&self.inbox.changed)).into_iter().collect();
        if overdue {
            ids.extend(self.untold(&ids).await?);
        }
        for batch in ids.chunks(BATCH) {
            self.tell(batch).await?;
        }
        Ok(!ids.is_empty())
    }

    /// What changed lately without a word.
    async fn untold(&mut self, told: &[ConversationId]) -> Result<Vec<ConversationId>, Error> {
        let since = self.engine.clock().now().plus_seconds(-OVERLAP);
        self.known.retain(|_, at| *at >= since);
        let limit = BATCH as i64;
        let changed = self.engine.reader().changed_conversations(self.project, since, limit).await?;
        let fresh = |id: &ConversationId| !self.known.contains_key(id) && !told.contains(id);
        Ok(changed.into_iter().filter(fresh).collect())
    }

    async fn tell(&mut self, ids: &[ConversationId]) -> Result<(), Error> {
        let reader = self.engine.reader();
        let rows = reader.inbox_rows(self.project, ids).await?;
        let mut reads: HashMap<ConversationId, HashMap<AccountId, i64>> = HashMap::new();
        for (id, account, read) in reader.list_reads(self.project, ids).await? {
            reads.entry(id).or_default().insert(account, read);
        }
        let found: HashSet<ConversationId> = rows.iter().map(|row| row.conversation.id).collect();
        let gone: Vec<ConversationId> = ids.iter().filter(|id| !found.contains(id)).copied().collect();
        let changed = rows.into_iter().map(|row| {
            self.known.insert(row.conversation.id, row.conversation.updated_at);
            let reads = reads.remove(&row.conversation.id).unwrap_or_default();
            Changed { row, reads, shown: OnceLock::new() }
        });
        let changed: Vec<Changed> = changed.collect();
        if !changed.is_empty() {
            let _ = self.inbox.news.send(News::Changed(Arc::new(changed)));
        }
        if !gone.is_empty() {
            let _ = self.inbox.news.send(News::Gone(Arc::new(gone)));
        }
        Ok(())
    }

    async fn count(&self) -> Result<(), Error> {
        let counted = count(&self.engine, self.project).await?;
        let _ = self.inbox.news.send(News::Counted(Arc::new(counted)));
        Ok(())
    }
}

/// Counts the conversations that need a person or have one.
pub async fn count(engine: &Engine, project: ProjectId) -> Result<Counted, Error> {
    let reader = engine.reader();
    let messages = reader.wanted_conversations(project, COUNTED).await?;
    let ids: Vec<ConversationId> = messages.iter().map(|(id, _)| *id).collect();
    let mut reads = HashMap::new();
    for batch in ids.chunks(BATCH) {
        for (id, account, read) in reader.list_reads(project, batch).await? {
            reads.insert((account, id), read);
        }
    }
    let waiting = reader.count_waiting(project).await?;
    Ok(Counted { waiting, messages: messages.into_iter().collect(), reads })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_somebody_has_read_is_not_counted_for_them_alone() {
        let [ann, ben] = [1, 2].map(|n| AccountId(Uuid::from_u128(n)));
        let [one, two] = [1, 2].map(|n| ConversationId(Uuid::from_u128(n)));
        let counted = Counted {
            waiting: 1,
            messages: HashMap::from([(one, 4), (two, 2)]),
            reads: HashMap::from([((ann, one), 4), ((ann, two), 1), ((ben, one), 3)]),
        };
        assert_eq!((counted.unread(ann), counted.unread(ben)), (1, 2));
    }
}
