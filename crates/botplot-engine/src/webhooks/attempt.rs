//! One attempt: signs the stored bytes, sends them, and says how it went and what follows.

use std::time::Duration;

use botplot_core::delivery::{Attempt, Claimed, Endpoint, Next, Outcome, State, after_attempt, retry_after};
use botplot_core::{Secret, Timestamp, signature};
use botplot_egress::{HeaderMap, HeaderName, HeaderValue, PostAnswer, PostLimits};
use botplot_store::Filed;
use bytes::Bytes;
use tokio::time::Instant;
use url::Url;

use crate::Engine;

/// The time for one attempt, everything together.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read, and those that are kept.
const READ: usize = 64 * 1024;
const KEEP: usize = 1024;

/// An attempt that was made.
pub(super) struct Made {
    /// What is written down.
    pub(super) filed: Filed,
    /// True when the receiver took it.
    pub(super) succeeded: bool,
    /// True when the receiver said that it is gone for good.
    pub(super) gone: bool,
}

/// Makes the next attempt of a delivery; always ends within its time limit.
pub(super) async fn make(
    engine: &Engine,
    endpoint: &Endpoint,
    secrets: Option<&[Secret]>,
    it: Claimed,
) -> Made {
    let (began, at) = (Instant::now(), engine.clock().now());
    let sent = send(engine, endpoint, secrets, &it, at).await;
    let duration_ms = began.elapsed().as_millis() as i64;
    let now = engine.clock().now();
    let (outcome, attempt) = match sent {
        Ok(answer) => judge(&answer, now),
        Err(why) => (Outcome::Nothing, Attempt { error: Some(why), ..Attempt::default() }),
    };
    let next = after_attempt(it.attempts + 1, outcome, now, jitter(engine));
    let (state, next_at) = match next {
        Next::Delivered => (State::Delivered, now),
        Next::Again(at) => (State::Pending, at),
        Next::Failed | Next::Gone => (State::Failed, now),
    };
    let attempt = Attempt { duration_ms, at, ..attempt };
    let filed = Filed { delivery: it.id, lease: it.lease, state, next_at, attempt };
    Made { filed, succeeded: outcome.is_success(), gone: next == Next::Gone }
}

async fn send(
    engine: &Engine,
    endpoint: &Endpoint,
    secrets: Option<&[Secret]>,
    it: &Claimed,
    at: Timestamp,
) -> Result<PostAnswer, String> {
    let secrets = secrets.filter(|all| !all.is_empty());
    let secrets = secrets.ok_or("its secret cannot be opened: the server's `seal_key` is another one")?;
    let url = Url::parse(&endpoint.url).map_err(|why| format!("its address cannot be read: {why}"))?;
    let headers = headers(secrets, it, at).ok_or("its signature cannot be put into a header")?;
    let limits = PostLimits { timeout: TIMEOUT, read_bytes: READ, keep_bytes: KEEP };
    let body = Bytes::from(it.body.clone());
    engine.0.egress.post(&url, headers, body, &limits).await.map_err(|error| error.to_string())
}

/// The documented signature, and those of Standard Webhooks beside it.
fn headers(secrets: &[Secret], it: &Claimed, at: Timestamp) -> Option<HeaderMap> {
    let (id, second) = (it.event.to_string(), at.0.div_euclid(1_000_000));
    let standard = signature::standard(secrets, &id, second, &it.body);
    let all = [
        ("content-type", "application/json".to_owned()),
        ("x-botplot-signature", signature::documented(&secrets[0], &it.body)),
        ("webhook-id", id),
        ("webhook-timestamp", second.to_string()),
        ("webhook-signature", standard),
    ];
    let value = |text: &str| HeaderValue::from_str(text).ok();
    all.iter().map(|(name, text)| Some((HeaderName::from_static(name), value(text)?))).collect()
}

fn judge(answer: &PostAnswer, now: Timestamp) -> (Outcome, Attempt) {
    let asked = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
    let outcome = Outcome::Answered { status: answer.status, retry_after: asked };
    let error = match answer.status {
        200..=299 => None,
        300..=399 => Some(format!("it answered with status {}; redirects are not followed", answer.status)),
        status => Some(format!("it answered with status {status}")),
    };
    let attempt = Attempt {
        status_code: Some(i64::from(answer.status)),
        error,
        response_head: Some(answer.head.clone()),
        response_body: Some(String::from_utf8_lossy(&answer.body).into_owned()),
        ..Attempt::default()
    };
    (outcome, attempt)
}

fn jitter(engine: &Engine) -> f64 {
    let mut byte = [0];
    engine.ids().fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
