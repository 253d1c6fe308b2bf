//! Keys that have ended lately, so that streams opened with them are cut: those revoked here at once, those revoked
//! by other processes, and those that expired, within a second.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use botplot_core::{KeyId, Timestamp};
use tokio::sync::watch;

use crate::{Engine, Error};

/// How often the store is asked what others have ended.
const POLL: Duration = Duration::from_secs(1);
/// Seconds that are looked at again: another process's commit may come after the instant that it notes.
const OVERLAP: i64 = 10;
/// Ended keys that are remembered; by then, the streams of the oldest are long cut.
const REMEMBERED: usize = 10_000;

/// Tells every stream that these keys have ended.
pub(super) fn tell(told: &watch::Sender<Arc<HashSet<KeyId>>>, keys: &[KeyId]) {
    told.send_if_modified(|known| {
        let fresh: Vec<_> = keys.iter().filter(|key| !known.contains(key)).collect();
        if fresh.is_empty() {
            return false;
        }
        let all = Arc::make_mut(known);
        if all.len() + fresh.len() > REMEMBERED {
            all.clear();
        }
        all.extend(fresh);
        true
    });
}

/// Looks every second for keys that other processes revoked and for those that expired, until the engine stops.
pub fn watch(engine: &Engine) {
    let watching = engine.clone();
    engine.tracker().spawn(async move {
        let mut since = watching.clock().now();
        loop {
            tokio::select! {
                () = watching.stopping().cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
            }
            match look(&watching, since).await {
                Ok(now) => since = now,
                Err(error) => tracing::warn!(%error, "could not look for keys that have ended"),
            }
        }
    });
}

async fn look(engine: &Engine, since: Timestamp) -> Result<Timestamp, Error> {
    let now = engine.clock().now();
    let since = since.min(now).plus_seconds(-OVERLAP);
    tell(&engine.0.ended, &engine.reader().keys_ended(since, now).await?);
    Ok(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn keys(numbers: std::ops::Range<u128>) -> Vec<KeyId> {
        numbers.map(|n| KeyId(Uuid::from_u128(n))).collect()
    }

    #[test]
    fn a_key_is_told_once_and_the_memory_has_an_end() {
        let ended = watch::Sender::default();
        let mut heard = ended.subscribe();
        tell(&ended, &keys(0..2));
        assert!(heard.has_changed().unwrap() && heard.borrow_and_update().len() == 2);
        tell(&ended, &keys(1..2));
        tell(&ended, &[]);
        assert!(!heard.has_changed().unwrap());
        tell(&ended, &keys(2..REMEMBERED as u128));
        assert_eq!(heard.borrow_and_update().len(), REMEMBERED);
        let one_more = keys(REMEMBERED as u128..REMEMBERED as u128 + 1);
        tell(&ended, &one_more);
        assert_eq!(heard.borrow_and_update().iter().copied().collect::<Vec<_>>(), one_more);
    }
}
