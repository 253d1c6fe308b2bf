//! Whose account it is that somebody has at the provider: the one it was before, the one with the verified address, or
//! a new one where the operator lets the address's domain in.

use botplot_core::account::{Account, Preferences, clean_email, clean_name};
use botplot_core::{AccountId, Timestamp};
use botplot_store as store;
use botplot_store::Tx;

use super::{Claims, Oidc, Outcome, Refusal};
use crate::accounts::{invitations, links};
use crate::{Engine, Error};

/// Finds or makes the account.
pub(super) async fn admit(
    engine: &Engine,
    oidc: &Oidc,
    claims: Claims,
    next: String,
) -> Result<Outcome, Error> {
    if let Some(id) = engine.reader().find_identity(&claims.issuer, &claims.subject).await?
        && let Some(account) = engine.reader().find_account(id).await?
    {
        return Ok(Outcome::Known(Box::new(account), next));
    }
    let verified = claims.email.as_deref().filter(|_| claims.verified);
    let Some(email) = verified.and_then(|email| clean_email(email).ok()) else {
        return Ok(Outcome::Refused(Refusal::Unverified));
    };
    let is_welcome = oidc.config.admits(&email);
    let fresh = draft(engine, &claims, email.clone());
    let own = engine.clone();
    let joined = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { join(tx, &own, &claims, fresh, is_welcome).await }));
    match joined.await {
        Ok(Joined::As(account)) => Ok(Outcome::Known(account, next)),
        Ok(Joined::Not) => Ok(Outcome::Refused(Refusal::Unknown(email))),
        Ok(Joined::TooEarly) => Ok(Outcome::Refused(Refusal::NotSetUp)),
        // The same person came in twice at once.
        Err(store::Error::Unique(_)) => Ok(Outcome::Refused(Refusal::Stale)),
        Err(error) => Err(error.into()),
    }
}

enum Joined {
    As(Box<Account>),
    Not,
    /// A first account that owns nothing would end the set-up before it began.
    TooEarly,
}

/// Notes that the provider's subject is the account of the verified address, which may be a new one.
async fn join(
    tx: &mut Tx,
    engine: &Engine,
    claims: &Claims,
    fresh: Account,
    is_welcome: bool,
) -> Result<Joined, store::Error> {
    let account = match tx.find_account_of(&fresh.email).await? {
        Some(known) => proved(tx, known, engine.clock().now()).await?,
        None if tx.count_accounts().await? == 0 => return Ok(Joined::TooEarly),
        None => match add(tx, engine, fresh, is_welcome).await? {
            Some(added) => added,
            None => return Ok(Joined::Not),
        },
    };
    tx.add_identity(&claims.issuer, &claims.subject, account.id, engine.clock().now()).await?;
    Ok(Joined::As(Box::new(account)))
}

/// The account of an address that is proved. Where it was confirmed before, nothing else changes. Where it is proved for
/// the first time, the provider takes the place of the password, browsers are signed out and open links end: whoever
/// gave their account somebody else's address must not share it from here on.
async fn proved(tx: &mut Tx, known: Account, now: Timestamp) -> Result<Account, store::Error> {
    if known.confirmed {
        return Ok(known);
    }
    let proved = Account { password: None, confirmed: true, ..known };
    tx.save_account(&proved).await?;
    tx.remove_sign_ins_but(proved.id, None).await?;
    links::end_all(tx, proved.id, now).await?;
    Ok(proved)
}

/// Adds an account where its address is invited or its domain is let in; it takes all its invitations.
async fn add(
    tx: &mut Tx,
    engine: &Engine,
    mut fresh: Account,
    is_welcome: bool,
) -> Result<Option<Account>, store::Error> {
    let invitations = tx.use_invitations_to(&fresh.email, engine.clock().now()).await?;
    if invitations.is_empty() && !is_welcome {
        return Ok(None);
    }
    fresh.preferences.project = invitations.first().and_then(|link| link.project);
    tx.add_account(&fresh).await?;
    for link in invitations {
        let (Some(project), Some(role)) = (link.project, link.role) else { continue };
        invitations::join(tx, engine, project, &fresh, role).await?;
    }
    Ok(Some(fresh))
}

/// A new account, which has no password: the provider stands for it.
fn draft(engine: &Engine, claims: &Claims, email: String) -> Account {
    let now = engine.clock().now();
    let local = email.split('@').next().unwrap_or_default();
    let named = claims.name.as_deref().and_then(|name| clean_name(name).ok());
    let name = named.or_else(|| clean_name(local).ok()).unwrap_or_else(|| email.clone());
    Account {
        id: AccountId(engine.ids().ordered(now)),
        email,
        confirmed: true,
        name,
        password: None,
        factor: None,
        operator: false,
        preferences: Preferences::default(),
        created_at: now,
    }
}
