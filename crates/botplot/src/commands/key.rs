//! `botplot key`: making, listing, renaming, rotating and revoking API keys.

use anyhow::{Result, bail};
use botplot_core::key::{Class, Key, KeyRecord};
use botplot_core::project::Project;
use botplot_engine::{Engine, keys};
use serde_json::json;

use crate::cli::KeyCommand;
use crate::config::Config;
use crate::open;
use crate::terminal::{say, say_json, table};

/// Runs `key create`, `key list`, `key rotate`, `key rename` or `key revoke`.
pub(super) async fn run(config: &Config, command: KeyCommand) -> Result<()> {
    let engine = open::existing(config).await?;
    let done = match command {
        KeyCommand::Create { project, name, publishable, json } => {
            let class = if publishable { Class::Publishable } else { Class::Secret };
            create(&engine, project.as_deref(), class, &name, json).await
        }
        KeyCommand::List { project, json } => list(&engine, project.as_deref(), json).await,
        KeyCommand::Rotate { key, overlap, project, json } => {
            rotate(&engine, project.as_deref(), key.trim(), overlap, json).await
        }
        KeyCommand::Rename { key, name, project } => {
            rename(&engine, project.as_deref(), key.trim(), &name).await
        }
        KeyCommand::Revoke { key, project } => revoke(&engine, project.as_deref(), key.trim()).await,
    };
    engine.close().await;
    done
}

async fn create(engine: &Engine, project: Option<&str>, class: Class, name: &str, json: bool) -> Result<()> {
    let project = open::project(engine, project).await?;
    let (record, key) = keys::create(engine, project.id, class, name, keys::OPERATOR).await?;
    say_made(&project, &record, &key, json);
    Ok(())
}

/// Prints a key that was just made, in clear for the only time.
fn say_made(project: &Project, record: &KeyRecord, key: &Key, json: bool) {
    let class = record.class;
    if json {
        let made = record.created_at.rfc3339();
        say_json(&json!({
            "id": record.id, "project": project.name, "class": class.as_str(), "name": record.name,
            "key": key.expose(), "created_at": made,
        }));
        return;
    }
    say(format!("made a {class} key of the project `{}`", project.name));
    match class {
        Class::Publishable => say(format!("  {}  may stand in a web page", key.expose())),
        Class::Secret => say(format!("  {}  keep it now, it is not shown again", key.expose())),
    }
}

async fn list(engine: &Engine, project: Option<&str>, json: bool) -> Result<()> {
    let project = open::project(engine, project).await?;
    let keys = engine.reader().list_keys(project.id).await?;
    if json {
        let shown = |k: &KeyRecord| {
            json!({
                "id": k.id, "class": k.class.as_str(), "name": k.name, "key": shown(k),
                "created_at": k.created_at.rfc3339(),
                "last_used_at": k.last_used_at.map(botplot_core::Timestamp::rfc3339),
                "revoked_at": k.revoked_at.map(botplot_core::Timestamp::rfc3339),
                "expires_at": k.expires_at.map(botplot_core::Timestamp::rfc3339),
            })
        };
        say_json(&keys.iter().map(shown).collect());
        return Ok(());
    }
    let mut rows = vec![["KEY", "CLASS", "NAME", "MADE", "LAST USED", "ENDS"].map(str::to_owned).to_vec()];
    for key in &keys {
        let instant =
            |at: Option<botplot_core::Timestamp>| at.map_or("-".to_owned(), botplot_core::Timestamp::rfc3339);
        let cells = [shown(key), key.class.to_string(), key.name.clone(), key.created_at.rfc3339()];
        rows.push(
            cells
                .into_iter()
                .chain([instant(key.last_used_at), instant(key.revoked_at.or(key.expires_at))])
                .collect(),
        );
    }
    say(table(&rows));
    Ok(())
}

/// A publishable key whole, since it stands in pages; a secret one by its beginning.
fn shown(key: &KeyRecord) -> String {
    key.shown.clone().unwrap_or_else(|| key.prefix.clone())
}

async fn rotate(
    engine: &Engine,
    project: Option<&str>,
    wanted: &str,
    overlap: i64,
    json: bool,
) -> Result<()> {
    let project = open::project(engine, project).await?;
    let old = find(engine, &project, wanted).await?;
    if !old.is_live(engine.clock().now()) {
        bail!("the key `{}` has ended; make a new one with `botplot key create`", old.prefix);
    }
    let (record, key) = keys::rotate(engine, project.id, old.id, overlap, keys::OPERATOR).await?;
    say_made(&project, &record, &key, json);
    if !json {
        let end = if overlap == 0 { "has ended".into() } else { format!("ends within {overlap} hours") };
        say(format!("  {}  {end}", old.prefix));
    }
    Ok(())
}

async fn rename(engine: &Engine, project: Option<&str>, wanted: &str, name: &str) -> Result<()> {
    let project = open::project(engine, project).await?;
    let key = find(engine, &project, wanted).await?;
    let key = keys::rename(engine, project.id, key.id, name, keys::OPERATOR).await?;
    say(format!("the {} key `{}` is called `{}` now", key.class, key.prefix, key.name));
    Ok(())
}

async fn revoke(engine: &Engine, project: Option<&str>, wanted: &str) -> Result<()> {
    let project = open::project(engine, project).await?;
    let key = find(engine, &project, wanted).await?;
    if key.revoked_at.is_some() {
        say(format!("the key `{}` was revoked before", key.prefix));
        return Ok(());
    }
    keys::revoke(engine, project.id, key.id, keys::OPERATOR).await?;
    say(format!("revoked the {} key `{}` of the project `{}`", key.class, key.prefix, project.name));
    Ok(())
}

/// The one key of a project that `wanted` names, by its beginning or its id.
async fn find(engine: &Engine, project: &Project, wanted: &str) -> Result<KeyRecord> {
    let keys = engine.reader().list_keys(project.id).await?;
    // At least the mark and two letters, so that `bp_` does not name a project's only key.
    let named = |k: &&KeyRecord| {
        k.id.to_string() == wanted
            || wanted.len() > "bp_sec_".len() + 1
                && (shown(k).starts_with(wanted) || wanted.starts_with(&k.prefix))
    };
    let found: Vec<_> = keys.iter().filter(named).collect();
    let [key] = found[..] else {
        let list = format!("botplot key list --project \"{}\"", project.name);
        match found.len() {
            0 => bail!("the project `{}` has no such key; `{list}` shows all", project.name),
            n => bail!(
                "{n} keys of the project `{}` begin like that; `{list}` shows more of them",
                project.name
            ),
        }
    };
    Ok(key.clone())
}
