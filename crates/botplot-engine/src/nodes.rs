//! Several servers on one PostgreSQL: each says that it lives, closes the turns of those that died, and tells the
//! others where to look.
//!
//! What is told may be lost, doubled or late: it is a hint, and what counts stands in the database. Who hears nothing
//! looks there once a second all the same. A server on a data file of its own does none of this.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::time::Duration;

use botplot_core::{ConversationId, ProjectId, Timestamp, job};
use botplot_store::{DeadTurn, Ear, Tx};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use uuid::Uuid;

use crate::chat::MESSAGES;
use crate::{Engine, Error};

/// How often a node says that it lives.
const BEAT: Duration = Duration::from_secs(5);
/// Seconds of silence after which a node counts as dead, and its turns as cut.
pub(crate) const SILENCE: i64 = 20;
/// How long nothing is heard, not even of this node, before the connection is thought broken.
const DEAF: Duration = Duration::from_secs(15);
/// How soon a lost connection is made anew.
const RETRY: Duration = Duration::from_secs(1);
/// Words that go out in one statement at most.
const BATCH: usize = 256;

/// What this node is to the others, once it has joined them.
#[derive(Default)]
pub(crate) struct Nodes(OnceLock<Joined>);

struct Joined {
    id: Uuid,
    words: UnboundedSender<Word>,
}

/// What one node says to the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// Something about the conversation has changed.
    Look(ConversationId),
    /// A person types to the visitor, or has stopped.
    TypingToVisitor { conversation: ConversationId, name: String, on: bool },
    /// A conversation of a project has changed in a way that its team sees.
    Stir(ProjectId, ConversationId),
    /// A person of the team types, or the visitor when there is no name; or has stopped.
    TypingToTeam { project: ProjectId, conversation: ConversationId, name: Option<String>, on: bool },
    /// Nothing but that the connection works.
    Alive,
}

#[derive(Serialize, Deserialize)]
struct Said {
    from: Uuid,
    word: Word,
}

impl Nodes {
    /// This node's id, once it has joined others.
    pub(crate) fn id(&self) -> Option<Uuid> {
        self.0.get().map(|joined| joined.id)
    }

    fn say(&self, word: Word) {
        if let Some(joined) = self.0.get() {
            // The task that sends ends only with the server.
            let _ = joined.words.send(word);
        }
    }
}

impl Engine {
    /// Has everybody look who shows the conversation or waits in it, on whatever node.
    pub(crate) fn changed(&self, conversation: ConversationId) {
        self.0.live.wake(conversation);
        self.next_turn(conversation);
    }

    /// Has the next turn of the conversation begin, on whatever node it waits.
    pub(crate) fn next_turn(&self, conversation: ConversationId) {
        if self.0.nodes.id().is_some() {
            self.0.turns.look(conversation);
            self.0.nodes.say(Word::Look(conversation));
        }
    }

    /// Tells the visitor's pages, on whatever node, that `name` types or has stopped.
    pub(crate) fn types_to_visitor(&self, conversation: ConversationId, name: &str, on: bool) {
        self.0.live.typing(conversation, name, on);
        self.0.nodes.say(Word::TypingToVisitor { conversation, name: name.to_owned(), on });
    }

    /// Has the team's open inboxes look at the conversation, on whatever node.
    pub(crate) fn stirs(&self, project: ProjectId, conversation: ConversationId) {
        self.0.inboxes.stir(project, conversation);
        self.0.nodes.say(Word::Stir(project, conversation));
    }

    /// Tells the team's open inboxes, on whatever node, that a person of theirs types or has stopped; or the visitor,
    /// when there is no name.
    pub(crate) fn types_to_team(
        &self,
        project: ProjectId,
        conversation: ConversationId,
        name: Option<&str>,
        on: bool,
    ) {
        self.0.inboxes.typing(project, conversation, name, on);
        let name = name.map(str::to_owned);
        self.0.nodes.say(Word::TypingToTeam { project, conversation, name, on });
    }

    /// A new lease, by which the claims of a node that died are known when it starts again.
    pub(crate) fn lease(&self) -> Uuid {
        let random = self.ids().random();
        self.0.nodes.id().map_or(random, |node| job::lease(node, random))
    }
}

/// Makes this server one of the nodes on shared data, under an id that is the same at its next start and no other
/// running server's. Call it before the first question is taken; elsewhere it does nothing.
pub async fn join(engine: &Engine, id: Uuid) -> Result<(), Error> {
    if !engine.0.store.is_shared() {
        return Ok(());
    }
    let (words, said) = mpsc::unbounded_channel();
    if engine.0.nodes.0.set(Joined { id, words }).is_err() {
        return Ok(());
    }
    beat(engine, id).await?;
    let (beating, hearing, saying) = (engine.clone(), engine.clone(), engine.clone());
    engine.tracker().spawn(async move { live(&beating, id).await });
    engine.tracker().spawn(async move { hear(&hearing, id).await });
    engine.tracker().spawn(async move { speak(&saying, id, said).await });
    Ok(())
}

/// Closes what this node's last process left open: it died, and nobody else has its id.
pub(crate) async fn settle_own(engine: &Engine, before: Timestamp) -> Result<usize, Error> {
    let Some(id) = engine.0.nodes.id() else { return Ok(0) };
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let dead = tx.fail_turns_of(id, before).await?;
            give_back(tx, &dead).await?;
            Ok::<_, Error>(dead)
        })
    });
    let dead = write.await?;
    for turn in &dead {
        engine.changed(turn.conversation);
        engine.stirs(turn.project, turn.conversation);
    }
    Ok(dead.len())
}

/// The leases of this node's last process and of this one.
pub(crate) fn own_leases(engine: &Engine) -> Option<(Uuid, Uuid)> {
    engine.0.nodes.id().map(job::leases)
}

/// Says that this node lives, and closes the turns of those that do so no more.
async fn beat(engine: &Engine, id: Uuid) -> Result<(), Error> {
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.note_node(id).await?;
            let dead = tx.fail_turns_of_silent(SILENCE).await?;
            give_back(tx, &dead).await?;
            Ok::<_, Error>(dead)
        })
    });
    let dead = write.await?;
    if !dead.is_empty() {
        tracing::warn!(turns = dead.len(), "answers were cut by the death of another node");
    }
    for turn in &dead {
        engine.changed(turn.conversation);
        engine.stirs(turn.project, turn.conversation);
    }
    engine.0.nodes.say(Word::Alive);
    Ok(())
}

async fn give_back(tx: &mut Tx, dead: &[DeadTurn]) -> Result<(), Error> {
    for turn in dead {
        if let Some(month) = &turn.reserved {
            tx.add_usage(turn.project, month, MESSAGES, -1).await?;
        }
    }
    Ok(())
}

async fn live(engine: &Engine, id: Uuid) {
    while !is_over(engine, BEAT).await {
        if let Err(error) = beat(engine, id).await {
            tracing::warn!(%error, "could not tell the other nodes that this one lives");
        }
    }
}

/// Waits; true when the server stops.
async fn is_over(engine: &Engine, wait: Duration) -> bool {
    tokio::time::timeout(wait, engine.stopping().cancelled()).await.is_ok()
}

/// Says what there is to say, each thing once that is there several times.
async fn speak(engine: &Engine, from: Uuid, mut said: UnboundedReceiver<Word>) {
    let mut words = Vec::new();
    loop {
        tokio::select! {
            biased;
            _ = said.recv_many(&mut words, BATCH) => {}
            () = engine.stopping().cancelled() => return,
        }
        let mut known = HashSet::new();
        let fresh = words.drain(..).filter(|word| known.insert(word.clone()));
        let texts: Vec<String> =
            fresh.filter_map(|word| serde_json::to_string(&Said { from, word }).ok()).collect();
        if let Err(error) = engine.0.store.say(&texts).await {
            tracing::warn!(%error, "the other nodes could not be told to look; they look by themselves");
        }
    }
}

/// Hears the others as long as the server runs, over one connection after another.
async fn hear(engine: &Engine, id: Uuid) {
    loop {
        match engine.0.store.listen().await {
            Ok(Some(ear)) => {
                // What was said while nobody heard it.
                engine.0.live.wake_all();
                engine.0.inboxes.stir_all();
                engine.0.turns.look_all();
                if listen(engine, id, ear).await {
                    return;
                }
                tracing::warn!("the connection to the other nodes was lost; it is made anew");
            }
            Ok(None) => return,
            Err(error) => tracing::warn!(%error, "the other nodes cannot be heard; looking once a second"),
        }
        if is_over(engine, RETRY).await {
            return;
        }
    }
}

/// Does what is heard until the connection is lost; true when the server stops.
async fn listen(engine: &Engine, id: Uuid, mut ear: Ear) -> bool {
    loop {
        let heard = tokio::select! {
            () = engine.stopping().cancelled() => return true,
            heard = tokio::time::timeout(DEAF, ear.hear()) => heard,
        };
        let Ok(Ok(Some(text))) = heard else { return false };
        // Another version may say what this one does not know.
        if let Ok(Said { from, word }) = serde_json::from_str(&text)
            && from != id
        {
            act(engine, word);
        }
    }
}

fn act(engine: &Engine, word: Word) {
    match word {
        Word::Look(conversation) => {
            engine.0.live.wake(conversation);
            engine.0.turns.look(conversation);
        }
        Word::TypingToVisitor { conversation, name, on } => engine.0.live.typing(conversation, &name, on),
        Word::Stir(project, conversation) => engine.0.inboxes.stir(project, conversation),
        Word::TypingToTeam { project, conversation, name, on } => {
            engine.0.inboxes.typing(project, conversation, name.as_deref(), on);
        }
        Word::Alive => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_come_back_as_they_were() {
        let conversation = ConversationId(Uuid::max());
        // The longest name that a person may have, in the longest characters.
        let name = "\u{10ffff}".repeat(crate::conversations::AGENT_LIMIT);
        let typing = Word::TypingToVisitor { conversation, name, on: true };
        for word in [Word::Look(conversation), typing, Word::Alive] {
            let text = serde_json::to_string(&Said { from: Uuid::nil(), word: word.clone() }).unwrap();
            // PostgreSQL takes no longer ones.
            assert!(text.len() < 8_000, "{text}");
            assert_eq!(serde_json::from_str::<Said>(&text).unwrap().word, word);
        }
    }
}
