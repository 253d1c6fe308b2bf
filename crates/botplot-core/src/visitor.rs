//! Visitors: the id a caller chose, what is known of the person, and the signed token that opens their conversations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;
use uuid::Uuid;

use crate::lead::CONSENT;
use crate::{ProjectId, Secret, SessionId, Timestamp};

/// Characters a visitor id may have.
pub const ID_LIMIT: usize = 128;
/// Keys a visitor's details may have beside name, email and phone.
pub const DETAIL_LIMIT: usize = 20;
/// Bytes one detail may have, as JSON.
pub const DETAIL_BYTES: usize = 1024;
/// Bytes that the text may have, as JSON, which a visitor agreed to: 500 characters of any script.
const CONSENT_BYTES: usize = 4096;
/// Seconds a token is good for, counted from its last renewal.
pub const TOKEN_LIFE: i64 = 30 * 24 * 3600;
const RENEW_AFTER: i64 = 24 * 3600;
/// What a token begins with that proves no identity, and one that does.
const MARK: &str = "bpv_";
const PROVED_MARK: &str = "bpvi_";
/// Bytes of a token's payload before the visitor id: session and instant; then, in one that proves an identity, the
/// end of the proof and the secret's fingerprint.
const HEAD: usize = 24;
const PROVED_HEAD: usize = HEAD + 16;

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
                (CONSENT, value) => {
                    (value.to_string().len() > CONSENT_BYTES).then_some("must have at most 4,096 bytes")
                }
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

    /// What the visitor said under this name, if that was a text.
    pub fn text(&self, name: &str) -> Option<&str> {
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
    /// The identity that was proved when it was made, if one was; renewing the token does not prolong it.
    pub proved: Option<Proved>,
}

/// A visitor's identity, proved to us by the project's own server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Until when the proof counts.
    pub until: Timestamp,
    /// Which secret of the project it was made with: once that is replaced, it proves nothing.
    pub secret: [u8; 8],
}

impl Token {
    /// The text that is sent: a mark + payload + `.` + HMAC-SHA256 over project and payload, both base64url. The mark
    /// is `bpv_`, or `bpvi_` when the token proves an identity; each has a MAC of its own, so that neither can be
    /// passed off as the other.
    pub fn sign(&self, project: ProjectId, secret: &Secret) -> String {
        let mut payload = Vec::with_capacity(PROVED_HEAD + self.visitor.len());
        payload.extend_from_slice(self.session.0.as_bytes());
        payload.extend_from_slice(&self.issued_at.0.to_be_bytes());
        if let Some(proved) = &self.proved {
            payload.extend_from_slice(&proved.until.0.to_be_bytes());
            payload.extend_from_slice(&proved.secret);
        }
        payload.extend_from_slice(self.visitor.as_bytes());
        let mark = if self.proved.is_some() { PROVED_MARK } else { MARK };
        let tag = mac(mark, project, &payload, secret).finalize().into_bytes();
        format!("{mark}{}.{}", URL_SAFE_NO_PAD.encode(&payload), URL_SAFE_NO_PAD.encode(tag))
    }

    /// Reads a token; `None` when it is forged, of another project, too old, or from more than a minute ahead.
    pub fn verify(text: &str, project: ProjectId, secret: &Secret, now: Timestamp) -> Option<Self> {
        let mark = [PROVED_MARK, MARK].into_iter().find(|mark| text.starts_with(mark))?;
        let (payload, tag) = text.strip_prefix(mark)?.split_once('.')?;
        let (payload, tag) = (URL_SAFE_NO_PAD.decode(payload).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        mac(mark, project, &payload, secret).verify_slice(&tag).ok()?;
        let token = Self::read(&payload, mark == PROVED_MARK)?;
        let age = now.seconds_since(token.issued_at);
        (-60..=TOKEN_LIFE).contains(&age).then_some(token)
    }

    fn read(payload: &[u8], proves: bool) -> Option<Self> {
        let instant =
            |at: usize| Some(Timestamp(i64::from_be_bytes(payload.get(at..at + 8)?.try_into().ok()?)));
        let (session, issued_at) = (SessionId(Uuid::from_slice(payload.get(..16)?).ok()?), instant(16)?);
        let (head, proved) = if proves {
            let secret = payload.get(HEAD + 8..PROVED_HEAD)?.try_into().ok()?;
            (PROVED_HEAD, Some(Proved { until: instant(HEAD)?, secret }))
        } else {
            (HEAD, None)
        };
        let visitor = String::from_utf8(payload.get(head..)?.to_vec()).ok()?;
        Some(Self { session, visitor, issued_at, proved })
    }

    /// True when the token is over a day old, so that a reply should carry a fresh one.
    pub fn wants_renewal(&self, now: Timestamp) -> bool {
        now.seconds_since(self.issued_at) > RENEW_AFTER
    }
}

fn mac(mark: &str, project: ProjectId, payload: &[u8], secret: &Secret) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(if mark == PROVED_MARK { b"visitor-token-2" } else { b"visitor-token-1" });
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
    fn a_text_that_is_agreed_to_may_be_as_long_as_a_form_allows_in_any_script() {
        let text = "我".repeat(500);
        assert_eq!(info(serde_json::json!({ "consent": text })).fault(), None);
        assert!(info(serde_json::json!({ "other": text })).fault().is_some());
        assert!(info(serde_json::json!({ "consent": text.repeat(3) })).fault().is_some());
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

    fn token(visitor: &str, issued_at: Timestamp, proved: Option<Proved>) -> Token {
        Token { session: SessionId(Uuid::from_u128(3)), visitor: visitor.into(), issued_at, proved }
    }

    const PROVED: Proved = Proved { until: Timestamp(5), secret: *b"8 bytes!" };

    #[test]
    fn a_token_opens_its_own_project_for_thirty_days() {
        let (mine, other) = (ProjectId(Uuid::from_u128(1)), ProjectId(Uuid::from_u128(2)));
        let (secret, start) = (Secret::new("s"), Timestamp(1_000_000_000_000_000));
        for proved in [None, Some(PROVED)] {
            let token = token("bob.é", start, proved);
            let text = token.sign(mine, &secret);
            let later = |seconds| start.plus_seconds(seconds);
            assert_eq!(Token::verify(&text, mine, &secret, later(TOKEN_LIFE)), Some(token.clone()));
            assert_eq!(Token::verify(&text, mine, &secret, later(TOKEN_LIFE + 1)), None);
            assert_eq!(Token::verify(&text, mine, &secret, later(-3600)), None);
            assert_eq!(Token::verify(&text, other, &secret, start), None);
            assert_eq!(Token::verify(&text, mine, &Secret::new("t"), start), None);
            assert!(!token.wants_renewal(later(3600)) && token.wants_renewal(later(90_000)));
        }
    }

    #[test]
    fn tokens_of_earlier_versions_are_read() {
        // Written before tokens could prove an identity.
        let text = "bpv_AAAAAAAAAAAAAAAAAAAAAwAAAAAAAAAAdg.6dPgewOTuP8VFfet37A5zw8Be8C0Ky9wL3K34_EbWf4";
        let project = ProjectId(Uuid::from_u128(1));
        let read = Token::verify(text, project, &Secret::new("s"), Timestamp(0));
        assert_eq!(read, Some(token("v", Timestamp(0), None)));
    }

    #[test]
    fn every_changed_character_breaks_a_token() {
        let (project, secret) = (ProjectId(Uuid::from_u128(1)), Secret::new("s"));
        for proved in [None, Some(PROVED)] {
            let text = token("v", Timestamp(0), proved).sign(project, &secret);
            for i in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
                let changed = String::from_utf8(bytes).unwrap();
                assert_eq!(Token::verify(&changed, project, &secret, Timestamp(0)), None, "at {i}");
            }
        }
    }

    #[test]
    fn no_token_passes_for_one_that_proves_an_identity() {
        let (project, secret) = (ProjectId(Uuid::from_u128(1)), Secret::new("s"));
        // A visitor id that reads like the end of a proof: the payloads are the same bytes.
        let chosen = String::from_utf8([PROVED.until.0.to_be_bytes(), PROVED.secret].concat()).unwrap();
        let plain = token(&format!("{chosen}v"), Timestamp(0), None).sign(project, &secret);
        let proving = token("v", Timestamp(0), Some(PROVED)).sign(project, &secret);
        let body = |text: &str| text.split_once('_').unwrap().1.split_once('.').unwrap().0.to_owned();
        assert_eq!(body(&plain), body(&proving));
        for (text, from, to) in [(&plain, MARK, PROVED_MARK), (&proving, PROVED_MARK, MARK)] {
            let changed = text.replacen(from, to, 1);
            assert_eq!(Token::verify(&changed, project, &secret, Timestamp(0)), None, "{changed}");
        }
    }
}
