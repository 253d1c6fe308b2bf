//! API keys: admitting, making, revoking.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use botplot_core::key::{Class, Key, KeyRecord};
use botplot_core::{KeyId, ProjectId, Timestamp};

use crate::{Engine, Error};

/// Characters a key's name may have.
const NAME_LIMIT: usize = 100;
/// Seconds between two notes of a key's use.
const NOTE_EVERY: i64 = 60;

/// When each key's use was last noted, so that a busy key costs one write a minute.
#[derive(Default)]
pub(crate) struct LastUses(Mutex<HashMap<KeyId, Timestamp>>);

impl LastUses {
    fn is_due(&self, key: KeyId, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = noted.get(&key).is_none_or(|at| now.seconds_since(*at) >= NOTE_EVERY);
        if due {
            noted.insert(key, now);
        }
        due
    }
}

/// The record of a key that somebody sent; `None` when it is unknown or revoked. Notes its use.
pub async fn admit(engine: &Engine, key: &Key) -> Result<Option<KeyRecord>, Error> {
    let record = engine.reader().find_key(key.prefix()).await?.filter(|r| r.admits(key));
    if let Some(record) = &record {
        let (now, id) = (engine.clock().now(), record.id);
        if engine.0.last_uses.is_due(id, now) {
            let store = engine.0.store.clone();
            engine.tracker().spawn(async move {
                let noted = store.write(move |tx| {
                    Box::pin(async move { Ok::<_, Error>(tx.touch_keys(&[id], now).await?) })
                });
                if let Err(error) = noted.await {
                    tracing::warn!(%error, "could not note a key's use");
                }
            });
        }
    }
    Ok(record)
}

/// Makes a key; it is returned in clear once and, if secret, never again.
pub async fn create(
    engine: &Engine,
    project: ProjectId,
    class: Class,
    name: &str,
) -> Result<(KeyRecord, Key), Error> {
    if name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            "must have at most 100 characters, none of them control characters",
        ));
    }
    let (record, key) = draw(engine, project, class, name.trim());
    let kept = record.clone();
    engine.0.store.write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.add_key(&kept).await?) })).await?;
    Ok((record, key))
}

/// A key that is not stored yet.
pub(crate) fn draw(engine: &Engine, project: ProjectId, class: Class, name: &str) -> (KeyRecord, Key) {
    let now = engine.clock().now();
    let key = Key::generate(class, engine.ids());
    let record = KeyRecord::of(&key, project, name, KeyId(engine.ids().ordered(now)), now);
    (record, key)
}

/// Revokes a key; it opens nothing from then on.
pub async fn revoke(engine: &Engine, project: ProjectId, key: KeyId) -> Result<(), Error> {
    let now = engine.clock().now();
    let found = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.revoke_key(project, key, now).await?) }));
    if found.await? { Ok(()) } else { Err(Error::NotFound) }
}
