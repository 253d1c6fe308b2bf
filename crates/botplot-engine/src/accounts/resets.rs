//! Lost passwords: a link that sets a new one goes to the account's address, or to whoever runs the server.

use botplot_core::account::{Account, password_fault};
use botplot_core::link::{self, Kind, Link};
use botplot_core::{ProjectId, Secret};

use super::{links, log, password};
use crate::{Engine, Error, letters};

/// Seconds between two letters to one address.
const REST: i64 = 120;

/// Sends a link to the account of this address if there is one; `base` is the server's address. It is done in the
/// background: how long it takes tells nobody whether there is such an account.
pub fn ask(engine: &Engine, email: &str, base: &str) {
    let (own, email, base) = (engine.clone(), email.trim().to_lowercase(), base.to_owned());
    engine.tracker().spawn(async move {
        if let Err(error) = send(&own, &email, &base).await {
            tracing::error!(%error, "could not send a link for a lost password");
        }
    });
}

async fn send(engine: &Engine, email: &str, base: &str) -> Result<(), Error> {
    let Some(account) = engine.reader().find_account_of(email).await? else { return Ok(()) };
    let (last, now) = (engine.reader().last_link(Kind::Reset, account.id).await?, engine.clock().now());
    if last.is_some_and(|link| link.used_at.is_none() && now.seconds_since(link.created_at) < REST) {
        return Ok(());
    }
    let sender = letters::sender(engine, account.id).await?;
    let address = make(engine, &account, base, sender).await?;
    if sender.is_none() {
        tracing::warn!(%email, link = address, "a password was lost; no mail server is set, so hand this link over");
    }
    engine.0.job_added.notify_waiters();
    Ok(())
}

/// Makes a link for the account of this address; `None` when there is no such account. `base` is the server's address.
pub async fn make_link(engine: &Engine, email: &str, base: &str) -> Result<Option<String>, Error> {
    let Some(account) = engine.reader().find_account_of(&email.trim().to_lowercase()).await? else {
        return Ok(None);
    };
    make(engine, &account, base, None).await.map(Some)
}

async fn make(
    engine: &Engine,
    account: &Account,
    base: &str,
    sender: Option<ProjectId>,
) -> Result<String, Error> {
    let (link, token) = links::draft(engine, Kind::Reset);
    let link = Link { account: Some(account.id), mailed: sender.is_some(), ..link };
    let address = Kind::Reset.address(base, token.expose());
    let (own, to, shown) = (engine.clone(), account.email.clone(), address.clone());
    let made = engine.0.store.write(move |tx| {
        Box::pin(async move {
            links::keep(tx, &link, &token).await?;
            let Some(project) = sender else { return Ok(()) };
            letters::tell(tx, &own, project, &to, link::reset(&shown)).await
        })
    });
    made.await?;
    Ok(address)
}

/// Whose password a link sets, while it is open.
pub async fn account_of(engine: &Engine, token: &str) -> Result<Option<Account>, Error> {
    match links::find(engine, Kind::Reset, token).await? {
        Some((Link { account: Some(account), .. }, link::State::Open)) => {
            Ok(engine.reader().find_account(account).await?)
        }
        _ => Ok(None),
    }
}

/// Sets the password of a link's account and signs all its browsers out; `None` when the link is good for nothing.
pub async fn set(engine: &Engine, token: Secret, new: Secret) -> Result<Option<Account>, Error> {
    let Some(account) = account_of(engine, token.expose()).await? else { return Ok(None) };
    if let Some(why) = password_fault(new.expose(), &account.email) {
        return Err(Error::invalid("password", why));
    }
    let hashed = password::hash(engine, new).await?;
    let own = engine.clone();
    let set = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let link = links::take(tx, Kind::Reset, &token, own.clock().now()).await?;
            let Some(Link { account: Some(id), mailed, .. }) = link else { return Ok(None) };
            let Some(known) = tx.lock_account(id).await? else { return Ok(None) };
            // The letter went to the account's address.
            let confirmed = known.confirmed || mailed;
            let account = Account { password: Some(hashed), confirmed, ..known };
            tx.save_account(&account).await?;
            tx.remove_sign_ins_but(id, None).await?;
            links::end_all(tx, id, own.clock().now()).await?;
            log::everywhere(tx, &own, &account, "password.reset", &[]).await?;
            Ok::<_, Error>(Some(account))
        })
    });
    set.await
}
