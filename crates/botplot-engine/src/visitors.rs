//! Visitor tokens: making, renewing and checking them.

use botplot_core::visitor::{Proved, Token};
use botplot_core::{ProjectId, SessionId};

use crate::Engine;

/// The token that `text` is, if it was made here for this project and is not too old.
pub fn verify(engine: &Engine, project: ProjectId, text: &str) -> Option<Token> {
    Token::verify(text, project, &engine.0.token_secret, engine.clock().now())
}

/// A token for `visitor`, of the given session or of a new one, with its text; `proved` is the identity it stands for.
pub fn fresh(
    engine: &Engine,
    project: ProjectId,
    visitor: &str,
    session: Option<SessionId>,
    proved: Option<Proved>,
) -> (Token, String) {
    let session = session.unwrap_or_else(|| SessionId(engine.ids().random()));
    let token = Token { session, visitor: visitor.to_owned(), issued_at: engine.clock().now(), proved };
    let text = token.sign(project, &engine.0.token_secret);
    (token, text)
}
