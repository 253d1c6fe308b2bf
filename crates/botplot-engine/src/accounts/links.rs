//! Links that work once. The address holds a random token, the store only its SHA-256.

use botplot_core::key::letters;
use botplot_core::link::{Kind, Link, State};
use botplot_core::{AccountId, LinkId, Secret, Timestamp};
use botplot_store::{self as store, Tx};

use super::sign_ins::{TOKEN, hash};
use crate::{Engine, Error};

/// Seconds for which a link is remembered after it expired, so that its holder is told what it was.
const MEMORY: i64 = 30 * 86_400;

/// Finds a link of this kind by its secret part, with what it is good for now.
pub async fn find(engine: &Engine, kind: Kind, token: &str) -> Result<Option<(Link, State)>, Error> {
    let Some(hash) = hashed(token) else { return Ok(None) };
    let now = engine.clock().now();
    Ok(engine.reader().find_link(kind, &hash).await?.map(|link| (link.clone(), link.state(now))))
}

/// A link that is not stored yet, and its secret part.
pub(super) fn draft(engine: &Engine, kind: Kind) -> (Link, Secret) {
    let now = engine.clock().now();
    let link = Link {
        id: LinkId(engine.ids().ordered(now)),
        kind,
        project: None,
        account: None,
        email: None,
        mailed: false,
        role: None,
        created_at: now,
        expires_at: now.plus_seconds(kind.life()),
        used_at: None,
    };
    (link, Secret::new(letters(TOKEN, engine.ids())))
}

/// Keeps a link, and forgets those that expired long ago.
pub(super) async fn keep(tx: &mut Tx, link: &Link, token: &Secret) -> Result<(), store::Error> {
    tx.remove_links_before(link.created_at.plus_seconds(-MEMORY)).await?;
    tx.add_link(link, &hash(token)).await
}

/// Uses a link up within the transaction of what it is for; `None` when it is good for nothing.
pub(super) async fn take(
    tx: &mut Tx,
    kind: Kind,
    token: &Secret,
    now: Timestamp,
) -> Result<Option<Link>, store::Error> {
    let Some(hash) = hashed(token.expose()) else { return Ok(None) };
    tx.use_link(kind, &hash, now).await
}

/// Ends whatever an account's password let somebody ask for: links to a new password, and to another address.
pub(super) async fn end_all(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), store::Error> {
    tx.remove_open_links(Kind::Reset, Some(account)).await?;
    tx.end_links(Kind::Email, account, now).await.map(drop)
}

/// True when the link is open; to be asked before anything costly is done for its holder.
pub(super) async fn is_open(engine: &Engine, kind: Kind, token: &Secret) -> Result<bool, Error> {
    let found = find(engine, kind, token.expose()).await?;
    Ok(found.is_some_and(|(_, state)| state == State::Open))
}

fn hashed(token: &str) -> Option<[u8; 32]> {
    (token.len() == TOKEN).then(|| hash(&Secret::new(token)))
}
