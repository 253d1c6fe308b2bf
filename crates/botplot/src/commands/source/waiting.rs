//! Having sources read: by this command if nobody else does the work, else by whoever holds the lock.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use botplot_core::source::{Source, Status};
use botplot_engine::{Engine, jobs};
use indicatif::ProgressBar;

use crate::config::Config;
use crate::lock::{self, Holder, Lock, Taken};
use crate::shutdown::Signals;
use crate::terminal::progress;

/// How often the sources are looked at.
const LOOK: Duration = Duration::from_millis(200);

const INTERRUPTED: &str =
    "interrupted: the sources are stored, and are read when a server runs or this is given again";

/// Who does the work.
pub(super) struct Worker {
    data: PathBuf,
    lock: Option<Lock>,
    holder: Option<Holder>,
}

impl Worker {
    /// This command if the lock is free, else the lock's holder.
    pub(super) fn of(config: &Config) -> Result<Self> {
        let mut worker = Self { data: config.data.clone(), lock: None, holder: None };
        worker.try_lock()?;
        Ok(worker)
    }

    /// True when this command has done the work itself.
    pub(super) fn has_read(&self) -> bool {
        self.lock.is_some()
    }

    /// Who else does the work.
    pub(super) fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    fn try_lock(&mut self) -> Result<()> {
        match lock::take(&self.data, &Holder::here(None))? {
            Taken::Ours(lock) => self.lock = Some(lock),
            Taken::By(holder) => self.holder = holder,
        }
        Ok(())
    }

    /// Brings the sources up to date with the store; with `wait` only when all have been read to their end.
    pub(super) async fn read(&mut self, engine: &Engine, sources: &mut [Source], wait: bool) -> Result<()> {
        if self.lock.is_none() && !wait {
            return Ok(());
        }
        let bar = progress(Some(0), "looking for pages");
        let mut signals = Signals::listen()?;
        loop {
            if self.lock.is_some() {
                work(engine, sources, &bar, &mut signals).await?;
            }
            look(engine, sources, &bar).await?;
            if !wait || sources.iter().all(is_settled) {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = signals.next() => bail!(INTERRUPTED),
            }
            if self.lock.is_none() {
                // Its holder may have ended before it came to these sources.
                self.try_lock()?;
            }
        }
        bar.finish_and_clear();
        Ok(())
    }
}

/// Runs all jobs that are due, and shows how far the sources are.
async fn work(
    engine: &Engine,
    sources: &mut [Source],
    bar: &ProgressBar,
    signals: &mut Signals,
) -> Result<()> {
    let mut running = std::pin::pin!(jobs::run_until_idle(engine));
    loop {
        tokio::select! {
            () = &mut running => break,
            () = tokio::time::sleep(LOOK) => look(engine, sources, bar).await?,
            // The jobs hand themselves back, so that whoever comes next need not wait for their leases.
            _ = signals.next() => engine.stopping().cancel(),
        }
    }
    if engine.stopping().is_cancelled() {
        bail!(INTERRUPTED);
    }
    Ok(())
}

async fn look(engine: &Engine, sources: &mut [Source], bar: &ProgressBar) -> Result<()> {
    for source in sources.iter_mut() {
        if let Some(now) = engine.reader().find_source(source.project, source.id).await? {
            *source = now;
        }
    }
    let sum = |of: fn(&Source) -> i64| u64::try_from(sources.iter().map(of).sum::<i64>()).unwrap_or_default();
    let (found, read) = (sum(|s| s.discovered.max(s.pages)), sum(|s| s.pages));
    bar.set_length(found);
    bar.set_position(read);
    bar.set_message(match (found, found - read) {
        (0, _) => "looking for pages",
        (_, 0) => "making vectors",
        _ => "reading pages",
    });
    Ok(())
}

fn is_settled(source: &Source) -> bool {
    matches!(source.status, Status::Ready | Status::Failed | Status::Disabled)
}
