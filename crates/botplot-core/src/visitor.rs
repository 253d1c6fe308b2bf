//! Visitors: the id a caller chose, what is known of the person, and the signed token that opens their conversations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;
use uuid::Uuid;

use crate::{ProjectId, Secret, SessionId, Timestamp};

/// Characters a visitor id may have.
pub const ID_LIMIT: usize = 128;
/// Keys a visitor's details may have beside name, email and phone.
pub const DETAIL_LIMIT: usize = 20;
/// Bytes one detail may have, as JSON.
pub const DETAIL_BYTES: usize = 1024;
/// Seconds a token is good for, counted from its last renewal.
pub const TOKEN_LIFE: i64 = 30 * 24 * 3600;
const RENEW_AFTER: i64 = 24 * 3600;
const MARK: &str = "bpv_";

/// Why `id` cannot be a visitor id, or `None` when it can.
pub fn id_fault(id: &str) -> Option<&'static str> {
    match id {
        "" => Some("must not be empty"),
        _ if id.chars().count() > ID_LIMIT => Some("must have at most 128 characters"),
        _ if id.chars().any(char::is_control) => Some("must not contain control characters"),
        _ => None,
    }
}

/// What a visitor said of themselves: name, email, phone and up to 20 further details, kept as they came.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct VisitorInfo(pub Map<String, Value>);

impl VisitorInfo {
    /// The first field that breaks a rule, with the rule; `None` when all is well.
    pub fn fault(&self) -> Option<(String, &'static str)> {
        for (name, value) in &self.0 {
            let fault = match (name.as_str(), value) {
                ("name" | "email" | "phone", Value::String(text)) => lead_fault(name, text),
                ("name" | "email" | "phone", Value::Null) => None,
                ("name" | "email" | "phone", _) => Some("must be a string"),
                _ if name.chars().count() > ID_LIMIT => Some("has a name of over 128 characters"),
                (_, value) => {
                    (value.to_string().len() > DETAIL_BYTES).then_some("must have at most 1,024 bytes")
                }
            };
            if let Some(fault) = fault {
                return Some((name.clone(), fault));
            }
        }
        let further = self.0.keys().filter(|k| !matches!(k.as_str(), "name" | "email" | "phone")).count();
        (further > DETAIL_LIMIT)
            .then(|| (String::new(), "must have at most 20 keys beside `name`, `email` and `phone`"))
    }

    /// True when a non-empty name, email or phone is there.
    pub fn is_lead(&self) -> bool {
        ["name", "email", "phone"].iter().any(|k| self.text(k).is_some_and(|t| !t.trim().is_empty()))
    }

    /// Takes over every value of `newer` that is not null and not an empty string.
    pub fn merge(&mut self, newer: &Self) {
        for (name, value) in &newer.0 {
            let empty = value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty());
            if !empty {
                self.0.insert(name.clone(), value.clone());
            }
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }
}

fn lead_fault(name: &str, text: &str) -> Option<&'static str> {
    if text.chars().count() > 256 {
        return Some("must have at most 256 characters");
    }
    if text.chars().any(char::is_control) {
        return Some("must not contain control characters");
    }
    (name == "email" && !text.trim().is_empty() && !looks_like_email(text.trim()))
        .then_some("is not an e-mail address")
}

fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || "<>()[],;:\"@".contains(c))
    };
    let labels: Vec<&str> = domain.split('.').collect();
    let label = |l: &&str| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-');
    plain(local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && plain(domain)
        && labels.len() >= 2
        && labels.iter().all(label)
}

/// What a visitor token says: whose it is, and which session's conversations it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The session whose conversations the token opens.
    pub session: SessionId,
    /// The visitor id it was made for.
    pub visitor: String,
    /// When it was made or last renewed.
    pub issued_at: Timestamp,
}

impl Token {
    /// The text that is sent: `bpv_` + payload + `.` + HMAC-SHA256 over project and payload, both base64url.
    pub fn sign(&self, project: ProjectId, secret: &Secret) -> String {
        let mut payload = Vec::with_capacity(24 + self.visitor.len());
        payload.extend_from_slice(self.session.0.as_bytes());
        payload.extend_from_slice(&self.issued_at.0.to_be_bytes());
        payload.extend_from_slice(self.visitor.as_bytes());
        let tag = mac(project, &payload, secret).finalize().into_bytes();
        format!("{MARK}{}.{}", URL_SAFE_NO_PAD.encode(&payload), URL_SAFE_NO_PAD.encode(tag))
    }

    /// Reads a token; `None` when it is forged, of another project, too old, or from more than a minute ahead.
    pub fn verify(text: &str, project: ProjectId, secret: &Secret, now: Timestamp) -> Option<Self> {
        let (payload, tag) = text.strip_prefix(MARK)?.split_once('.')?;
        let (payload, tag) = (URL_SAFE_NO_PAD.decode(payload).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        mac(project, &payload, secret).verify_slice(&tag).ok()?;
        let session = SessionId(Uuid::from_slice(payload.get(..16)?).ok()?);
        let issued_at = Timestamp(i64::from_be_bytes(payload.get(16..24)?.try_into().ok()?));
        let visitor = String::from_utf8(payload.get(24..)?.to_vec()).ok()?;
        let age = now.seconds_since(issued_at);
        (-60..=TOKEN_LIFE).contains(&age).then_some(Self { session, visitor, issued_at })
    }

    /// True when the token is over a day old, so that a reply should carry a fresh one.
    pub fn wants_renewal(&self, now: Timestamp) -> bool {
        now.seconds_since(self.issued_at) > RENEW_AFTER
    }
}

fn mac(project: ProjectId, payload: &[u8], secret: &Secret) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"visitor-token-1");
    mac.update(project.0.as_bytes());
    mac.update(payload);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(value: Value) -> VisitorInfo {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn visitor_ids_have_limits() {
        assert_eq!(id_fault("visitor-123"), None);
        assert_eq!(id_fault(&"é".repeat(128)), None);
        for bad in ["", "a\nb", "a\u{0}", &"x".repeat(129)] {
            assert!(id_fault(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn a_bad_email_is_named_and_a_good_one_passes() {
        for bad in ["x", "x@", "@x.de", "a b@x.de", "a@b", "a@b..de", "a@-b.de", "<a@b.de>", "a@b.de\n"] {
            assert_eq!(
                info(serde_json::json!({ "email": bad })).fault().map(|f| f.0).as_deref(),
                Some("email"),
                "{bad:?}"
            );
        }
        for good in ["john@example.com", "j.o+h@münchen.example", ""] {
            assert_eq!(info(serde_json::json!({ "email": good })).fault(), None, "{good:?}");
        }
    }

    #[test]
    fn details_are_limited_in_number_and_size() {
        let many: Map<String, Value> = (0..21).map(|i| (format!("k{i}"), Value::Null)).collect();
        assert!(VisitorInfo(many).fault().is_some());
        assert!(info(serde_json::json!({ "plan": "x".repeat(1100) })).fault().is_some());
        assert!(info(serde_json::json!({ "name": 5 })).fault().is_some());
        assert_eq!(info(serde_json::json!({ "plan": {"seats": 3}, "name": null })).fault(), None);
    }

    #[test]
    fn merging_keeps_what_the_newer_leaves_empty() {
        let mut known = info(serde_json::json!({ "name": "John", "email": "j@example.com" }));
        known.merge(&info(serde_json::json!({ "name": "", "email": "k@example.com", "phone": null })));
        assert_eq!(known, info(serde_json::json!({ "name": "John", "email": "k@example.com" })));
        assert!(known.is_lead() && !info(serde_json::json!({ "name": " ", "plan": "x" })).is_lead());
    }

    #[test]
    fn a_token_opens_its_own_project_for_thirty_days() {
        let (mine, other) = (ProjectId(Uuid::from_u128(1)), ProjectId(Uuid::from_u128(2)));
        let (secret, start) = (Secret::new("s"), Timestamp(1_000_000_000_000_000));
        let token =
            Token { session: SessionId(Uuid::from_u128(3)), visitor: "bob.é".into(), issued_at: start };
        let text = token.sign(mine, &secret);
        let later = |seconds| start.plus_seconds(seconds);
        assert_eq!(Token::verify(&text, mine, &secret, later(TOKEN_LIFE)), Some(token.clone()));
        assert_eq!(Token::verify(&text, mine, &secret, later(TOKEN_LIFE + 1)), None);
        assert_eq!(Token::verify(&text, mine, &secret, later(-3600)), None);
        assert_eq!(Token::verify(&text, other, &secret, start), None);
        assert_eq!(Token::verify(&text, mine, &Secret::new("t"), start), None);
        assert!(!token.wants_renewal(later(3600)) && token.wants_renewal(later(90_000)));
    }

    #[test]
    fn every_changed_character_breaks_a_token() {
        let (project, secret) = (ProjectId(Uuid::from_u128(1)), Secret::new("s"));
        let text =
            Token { session: SessionId(Uuid::from_u128(3)), visitor: "v".into(), issued_at: Timestamp(0) }
                .sign(project, &secret);
        for i in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(Token::verify(&changed, project, &secret, Timestamp(0)), None, "at {i}");
        }
    }
}
