//! What people change about their own account.

use botplot_core::account::{Account, Preferences, clean_name, password_fault};
use botplot_core::{AccountId, ProjectId, Secret, SignInId};

use super::{links, log, password};
use crate::{Engine, Error};

/// Changes somebody's name.
pub async fn rename(engine: &Engine, account: AccountId, name: &str) -> Result<(), Error> {
    let name = clean_name(name).map_err(|why| Error::invalid("name", why))?;
    let renamed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.lock_account(account).await?.ok_or(Error::NotFound)?;
            tx.save_account(&Account { name, ..known }).await?;
            Ok::<_, Error>(())
        })
    });
    renamed.await
}

/// Changes somebody's password and signs their other browsers out. `Invalid` names `current` or `password`.
pub async fn change_password(
    engine: &Engine,
    account: &Account,
    browser: SignInId,
    current: Secret,
    new: Secret,
) -> Result<(), Error> {
    if let Some(why) = password_fault(new.expose(), &account.email) {
        return Err(Error::invalid("password", why));
    }
    prove(engine, account, current).await?;
    let hashed = password::hash(engine, new).await?;
    let (own, id) = (engine.clone(), account.id);
    let changed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.lock_account(id).await?.ok_or(Error::NotFound)?;
            let account = Account { password: Some(hashed), ..known };
            tx.save_account(&account).await?;
            tx.remove_sign_ins_but(id, Some(browser)).await?;
            links::end_all(tx, id, own.clock().now()).await?;
            log::everywhere(tx, &own, &account, "password.changed", &[]).await
        })
    });
    changed.await
}

/// Refuses whoever sits at somebody else's browser.
pub(super) async fn prove(engine: &Engine, account: &Account, current: Secret) -> Result<(), Error> {
    if password::matches(engine, current, account.password.clone()).await? {
        return Ok(());
    }
    Err(Error::invalid("current", "is not right"))
}

/// Keeps what somebody chose about messages that come in.
pub async fn prefer(
    engine: &Engine,
    account: AccountId,
    sound: bool,
    notifications: bool,
) -> Result<(), Error> {
    change_preferences(engine, account, move |known| Preferences { sound, notifications, ..known }).await
}

/// Keeps which project somebody opened last.
pub async fn note_project(engine: &Engine, account: AccountId, project: ProjectId) -> Result<(), Error> {
    change_preferences(engine, account, move |known| Preferences { project: Some(project), ..known }).await
}

async fn change_preferences(
    engine: &Engine,
    account: AccountId,
    change: impl FnOnce(Preferences) -> Preferences + Send + 'static,
) -> Result<(), Error> {
    let changed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.lock_account(account).await?.ok_or(Error::NotFound)?;
            let preferences = change(known.preferences.clone());
            if preferences != known.preferences {
                tx.save_account(&Account { preferences, ..known }).await?;
            }
            Ok::<_, Error>(())
        })
    });
    changed.await
}
