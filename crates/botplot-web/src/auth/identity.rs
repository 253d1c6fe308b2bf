//! Verified identities: read from a body and checked. A visitor token of the reply carries what was proved.

use botplot_core::visitor::{Proved, id_fault};
use botplot_engine::identity::{self, Evidence, Identity, Verdict};
use serde_json::{Map, Value};

use crate::auth::Caller;
use crate::error::Fault;
use crate::fields::Fields;
use crate::{ApiError, AppState, Code};

/// Bytes that a hash or a JWT may have.
const EVIDENCE_LIMIT: usize = 4_096;

/// The identity in a body, if there is one; it must be that of `visitor`, where the body names one, too.
pub(crate) fn read(fields: &mut Fields, visitor: Option<&str>) -> Option<Identity> {
    let (_, mut object) = fields.object(&["identity"])?;
    let id = text(fields, &mut object, "id");
    let (hash, jwt) = (text(fields, &mut object, "hash"), text(fields, &mut object, "jwt"));
    match id.as_deref().map(|id| (id_fault(id), id)) {
        None => fields.fault("identity.id", "is required"),
        Some((Some(fault), _)) => fields.fault("identity.id", fault),
        Some((None, id)) if visitor.is_some_and(|v| v != id) => {
            fields.fault("identity.id", "differs from `visitorId`");
        }
        Some(_) => {}
    }
    let evidence = match (hash, jwt) {
        (Some(hash), None) => Evidence::Hash(hash),
        (None, Some(jwt)) => Evidence::Jwt(jwt),
        _ => {
            fields.fault("identity", "must have either `hash` or `jwt`");
            return None;
        }
    };
    Some(Identity { id: id?, evidence })
}

fn text(fields: &mut Fields, object: &mut Map<String, Value>, name: &str) -> Option<String> {
    match object.remove(name).filter(|value| !value.is_null())? {
        Value::String(text) if text.len() > EVIDENCE_LIMIT => {
            fields.fault(format!("identity.{name}"), "must have at most 4,096 bytes");
            Some(text)
        }
        Value::String(text) => Some(text),
        _ => {
            fields.fault(format!("identity.{name}"), "must be a string");
            Some(String::new())
        }
    }
}

/// What a right identity proves; a wrong one is refused, and so is any in a project that has no secret for them.
pub(crate) async fn prove(
    state: &AppState,
    caller: &Caller,
    sent: Option<&Identity>,
) -> Result<Option<Proved>, ApiError> {
    let Some(sent) = sent else { return Ok(None) };
    match identity::check(&state.engine, caller.project.id, sent).await? {
        Verdict::Proved(proved) => Ok(Some(proved)),
        Verdict::Wrong => Err(ApiError::new(Code::InvalidIdentity)),
        Verdict::NotSetUp => {
            let message = "identity verification is not set up for this project".to_owned();
            Err(ApiError::invalid(vec![Fault { field: "identity".to_owned(), message }]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(identity: &Value, visitor: Option<&str>, expected: &[&str]) {
        let mut fields = Fields::new(Map::from_iter([("identity".to_owned(), identity.clone())]));
        let read = read(&mut fields, visitor);
        let Err(error) = fields.finish() else {
            assert!(expected.is_empty() && read.is_some(), "{identity}");
            return;
        };
        let body: Value = serde_json::from_slice(&error.body("", "")).unwrap();
        let named = body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap());
        assert_eq!(named.collect::<Vec<_>>(), expected, "{identity}");
    }

    #[test]
    fn an_identity_is_an_id_with_one_piece_of_evidence() {
        check(&json!({ "id": "bob", "hash": "x" }), Some("bob"), &[]);
        check(&json!({ "id": "bob", "jwt": "x", "hash": null }), None, &[]);
        check(&json!({}), None, &["identity.id", "identity"]);
        check(&json!({ "id": "bob" }), None, &["identity"]);
        check(&json!({ "id": "bob", "hash": "x", "jwt": "x" }), None, &["identity"]);
        check(&json!({ "id": "a\nb", "hash": "x" }), None, &["identity.id"]);
        check(&json!({ "id": "", "hash": "x" }), None, &["identity.id"]);
        check(&json!({ "id": 5, "hash": [] }), None, &["identity.id", "identity.hash"]);
        check(&json!({ "id": "eve", "hash": "x" }), Some("bob"), &["identity.id"]);
        check(&json!({ "id": "bob", "jwt": "x".repeat(4097) }), None, &["identity.jwt"]);
        check(&json!([]), None, &["identity"]);
        check(&json!("bob"), None, &["identity"]);
    }
}
