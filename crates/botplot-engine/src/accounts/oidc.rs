//! Signing in with an account at a provider of OpenID Connect that the operator chose: the authorization code flow with
//! PKCE, a state and a nonce. What the provider says is checked in `claims`, whose account that is in `admission`.

mod admission;
mod claims;
mod config;
mod provider;

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use botplot_core::account::Account;
use botplot_core::key::letters;
use botplot_core::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::held;
use crate::{Engine, Error};
use claims::{Claims, Expected};
pub use config::Config;
use provider::{Discovery, Exchange};

/// Seconds that somebody may take at the provider.
pub const LIFE: i64 = 600;
const PURPOSE: &str = "sign_in.oidc";
const SCOPES: &str = "openid email profile";

/// The operator's provider, ready for use.
pub struct Oidc {
    config: Config,
    secret: Option<Secret>,
    known: Mutex<Option<(Timestamp, Arc<Discovery>)>>,
}

/// A sign-in that goes on at the provider.
pub struct Begun {
    /// Where.
    pub url: String,
    /// What the browser holds in the meantime, sealed.
    pub held: String,
}

/// What the provider's redirect brought back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Callback<'a> {
    /// What the browser held; empty for nothing.
    pub held: &'a str,
    /// The state.
    pub state: &'a str,
    /// The code; empty when the provider refused.
    pub code: &'a str,
    /// Our own address that the provider led back to.
    pub redirect: &'a str,
}

/// What comes of a sign-in at the provider.
#[derive(Debug)]
pub enum Outcome {
    /// Who it is, and where they wanted to go.
    Known(Box<Account>, String),
    /// Nobody is signed in.
    Refused(Refusal),
}

/// Why nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It took too long, was begun elsewhere, or was used already.
    Stale,
    /// The provider refused, or the person changed their mind.
    Declined,
    /// The provider does not answer.
    Unreachable,
    /// What the provider sent proves nothing.
    Untrusted,
    /// The provider does not vouch for the address.
    Unverified,
    /// There is no account at all yet: the first one owns the server, and is not made here.
    NotSetUp,
    /// Nobody here has this address, and its domain gets no accounts unasked.
    Unknown(String),
}

impl Refusal {
    /// What the person reads; `name` is what the provider is called.
    pub fn sentence(&self, name: &str) -> String {
        match self {
            Self::Stale => "That sign-in took too long, was begun in another browser, or was used already. \
                            Please try again."
                .to_owned(),
            Self::Declined => format!("You were not let in by {name}. Please try again."),
            Self::Unreachable => {
                format!("The sign-in with {name} does not answer now. Please try again in a while.")
            }
            Self::Untrusted => format!(
                "What came from {name} does not prove who you are. The server's log says why: please tell whoever \
                 runs it."
            ),
            Self::Unverified => {
                format!(
                    "Your e-mail address is not verified at {name}. Please verify it there, then try again."
                )
            }
            Self::NotSetUp => {
                "This server is not set up yet: whoever started it has the address of its set-up. \
                               Please sign in once that is done."
                    .to_owned()
            }
            Self::Unknown(email) => {
                format!("Nobody here has the address {email}. Please ask somebody of the team to invite you.")
            }
        }
    }
}

/// What the browser holds while somebody is at the provider.
#[derive(Serialize, Deserialize)]
struct Held {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
}

impl Oidc {
    /// What the configuration says; `None` when there is no provider.
    pub fn open(config: &Config) -> Result<Option<Self>, Error> {
        if config.issuer.is_none() {
            return Ok(None);
        }
        let secret = config.secret().map_err(|(key, why)| Error::invalid(format!("oidc.{key}"), why))?;
        Ok(Some(Self { config: config.clone(), secret, known: Mutex::default() }))
    }

    /// What the provider is called on the button.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    fn issuer(&self) -> &str {
        self.config.issuer.as_deref().unwrap_or_default()
    }

    fn client_id(&self) -> &str {
        self.config.client_id.as_deref().unwrap_or_default()
    }
}

/// Begins a sign-in at the provider, which leads back to `redirect`; `next` is where the person wants to go.
pub async fn begin(engine: &Engine, oidc: &Oidc, redirect: &str, next: &str) -> Result<Begun, Refusal> {
    let found = provider::discover(engine, oidc).await?;
    let draw = |count| letters(count, engine.ids());
    let held = Held { state: draw(32), nonce: draw(32), verifier: draw(64), next: next.to_owned() };
    let mut url = found.authorization_endpoint.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", oidc.client_id())
        .append_pair("redirect_uri", redirect)
        .append_pair("scope", SCOPES)
        .append_pair("state", &held.state)
        .append_pair("nonce", &held.nonce)
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(held.verifier.as_bytes())))
        .append_pair("code_challenge_method", "S256");
    let held =
        held::keep(engine, PURPOSE, LIFE, &held).map_err(|why| provider::untrusted("ourselves", why))?;
    Ok(Begun { url: url.into(), held })
}

/// Ends a sign-in that was begun here: the code is exchanged, what it brings is checked, and somebody is found or made.
pub async fn finish(engine: &Engine, oidc: &Oidc, callback: Callback<'_>) -> Result<Outcome, Error> {
    let held = held::read::<Held>(engine, PURPOSE, callback.held);
    let Some(held) = held.filter(|held| held.state == callback.state) else {
        return Ok(Outcome::Refused(Refusal::Stale));
    };
    if callback.code.is_empty() {
        return Ok(Outcome::Refused(Refusal::Declined));
    }
    match ask(engine, oidc, callback, &held).await {
        Ok(claims) => admission::admit(engine, oidc, claims, held.next).await,
        Err(refusal) => Ok(Outcome::Refused(refusal)),
    }
}

/// Who the provider says it is.
async fn ask(engine: &Engine, oidc: &Oidc, callback: Callback<'_>, held: &Held) -> Result<Claims, Refusal> {
    let found = provider::discover(engine, oidc).await?;
    let given = Exchange { code: callback.code, verifier: &held.verifier, redirect: callback.redirect };
    let tokens = provider::exchange(engine, oidc, &found, &given).await?;
    let expected = Expected {
        issuer: &found.issuer,
        client_id: oidc.client_id(),
        nonce: &held.nonce,
        now: engine.clock().now(),
    };
    let claims = claims::read(&tokens.id_token, &expected);
    let claims = claims.map_err(|why| provider::untrusted("an ID token", why))?;
    if claims.email.is_some() {
        return Ok(claims);
    }
    // With a code, providers may keep the address for the userinfo endpoint (OpenID Connect Core, 5.4).
    match provider::userinfo(engine, &found, &tokens).await? {
        Some(more) => claims::complete(claims, &more).map_err(|why| provider::untrusted("userinfo", why)),
        None => Ok(claims),
    }
}
