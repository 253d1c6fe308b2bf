//! Another address for an account: it is a wish until a link that goes there is opened by somebody who is signed in to
//! the account. Both are needed: with the link alone, whoever reads that mailbox by mistake could be led to lend their
//! address to a stranger's account.
//!
//! An address that somebody else has is not refused: the form would tell who has an account. The page, the letter to the
//! present address and the time that it takes are the same; its owner gets a letter without a link, and the wish comes to
//! nothing.

use botplot_core::account::{Account, clean_email};
use botplot_core::link::{self, Kind, Link, State};
use botplot_core::{AccountId, ProjectId, Secret, Timestamp};
use botplot_store::{self as store, Tx};

use super::profile::prove;
use super::{links, log, taken};
use crate::{Engine, Error, letters};

/// Seconds between two letters for one account.
const REST: i64 = 60;

/// An address that waits for its confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The address.
    pub email: String,
    /// True when a letter carries the link; else it is in the server's log.
    pub mailed: bool,
    /// When its link ends.
    pub expires_at: Timestamp,
    /// True when it has.
    pub expired: bool,
}

/// The address that an account waits for.
pub async fn wanted(engine: &Engine, account: AccountId) -> Result<Option<Wanted>, Error> {
    let last = engine.reader().last_link(Kind::Email, account).await?;
    Ok(last.and_then(|link| wish(link, engine.clock().now())))
}

fn wish(link: Link, now: Timestamp) -> Option<Wanted> {
    let (mailed, expires_at, state) = (link.mailed, link.expires_at, link.state(now));
    let email = link.email.filter(|_| state != State::Used)?;
    Some(Wanted { email, mailed, expires_at, expired: state == State::Expired })
}

/// Asks for another address, in place of one that was asked for before; `base` is the server's address. `Invalid` names
/// `current` when the password is not theirs, or `email`.
pub async fn ask(
    engine: &Engine,
    account: &Account,
    current: Secret,
    email: &str,
    base: &str,
) -> Result<Wanted, Error> {
    let email = clean_email(email).map_err(|why| Error::invalid("email", why))?;
    prove(engine, account, current).await?;
    if email == account.email {
        return Err(Error::invalid("email", "is your address already"));
    }
    send(engine, account.id, Ask::New(email), base).await
}

/// Sends a link to the account's own address, which was never confirmed. `Invalid` names `email`.
pub async fn ask_own(engine: &Engine, account: &Account, base: &str) -> Result<Wanted, Error> {
    send(engine, account.id, Ask::Own, base).await
}

/// Sends the link once more; the older one ends. `Invalid` names `email`.
pub async fn send_again(engine: &Engine, account: &Account, base: &str) -> Result<Wanted, Error> {
    send(engine, account.id, Ask::Again, base).await
}

/// Gives the wish up: its link is dead. Returns the address that nothing comes of.
pub async fn cancel(engine: &Engine, account: &Account) -> Result<Option<String>, Error> {
    let (own, account) = (engine.clone(), account.clone());
    let cancelled = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let now = own.clock().now();
            tx.lock_account(account.id).await?.ok_or(Error::NotFound)?;
            let last = tx.last_link(Kind::Email, account.id).await?;
            let Some(wanted) = last.and_then(|link| wish(link, now)) else { return Ok(None) };
            tx.end_links(Kind::Email, account.id, now).await?;
            let detail = [("email", wanted.email.as_str())];
            log::everywhere(tx, &own, &account, "account.email_cancelled", &detail).await?;
            Ok::<_, Error>(Some(wanted.email))
        })
    });
    cancelled.await
}

/// Which address is asked for.
enum Ask {
    New(String),
    Own,
    Again,
}

/// A link that is being sent.
struct Sending {
    link: Link,
    token: Secret,
    sender: Option<ProjectId>,
    base: String,
}

async fn send(engine: &Engine, account: AccountId, ask: Ask, base: &str) -> Result<Wanted, Error> {
    let sender = letters::sender(engine, account).await?;
    let (link, token) = links::draft(engine, Kind::Email);
    let link = Link { account: Some(account), mailed: sender.is_some(), ..link };
    let address = Kind::Email.address(base, token.expose());
    let (own, sending) = (engine.clone(), Sending { link, token, sender, base: base.to_owned() });
    let sent = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.lock_account(account).await?.ok_or(Error::NotFound)?;
            let last = tx.last_link(Kind::Email, account).await?;
            let email = address_of(&known, ask, last, sending.link.created_at)?;
            let is_free = tx.find_account_of(&email).await?.is_none_or(|other| other.id == account);
            note(tx, &own, &known, sending, &email, is_free).await.map(|wanted| (wanted, is_free))
        })
    });
    let (wanted, is_free) = sent.await?;
    if sender.is_some() {
        engine.0.job_added.notify_waiters();
    } else if is_free {
        let email = &wanted.email;
        tracing::warn!(%email, link = address, "an address is to be confirmed; no mail server is set, so hand this link over");
    } else {
        let email = &wanted.email;
        tracing::warn!(%email, "an account asked for an address that another account has; nothing comes of it");
    }
    Ok(wanted)
}

/// The address to send to, unless that was done a moment ago.
fn address_of(known: &Account, ask: Ask, last: Option<Link>, now: Timestamp) -> Result<String, Error> {
    let rest = last.as_ref().map_or(0, |link| REST - now.seconds_since(link.created_at));
    let email = match ask {
        Ask::New(email) => Some(email),
        Ask::Own => Some(known.email.clone()).filter(|_| !known.confirmed),
        Ask::Again => last.and_then(|link| wish(link, now)).map(|wanted| wanted.email),
    };
    if rest > 0 {
        let unit = if rest == 1 { "second" } else { "seconds" };
        return Err(Error::invalid("email", format!("was written to just now: try again in {rest} {unit}")));
    }
    email.ok_or_else(|| Error::invalid("email", "waits for no confirmation any more"))
}

/// Keeps the wish with its line in the log, and posts the letters.
async fn note(
    tx: &mut Tx,
    engine: &Engine,
    known: &Account,
    sending: Sending,
    email: &str,
    is_free: bool,
) -> Result<Wanted, Error> {
    let Sending { link, token, sender, base } = sending;
    let link = Link { email: Some(email.to_owned()), ..link };
    tx.end_links(Kind::Email, known.id, link.created_at).await?;
    links::keep(tx, &link, &token).await?;
    log::everywhere(tx, engine, known, "account.email_requested", &[("email", email)]).await?;
    if let Some(project) = sender {
        let letter = if is_free {
            link::new_address(&known.email, &Kind::Email.address(&base, token.expose()))
        } else {
            link::taken_address()
        };
        letters::tell(tx, engine, project, email, letter).await?;
        if email != known.email {
            let letter = link::address_wanted(email, &base);
            letters::tell(tx, engine, project, &known.email, letter).await?;
        }
    }
    let (email, mailed, expires_at) = (email.to_owned(), link.mailed, link.expires_at);
    Ok(Wanted { email, mailed, expires_at, expired: false })
}

/// What a link confirms, with what it is good for; `None` when it is none, or another account's.
pub async fn find(
    engine: &Engine,
    account: AccountId,
    token: &str,
) -> Result<Option<(String, State)>, Error> {
    let found = links::find(engine, Kind::Email, token).await?;
    let own = found.filter(|(link, _)| link.account == Some(account));
    Ok(own.and_then(|(link, state)| link.email.map(|email| (email, state))))
}

/// Confirms the address of a link for the account that asked for it, which has it from then on; `None` when the link is
/// good for nothing. `Invalid` names `email` when somebody else has it by now.
pub async fn confirm(engine: &Engine, account: AccountId, token: Secret) -> Result<Option<String>, Error> {
    let own = engine.clone();
    let confirmed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let link = links::take(tx, Kind::Email, &token, own.clock().now()).await?;
            let Some(Link { account: Some(id), email: Some(email), mailed, .. }) = link else {
                return Ok(None);
            };
            if id != account {
                // The error undoes the use of the link.
                return Err(Error::NotFound);
            }
            let known = tx.lock_account(id).await?.ok_or(Error::NotFound)?;
            settle(tx, &own, known, &email, mailed).await?;
            Ok(Some(email))
        })
    });
    let confirmed = confirmed.await?;
    engine.0.job_added.notify_waiters();
    Ok(confirmed)
}

/// Gives the account the address. What went to the old one opens nothing any more, and a letter there says so.
async fn settle(
    tx: &mut Tx,
    engine: &Engine,
    known: Account,
    email: &str,
    mailed: bool,
) -> Result<(), Error> {
    let is_new = email != known.email;
    let confirmed = mailed || known.confirmed && !is_new;
    let changed = Account { email: email.to_owned(), confirmed, ..known.clone() };
    match tx.save_account(&changed).await {
        Err(store::Error::Unique(_)) => return Err(taken()),
        other => other?,
    };
    links::end_all(tx, known.id, engine.clock().now()).await?;
    if !is_new {
        return log::everywhere(tx, engine, &known, "account.email_confirmed", &[]).await;
    }
    log::everywhere(tx, engine, &known, "account.email_changed", &[("email", email)]).await?;
    let projects = tx.projects_of(known.id).await?;
    match projects.first().filter(|_| engine.0.mail.is_some()) {
        Some((first, _)) => {
            letters::tell(tx, engine, first.id, &known.email, link::address_changed(email)).await
        }
        None => Ok(()),
    }
}
