//! Erasing what a visitor left, and the lines of the audit log that say so without saying what it was.

use std::fmt::Write as _;

use botplot_core::message::State;
use botplot_core::notice::Entry;
use botplot_core::{AuditId, ConversationId, MessageId, ProjectId};
use botplot_store::{ConversationFilter, Erased, Tx};
use sha2::{Digest as _, Sha256};

use crate::chat::MESSAGES;
use crate::{Engine, Error};

/// Conversations looked up at once.
const BATCH: i64 = 500;
/// Messages at the end of a conversation among which answers can still be being written.
const RECENT: i64 = 50;

/// Erases all that a visitor left: conversations, messages, leads, proofs, and what webhooks tell of them. `actor`
/// stands in the audit log; the visitor does so as a hash. `NotFound` when they left nothing.
pub async fn erase(engine: &Engine, project: ProjectId, visitor: &str, actor: &str) -> Result<Erased, Error> {
    // Answers stop first: what is being generated finds nothing to be put into afterwards.
    let conversations = conversations_of(engine, project, visitor).await?;
    let mut unfinished = Vec::new();
    for id in &conversations {
        engine.0.turns.stop(*id);
        unfinished.extend(unfinished_answers(engine, project, *id).await?);
    }
    let (visitor, line) =
        (visitor.to_owned(), line(engine, project, "visitor.erased", actor, &hashed(visitor)));
    let erased = engine.0.store.write(move |tx| {
        Box::pin(async move {
            give_back(tx, project, &unfinished).await?;
            let proved = tx.is_verified(project, &visitor).await?;
            let erased = tx.erase_visitor(project, &visitor).await?;
            if erased == Erased::default() && !proved {
                return Err(Error::NotFound);
            }
            tx.add_audit(&line.counting(counts(&erased))).await?;
            Ok(erased)
        })
    });
    let erased = erased.await?;
    for id in conversations {
        // One that waited behind the first may have begun meanwhile; whatever begins from now on finds nothing.
        engine.0.turns.stop(id);
        engine.changed(id);
        engine.stirs(project, id);
    }
    Ok(erased)
}

/// How much of each was erased, by name.
pub fn counts(erased: &Erased) -> [(&'static str, i64); 4] {
    [
        ("conversations", erased.conversations),
        ("messages", erased.messages),
        ("leads", erased.leads),
        ("events", erased.events),
    ]
}

async fn conversations_of(
    engine: &Engine,
    project: ProjectId,
    visitor: &str,
) -> Result<Vec<ConversationId>, Error> {
    let wanted = ConversationFilter { visitor_id: Some(visitor.to_owned()), ..ConversationFilter::default() };
    let mut ids = Vec::new();
    loop {
        let offset = ids.len() as i64;
        let (batch, total) = engine.reader().list_conversations(project, &wanted, BATCH, offset).await?;
        ids.extend(batch.iter().map(|c| c.id));
        if batch.is_empty() || ids.len() as i64 >= total {
            return Ok(ids);
        }
    }
}

/// The answers of a conversation that are being written.
pub(crate) async fn unfinished_answers(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
) -> Result<Vec<MessageId>, Error> {
    let recent = engine.reader().list_messages(project, id, RECENT).await?;
    Ok(recent.into_iter().filter(|m| m.state == State::Pending).map(|m| m.id).collect())
}

/// Gives back the units of the plan that are reserved for answers which nobody will finish.
pub(crate) async fn give_back(tx: &mut Tx, project: ProjectId, answers: &[MessageId]) -> Result<(), Error> {
    for id in answers {
        let unfinished = tx.find_message(project, *id).await?.filter(|m| m.state == State::Pending);
        if let Some(month) = unfinished.and_then(|m| m.reserved) {
            tx.add_usage(project, &month, MESSAGES, -1).await?;
        }
    }
    Ok(())
}

/// What stands for a visitor in the audit log: the first 16 hex digits of the SHA-256 of their id.
fn hashed(visitor: &str) -> String {
    let digest = Sha256::digest(visitor.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// A line of the audit log that is not written yet.
pub(crate) struct Line(Entry);

/// A line of this moment: who did what to what.
pub(crate) fn line(engine: &Engine, project: ProjectId, action: &str, actor: &str, subject: &str) -> Line {
    let now = engine.clock().now();
    Line(Entry {
        id: AuditId(engine.ids().ordered(now)),
        project,
        action: action.to_owned(),
        actor: actor.to_owned(),
        subject: subject.to_owned(),
        detail: serde_json::Map::new(),
        created_at: now,
    })
}

impl Line {
    /// The line with what goes with it, by name.
    pub(crate) fn naming(self, detail: serde_json::Map<String, serde_json::Value>) -> Entry {
        Entry { detail, ..self.0 }
    }

    /// The line with how much there was of each.
    pub(crate) fn counting<'a>(self, counts: impl IntoIterator<Item = (&'a str, i64)>) -> Entry {
        let detail = counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
        Entry { detail, ..self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_stands_in_the_log_as_a_hash() {
        assert_eq!(hashed("visitor-123").len(), 16);
        assert_eq!(hashed(""), "e3b0c44298fc1c14");
    }
}
