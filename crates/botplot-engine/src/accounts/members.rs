//! A project's people: who may change whose role, and how membership ends.

use botplot_core::account::{Account, Member, Role};
use botplot_core::{AccountId, ProjectId};
use botplot_store::Tx;

use super::log;
use crate::{Engine, Error};

/// Gives a member another role. `Invalid` names `role` when it is above one's own right or leaves no owner.
pub async fn change_role(
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    account: AccountId,
    role: Role,
) -> Result<Member, Error> {
    let (own, by) = (engine.clone(), by.clone());
    let changed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let team = Team::locked(tx, project).await?;
            let (right, member) = (team.find(by.id)?.role, team.find(account)?);
            if !right.may_appoint(member.role) || !right.may_appoint(role) {
                return Err(Error::invalid("role", "is above what you may give or take away"));
            }
            team.keeps_an_owner(account, Some(role))?;
            if member.role != role {
                tx.set_member(project, account, role, own.clock().now()).await?;
                let detail = [("from", member.role.as_str()), ("role", role.as_str())];
                let line = log::line(&own, project, "member.role_changed", &by.email, &member.email, &detail);
                tx.add_audit(&line).await?;
            }
            Ok(Member { role, ..member })
        })
    });
    changed.await
}

/// Ends somebody's membership, one's own included: their next request is refused. Their account, their sign-ins and
/// their parts in other projects stay.
pub async fn remove(
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    account: AccountId,
) -> Result<Member, Error> {
    let (own, by) = (engine.clone(), by.clone());
    let removed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let team = Team::locked(tx, project).await?;
            let (right, member) = (team.find(by.id)?.role, team.find(account)?);
            if by.id != account && !right.may_appoint(member.role) {
                return Err(Error::invalid("role", "is above what you may give or take away"));
            }
            team.keeps_an_owner(account, None)?;
            tx.remove_member(project, account).await?;
            let action = if by.id == account { "member.left" } else { "member.removed" };
            let detail = [("role", member.role.as_str())];
            tx.add_audit(&log::line(&own, project, action, &by.email, &member.email, &detail)).await?;
            Ok(member)
        })
    });
    removed.await
}

/// Says whether the people of a project need a second factor to get in, as an owner wants it. `Invalid` names `factor`
/// when the owner has none: they would shut themselves out.
pub async fn require_factor(
    engine: &Engine,
    project: ProjectId,
    by: &Account,
    required: bool,
) -> Result<(), Error> {
    let (own, by) = (engine.clone(), by.clone());
    let set = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.find_project(project).await?.ok_or(Error::NotFound)?;
            if tx.find_role(project, by.id).await? != Some(Role::Owner) {
                return Err(Error::NotFound);
            }
            if required && tx.lock_factor(by.id).await?.is_none() {
                return Err(Error::invalid("factor", "is missing: set up your own first"));
            }
            if known.factor_required != required {
                tx.require_factor(project, required).await?;
                let action = if required { "factor.required" } else { "factor.made_optional" };
                tx.add_audit(&log::line(&own, project, action, &by.email, &project.to_string(), &[])).await?;
            }
            Ok(())
        })
    });
    set.await
}

/// A project's people, whom nobody else changes until the transaction ends.
struct Team(Vec<Member>);

impl Team {
    async fn locked(tx: &mut Tx, project: ProjectId) -> Result<Self, Error> {
        tx.find_project(project).await?.ok_or(Error::NotFound)?;
        Ok(Self(tx.list_members(project).await?))
    }

    fn find(&self, account: AccountId) -> Result<Member, Error> {
        self.0.iter().find(|member| member.account == account).cloned().ok_or(Error::NotFound)
    }

    /// Refuses to leave the project without an owner when `account` becomes `role`, or nobody.
    fn keeps_an_owner(&self, account: AccountId, role: Option<Role>) -> Result<(), Error> {
        let others = self.0.iter().any(|member| member.role == Role::Owner && member.account != account);
        let stays = role == Some(Role::Owner);
        let was = self.0.iter().any(|member| member.role == Role::Owner && member.account == account);
        if others || stays || !was {
            return Ok(());
        }
        Err(Error::invalid("role", "cannot change: the project would be left without an owner"))
    }
}
