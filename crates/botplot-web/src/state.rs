//! What every handler has in hand.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use botplot_core::Timestamp;
use botplot_engine::Engine;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::limits::{self, Limits};

/// How long running answers may go on once the server begins to stop, when nothing else is set.
const DRAIN: Duration = Duration::from_secs(15);

/// Bytes that an uploaded source may have, when nothing else is set.
const UPLOAD: u64 = 50 << 20;

/// The common ground of all handlers; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases, and through them the look-ups.
    pub engine: Engine,
    /// The address that visitors reach the server by, without a slash at its end, such as `https://chat.example.com`.
    pub public_url: Arc<str>,
    /// What `/metrics` prints.
    pub metrics: PrometheusHandle,
    /// How long running answers may go on once the engine is stopping; then their streams end with an error.
    pub drain: Duration,
    /// Bytes that an uploaded source may have.
    pub upload_bytes: u64,
    /// How often callers may call.
    pub limits: Arc<Limits>,
    ready: Arc<AtomicBool>,
}

impl AppState {
    /// A state that is not ready yet; `public_url` is where visitors reach the server.
    pub fn new(engine: Engine, public_url: &str, metrics: PrometheusHandle) -> Self {
        let public_url: Arc<str> = public_url.trim_end_matches('/').into();
        engine.reached_at(&public_url);
        let limits = Arc::new(Limits::new(&limits::Config::default(), clock_of(&engine)));
        Self {
            engine,
            public_url,
            metrics,
            drain: DRAIN,
            upload_bytes: UPLOAD,
            limits,
            ready: Arc::default(),
        }
    }

    /// Sets how often callers may call; to be done before the server answers anybody.
    pub fn limit(&mut self, config: &limits::Config) {
        self.limits = Arc::new(Limits::new(config, clock_of(&self.engine)));
    }

    /// Says whether new work is welcome; `/readyz` answers 503 while it is not.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::SeqCst);
    }

    /// True when new work is welcome and the engine is not stopping.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst) && !self.engine.stopping().is_cancelled()
    }
}

fn clock_of(engine: &Engine) -> impl Fn() -> Timestamp + Send + Sync + 'static {
    let engine = engine.clone();
    move || engine.clock().now()
}

/// The address a request came from: whoever accepts connections puts it into the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);
