//! What is wrong with values of the right kind.

use std::path::Path;

use botplot_core::Secret;
use botplot_engine::seal;

use super::fault::{Faults, Source};
use super::{Config, Given};

/// Adds every fault of the configuration as a whole.
pub(super) fn check(config: &Config, given: &[Given], faults: &mut Faults) {
    let source =
        |key: &str| given.iter().find(|g| g.key == key).map_or(Source::Nowhere, |g| g.source.clone());
    let sections = [
        ("server", config.server.faults()),
        ("mail", config.mail.faults()),
        ("oidc", config.oidc.faults()),
        ("engine", config.engine.faults()),
        ("plans", config.plans.faults()),
        ("limits", config.limits.faults()),
        ("log", config.log.faults()),
    ];
    for (section, (key, why)) in
        sections.into_iter().flat_map(|(s, all)| all.into_iter().map(move |f| (s, f)))
    {
        let key = format!("{section}.{key}");
        faults.add(source(&key), format!("`{key}` {why}"));
    }
    for (key, why) in database(config).into_iter().chain(egress(config)).chain(seal_key(config)) {
        faults.add(source(key), format!("`{key}` {why}"));
    }
    for why in config.llm.check().err().map(|e| e.faults).unwrap_or_default() {
        // Each begins with its setting in backticks.
        let key = why.split('`').nth(1).unwrap_or_default().to_owned();
        faults.add(source(&key), why);
    }
}

fn database(config: &Config) -> Vec<(&'static str, String)> {
    let database = &config.database;
    let mut faults = Vec::new();
    if !(2..=1000).contains(&database.connections) {
        let why = format!("takes a number from 2 to 1000, not `{}`", database.connections);
        faults.push(("database.connections", why));
    }
    let (key, url) = match (&database.url, &database.url_file) {
        (None, None) => return faults,
        (Some(_), Some(_)) => {
            faults.push(("database.url", "and `database.url_file` are both set: keep one of them".into()));
            return faults;
        }
        (Some(url), None) => ("database.url", Ok(url.clone())),
        (None, Some(path)) => ("database.url_file", read_secret(path)),
    };
    match url {
        Err(why) => faults.push((key, why)),
        Ok(url)
            if !["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme)) =>
        {
            faults.push((
                key,
                "is no PostgreSQL address: write `postgres://user:password@host/database`".into(),
            ));
        }
        Ok(_) => {}
    }
    faults
}

fn seal_key(config: &Config) -> Option<(&'static str, String)> {
    let (key, text) = match (&config.server.seal_key, &config.server.seal_key_file) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            return Some((
                "server.seal_key",
                "and `server.seal_key_file` are both set: keep one of them".into(),
            ));
        }
        (Some(key), None) => ("server.seal_key", Ok(key.clone())),
        (None, Some(path)) => ("server.seal_key_file", read_secret(path)),
    };
    match text {
        Err(why) => Some((key, why)),
        Ok(text) => seal::key_fault(text.expose()).map(|fault| (key, fault.to_owned())),
    }
}

fn egress(config: &Config) -> Vec<(&'static str, String)> {
    let (idle, agent) = (config.egress.idle_seconds, &config.egress.user_agent);
    let mut faults = Vec::new();
    if !(1..=3600).contains(&idle) {
        faults.push(("egress.idle_seconds", format!("takes a number from 1 to 3600, not `{idle}`")));
    }
    if agent.trim().is_empty() || !agent.bytes().all(|b| (32..127).contains(&b)) {
        faults.push(("egress.user_agent", "takes printable ASCII text that is not empty".into()));
    }
    faults
}

/// What a file of one secret holds, or why not.
pub(super) fn read_secret(path: &Path) -> Result<Secret, String> {
    match std::fs::read_to_string(path) {
        Err(why) => Err(format!("names `{}`, which cannot be read: {why}", path.display())),
        Ok(text) if text.trim().is_empty() => Err(format!("names `{}`, which is empty", path.display())),
        Ok(text) => Ok(Secret::new(text.trim())),
    }
}
