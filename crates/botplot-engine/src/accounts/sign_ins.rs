//! Browsers in which people are signed in. The browser holds a random token, the store only its SHA-256.

use botplot_core::account::{Account, SignIn};
use botplot_core::key::letters;
use botplot_core::{AccountId, Secret, SignInId};
use sha2::{Digest as _, Sha256};

use crate::{Engine, Error};

/// Seconds that a browser stays signed in after it was last seen.
pub const LIFE: i64 = 14 * 24 * 3600;
/// Seconds between two notes that a browser was seen.
const NOTE_EVERY: i64 = 300;
/// Letters and digits of a token: 238 random bits.
pub(super) const TOKEN: usize = 40;
/// Characters kept of what a browser calls itself.
const BROWSER: usize = 300;

/// Signs an account in on a browser; returns what the browser is to hold.
pub async fn begin(
    engine: &Engine,
    account: AccountId,
    browser: &str,
    address: &str,
) -> Result<(SignIn, Secret), Error> {
    let now = engine.clock().now();
    let token = Secret::new(letters(TOKEN, engine.ids()));
    let sign_in = SignIn {
        id: SignInId(engine.ids().ordered(now)),
        account,
        browser: browser.chars().filter(|c| !c.is_control()).take(BROWSER).collect(),
        address: address.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(LIFE),
    };
    let (kept, hash) = (sign_in.clone(), hash(&token));
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.remove_sign_ins_before(now).await?;
            Ok::<_, Error>(tx.add_sign_in(&kept, &hash).await?)
        })
    });
    added.await?;
    Ok((sign_in, token))
}

/// Who holds this token, if it is one that counts. Notes now and then that the browser was seen.
pub async fn find(engine: &Engine, token: &str) -> Result<Option<(SignIn, Account)>, Error> {
    if token.len() != TOKEN {
        return Ok(None);
    }
    let now = engine.clock().now();
    let Some(sign_in) = engine.reader().find_sign_in(&hash(&Secret::new(token)), now).await? else {
        return Ok(None);
    };
    let Some(account) = engine.reader().find_account(sign_in.account).await? else { return Ok(None) };
    if now.seconds_since(sign_in.seen_at) >= NOTE_EVERY {
        let (id, store) = (sign_in.id, engine.0.store.clone());
        engine.tracker().spawn(async move {
            let until = now.plus_seconds(LIFE);
            let noted = store.write(move |tx| {
                Box::pin(async move { Ok::<_, Error>(tx.touch_sign_in(id, now, until).await?) })
            });
            if let Err(error) = noted.await {
                tracing::warn!(%error, "could not note that a browser was seen");
            }
        });
    }
    Ok(Some((sign_in, account)))
}

/// Signs one browser of an account out; false when it was not signed in.
pub async fn end(engine: &Engine, account: AccountId, sign_in: SignInId) -> Result<bool, Error> {
    let ended = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.remove_sign_in(account, sign_in).await?) }));
    ended.await
}

/// Signs all browsers of an account out but for one; returns how many.
pub async fn end_others(engine: &Engine, account: AccountId, kept: Option<SignInId>) -> Result<i64, Error> {
    let ended = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.remove_sign_ins_but(account, kept).await?) })
    });
    ended.await
}

/// What is stored of a token.
pub(super) fn hash(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.expose().as_bytes()).into()
}
