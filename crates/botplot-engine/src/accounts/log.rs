//! Lines of the audit log about people.

use botplot_core::account::Account;
use botplot_core::notice::Entry;
use botplot_core::{AuditId, ProjectId};
use botplot_store::Tx;

use crate::{Engine, Error};

/// Who did what to whom in a project; `detail` is names and words that go with it.
pub(crate) fn line(
    engine: &Engine,
    project: ProjectId,
    action: &str,
    actor: &str,
    subject: &str,
    detail: &[(&str, &str)],
) -> Entry {
    let now = engine.clock().now();
    Entry {
        id: AuditId(engine.ids().ordered(now)),
        project,
        action: action.to_owned(),
        actor: actor.to_owned(),
        subject: subject.to_owned(),
        detail: detail.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect(),
        created_at: now,
    }
}

/// The same in the log of every project that the account has a part in: it did something to itself.
pub(super) async fn everywhere(
    tx: &mut Tx,
    engine: &Engine,
    account: &Account,
    action: &str,
    detail: &[(&str, &str)],
) -> Result<(), Error> {
    for (project, _) in tx.projects_of(account.id).await? {
        let line = line(engine, project.id, action, &account.email, &account.email, detail);
        tx.add_audit(&line).await?;
    }
    Ok(())
}
