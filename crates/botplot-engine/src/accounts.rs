//! Accounts: people who work with BotPlot, their passwords, and what they may do in which project.

pub mod email;
pub mod factor;
pub mod first;
pub mod halfway;
mod held;
pub mod invitations;
pub mod links;
pub(crate) mod log;
pub mod members;
pub mod oidc;
pub mod password;
pub mod profile;
pub mod resets;
pub mod sign_ins;

use botplot_core::account::{Account, Preferences, Role, clean_email, clean_name, password_fault};
use botplot_core::{AccountId, ProjectId, Secret};
use botplot_store as store;

use crate::{Engine, Error};

/// What a new account begins with.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Where letters reach the person.
    pub email: String,
    /// What visitors and colleagues read.
    pub name: String,
    /// In clear; kept as a hash only.
    pub password: Secret,
    /// True for somebody who may make projects.
    pub operator: bool,
}

/// Makes an account. `Invalid` names `email`, `name` or `password`.
pub async fn create(engine: &Engine, new: NewAccount) -> Result<Account, Error> {
    let account = draft(engine, new).await?;
    let kept = account.clone();
    let added = engine.0.store.write(move |tx| Box::pin(async move { tx.add_account(&kept).await }));
    match added.await {
        Err(store::Error::Unique(_)) => Err(taken()),
        other => Ok(other.map(|()| account)?),
    }
}

/// An account that is not stored yet.
pub(crate) async fn draft(engine: &Engine, new: NewAccount) -> Result<Account, Error> {
    let email = clean_email(&new.email).map_err(|why| Error::invalid("email", why))?;
    let name = clean_name(&new.name).map_err(|why| Error::invalid("name", why))?;
    if let Some(why) = password_fault(new.password.expose(), &email) {
        return Err(Error::invalid("password", why));
    }
    let now = engine.clock().now();
    Ok(Account {
        id: AccountId(engine.ids().ordered(now)),
        email,
        confirmed: false,
        name,
        password: Some(password::hash(engine, new.password).await?),
        factor: None,
        operator: new.operator,
        preferences: Preferences::default(),
        created_at: now,
    })
}

/// What is said of an address that somebody else has.
pub(crate) fn taken() -> Error {
    Error::invalid("email", "has an account already")
}

/// The account of this address if the password is its own. Without such an account it takes as long.
pub async fn check(engine: &Engine, email: &str, password: Secret) -> Result<Option<Account>, Error> {
    let account = engine.reader().find_account_of(&email.trim().to_lowercase()).await?;
    let hashed = account.as_ref().and_then(|account| account.password.clone());
    let fits = password::matches(engine, password, hashed).await?;
    Ok(account.filter(|_| fits))
}

/// Gives an account a role in a project, whatever it had before.
pub async fn set_role(
    engine: &Engine,
    project: ProjectId,
    account: AccountId,
    role: Role,
) -> Result<(), Error> {
    let now = engine.clock().now();
    let set = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { tx.set_member(project, account, role, now).await }));
    Ok(set.await?)
}
