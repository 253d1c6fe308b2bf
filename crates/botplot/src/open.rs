//! From a configuration to an engine: the one place where the parts are put together.

use std::sync::Arc;

use anyhow::{Result, bail};
use botplot_core::project::Project;
use botplot_core::{RandomIds, SystemClock};
use botplot_engine::accounts::oidc::Oidc;
use botplot_engine::{Engine, Mail, Parts, setup};
use botplot_store::Store;

use crate::config::Config;
use crate::folder;

/// An engine over the data, which are made if they are not there.
pub(crate) async fn engine(config: &Config) -> Result<Engine> {
    folder::make(&config.data)?;
    let seal_key = folder::seal_key(config)?;
    let store = Store::open(&config.store()?, &config.data).await?;
    let egress = botplot_egress::Client::new(&config.egress)?;
    let mail = Mail::open(&config.mail)?;
    let model = botplot_llm::open(&config.llm, egress.operator_http())?;
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let (plans, spending) = (config.plans.0.clone(), config.spending());
    Ok(Engine::open(Parts {
        store,
        egress,
        mail,
        oidc: Oidc::open(&config.oidc)?,
        model,
        clock,
        ids,
        config: config.engine.clone(),
        plans,
        spending,
        seal_key,
    })
    .await?)
}

/// An engine over data that must be there already.
pub(crate) async fn existing(config: &Config) -> Result<Engine> {
    folder::must_be_begun(config)?;
    engine(config).await
}

/// The project of this name; without a name, the owner's first project.
pub(crate) async fn project(engine: &Engine, name: Option<&str>) -> Result<Project> {
    let all = engine.reader().list_projects().await?;
    let found = match name {
        Some(name) => all.iter().find(|p| p.name == name.trim()),
        None => all.iter().find(|p| p.name != setup::DEMO).or(all.first()),
    };
    let Some(found) = found else {
        let names: Vec<_> = all.iter().map(|p| format!("`{}`", p.name)).collect();
        match (name, names.is_empty()) {
            (_, true) => bail!("there is no project yet: make one with `botplot project create NAME`"),
            (name, false) => {
                bail!("there is no project `{}`; there are {}", name.unwrap_or_default(), names.join(", "))
            }
        }
    };
    Ok(found.clone())
}
