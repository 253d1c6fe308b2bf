//! API keys: admitting, making, renaming, rotating, revoking. Every change leaves a line in the audit log; `by` says
//! who made it: a key's prefix, or `operator`.

mod ended;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use botplot_core::key::{Class, Key, KeyRecord};
use botplot_core::notice::{Entry, Kind, Notice};
use botplot_core::{AuditId, KeyId, NoticeId, ProjectId, Timestamp};
use botplot_store::Tx;
use serde_json::{Map, Value, json};

use crate::{Engine, Error, notices};

pub use ended::watch;

/// Who changes keys from the command line.
pub const OPERATOR: &str = "operator";
/// Hours that an old key may go on beside the one that takes its place.
pub const LONGEST_OVERLAP: i64 = 168;

/// Characters a key's name may have.
const NAME_LIMIT: usize = 100;
/// Seconds between two notes of the same about a key.
const NOTE_EVERY: i64 = 60;

/// When each key was last noted as used, and as seen in a browser.
#[derive(Default)]
pub(crate) struct LastUses {
    used: LastNotes,
    flagged: LastNotes,
}

/// When something was last noted of each key, so that a busy key costs one write a minute.
#[derive(Default)]
struct LastNotes(Mutex<HashMap<KeyId, Timestamp>>);

impl LastNotes {
    fn is_due(&self, key: KeyId, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = noted.get(&key).is_none_or(|at| now.seconds_since(*at) >= NOTE_EVERY);
        if due {
            noted.insert(key, now);
        }
        due
    }
}

/// The record of a key that somebody sent; `None` when it is unknown, revoked or expired. Notes its use.
pub async fn admit(engine: &Engine, key: &Key) -> Result<Option<KeyRecord>, Error> {
    let now = engine.clock().now();
    let record = engine.reader().find_key(key.prefix()).await?.filter(|r| r.admits(key, now));
    if let Some(record) = &record {
        let id = record.id;
        if engine.0.last_uses.used.is_due(id, now) {
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

/// Notes that a secret key came from a browser, and tells the owner once; at most one note a minute.
pub async fn flag(engine: &Engine, key: &KeyRecord) -> Result<(), Error> {
    let (now, id, project) = (engine.clock().now(), key.id, key.project);
    if !engine.0.last_uses.flagged.is_due(id, now) {
        return Ok(());
    }
    let notice = Notice {
        id: NoticeId(engine.ids().ordered(now)),
        project,
        kind: Kind::SecretKeyInBrowser,
        occasion: id.to_string(),
        detail: Map::from_iter([
            ("key_id".to_owned(), json!(id)),
            ("prefix".to_owned(), key.prefix.clone().into()),
            ("name".to_owned(), key.name.clone().into()),
        ]),
        created_at: now,
    };
    let own = engine.clone();
    let noted = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.flag_key(project, id, now).await?;
            notices::leave(tx, &own, &notice).await?;
            Ok::<_, Error>(())
        })
    });
    noted.await
}

/// Makes a key; it is returned in clear once and, if secret, never again.
pub async fn create(
    engine: &Engine,
    project: ProjectId,
    class: Class,
    name: &str,
    by: &str,
) -> Result<(KeyRecord, Key), Error> {
    let (record, key) = draw(engine, project, class, cleaned(name)?);
    let line = line(engine, &record, "key.created", by, None);
    let kept = record.clone();
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.add_key(&kept).await?;
            Ok::<_, Error>(tx.add_audit(&line).await?)
        })
    });
    added.await?;
    Ok((record, key))
}

/// A key that is not stored yet.
pub(crate) fn draw(engine: &Engine, project: ProjectId, class: Class, name: &str) -> (KeyRecord, Key) {
    let now = engine.clock().now();
    let key = Key::generate(class, engine.ids());
    let record = KeyRecord::of(&key, project, name, KeyId(engine.ids().ordered(now)), now);
    (record, key)
}

/// Renames a key and returns its record.
pub async fn rename(
    engine: &Engine,
    project: ProjectId,
    key: KeyId,
    name: &str,
    by: &str,
) -> Result<KeyRecord, Error> {
    let (name, by, engine) = (cleaned(name)?.to_owned(), by.to_owned(), engine.clone());
    let renamed = engine.clone().0.store.write(move |tx| {
        Box::pin(async move {
            let known = find(&locked(tx, project).await?, key)?;
            tx.rename_key(project, key, &name).await?;
            let record = KeyRecord { name, ..known };
            tx.add_audit(&line(&engine, &record, "key.renamed", &by, None)).await?;
            Ok::<_, Error>(record)
        })
    });
    renamed.await
}

/// Puts a new key of the same class and name in the place of a live one, which goes on for `overlap` hours.
pub async fn rotate(
    engine: &Engine,
    project: ProjectId,
    key: KeyId,
    overlap: i64,
    by: &str,
) -> Result<(KeyRecord, Key), Error> {
    if !(0..=LONGEST_OVERLAP).contains(&overlap) {
        return Err(Error::invalid("overlap_hours", "must be a whole number from 0 to 168"));
    }
    let (rotating, by) = (engine.clone(), by.to_owned());
    let rotated = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let now = rotating.clock().now();
            let old = find(&locked(tx, project).await?, key)?;
            if !old.is_live(now) {
                return Err(Error::Conflict("key_ended"));
            }
            let (record, fresh) = draw(&rotating, project, old.class, &old.name);
            tx.add_key(&record).await?;
            if overlap == 0 {
                tx.revoke_key(project, key, now).await?;
            } else {
                let end = now.plus_seconds(overlap * 3600);
                // Rotating once more must not make an end later than it was.
                tx.expire_key(project, key, old.expires_at.map_or(end, |at| at.min(end))).await?;
            }
            tx.add_audit(&line(&rotating, &old, "key.rotated", &by, Some(&record))).await?;
            Ok((record, fresh))
        })
    });
    let made = rotated.await?;
    if overlap == 0 {
        ended::tell(&engine.0.ended, &[key]);
    }
    Ok(made)
}

/// Revokes a key; it opens nothing from then on.
pub async fn revoke(engine: &Engine, project: ProjectId, key: KeyId, by: &str) -> Result<(), Error> {
    end(engine, project, key, by, |_, _, _| Ok(())).await
}

/// Revokes a key as [`revoke`] does, unless a program that calls the API could lock its owner out with it: the
/// publishable key and the last secret one stay.
pub async fn retire(engine: &Engine, project: ProjectId, key: KeyId, by: &str) -> Result<(), Error> {
    end(engine, project, key, by, |keys, key, now| {
        if key.class == Class::Publishable {
            return Err(Error::Conflict("publishable_key_required"));
        }
        // One that is about to expire would leave the owner without any.
        let stays = |k: &KeyRecord| {
            k.class == Class::Secret && k.id != key.id && k.expires_at.is_none() && k.is_live(now)
        };
        if keys.iter().any(stays) { Ok(()) } else { Err(Error::Conflict("last_secret_key")) }
    })
    .await
}

/// Cuts the streams that keys opened which are gone with their project.
pub(crate) fn cut(engine: &Engine, keys: &[KeyId]) {
    ended::tell(&engine.0.ended, keys);
}

/// Whether a key may go, given all keys of its project.
type MayGo = fn(&[KeyRecord], &KeyRecord, Timestamp) -> Result<(), Error>;

async fn end(engine: &Engine, project: ProjectId, key: KeyId, by: &str, may_go: MayGo) -> Result<(), Error> {
    let (ending, by) = (engine.clone(), by.to_owned());
    let ended = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let now = ending.clock().now();
            let keys = locked(tx, project).await?;
            let record = find(&keys, key)?;
            if record.revoked_at.is_some() {
                return Err(Error::NotFound);
            }
            may_go(&keys, &record, now)?;
            tx.revoke_key(project, key, now).await?;
            Ok(tx.add_audit(&line(&ending, &record, "key.revoked", &by, None)).await?)
        })
    });
    ended.await?;
    ended::tell(&engine.0.ended, &[key]);
    Ok(())
}

/// All keys of a project, which nobody else changes until the transaction ends.
async fn locked(tx: &mut Tx, project: ProjectId) -> Result<Vec<KeyRecord>, Error> {
    tx.find_project(project).await?.ok_or(Error::NotFound)?;
    Ok(tx.list_keys(project).await?)
}

fn find(keys: &[KeyRecord], key: KeyId) -> Result<KeyRecord, Error> {
    keys.iter().find(|k| k.id == key).cloned().ok_or(Error::NotFound)
}

/// The name as it is kept.
fn cleaned(name: &str) -> Result<&str, Error> {
    if name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            "must have at most 100 characters, none of them control characters",
        ));
    }
    Ok(name.trim())
}

fn line(engine: &Engine, key: &KeyRecord, action: &str, by: &str, successor: Option<&KeyRecord>) -> Entry {
    let now = engine.clock().now();
    let mut detail = Map::from_iter([
        ("class".to_owned(), Value::from(key.class.as_str())),
        ("name".to_owned(), key.name.clone().into()),
        ("prefix".to_owned(), key.prefix.clone().into()),
    ]);
    if let Some(successor) = successor {
        detail.insert("successor".to_owned(), json!(successor.id));
    }
    Entry {
        id: AuditId(engine.ids().ordered(now)),
        project: key.project,
        action: action.to_owned(),
        actor: by.to_owned(),
        subject: key.id.to_string(),
        detail,
        created_at: now,
    }
}
