//! `botplot backup` and `botplot restore`: all data in one file, and back.

use std::path::Path;

use anyhow::{Result, bail};
use botplot_store::Store;

use crate::config::Config;
use crate::folder;
use crate::lock::{self, Holder, Taken};
use crate::terminal::{progress, say};

/// Saves everything to `file` while the server runs.
pub(super) async fn save(config: &Config, file: &Path) -> Result<()> {
    folder::must_be_begun(config)?;
    let store = Store::open(&config.store()?, &config.data).await?;
    let bar = progress(None, "saving");
    let saved = store.backup(file).await;
    bar.finish_and_clear();
    store.close().await;
    saved?;
    let bytes = std::fs::metadata(file).map_or(0, |m| m.len());
    say(format!("saved all data to `{}`, {}", file.display(), size(bytes)));
    Ok(())
}

/// Puts the backup in `file` where the configuration says that the data are.
pub(super) async fn restore(config: &Config, file: &Path, force: bool) -> Result<()> {
    // Looked at first, so that a mistyped name leaves no empty folder behind.
    if !file.is_file() {
        bail!("there is no backup `{}`", file.display());
    }
    folder::make(&config.data)?;
    let folder = config.data.display();
    let _lock = match lock::take(&config.data, &Holder::here(None))? {
        Taken::Ours(lock) => lock,
        Taken::By(Some(Holder { pid, listen: Some(address) })) => bail!(
            "the server on `{address}` (process {pid}) uses `{folder}`: stop it, or name another folder with `--data`"
        ),
        Taken::By(_) => {
            bail!("another command uses `{folder}`: wait for it, or name another folder with `--data`")
        }
    };
    let bar = progress(None, "restoring");
    let restored = botplot_store::restore(&config.store()?, &config.data, file, force).await;
    bar.finish_and_clear();
    if let Some(kept) = restored? {
        say(format!("the data that were there are kept as `{}`", kept.display()));
    }
    say(format!("restored `{}`; start the server with `botplot serve --data {folder}`", file.display()));
    Ok(())
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} KB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
