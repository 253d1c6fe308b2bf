//! How often somebody may be wrong: each try is counted before it is looked at, so that many at once gain nothing. The
//! count is in the store, so that all nodes count together, and a restart forgets nothing.

use botplot_core::AccountId;

use crate::{Engine, Error};

/// Wrong codes of one account within [`WINDOW`] of the first of them.
const MOST: i64 = 5;
/// Seconds after which wrong codes are forgotten.
const WINDOW: i64 = 15 * 60;

/// Counts a try, which the transaction of a right one takes back; an error says when the next one is heard.
pub(super) async fn count(engine: &Engine, account: AccountId) -> Result<(), Error> {
    let now = engine.clock().now();
    let counted = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.remove_tries_before(now.plus_seconds(-WINDOW)).await?;
            Ok::<_, Error>(tx.count_try(account, now).await?)
        })
    });
    let (made, since) = counted.await?;
    if made <= MOST {
        return Ok(());
    }
    let seconds = (WINDOW - now.seconds_since(since)).max(1);
    let minutes = (seconds + 59) / 60;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    Err(Error::invalid("code", format!("was wrong {MOST} times: try again in {minutes} {unit}")))
}
