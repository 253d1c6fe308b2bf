//! What a server in a test stands on: its way out, its model, its metrics, and the port that it listens on.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use botplot_web::AppState;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fake_llm::FakeLlm;

/// Outgoing connections that may go to this machine itself.
pub(super) fn loopback() -> botplot_egress::Config {
    let loopback = "127.0.0.0/8".to_owned().try_into().expect("this is a range");
    botplot_egress::Config { allow: vec![loopback], ..botplot_egress::Config::default() }
}

pub(super) fn open_model(
    model: &FakeLlm,
    egress: &botplot_egress::Client,
) -> Option<Arc<dyn botplot_llm::ChatModel>> {
    let config = botplot_llm::Config {
        provider: Some("openai_compatible".into()),
        model: Some("fake".into()),
        base_url: Some(model.base_url()),
        retries: 0,
        ..botplot_llm::Config::default()
    };
    botplot_llm::open(&config, egress.operator_http()).expect("the fake model's settings are sound")
}

/// The recorder is the process's own, whatever number of servers a test run starts in it.
pub(super) fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| botplot_web::metrics::install().expect("this is the only recorder")).clone()
}

pub(super) async fn serve(state: AppState) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let router = botplot_web::router(state);
    #[expect(clippy::disallowed_methods, reason = "the task ends with the `TestApp`, no server waits for it")]
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.expect("serving goes on until it is aborted");
    });
    (address, server)
}
