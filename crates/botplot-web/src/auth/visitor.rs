//! Visitor tokens: what a visitor shows to open the conversations of their session.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use botplot_core::SessionId;
use botplot_core::conversation::Proof;
use botplot_core::key::Class;
use botplot_core::visitor::Token;
use botplot_engine::visitors;

use crate::auth::Caller;
use crate::{ApiError, AppState, Code};

const X_VISITOR_TOKEN: HeaderName = HeaderName::from_static("x-visitor-token");

/// The token that came with a request, not checked yet.
pub(crate) struct VisitorToken(Option<String>);

/// A visitor whose token, if one was sent, has been checked.
pub(crate) struct Session {
    /// What the visitor shows.
    pub(crate) proof: Proof,
    /// The session of the token sent, or of the one that the reply carries.
    pub(crate) id: SessionId,
    /// The token that the reply has to carry, if any: one that is new or renewed.
    pub(crate) token: Option<String>,
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
    /// Checks the token against the visitor it comes with; without one a new session begins.
    pub(crate) fn open(&self, state: &AppState, caller: &Caller, visitor: &str) -> Result<Session, ApiError> {
        let project = caller.project.id;
        let (id, token) = match &self.0 {
            None => {
                let (token, text) = visitors::fresh(&state.engine, project, visitor, None);
                (token.session, Some(text))
            }
            Some(text) => {
                let token = verify(state, caller, text, Some(visitor))?;
                let renew = token.wants_renewal(state.engine.clock().now());
                let session = Some(token.session);
                (token.session, renew.then(|| visitors::fresh(&state.engine, project, visitor, session).1))
            }
        };
        Ok(Session { proof: self.proof(caller, id), id, token })
    }

    /// What a caller shows who may leave the visitor out, and the visitor, if the token or the caller names one.
    pub(crate) fn proof_alone(
        &self,
        state: &AppState,
        caller: &Caller,
        visitor: Option<String>,
    ) -> Result<(Proof, Option<String>), ApiError> {
        let Some(text) = &self.0 else {
            let proof = if caller.class == Class::Secret { Proof::SecretKey } else { Proof::Bare };
            return Ok((proof, visitor));
        };
        let token = verify(state, caller, text, visitor.as_deref())?;
        Ok((self.proof(caller, token.session), Some(token.visitor)))
    }

    fn proof(&self, caller: &Caller, session: SessionId) -> Proof {
        match (caller.class, &self.0) {
            (Class::Secret, _) => Proof::SecretKey,
            (Class::Publishable, Some(_)) => Proof::Session(session),
            (Class::Publishable, None) => Proof::Bare,
        }
    }
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
