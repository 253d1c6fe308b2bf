//! Talking to the provider: its discovery document, the exchange of a code for an ID token, and the userinfo
//! endpoint. All answers are small, in time, and from where nobody can change them on the way.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use botplot_core::{Secret, Timestamp};
use botplot_egress::{GetLimits, HeaderMap, HeaderName, HeaderValue, Policy};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use super::config::is_safe;
use super::{Oidc, Refusal};
use crate::Engine;

/// Seconds for which a discovery document is believed.
const FRESH: i64 = 600;
const LIMITS: GetLimits =
    GetLimits { max_bytes: 256 << 10, timeout: Duration::from_secs(10), validators: None };

/// The parts of a discovery document that we need (OpenID Connect Discovery, 3).
#[derive(Debug, Deserialize)]
pub(super) struct Discovery {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What the token endpoint gives for a code.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    access_token: Option<Secret>,
}

/// What a code is exchanged with.
pub(super) struct Exchange<'a> {
    pub(super) code: &'a str,
    pub(super) verifier: &'a str,
    pub(super) redirect: &'a str,
}

/// The provider's discovery document, asked for at most every ten minutes.
pub(super) async fn discover(engine: &Engine, oidc: &Oidc) -> Result<Arc<Discovery>, Refusal> {
    let now = engine.clock().now();
    if let Some(known) = oidc.known(now, FRESH) {
        return Ok(known);
    }
    let url = format!("{}/.well-known/openid-configuration", oidc.issuer().trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|why| untrusted("the issuer's address", why))?;
    let answer = engine.0.egress.get(Policy::Operator, &url, &LIMITS).await;
    let answer = answer.map_err(|why| unreachable(&why))?;
    let found: Discovery = json(&answer.body, "discovery document")?;
    let endpoints = [Some(&found.authorization_endpoint), Some(&found.token_endpoint)];
    let endpoints = endpoints.into_iter().chain([found.userinfo_endpoint.as_ref(), Some(&answer.url)]);
    if let Some(open) = endpoints.flatten().find(|url| !is_safe(url)) {
        return Err(untrusted("an address without TLS", open));
    }
    if found.issuer.trim_end_matches('/') != oidc.issuer().trim_end_matches('/') {
        return Err(untrusted("another issuer in the discovery document", &found.issuer));
    }
    let found = Arc::new(found);
    oidc.learn(now, &found);
    Ok(found)
}

/// Exchanges a code for tokens.
pub(super) async fn exchange(
    engine: &Engine,
    oidc: &Oidc,
    found: &Discovery,
    given: &Exchange<'_>,
) -> Result<Tokens, Refusal> {
    let (headers, body) = question(oidc, found, given);
    let answer = engine.0.egress.call(&found.token_endpoint, headers, Some(body), &LIMITS).await;
    let answer = answer.map_err(|why| match why.status() {
        // The code was used or is too old (RFC 6749, 5.2).
        Some(400) => Refusal::Stale,
        Some(_) => untrusted("no tokens for the code: look at `oidc.client_id` and its secret", why),
        None => unreachable(&why),
    })?;
    json(&answer.body, "answer of the token endpoint")
}

/// Headers and form of the exchange.
fn question(oidc: &Oidc, found: &Discovery, given: &Exchange<'_>) -> (HeaderMap, String) {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code").append_pair("code", given.code);
    form.append_pair("redirect_uri", given.redirect).append_pair("code_verifier", given.verifier);
    let mut headers = accepts_json();
    match &oidc.secret {
        Some(secret) if found.takes_basic() => {
            let (name, value) = basic(oidc.client_id(), secret);
            headers.insert(name, value);
        }
        Some(secret) => {
            form.append_pair("client_id", oidc.client_id()).append_pair("client_secret", secret.expose());
        }
        None => {
            form.append_pair("client_id", oidc.client_id());
        }
    }
    (headers, form.finish())
}

/// What the userinfo endpoint says, if there is one.
pub(super) async fn userinfo(
    engine: &Engine,
    found: &Discovery,
    tokens: &Tokens,
) -> Result<Option<bytes::Bytes>, Refusal> {
    let (Some(url), Some(token)) = (&found.userinfo_endpoint, &tokens.access_token) else { return Ok(None) };
    let mut headers = accepts_json();
    let bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose()));
    let mut bearer = bearer.map_err(|why| untrusted("an access token", why))?;
    bearer.set_sensitive(true);
    headers.insert(HeaderName::from_static("authorization"), bearer);
    let answer = engine.0.egress.call(url, headers, None, &LIMITS).await;
    Ok(Some(answer.map_err(|why| unreachable(&why))?.body))
}

impl Discovery {
    /// Basic authentication is what providers take that say nothing (OpenID Connect Discovery, 3).
    fn takes_basic(&self) -> bool {
        let methods = &self.token_endpoint_auth_methods_supported;
        methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic")
    }
}

/// Name and secret are form-encoded before they are put together (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &Secret) -> (HeaderName, HeaderValue) {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret.expose())));
    let mut value = HeaderValue::from_str(&format!("Basic {pair}")).expect("base64 is a header's value");
    value.set_sensitive(true);
    (HeaderName::from_static("authorization"), value)
}

fn accepts_json() -> HeaderMap {
    let accept = (HeaderName::from_static("accept"), HeaderValue::from_static("application/json"));
    HeaderMap::from_iter([accept])
}

fn json<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|why| untrusted(what, why))
}

fn unreachable(why: &botplot_egress::Error) -> Refusal {
    tracing::warn!(%why, "the OpenID Connect provider does not answer");
    Refusal::Unreachable
}

/// The browser hears no more than that; what exactly is for whoever runs the server.
pub(super) fn untrusted(what: &str, why: impl std::fmt::Display) -> Refusal {
    let why: String = why.to_string().escape_debug().take(300).collect();
    tracing::warn!(what, why, "the OpenID Connect provider sent what cannot be used");
    Refusal::Untrusted
}

impl Oidc {
    fn known(&self, now: Timestamp, life: i64) -> Option<Arc<Discovery>> {
        let known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.as_ref().filter(|(at, _)| now.seconds_since(*at) < life).map(|(_, found)| Arc::clone(found))
    }

    fn learn(&self, now: Timestamp, found: &Arc<Discovery>) {
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known = Some((now, Arc::clone(found)));
    }
}
