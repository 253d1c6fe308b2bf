//! `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers has them: what a caller has left.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::Spent;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What one request has spent so far, shared by whoever spends and the layer that tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Mutex<Option<Spent>>>);

impl Meter {
    /// Notes what is left in a bucket; the one that is nearest to empty counts.
    pub(super) fn note(&self, spent: Spent) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of the same bucket the later state, which a refusal is.
        if noted.is_none_or(|n| spent.left <= n.left) {
            *noted = Some(spent);
        }
    }

    /// What is left, if any bucket was spent.
    pub(super) fn read(&self) -> Option<Spent> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sync> FromRequestParts<S> for Meter {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The layer that gives each request its meter and writes what it shows into the reply, refusals included.
pub(crate) async fn tell(mut request: Request, next: Next) -> Response {
    let meter = Meter::default();
    request.extensions_mut().insert(meter.clone());
    let mut response = next.run(request).await;
    if let Some(spent) = meter.read() {
        let (limit, policy) = values(spent);
        response.headers_mut().insert(RATE_LIMIT, limit);
        response.headers_mut().insert(RATE_LIMIT_POLICY, policy);
    }
    response
}

fn values(Spent { policy, quota, left, wait }: Spent) -> (HeaderValue, HeaderValue) {
    let value = |text: String| HeaderValue::from_str(&text).expect("letters and digits are a header's value");
    let limit = format!("\"{policy}\";r={left};t={}", seconds(wait));
    (value(limit), value(format!("\"{policy}\";q={quota};w=60")))
}

/// Whole seconds, rounded up: coming back a moment too soon would only cost another refusal.
pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).max(1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(policy: &'static str, left: u32) -> Spent {
        Spent { policy, quota: 20, left, wait: Duration::from_millis(2001) }
    }

    #[test]
    fn the_headers_are_structured_fields() {
        let (limit, policy) = values(spent("visitor", 0));
        assert_eq!(limit, "\"visitor\";r=0;t=3");
        assert_eq!(policy, "\"visitor\";q=20;w=60");
    }

    #[test]
    fn the_least_that_is_left_counts() {
        let meter = Meter::default();
        for (policy, left) in [("a", 9), ("b", 3), ("c", 5), ("d", 3)] {
            meter.note(spent(policy, left));
        }
        assert_eq!(meter.read(), Some(spent("d", 3)));
    }
}
