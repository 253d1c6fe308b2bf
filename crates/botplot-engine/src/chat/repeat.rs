//! Requests that come twice: an idempotency key stands for one turn of a visitor, for a day.

use botplot_core::message::State;
use botplot_core::{ConversationId, MessageId, Timestamp};
use botplot_store::{RequestRow, Tx};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::log::Log;
use super::{Ask, Turn, TurnEvent, resume, turn};
use crate::{Engine, Error};

/// Seconds for which a key stands for its turn.
pub(crate) const LIFE: i64 = 24 * 3600;

/// A key that a caller chose for one turn, and what it is to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key.
    pub key: String,
    /// SHA-256 of the body, however its members are ordered.
    pub hash: [u8; 32],
}

impl Idempotency {
    /// The key `key` for a request with this body.
    pub fn of(key: String, body: &Value) -> Self {
        let mut digest = Sha256::new();
        feed(&mut digest, body);
        Self { key, hash: digest.finalize().into() }
    }
}

/// Feeds a value to the digest in one form: members by name, each part with its length.
fn feed(digest: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            digest.update(format!("object {}\n", names.len()));
            for (name, value) in names {
                digest.update(format!("{}:{name}", name.len()));
                feed(digest, value);
            }
        }
        Value::Array(items) => {
            digest.update(format!("array {}\n", items.len()));
            for item in items {
                feed(digest, item);
            }
        }
        plain => {
            let text = plain.to_string();
            digest.update(format!("{}:{text}", text.len()));
        }
    }
}

/// The turn that the key stands for already, if it does.
pub(super) async fn earlier(engine: &Engine, ask: &Ask) -> Result<Option<Turn>, Error> {
    let Some(idempotency) = &ask.idempotency else { return Ok(None) };
    let (project, visitor) = (ask.project.id, ask.visitor_id.as_str());
    let now = engine.clock().now();
    match engine.reader().find_request(project, visitor, &idempotency.key).await? {
        Some(known) if is_fresh(&known, now) => replay(engine, ask, &known).await.map(Some),
        _ => Ok(None),
    }
}

fn is_fresh(known: &RequestRow, now: Timestamp) -> bool {
    now.seconds_since(known.created_at) < LIFE
}

/// Takes the key for this turn; refuses when another request has it.
pub(super) async fn take(
    tx: &mut Tx,
    ask: &Ask,
    conversation: ConversationId,
    answer: Option<MessageId>,
    refused: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(Idempotency { key, hash }) = &ask.idempotency else { return Ok(()) };
    let (project, visitor_id) = (ask.project.id, ask.visitor_id.clone());
    if let Some(known) = tx.find_request(project, &visitor_id, key).await? {
        if is_fresh(&known, now) {
            return Err(Error::Conflict("idempotency_in_flight"));
        }
        tx.remove_requests_before(now.plus_seconds(-LIFE)).await?;
    }
    let request = RequestRow {
        project,
        visitor_id,
        key: key.clone(),
        body_hash: hash.to_vec(),
        conversation,
        answer,
        refused: refused.map(str::to_owned),
        created_at: now,
    };
    match tx.add_request(&request).await {
        Err(botplot_store::Error::Unique(_)) => Err(Error::Conflict("idempotency_in_flight")),
        other => Ok(other?),
    }
}

async fn replay(engine: &Engine, ask: &Ask, known: &RequestRow) -> Result<Turn, Error> {
    let same = ask.idempotency.as_ref().is_some_and(|i| i.hash.as_slice() == known.body_hash);
    if !same {
        return Err(Error::Mismatch("idempotency_key_reused"));
    }
    let conversation = engine.reader().find_conversation(ask.project.id, known.conversation).await?;
    // The caller proves nothing by knowing a key: the turn is theirs only if its conversation is.
    let conversation =
        conversation.filter(|c| c.may_continue(&ask.visitor_id, &ask.proof)).ok_or(Error::NotFound)?;
    if known.refused.is_some() {
        return Err(turn::limit_reached(engine, &ask.project, conversation.id).await?);
    }
    let Some(answer) = known.answer else {
        let last = TurnEvent::Final(Box::new(turn::silence(&conversation)));
        let events = Log::over("", last).listen(0).ok_or(Error::NotFound)?;
        return Ok(Turn { conversation: conversation.id, message: None, events });
    };
    let message = engine.reader().find_message(ask.project.id, answer).await?.ok_or(Error::NotFound)?;
    if message.state == State::Pending {
        return Err(Error::Conflict("idempotency_in_flight"));
    }
    let events = resume::listen(engine, &conversation, message, 0).await?.ok_or(Error::NotFound)?;
    Ok(Turn { conversation: conversation.id, message: Some(answer), events })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_members_makes_no_difference_and_everything_else_does() {
        let hash = |text: &str| Idempotency::of("k".into(), &serde_json::from_str(text).unwrap()).hash;
        assert_eq!(hash(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#), hash(r#"{"b":{"d":null,"c":[1,2]},"a":1}"#));
        let all = [
            json!({ "a": 1 }),
            json!({ "a": "1" }),
            json!({ "a": [1] }),
            json!({ "a": [1, 2] }),
            json!({ "a": [2, 1] }),
            json!({ "a": [[1], 2] }),
            json!({ "a": { "1": 2 } }),
            json!({ "a1": 2 }),
            json!({ "a": "", "b": "c" }),
            json!({ "a": "b", "c": "" }),
        ];
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                let [one, other] = [one, other].map(|v| Idempotency::of("k".into(), v).hash);
                assert_ne!(one, other);
            }
        }
    }
}
