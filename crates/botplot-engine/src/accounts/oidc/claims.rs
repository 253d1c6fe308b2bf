//! What an ID token says, and whether it is meant for us, for now, and for this very sign-in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use botplot_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Seconds that the provider's clock may be behind ours.
const LEEWAY: i64 = 60;
/// Characters that a subject has at most (OpenID Connect Core, 2).
const SUBJECT: usize = 255;

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// Who somebody is at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) subject: String,
    /// Where they get letters; the provider vouches for it only if `verified`.
    pub(super) email: Option<String>,
    pub(super) verified: bool,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    iss: String,
    aud: Value,
    azp: Option<String>,
    exp: f64,
    nonce: Option<String>,
    #[serde(flatten)]
    person: Person,
}

/// What an ID token and the userinfo endpoint have in common.
#[derive(Deserialize)]
pub(super) struct Person {
    sub: String,
    email: Option<String>,
    #[serde(default)]
    email_verified: Value,
    name: Option<String>,
}

/// Reads an ID token; an error says which rule it breaks. The signature is not looked at: the token comes from the
/// provider's token endpoint itself, where TLS says who speaks (OpenID Connect Core, 3.1.3.7, point 6), which is why
/// that endpoint has to be `https` unless it is on this machine.
pub(super) fn read(token: &str, expected: &Expected<'_>) -> Result<Claims, &'static str> {
    let mut parts = token.split('.');
    let (Some(_), Some(body), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("is no signed token");
    };
    let body = URL_SAFE_NO_PAD.decode(body.trim_end_matches('=')).map_err(|_| "is not base64url")?;
    let token: Token =
        serde_json::from_slice(&body).map_err(|_| "lacks a claim or has one of another kind")?;
    if token.iss != expected.issuer {
        return Err("is of another issuer");
    }
    if !is_for(&token, expected.client_id) {
        return Err("is for somebody else");
    }
    if token.exp + LEEWAY as f64 <= (expected.now.0 / 1_000_000) as f64 {
        return Err("has expired");
    }
    if token.nonce.as_deref() != Some(expected.nonce) {
        return Err("belongs to another sign-in");
    }
    if token.person.sub.is_empty() || token.person.sub.chars().count() > SUBJECT {
        return Err("names nobody");
    }
    Ok(claims(token.iss, token.person))
}

/// What the userinfo endpoint adds; an error when it speaks of somebody else.
pub(super) fn complete(claims: Claims, body: &[u8]) -> Result<Claims, &'static str> {
    let person: Person =
        serde_json::from_slice(body).map_err(|_| "lacks a claim or has one of another kind")?;
    if person.sub != claims.subject {
        return Err("speaks of somebody else");
    }
    let name = claims.name;
    let more = self::claims(claims.issuer, person);
    Ok(Claims { name: name.or(more.name.clone()), ..more })
}

fn claims(issuer: String, person: Person) -> Claims {
    // Some providers write it as text.
    let verified = person.email_verified == Value::Bool(true) || person.email_verified == "true";
    let Person { sub, email, name, .. } = person;
    Claims { issuer, subject: sub, email, verified, name }
}

fn is_for(token: &Token, client_id: &str) -> bool {
    let party = token.azp.as_deref();
    match &token.aud {
        Value::String(one) => one == client_id && party.is_none_or(|party| party == client_id),
        Value::Array(several) if several.len() == 1 => {
            several[0] == client_id && party.is_none_or(|party| party == client_id)
        }
        Value::Array(several) => several.iter().any(|one| one == client_id) && party == Some(client_id),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://id.example",
        client_id: "botplot",
        nonce: "n1",
        now: Timestamp(1_000_000_000_000_000),
    };

    fn token(changes: &Value) -> String {
        let mut claims = json!({
            "iss": "https://id.example", "sub": "42", "aud": "botplot", "exp": 1_000_000_300, "nonce": "n1",
            "email": "Ann@example.com", "email_verified": true, "name": "Ann", "other": { "x": [1] },
        });
        for (key, value) in changes.as_object().unwrap() {
            claims[key] = value.clone();
        }
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn a_sound_token_says_who_somebody_is() {
        let claims = read(&token(&json!({})), &EXPECTED).unwrap();
        let expected = Claims {
            issuer: "https://id.example".into(),
            subject: "42".into(),
            email: Some("Ann@example.com".into()),
            verified: true,
            name: Some("Ann".into()),
        };
        assert_eq!(claims, expected);
        for aud in [json!(["botplot"]), json!("botplot")] {
            assert!(read(&token(&json!({ "aud": aud })), &EXPECTED).is_ok(), "{aud}");
        }
        let several = json!({ "aud": ["other", "botplot"], "azp": "botplot" });
        assert!(read(&token(&several), &EXPECTED).is_ok());
        assert!(read(&token(&json!({ "exp": 999_999_950 })), &EXPECTED).is_ok(), "clocks differ by a minute");
    }

    #[test]
    fn a_token_that_is_not_for_us_now_is_refused() {
        for (changes, why) in [
            (json!({ "iss": "https://id.example/" }), "is of another issuer"),
            (json!({ "aud": "other" }), "is for somebody else"),
            (json!({ "aud": [] }), "is for somebody else"),
            (json!({ "aud": ["other", "botplot"] }), "is for somebody else"),
            (json!({ "aud": "botplot", "azp": "other" }), "is for somebody else"),
            (json!({ "exp": 999_999_940 }), "has expired"),
            (json!({ "nonce": "n2" }), "belongs to another sign-in"),
            (json!({ "nonce": null }), "belongs to another sign-in"),
            (json!({ "sub": "" }), "names nobody"),
            (json!({ "sub": 42 }), "lacks a claim or has one of another kind"),
            (json!({ "exp": null }), "lacks a claim or has one of another kind"),
        ] {
            assert_eq!(read(&token(&changes), &EXPECTED), Err(why), "{changes}");
        }
        for text in ["", "a.b", "e30.!.x", "e30.e30.x", "a.b.c.d.e"] {
            assert!(read(text, &EXPECTED).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_counts_as_verified_only_when_the_provider_says_so() {
        for (said, verified) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let claims = read(&token(&json!({ "email_verified": said })), &EXPECTED).unwrap();
            assert_eq!(claims.verified, verified, "{said}");
        }
    }

    #[test]
    fn userinfo_adds_an_address_for_the_same_person_only() {
        let bare = read(&token(&json!({ "email": null, "email_verified": null })), &EXPECTED).unwrap();
        let more = br#"{"sub":"42","email":"a@example.com","email_verified":true,"name":"Other"}"#;
        let whole = complete(bare.clone(), more).unwrap();
        assert_eq!((whole.email.as_deref(), whole.verified), (Some("a@example.com"), true));
        assert_eq!(whole.name.as_deref(), Some("Ann"), "the signed name goes before");
        assert!(complete(bare, br#"{"sub":"43","email":"a@example.com"}"#).is_err());
    }
}
