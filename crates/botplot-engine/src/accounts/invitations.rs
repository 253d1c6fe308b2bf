//! Invitations: somebody with the right to appoint offers a role to an address.

use botplot_core::account::{Account, Role, clean_email};
use botplot_core::link::{self, Kind, Link};
use botplot_core::{AccountId, LinkId, ProjectId, Secret};
use botplot_store::{self as store, Tx};

use super::{NewAccount, draft, links, log, taken};
use crate::{Engine, Error, letters};

/// Invitations of one project that may be open at once.
const MOST: usize = 200;

/// An invitation that is on its way.
#[derive(Debug)]
pub struct Sent {
    /// To whom.
    pub email: String,
    /// The link, to be handed over by whoever invites; none when a letter carries it.
    pub link: Option<String>,
}

/// Invites an address, in place of an older invitation of the same; `base` is the server's address. `Invalid` names
/// `email` or `role`.
pub async fn invite(
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    offer: (&str, Role),
    base: &str,
) -> Result<Sent, Error> {
    let email = clean_email(offer.0).map_err(|why| Error::invalid("email", why))?;
    let (own, by, role, base) = (engine.clone(), by.clone(), offer.1, base.to_owned());
    let sent = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.find_project(project).await?.ok_or(Error::NotFound)?;
            let open = tx.list_invitations(project).await?;
            if tx.list_members(project).await?.iter().any(|member| member.email == email) {
                return Err(Error::invalid("email", "belongs to somebody of the team already"));
            }
            let (older, others): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|link| link.email.as_deref() == Some(&*email));
            if others.len() >= MOST {
                return Err(Error::invalid("email", "is one too many: 200 invitations are open already"));
            }
            for link in older {
                may_appoint(tx, project, by.id, link.role).await?;
                tx.remove_invitation(project, link.id).await?;
            }
            send(tx, &own, project, &by, (email, role), &base).await
        })
    });
    let sent = sent.await?;
    engine.0.job_added.notify_waiters();
    Ok(sent)
}

/// Sends an invitation once more; the older link ends.
pub async fn send_again(
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    invitation: LinkId,
    base: &str,
) -> Result<Sent, Error> {
    let (own, by, base) = (engine.clone(), by.clone(), base.to_owned());
    let sent = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let (email, role) = remove(tx, project, by.id, invitation).await?;
            send(tx, &own, project, &by, (email, role), &base).await
        })
    });
    let sent = sent.await?;
    engine.0.job_added.notify_waiters();
    Ok(sent)
}

/// Takes an invitation back: its link opens nothing any more. Returns whose it was.
pub async fn withdraw(
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    invitation: LinkId,
) -> Result<String, Error> {
    let (own, by) = (engine.clone(), by.clone());
    let withdrawn = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let (email, _) = remove(tx, project, by.id, invitation).await?;
            tx.add_audit(&log::line(&own, project, "invitation.withdrawn", &by.email, &email, &[])).await?;
            Ok::<_, Error>(email)
        })
    });
    withdrawn.await
}

async fn remove(
    tx: &mut Tx,
    project: ProjectId,
    by: AccountId,
    invitation: LinkId,
) -> Result<(String, Role), Error> {
    let open = tx.list_invitations(project).await?;
    let link = open.into_iter().find(|link| link.id == invitation).ok_or(Error::NotFound)?;
    may_appoint(tx, project, by, link.role).await?;
    let removed = tx.remove_invitation(project, invitation).await?;
    let named = link.email.zip(link.role).filter(|_| removed);
    named.ok_or(Error::NotFound)
}

/// Checks the right in the transaction that uses it: it may have ended a moment ago.
async fn may_appoint(
    tx: &mut Tx,
    project: ProjectId,
    by: AccountId,
    role: Option<Role>,
) -> Result<(), Error> {
    let own = tx.find_role(project, by).await?.ok_or(Error::NotFound)?;
    match role {
        Some(role) if own.may_appoint(role) => Ok(()),
        _ => Err(Error::invalid("role", "is above what you may give or take away")),
    }
}

async fn send(
    tx: &mut Tx,
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    (email, role): (String, Role),
    base: &str,
) -> Result<Sent, Error> {
    may_appoint(tx, project, by.id, Some(role)).await?;
    let (link, token) = links::draft(engine, Kind::Invitation);
    let mailed = engine.0.mail.is_some();
    let link = Link { project: Some(project), email: Some(email.clone()), role: Some(role), mailed, ..link };
    links::keep(tx, &link, &token).await?;
    let detail = [("role", role.as_str())];
    tx.add_audit(&log::line(engine, project, "member.invited", &by.email, &email, &detail)).await?;
    let address = Kind::Invitation.address(base, token.expose());
    if !mailed {
        return Ok(Sent { email, link: Some(address) });
    }
    let named = tx.peek_project(project).await?.ok_or(Error::NotFound)?;
    let letter = link::invitation(&by.name, &named.name, role, &address);
    letters::tell(tx, engine, project, &email, letter).await?;
    Ok(Sent { email, link: None })
}

/// Somebody new takes an invitation: makes an account of its address. `None` when the link is good for nothing.
pub async fn accept_as_new(
    engine: &Engine,
    token: Secret,
    name: String,
    password: Secret,
) -> Result<Option<(Account, ProjectId)>, Error> {
    let found = links::find(engine, Kind::Invitation, token.expose()).await?;
    let Some((Link { email: Some(email), .. }, link::State::Open)) = found else { return Ok(None) };
    let mut account = draft(engine, NewAccount { email, name, password, operator: false }).await?;
    let own = engine.clone();
    let accepted = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let link = links::take(tx, Kind::Invitation, &token, own.clock().now()).await?;
            let Some(Link { project: Some(project), role: Some(role), mailed, .. }) = link else {
                return Ok(None);
            };
            account.confirmed = mailed;
            account.preferences.project = Some(project);
            tx.add_account(&account).await?;
            join(tx, &own, project, &account, role).await?;
            Ok(Some((account, project)))
        })
    });
    match accepted.await {
        Err(store::Error::Unique(_)) => Err(taken()),
        other => Ok(other?),
    }
}

/// Somebody who has an account takes an invitation to its address. `None` when the link is good for nothing.
pub async fn accept(engine: &Engine, token: Secret, account: &Account) -> Result<Option<ProjectId>, Error> {
    let (own, account) = (engine.clone(), account.clone());
    let accepted = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let link = links::take(tx, Kind::Invitation, &token, own.clock().now()).await?;
            let Some(Link { project: Some(project), role: Some(role), email, mailed, .. }) = link else {
                return Ok(None);
            };
            if email.as_deref() != Some(&account.email) {
                // The error undoes the use of the link.
                return Err(Error::invalid("email", "is not the one that was invited"));
            }
            if mailed {
                confirm(tx, &account).await?;
            }
            if tx.find_role(project, account.id).await?.is_none() {
                join(tx, &own, project, &account, role).await?;
            }
            Ok(Some(project))
        })
    });
    accepted.await
}

/// Notes that the person reads the letters to the address that they have still.
async fn confirm(tx: &mut Tx, account: &Account) -> Result<(), store::Error> {
    let known = tx.lock_account(account.id).await?;
    let Some(known) = known.filter(|known| known.email == account.email) else { return Ok(()) };
    tx.save_account(&Account { confirmed: true, ..known }).await.map(drop)
}

pub(super) async fn join(
    tx: &mut Tx,
    engine: &Engine,
    project: ProjectId,
    account: &Account,
    role: Role,
) -> Result<(), store::Error> {
    tx.set_member(project, account.id, role, engine.clock().now()).await?;
    let detail = [("role", role.as_str())];
    tx.add_audit(&log::line(engine, project, "member.joined", &account.email, &account.email, &detail)).await
}
