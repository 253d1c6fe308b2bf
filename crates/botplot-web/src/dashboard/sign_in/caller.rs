//! The browser that somebody signs in with.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use botplot_core::account::SignIn;

use crate::dashboard::seat::Person;
use crate::{AppState, Peer};

/// Where a request comes from, as a sign-in keeps it.
#[derive(Clone)]
pub(crate) struct Caller {
    /// Its address.
    pub(crate) peer: Option<IpAddr>,
    /// What the browser calls itself.
    pub(crate) browser: String,
    /// In what it is signed in so far, which ends when somebody signs in.
    pub(crate) old: Option<SignIn>,
}

impl Caller {
    /// The address as people read it.
    pub(crate) fn address(&self) -> String {
        self.peer.map(|peer| peer.to_canonical().to_string()).unwrap_or_default()
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self {
            peer: parts.extensions.get::<Peer>().map(|peer| peer.0),
            browser: agent.unwrap_or_default().to_owned(),
            old: parts.extensions.get::<Person>().map(|person| person.sign_in.clone()),
        })
    }
}
