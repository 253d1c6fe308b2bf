//! The first account, which a link opens that the server prints while there is none.

use botplot_core::account::{Account, Role};
use botplot_core::link::Kind;
use botplot_core::{ProjectId, Secret};

use super::{NewAccount, draft, links, log};
use crate::{Engine, Error, setup};

/// Makes the secret part of a new set-up link and ends the older ones; `None` once there is an account.
pub async fn open(engine: &Engine) -> Result<Option<Secret>, Error> {
    let (link, token) = links::draft(engine, Kind::Setup);
    let kept = token.clone();
    let made = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.remove_open_links(Kind::Setup, None).await?;
            if tx.count_accounts().await? > 0 {
                return Ok(false);
            }
            links::keep(tx, &link, &kept).await?;
            Ok::<_, Error>(true)
        })
    });
    Ok(made.await?.then_some(token))
}

/// True once there is an account.
pub async fn is_done(engine: &Engine) -> Result<bool, Error> {
    Ok(engine.reader().count_accounts().await? > 0)
}

/// Makes the first account: it may make projects and owns all that are there. Returns it with the project to begin
/// with; `None` when the link is good for nothing or somebody else was first.
pub async fn make_owner(
    engine: &Engine,
    token: Secret,
    new: NewAccount,
) -> Result<Option<(Account, Option<ProjectId>)>, Error> {
    if is_done(engine).await? || !links::is_open(engine, Kind::Setup, &token).await? {
        return Ok(None);
    }
    let projects = engine.reader().list_projects().await?;
    let begin = projects.iter().find(|project| project.name != setup::DEMO).or(projects.first());
    let begin = begin.map(|project| project.id);
    let mut account = draft(engine, NewAccount { operator: true, ..new }).await?;
    account.preferences.project = begin;
    let (kept, own) = (account.clone(), engine.clone());
    let made = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let now = own.clock().now();
            let taken = links::take(tx, Kind::Setup, &token, now).await?;
            if taken.is_none() || tx.count_accounts().await? > 0 {
                return Ok(false);
            }
            tx.add_account(&kept).await?;
            for project in &projects {
                tx.set_member(project.id, kept.id, Role::Owner, now).await?;
                let role = [("role", Role::Owner.as_str())];
                tx.add_audit(&log::line(&own, project.id, "member.joined", &kept.email, &kept.email, &role))
                    .await?;
            }
            Ok::<_, Error>(true)
        })
    });
    Ok(made.await?.then_some((account, begin)))
}
