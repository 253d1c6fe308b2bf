//! What a project's owner sets: settings by parts, the logo; and the plan, which the operator sets.

use botplot_core::ProjectId;
use botplot_core::plan::Plan;
use botplot_core::project::patch::patched;
use botplot_core::project::{Project, Settings, logo, name_fault};
use botplot_store as store;
use serde_json::{Map, Value};

use crate::erasure::line;
use crate::{Engine, Error, webhooks};

/// What came of a change.
#[derive(Debug)]
pub enum Outcome {
    /// It is made; the project as it is now.
    Changed(Box<Project>),
    /// Nothing is changed: these places break these rules.
    Faulty(Vec<(String, String)>),
}

/// Merges `patch` into a project's settings, and renames it when a name is given: both or nothing. The audit log says
/// that `by` did so, and to which settings, but not what they say.
pub async fn change(
    engine: &Engine,
    project: ProjectId,
    name: Option<String>,
    patch: Map<String, Value>,
    by: &str,
) -> Result<Outcome, Error> {
    let taken = name.clone();
    let log = line(engine, project, "settings.changed", by, &project.to_string());
    let changed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let Some(mut known) = tx.find_project(project).await? else { return Ok(None) };
            let before = known.settings.clone();
            match patched(&before, &patch) {
                Ok(settings) => known.settings = settings,
                Err(faults) => return Ok(Some(Outcome::Faulty(faults))),
            }
            let mut changed = differing(&before, &known.settings);
            tx.save_settings(project, &known.settings).await?;
            if let Some(name) = name.map(|name| name.trim().to_owned()).filter(|name| *name != known.name) {
                tx.rename_project(project, &name).await?;
                known.name = name;
                changed.push("name".into());
            }
            if !changed.is_empty() {
                let detail = Map::from_iter([("changed".to_owned(), Value::from(changed))]);
                tx.add_audit(&log.naming(detail)).await?;
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

/// The dotted names of the settings in which two versions differ.
fn differing(one: &Settings, other: &Settings) -> Vec<String> {
    let trees = [one, other].map(serde_json::to_value);
    let [Ok(one), Ok(other)] = trees else { return Vec::new() };
    let mut names = Vec::new();
    collect("", &one, &other, &mut names);
    names.sort_unstable();
    names
}

fn collect(place: &str, one: &Value, other: &Value, names: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                let of = |tree: &Map<String, Value>| tree.get(name).cloned().unwrap_or(Value::Null);
                collect(&place, &of(one), &of(other), names);
            }
        }
        (one, other) if one != other => names.push(place.to_owned()),
        _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_differ_are_named_by_their_place() {
        let mut other = Settings { threshold: 0.7, ..Settings::default() };
        other.widget.offset.x = 1;
        other.widget.strings.insert("send".into(), "Go".into());
        let names = differing(&Settings::default(), &other);
        assert_eq!(names, ["threshold", "widget.offset.x", "widget.strings.send"]);
        assert!(differing(&other, &other).is_empty());
    }
}
