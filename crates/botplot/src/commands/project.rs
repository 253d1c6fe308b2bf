//! `botplot project`: making and listing projects, and putting them on plans.

use anyhow::{Context as _, Result};
use botplot_core::plan::Plan;
use botplot_engine::projects;
use serde_json::json;

use crate::cli::ProjectCommand;
use crate::config::Config;
use crate::open;
use crate::terminal::{say, say_json, table};

/// Runs `project create`, `project list` or `project set`.
pub(super) async fn run(config: &Config, command: ProjectCommand) -> Result<()> {
    match command {
        ProjectCommand::Create { name, json } => create(config, &name, json).await,
        ProjectCommand::List { json } => list(config, json).await,
        ProjectCommand::Set { name, plan } => set(config, &name, &plan).await,
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
        let made = |p: &botplot_core::project::Project| {
            let (plan, made) = (p.plan.as_str(), p.created_at.rfc3339());
            json!({ "id": p.id, "name": p.name, "plan": plan, "created_at": made })
        };
        say_json(&projects.iter().map(made).collect());
        return Ok(());
    }
    let mut rows = vec![["NAME", "PLAN", "ID", "MADE"].map(str::to_owned).to_vec()];
    let cells = |p: botplot_core::project::Project| {
        vec![p.name, p.plan.as_str().to_owned(), p.id.to_string(), p.created_at.rfc3339()]
    };
    rows.extend(projects.into_iter().map(cells));
    say(table(&rows));
    Ok(())
}

async fn set(config: &Config, name: &str, plan: &str) -> Result<()> {
    let plan = Plan::parse(plan).context("the command line takes only plans that there are")?;
    let engine = open::existing(config).await?;
    let done = async {
        let project = open::project(&engine, Some(name)).await?;
        projects::settings::set_plan(&engine, project.id, plan).await?;
        say(format!("the project `{}` is on the plan `{}` now", project.name, plan.as_str()));
        Ok(())
    };
    let done = done.await;
    engine.close().await;
    done
}
