//! One attempt: signs the stored bytes, sends them, and says how it went and what follows.

use std::time::Duration;

use botplot_core::delivery::{
    Attempt, Claimed, Endpoint, Exchange, Next, Outcome, State, after_attempt, retry_after,
};
use botplot_core::{Secret, Timestamp, signature};
use botplot_egress::{Error, HeaderMap, HeaderName, HeaderValue, PostAnswer, PostLimits};
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
/// Why nothing is sent that cannot be signed, and what to do.
pub(super) const UNSIGNED: &str = "its secret cannot be opened: it is damaged, or `server.seal_key` is not the one it \
     was sealed with; bring that key back, or give the endpoint a new secret with `rotate-secret`";

/// An attempt that was made.
pub(super) struct Made {
    /// What is written down.
    pub(super) filed: Filed,
    /// True when the receiver took it.
    pub(super) succeeded: bool,
    /// True when the receiver said that it is gone for good.
    pub(super) gone: bool,
    /// True when nothing was sent, because no secret can be opened to sign it with.
    pub(super) unsigned: bool,
}

/// What one request came to.
struct Sent {
    /// The head of the request, if there was something to send.
    request_head: Option<String>,
    answer: Result<PostAnswer, String>,
}

/// Makes the next attempt of a delivery; always ends within its time limit.
pub(super) async fn make(
    engine: &Engine,
    endpoint: &Endpoint,
    secrets: Option<&[Secret]>,
    it: Claimed,
) -> Made {
    let (began, at) = (Instant::now(), engine.clock().now());
    let Sent { request_head, answer } = send(engine, endpoint, secrets, &it, at).await;
    let duration_ms = began.elapsed().as_millis() as i64;
    let now = engine.clock().now();
    let (outcome, error) = judge(&answer, now);
    let next = after_attempt(it.attempts + 1, outcome, now, jitter(engine));
    let (state, planned) = match next {
        Next::Delivered => (State::Delivered, None),
        Next::Again(at) => (State::Pending, Some(at)),
        Next::Failed | Next::Gone => (State::Failed, None),
    };
    let answer = answer.ok();
    let status_code = answer.as_ref().map(|a| i64::from(a.status));
    let attempt = Attempt { number: it.made + 1, at, duration_ms, status_code, error, next_at: planned };
    let response_body = answer.as_ref().map(|a| String::from_utf8_lossy(&a.body).into_owned());
    let exchange = Exchange { request_head, response_head: answer.map(|a| a.head), response_body };
    let next_at = planned.unwrap_or(now);
    let filed = Filed { delivery: it.id, lease: it.lease, state, next_at, attempt, exchange };
    let (succeeded, gone) = (outcome.is_success(), next == Next::Gone);
    Made { filed, succeeded, gone, unsigned: secrets.is_none() }
}

async fn send(
    engine: &Engine,
    endpoint: &Endpoint,
    secrets: Option<&[Secret]>,
    it: &Claimed,
    at: Timestamp,
) -> Sent {
    let (url, headers) = match request(endpoint, secrets, it, at) {
        Ok(ready) => ready,
        Err(why) => return Sent { request_head: None, answer: Err(why) },
    };
    let egress = &engine.0.egress;
    let head = egress.post_head(&url, &headers, it.body.len());
    let limits = PostLimits { timeout: TIMEOUT, read_bytes: READ, keep_bytes: KEEP };
    let answer = egress.post(&url, headers, Bytes::from(it.body.clone()), &limits).await;
    // What is refused was not sent; of what failed later nobody knows how much went out.
    let refused = matches!(answer, Err(Error::Refused { .. }));
    Sent { request_head: (!refused).then_some(head), answer: answer.map_err(|error| error.to_string()) }
}

/// Where the request goes and its headers, or why there can be none.
fn request(
    endpoint: &Endpoint,
    secrets: Option<&[Secret]>,
    it: &Claimed,
    at: Timestamp,
) -> Result<(Url, HeaderMap), String> {
    let secrets = secrets.filter(|all| !all.is_empty()).ok_or(UNSIGNED)?;
    let url = Url::parse(&endpoint.url).map_err(|why| format!("its address cannot be read: {why}"))?;
    let headers = headers(secrets, it, at).ok_or("its signature cannot be put into a header")?;
    Ok((url, headers))
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

/// What an attempt came to, and why it failed, in words for the owner.
fn judge(answer: &Result<PostAnswer, String>, now: Timestamp) -> (Outcome, Option<String>) {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return (Outcome::Nothing, Some(why.clone())),
    };
    let asked = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
    let outcome = Outcome::Answered { status: answer.status, retry_after: asked };
    let error = match answer.status {
        200..=299 => None,
        300..=399 => Some(format!("it answered with status {}; redirects are not followed", answer.status)),
        status => Some(format!("it answered with status {status}")),
    };
    (outcome, error)
}

fn jitter(engine: &Engine) -> f64 {
    let mut byte = [0];
    engine.ids().fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
