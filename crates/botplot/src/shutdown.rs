//! Stopping: what is told to whom, in which order, and how long each may take.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use botplot_web::AppState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::listen::Door;

/// The signals that ask the server to stop.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From here on the signals no longer kill the process.
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be waited for");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Waits for the next one; returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// How long the steps of a shutdown may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For answers that are running, to their end.
    pub(crate) grace: Duration,
    /// For telling the clients of those that are not done, and again for the engine to end.
    pub(crate) rest: Duration,
}

impl Patience {
    /// Divides the whole time of a shutdown.
    pub(crate) fn of(server: &crate::config::Server) -> Self {
        let whole = Duration::from_secs(server.shutdown_seconds);
        Self { grace: whole.mul_f64(0.8), rest: whole.mul_f64(0.1) }
    }
}

/// Stops the server: no longer ready, no new connections, answers to their end or cut, then the engine and its data.
/// A further signal ends the process at once.
pub(crate) async fn stop(
    state: &AppState,
    door: &Door,
    patience: Patience,
    signals: &mut Signals,
) -> ExitCode {
    tokio::select! {
        () = in_order(state, door, patience) => ExitCode::SUCCESS,
        name = signals.next() => {
            tracing::warn!("{name} again: ending at once");
            ExitCode::FAILURE
        }
    }
}

async fn in_order(state: &AppState, door: &Door, patience: Patience) {
    state.set_ready(false);
    door.close();
    if timeout(patience.grace, door.empty()).await.is_err() {
        tracing::warn!(connections = door.open(), "cutting the answers that are still running");
    }
    // The streams that are still open get their error event from this, and end.
    state.engine.stopping().cancel();
    if timeout(patience.rest, door.empty()).await.is_err() {
        tracing::warn!(connections = door.open(), "leaving connections whose clients do not read");
    }
    if timeout(patience.rest, state.engine.close()).await.is_err() {
        tracing::warn!("background work did not end in time; it is taken up again at the next start");
    }
    tracing::info!("stopped");
}
