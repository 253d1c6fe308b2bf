//! `botplot source add`: from paths and addresses to sources, and what became of their pages.

mod outcome;
mod place;
mod waiting;

use std::process::ExitCode;

use anyhow::Result;
use botplot_core::ProjectId;
use botplot_core::source::{Config as Options, Source, Status};
use botplot_engine::{Engine, sources};
use serde_json::Value;

use crate::cli::{SourceAdd, SourceCommand};
use crate::config::Config;
use crate::open;
use crate::terminal::{remark, say, say_json};
use outcome::Outcome;
use place::{As, Place};
use waiting::Worker;

/// Runs `source add`.
pub(super) async fn run(config: &Config, command: SourceCommand) -> Result<ExitCode> {
    let SourceCommand::Add(add) = command;
    let engine = open::existing(config).await?;
    let done = Box::pin(add_all(config, &engine, &add)).await;
    engine.close().await;
    done
}

async fn add_all(config: &Config, engine: &Engine, add: &SourceAdd) -> Result<ExitCode> {
    let project = open::project(engine, add.project.as_deref()).await?;
    // Everything is looked at before anything is stored.
    let places = place::read_all(&add.places, address_as(add))?;
    for remark_on in places.iter().flat_map(Place::remarks) {
        remark(remark_on);
    }
    let mut stored = Vec::new();
    for place in places {
        stored.push(store(engine, project.id, place).await?);
    }
    let mut worker = Worker::of(config)?;
    worker.read(engine, &mut stored, add.wait).await?;
    let mut outcomes = Vec::new();
    for source in stored {
        outcomes.push(Outcome::of(engine, source).await?);
    }
    let is_done = add.wait || worker.has_read();
    if add.json {
        say_json(&outcomes.iter().map(|o| o.json(is_done)).collect::<Value>());
    } else {
        for outcome in &outcomes {
            say(if is_done { outcome.text() } else { outcome.promise(worker.holder()) });
        }
    }
    let failed = outcomes.iter().any(|o| o.source.status == Status::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn address_as(add: &SourceAdd) -> As {
    match (add.site, add.page) {
        (true, _) => As::Website,
        (_, true) => As::Page,
        _ => As::ItLooks,
    }
}

async fn store(engine: &Engine, project: ProjectId, place: Place) -> Result<Source> {
    Ok(match place {
        Place::Files { name, files, .. } => sources::add_files(engine, project, &name, files).await?,
        Place::Page(url) => sources::add_url(engine, project, &url).await?,
        Place::Website(url) => sources::add_website(engine, project, &url, Options::default()).await?,
    })
}
