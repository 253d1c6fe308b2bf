//! Projects: making one with its first keys, and changing what its owner set.

pub mod settings;

use botplot_core::account::{Account, Role};
use botplot_core::key::{Class, Key};
use botplot_core::notice::Entry;
use botplot_core::project::{Project, Settings, faults, name_fault};
use botplot_core::{AccountId, KeyId, ProjectId, key};
use botplot_store as store;

use crate::{Engine, Error, accounts, keys};

/// A project that was just made, with the keys that are shown once.
#[derive(Debug)]
pub struct Created {
    /// The project.
    pub project: Project,
    /// For the widget and the chat.
    pub publishable: Key,
    /// For servers.
    pub secret: Key,
}

/// Makes a project with one publishable and one secret key.
pub async fn create(engine: &Engine, name: &str) -> Result<Created, Error> {
    create_for(engine, name, None).await
}

/// The same, owned by an account from its beginning.
pub async fn create_for(engine: &Engine, name: &str, owner: Option<&Account>) -> Result<Created, Error> {
    if let Some(fault) = name_fault(name) {
        return Err(Error::invalid("name", fault));
    }
    let now = engine.clock().now();
    let id = ProjectId(engine.ids().ordered(now));
    let settings = Settings::default();
    let plan = engine.plans().first();
    let project = Project {
        id,
        name: name.trim().to_owned(),
        settings,
        plan,
        factor_required: false,
        index_version: 0,
        created_at: now,
    };
    let (publishable_record, publishable) = keys::draw(engine, id, Class::Publishable, "publishable");
    let (secret_record, secret) = keys::draw(engine, id, Class::Secret, "first secret key");
    let owner = owner.map(|owner| {
        (owner.id, accounts::log::line(engine, id, "project.created", &owner.email, &project.name, &[]))
    });
    add(engine, project.clone(), vec![publishable_record, secret_record], owner).await?;
    Ok(Created { project, publishable, secret })
}

async fn add(
    engine: &Engine,
    project: Project,
    keys: Vec<key::KeyRecord>,
    owner: Option<(AccountId, Entry)>,
) -> Result<(), Error> {
    let name = project.name.clone();
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.add_project(&project).await?;
            for key in &keys {
                tx.add_key(key).await?;
            }
            if let Some((owner, line)) = owner {
                tx.set_member(project.id, owner, Role::Owner, project.created_at).await?;
                tx.add_audit(&line).await?;
            }
            Ok::<_, store::Error>(())
        })
    });
    match added.await {
        Err(store::Error::Unique(_)) => {
            Err(Error::invalid("name", format!("is taken: there is a project `{name}` already")))
        }
        other => Ok(other?),
    }
}

/// Removes a project with everything that belongs to it, its audit log included: so the server's own log says that `by`
/// did it.
pub async fn remove(engine: &Engine, project: ProjectId, by: &str) -> Result<(), Error> {
    let keys: Vec<KeyId> = engine.reader().list_keys(project).await?.iter().map(|key| key.id).collect();
    let known = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.remove_project(project).await?) }));
    if !known.await? {
        return Err(Error::NotFound);
    }
    tracing::warn!(project.id = %project, by, "a project was removed");
    keys::cut(engine, &keys);
    Ok(())
}

/// Replaces all that the owner set for a project.
pub async fn set(engine: &Engine, project: ProjectId, settings: Settings) -> Result<(), Error> {
    if let Some((place, rule)) = faults(&settings).into_iter().next() {
        return Err(Error::invalid(place, rule));
    }
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.save_settings(project, &settings).await?) })
    });
    if known.await? { Ok(()) } else { Err(Error::NotFound) }
}
