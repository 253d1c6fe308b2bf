//! Tells a chat of the team's, by its incoming webhook, of a visitor who waits: an hour at most, then it is old news.

use std::time::Duration;

use botplot_core::Timestamp;
use botplot_core::job::{Fault, Job, next_try};
use botplot_core::letter::alert::JOB as KIND;
use botplot_egress::{HeaderMap, HeaderName, HeaderValue, PostLimits};
use bytes::Bytes;
use serde_json::json;
use url::Url;

use super::{Kind, worker};
use crate::Engine;

/// The limits of one attempt.
const LIMITS: PostLimits = PostLimits { timeout: Duration::from_secs(15), read_bytes: 4096, keep_bytes: 200 };
/// Seconds after which nobody is told any more.
const PATIENCE: i64 = 3_600;

/// The job.
pub(super) const JOB: Kind = Kind {
    name: KIND,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |_, _, _| Box::pin(std::future::ready(())),
};

async fn run(engine: &Engine, job: &Job) -> Result<(), Fault> {
    let found = engine.reader().find_project(job.project).await.map_err(crate::Error::from)?;
    let address = found.map(|project| project.settings.alerts.webhook_url).unwrap_or_default();
    if address.is_empty() {
        return Ok(());
    }
    let text = job.payload["text"].as_str().unwrap_or_default();
    match send(engine, &address, text).await {
        Ok(()) => Ok(()),
        Err(why) => Err(again(engine, job, why)),
    }
}

async fn send(engine: &Engine, address: &str, text: &str) -> Result<(), String> {
    let url = Url::parse(address).map_err(|why| why.to_string())?;
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"));
    let body = Bytes::from(json!({ "text": text }).to_string());
    let answer = engine.0.egress.post(&url, headers, body, &LIMITS).await.map_err(|why| why.to_string())?;
    match answer.status {
        200..=299 => Ok(()),
        status => Err(format!("the chat answered with status {status}")),
    }
}

fn again(engine: &Engine, job: &Job, why: String) -> Fault {
    let now = engine.clock().now();
    let is_old = now.seconds_since(worker::written_at(job)) >= PATIENCE;
    let next: Option<Timestamp> = next_try(job.attempts, now, worker::jitter(engine));
    match next.filter(|_| !is_old) {
        Some(at) => Fault::Later(at, why),
        None => Fault::Fail(why),
    }
}
