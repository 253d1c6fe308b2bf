//! `botplot project`: making and listing projects.

use anyhow::Result;
use botplot_engine::projects;
use serde_json::json;

use crate::cli::ProjectCommand;
use crate::config::Config;
use crate::open;
use crate::terminal::{say, say_json, table};

/// Runs `project create` or `project list`.
pub(super) async fn run(config: &Config, command: ProjectCommand) -> Result<()> {
    match command {
        ProjectCommand::Create { name, json } => create(config, &name, json).await,
        ProjectCommand::List { json } => list(config, json).await,
    }
}

async fn create(config: &Config, name: &str, json: bool) -> Result<()> {
    let engine = open::engine(config).await?;
    let created = projects::create(&engine, name).await;
    engine.close().await;
    let created = created?;
    let (project, publishable, secret) =
        (created.project, created.publishable.expose(), created.secret.expose());
    if json {
        say_json(&json!({
            "id": project.id, "name": project.name, "publishable_key": publishable, "secret_key": secret,
        }));
        return Ok(());
    }
    say(format!("made the project `{}` ({})", project.name, project.id));
    say(format!("  publishable key  {publishable}  may stand in a web page"));
    say(format!("  secret key       {secret}  keep it now, it is not shown again"));
    Ok(())
}

async fn list(config: &Config, json: bool) -> Result<()> {
    let engine = open::existing(config).await?;
    let projects = engine.reader().list_projects().await?;
    engine.close().await;
    if json {
        let made = |p: &botplot_core::project::Project| json!({ "id": p.id, "name": p.name, "created_at": p.created_at.rfc3339() });
        say_json(&projects.iter().map(made).collect());
        return Ok(());
    }
    let mut rows = vec![["NAME", "ID", "MADE"].map(str::to_owned).to_vec()];
    rows.extend(projects.into_iter().map(|p| vec![p.name, p.id.to_string(), p.created_at.rfc3339()]));
    say(table(&rows));
    Ok(())
}
