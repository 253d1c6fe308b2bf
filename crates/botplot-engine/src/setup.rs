//! The first start: the owner's first project, and a demo project that has learnt BotPlot's own guides.

use botplot_core::project::Project;

use crate::projects::{self, Created};
use crate::{Engine, Error, sources};

/// The name of the owner's first project.
pub const FIRST: &str = "My company";
/// The name of the demo project.
pub const DEMO: &str = "demo";
const SOURCE: &str = "BotPlot's guides";
/// What the demo project offers to be asked.
const STARTERS: [&str; 3] =
    ["How do I add a website?", "How do I make a backup?", "Can a language model write the answers?"];

macro_rules! guides {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../docs/guides/", $name)))),*]
    };
}

/// `BotPlot`'s own guides, by file name.
pub const GUIDES: &[(&str, &str)] = guides![
    "answers.md",
    "api.md",
    "backup.md",
    "chat-api.md",
    "cli.md",
    "configuration.md",
    "dashboard.md",
    "deploy.md",
    "email.md",
    "getting-started.md",
    "knowledge.md",
    "models.md",
    "security.md",
    "team.md",
    "webhooks.md",
    "widget.md",
];

/// What a start found or made.
#[derive(Debug)]
pub struct FirstRun {
    /// The owner's first project with its keys, if this was the first start.
    pub created: Option<Created>,
    /// The demo project's publishable key, while that project is there and has one.
    pub demo_key: Option<String>,
}

/// Makes the first projects on the first start; later ones teach the demo project the guides of a newer version.
pub async fn first_run(engine: &Engine) -> Result<FirstRun, Error> {
    let created = if engine.reader().list_projects().await?.is_empty() {
        let created = projects::create(engine, FIRST).await?;
        make_demo(engine).await?;
        Some(created)
    } else {
        None
    };
    let Some(demo) = engine.reader().find_project_named(DEMO).await? else {
        return Ok(FirstRun { created, demo_key: None });
    };
    teach(engine, &demo).await?;
    let keys = engine.reader().list_keys(demo.id).await?;
    let demo_key = keys.into_iter().filter(|k| k.revoked_at.is_none()).find_map(|k| k.shown);
    Ok(FirstRun { created, demo_key })
}

async fn make_demo(engine: &Engine) -> Result<(), Error> {
    let Project { id, mut settings, .. } = projects::create(engine, DEMO).await?.project;
    settings.widget.title = "Ask about BotPlot".into();
    settings.widget.starters = STARTERS.map(str::to_owned).to_vec();
    projects::set(engine, id, settings).await
}

async fn teach(engine: &Engine, demo: &Project) -> Result<(), Error> {
    let (known, _) = engine.reader().list_sources(demo.id, 100, 0).await?;
    if let Some(source) = known.iter().find(|s| s.name == SOURCE) {
        let mut current = engine.reader().list_files(demo.id, source.id).await?.len() == GUIDES.len();
        for (name, text) in GUIDES {
            let kept = engine.reader().read_file(demo.id, source.id, name).await?;
            current &= kept.as_deref() == Some(text.as_bytes());
        }
        if current {
            return Ok(());
        }
    }
    let files = GUIDES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    sources::add_files(engine, demo.id, SOURCE, files).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_is_compiled_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        assert_eq!(there, GUIDES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    }
}
