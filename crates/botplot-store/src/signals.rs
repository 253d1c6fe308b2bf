//! Words from node to node over PostgreSQL's `LISTEN` and `NOTIFY`. A word may be lost: it says where to look, and
//! what counts stands in the tables.

use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::Error;

/// The channel, one per database.
const CHANNEL: &str = "botplot";

/// Hears what nodes say, over a connection of its own.
pub struct Ear(PgListener);

impl Ear {
    pub(crate) async fn open(pool: &PgPool) -> Result<Self, Error> {
        let options = pool.connect_options().as_ref().clone();
        let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&own).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next word, this node's own included; `None` when the connection was lost.
    pub async fn hear(&mut self) -> Result<Option<String>, Error> {
        Ok(self.0.try_recv().await?.map(|word| word.payload().to_owned()))
    }
}

/// Says words, of up to 8,000 bytes each, to every node. Nobody waits for the disk: a word that a crash loses was
/// only a hint.
pub(crate) async fn say(pool: &PgPool, words: &[String]) -> Result<(), Error> {
    sqlx::query(
        "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, word)
         FROM unnest(CAST($2 AS text[])) AS word",
    )
    .bind(CHANNEL)
    .bind(words)
    .execute(pool)
    .await?;
    Ok(())
}
