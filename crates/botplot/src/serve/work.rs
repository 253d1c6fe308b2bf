//! Background work: the server does it as soon as it holds the lock of the data folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use botplot_core::{Clock as _, SystemClock, Timestamp};
use botplot_engine::{Engine, jobs, webhooks};
use tokio_util::sync::CancellationToken;

use crate::lock::{self, Holder, Lock, Taken};

/// How often a lock that a command holds is tried again.
const RETRY: Duration = Duration::from_millis(200);

/// The work of a server, with the lock or still without it.
pub(super) struct Work {
    data: PathBuf,
    holder: Holder,
    lock: Option<Lock>,
    /// When the server started: whatever it finds unfinished from before is a dead process's.
    started: Timestamp,
}

impl Work {
    /// Takes the lock, or leaves it to a command for now; another server on the same folder is an error.
    pub(super) fn begin(data: &Path, address: SocketAddr) -> Result<Self> {
        let holder = Holder::here(Some(address.to_string()));
        let lock = match lock::take(data, &holder)? {
            Taken::Ours(lock) => Some(lock),
            Taken::By(other) => {
                refuse_server(data, other)?;
                None
            }
        };
        Ok(Self { data: data.to_owned(), holder, lock, started: SystemClock.now() })
    }

    /// Closes what a dead process left open, before anybody asks; without the lock that has to wait until it is ours.
    pub(super) async fn settle(&self, engine: &Engine) -> Result<()> {
        if self.lock.is_some() {
            jobs::settle(engine, self.started).await.context("the last run's answers cannot be closed")?;
        }
        Ok(())
    }

    /// Does the work on the engine's tracker until it stops; cancels `failed` when another server has the folder.
    pub(super) fn run(mut self, engine: &Engine, failed: &CancellationToken) {
        let (engine, failed) = (engine.clone(), failed.clone());
        engine.clone().tracker().spawn(async move {
            let late = self.lock.is_none();
            while self.lock.is_none() && !engine.stopping().is_cancelled() {
                // Either way the loop looks again.
                let _ = tokio::time::timeout(RETRY, engine.stopping().cancelled()).await;
                let taken = lock::take(&self.data, &self.holder);
                let tried = taken.and_then(|taken| match taken {
                    Taken::Ours(lock) => {
                        self.lock = Some(lock);
                        Ok(())
                    }
                    Taken::By(other) => refuse_server(&self.data, other),
                });
                if let Err(error) = tried {
                    tracing::error!("{error:#}");
                    failed.cancel();
                    return;
                }
            }
            if late && let Err(error) = jobs::settle(&engine, self.started).await {
                tracing::error!(%error, "the last run's answers could not be closed");
            }
            jobs::start(&engine);
            webhooks::start(&engine);
            // Work may go on to the end of the process, and so does the lock.
            std::mem::forget(self.lock);
        });
    }
}

fn refuse_server(data: &Path, holder: Option<Holder>) -> Result<()> {
    if let Some(Holder { pid, listen: Some(address) }) = holder {
        bail!(
            "another server uses the data folder `{}`: process {pid}, which listens on `{address}`; stop it, or choose \
             another folder with `--data`",
            data.display()
        );
    }
    Ok(())
}
