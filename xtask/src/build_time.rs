//! Times a clean release build of the binary, as someone with a fresh clone has it.

use std::fs;

use anyhow::{Context, Result};

use crate::run::{cargo, measure, root, run};

/// Builds into an empty folder, prints the cost, and removes the folder. The packages are downloaded before.
pub(crate) fn build_time(_: &[String]) -> Result<()> {
    let folder = root().join("target/build-time");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty `{}`", folder.display()))?;
    }
    run(&mut cargo(["fetch", "--locked"]))?;
    let mut build = cargo(["build", "--release", "--locked", "--package", "botplot", "--target-dir"]);
    let (outcome, cost) = measure(|| run(build.arg(&folder)));
    let binary = folder.join("release/botplot");
    let bytes = binary.metadata().map(|file| file.len());
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    outcome?;
    println!("clean release build: {cost}, binary {:.1} MB", bytes? as f64 / 1e6);
    Ok(())
}
