//! The figures behind `/metrics`, in Prometheus' text format.

use std::time::Duration;

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

const REQUESTS: &str = "botplot_http_requests_total";
const REQUEST_SECONDS: &str = "botplot_http_request_seconds";
const TURNS: &str = "botplot_chat_turns_total";
const FIRST_TOKEN_SECONDS: &str = "botplot_chat_first_token_seconds";
const OPEN: &str = "botplot_chat_answers_open";

const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Samples pile up in memory until they are sorted into their buckets.
const SORT_EVERY: Duration = Duration::from_secs(5);

/// Begins to count, once per process: a second call is an error.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    describe_counter!(REQUESTS, "Requests served, by route and status.");
    describe_histogram!(REQUEST_SECONDS, "Seconds until a reply's head, by route.");
    describe_counter!(TURNS, "Chat turns, by their outcome.");
    describe_histogram!(
        FIRST_TOKEN_SECONDS,
        "Seconds from a question's arrival to its answer's first token."
    );
    describe_gauge!(OPEN, "Answers that are being sent.");
    Ok(handle)
}

/// Keeps the memory of `handle` small until `stopping`; to be run beside the server.
pub async fn keep_small(handle: PrometheusHandle, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        handle.run_upkeep();
        // Either way the loop looks whether it is over.
        let _ = tokio::time::timeout(SORT_EVERY, stopping.cancelled()).await;
    }
}

pub(crate) fn request(route: &str, status: u16, took: Duration) {
    counter!(REQUESTS, "route" => route.to_owned(), "status" => status.to_string()).increment(1);
    histogram!(REQUEST_SECONDS, "route" => route.to_owned()).record(took.as_secs_f64());
}

pub(crate) fn turn_opened() {
    gauge!(OPEN).increment(1.0);
}

pub(crate) fn turn_ended(outcome: &'static str, first_token: Option<Duration>) {
    gauge!(OPEN).decrement(1.0);
    counter!(TURNS, "outcome" => outcome).increment(1);
    if let Some(wait) = first_token {
        histogram!(FIRST_TOKEN_SECONDS).record(wait.as_secs_f64());
    }
}
