//! What a project's owner sets: settings by parts, the logo; and the plan, which the operator sets.

use botplot_core::ProjectId;
use botplot_core::plan::Plan;
use botplot_core::project::patch::patched;
use botplot_core::project::{Project, logo, name_fault};
use botplot_store as store;
use serde_json::{Map, Value};

use crate::{Engine, Error, webhooks};

/// What came of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It is made; the project as it is now.
    Changed(Box<Project>),
    /// Nothing is changed: these places break these rules.
    Faulty(Vec<(String, String)>),
}

/// Merges `patch` into a project's settings, and renames it when a name is given: both or nothing.
pub async fn change(
    engine: &Engine,
    project: ProjectId,
    name: Option<String>,
    patch: Map<String, Value>,
) -> Result<Outcome, Error> {
    let taken = name.clone();
    let changed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let Some(mut known) = tx.find_project(project).await? else { return Ok(None) };
            match patched(&known.settings, &patch) {
                Ok(settings) => known.settings = settings,
                Err(faults) => return Ok(Some(Outcome::Faulty(faults))),
            }
            tx.save_settings(project, &known.settings).await?;
            if let Some(name) = name {
                known.name = name.trim().to_owned();
                tx.rename_project(project, &known.name).await?;
            }
            Ok::<_, store::Error>(Some(Outcome::Changed(Box::new(known))))
        })
    });
    match changed.await {
        Err(store::Error::Unique(_)) => {
            let name = taken.unwrap_or_default();
            Ok(Outcome::Faulty(vec![(
                "name".into(),
                format!("is taken: there is a project `{name}` already"),
            )]))
        }
        other => other?.ok_or(Error::NotFound),
    }
}

/// Why a project cannot have this name, or `None` when it can as far as the name alone says.
pub fn check_name(name: &str) -> Option<&'static str> {
    if name.contains('\0') { Some("must not contain U+0000") } else { name_fault(name) }
}

/// Gives a project a logo in place of its last one; returns its path. `media` is what the sender calls it.
pub async fn set_logo(
    engine: &Engine,
    project: ProjectId,
    media: &'static str,
    content: Vec<u8>,
) -> Result<String, Error> {
    let hash = logo::hash(&content);
    let path = logo::path(project, &hash);
    let shown = path.clone();
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let Some(mut known) = tx.find_project(project).await? else { return Ok(false) };
            tx.set_logo(project, media, &hash, &content).await?;
            known.settings.widget.logo_url = Some(shown);
            Ok::<_, Error>(tx.save_settings(project, &known.settings).await?)
        })
    });
    if known.await? { Ok(path) } else { Err(Error::NotFound) }
}

/// Takes a project's logo away; `NotFound` when it has none.
pub async fn remove_logo(engine: &Engine, project: ProjectId) -> Result<(), Error> {
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let Some(mut known) = tx.find_project(project).await? else { return Ok(false) };
            known.settings.widget.logo_url = None;
            tx.save_settings(project, &known.settings).await?;
            Ok::<_, Error>(tx.remove_logo(project).await?)
        })
    });
    if known.await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Puts a project on a plan, and pauses the webhooks that it has no room for.
pub async fn set_plan(engine: &Engine, project: ProjectId, plan: Plan) -> Result<(), Error> {
    let endpoints = engine.plans().of(plan).endpoints;
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.set_plan(project, plan).await?;
            if known {
                webhooks::apply_plan(tx, project, endpoints).await?;
            }
            Ok::<_, Error>(known)
        })
    });
    if known.await? { Ok(()) } else { Err(Error::NotFound) }
}
