//! Visitor tokens and identities: what a visitor shows to open their conversations.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use botplot_core::conversation::Proof;
use botplot_core::key::Class;
use botplot_core::visitor::{Proved, Token};
use botplot_core::{SessionId, Timestamp};
use botplot_engine::identity::{Identity, still_counts};
use botplot_engine::visitors;

use crate::auth::{Caller, identity};
use crate::{ApiError, AppState, Code};

const X_VISITOR_TOKEN: HeaderName = HeaderName::from_static("x-visitor-token");
/// Seconds by which an identity must outlast the one that a token carries to be worth a new token.
const WORTH_RENEWING: i64 = 60;

/// The token that came with a request, not checked yet.
pub(crate) struct VisitorToken(Option<String>);

/// A visitor whose token and identity, if they were sent, have been checked.
pub(crate) struct Session {
    /// What the visitor shows.
    pub(crate) proof: Proof,
    /// The session of the token sent, or of the one that the reply carries.
    pub(crate) id: SessionId,
    /// The identity that is proved by the request or by its token, for as long as that counts.
    pub(crate) proved: Option<Proved>,
    /// The token that the reply has to carry, if any: one that is new or renewed.
    pub(crate) token: Option<String>,
}

/// What a caller shows to whom a conversation is open or not.
pub(crate) struct Shown {
    /// What it is.
    pub(crate) proof: Proof,
    /// The visitor, if token, identity or caller names one.
    pub(crate) visitor: Option<String>,
    /// Until when it counts, where that is sooner than anybody needs to know.
    pub(crate) until: Option<Timestamp>,
}

impl Shown {
    /// True for a page of the visitor's, whoever serves it; false for an owner's program that names nobody.
    pub(crate) fn is_visitor(&self) -> bool {
        self.proof != Proof::SecretKey || self.visitor.is_some()
    }
}

impl FromRequestParts<AppState> for VisitorToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        let mut sent = parts.headers.get_all(X_VISITOR_TOKEN).iter();
        let first = sent.next();
        // Several different ones, or one that is not text, cannot be valid: an empty text stands for them.
        let one = sent.all(|v| Some(v) == first);
        let text = |v: &HeaderValue| if one { v.to_str().unwrap_or("").to_owned() } else { String::new() };
        Ok(Self(first.map(text)))
    }
}

impl VisitorToken {
    /// Checks the token and the identity against the visitor they come with; without a token a new session begins.
    pub(crate) async fn open(
        &self,
        state: &AppState,
        caller: &Caller,
        visitor: &str,
        sent: Option<&Identity>,
    ) -> Result<Session, ApiError> {
        let shown = self.check(state, caller, Some(visitor), sent).await?;
        let proof = shown.proof(caller);
        require_identity(state, caller, visitor, &proof).await?;
        let now = state.engine.clock().now();
        let fresh =
            |session| visitors::fresh(&state.engine, caller.project.id, visitor, session, shown.proved);
        let (id, token) = match &shown.token {
            None => {
                let (token, text) = fresh(None);
                (token.session, Some(text))
            }
            Some(token) => {
                let renew = token.wants_renewal(now) || outlasts(shown.proved, token.proved);
                (token.session, renew.then(|| fresh(Some(token.session)).1))
            }
        };
        Ok(Session { proof, id, proved: shown.proved, token })
    }

    /// What a caller shows who may leave the visitor out.
    pub(crate) async fn show(
        &self,
        state: &AppState,
        caller: &Caller,
        visitor: Option<String>,
        sent: Option<&Identity>,
    ) -> Result<Shown, ApiError> {
        let named = visitor.or_else(|| sent.map(|identity| identity.id.clone()));
        let checked = self.check(state, caller, named.as_deref(), sent).await?;
        let proof = checked.proof(caller);
        let visitor = named.or_else(|| checked.token.as_ref().map(|token| token.visitor.clone()));
        if let Some(visitor) = &visitor {
            require_identity(state, caller, visitor, &proof).await?;
        }
        let until = checked.proved.filter(|_| proof == Proof::Identity).map(|proved| proved.until);
        Ok(Shown { proof, visitor, until })
    }

    async fn check(
        &self,
        state: &AppState,
        caller: &Caller,
        visitor: Option<&str>,
        sent: Option<&Identity>,
    ) -> Result<Checked, ApiError> {
        let token = self.0.as_deref().map(|text| verify(state, caller, text, visitor)).transpose()?;
        let mut proved = identity::prove(state, caller, sent).await?;
        if let (None, Some(carried)) = (&proved, token.as_ref().and_then(|token| token.proved)) {
            let counts = still_counts(&state.engine, caller.project.id, &carried).await?;
            proved = counts.then_some(carried);
        }
        Ok(Checked { token, proved })
    }
}

/// The token and the identity of a request, both found good.
struct Checked {
    token: Option<Token>,
    proved: Option<Proved>,
}

impl Checked {
    fn proof(&self, caller: &Caller) -> Proof {
        match (caller.class, &self.proved, &self.token) {
            (Class::Secret, ..) => Proof::SecretKey,
            (Class::Publishable, Some(_), _) => Proof::Identity,
            (Class::Publishable, None, Some(token)) => Proof::Session(token.session),
            (Class::Publishable, None, None) => Proof::Bare,
        }
    }
}

/// True when what is proved now is worth a token that carries it.
fn outlasts(proved: Option<Proved>, carried: Option<Proved>) -> bool {
    let Some(proved) = proved else { return false };
    carried.is_none_or(|old| {
        old.secret != proved.secret || proved.until.seconds_since(old.until) > WORTH_RENEWING
    })
}

/// Where the project enforces identities, a visitor id that was ever proved is not used without its proof.
async fn require_identity(
    state: &AppState,
    caller: &Caller,
    visitor: &str,
    proof: &Proof,
) -> Result<(), ApiError> {
    let project = &caller.project;
    let enough = matches!(proof, Proof::SecretKey | Proof::Identity);
    if enough || !project.settings.identity.enforced {
        return Ok(());
    }
    let verified = state.engine.reader().is_verified(project.id, visitor).await?;
    if verified { Err(ApiError::new(Code::IdentityRequired)) } else { Ok(()) }
}

impl Session {
    /// Puts the new or renewed token into a reply.
    pub(crate) fn carry(token: Option<String>, response: &mut Response) {
        if let Some(text) = token {
            let value = HeaderValue::from_str(&text).expect("base64url is a header's value");
            response.headers_mut().insert(X_VISITOR_TOKEN, value);
        }
    }
}

fn verify(state: &AppState, caller: &Caller, text: &str, visitor: Option<&str>) -> Result<Token, ApiError> {
    visitors::verify(&state.engine, caller.project.id, text)
        .filter(|token| visitor.is_none_or(|v| v == token.visitor))
        .ok_or_else(|| ApiError::new(Code::InvalidVisitorToken))
}
