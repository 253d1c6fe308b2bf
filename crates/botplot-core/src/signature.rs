//! How a webhook proves where it comes from: the documented header, and those of Standard Webhooks beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{Ids, Secret};

/// What every secret begins with.
const MARK: &str = "whsec_";
/// Bytes of a fresh secret, and those that a given one may have.
const FRESH: usize = 32;
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A fresh secret: `whsec_` and 32 random bytes in base64.
pub fn fresh_secret(ids: &dyn Ids) -> Secret {
    let mut bytes = [0; FRESH];
    ids.fill(&mut bytes);
    Secret::new(format!("{MARK}{}", BASE64.encode(bytes)))
}

/// Why an owner's own secret cannot be taken, or `None` when it can.
pub fn secret_fault(text: &str) -> Option<&'static str> {
    match key(text) {
        None => Some("must be `whsec_` and then base64"),
        Some(bytes) if !BYTES.contains(&bytes.len()) => {
            Some("must have 24 to 64 bytes after `whsec_`, in base64")
        }
        Some(_) => None,
    }
}

/// The value of `X-BotPlot-Signature`: its key is the secret as it is shown, letter by letter.
pub fn documented(secret: &Secret, body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut value = String::from("sha256=");
    for byte in mac(secret.expose().as_bytes(), &[body]) {
        let _ = write!(value, "{byte:02x}");
    }
    value
}

/// The value of `webhook-signature` over `id`, the attempt's second and the body, once for each secret.
pub fn standard(secrets: &[Secret], id: &str, second: i64, body: &[u8]) -> String {
    let head = format!("{id}.{second}.");
    let keys = secrets.iter().filter_map(|secret| key(secret.expose()));
    let signatures = keys.map(|key| format!("v1,{}", BASE64.encode(mac(&key, &[head.as_bytes(), body]))));
    signatures.collect::<Vec<_>>().join(" ")
}

fn key(secret: &str) -> Option<Vec<u8>> {
    BASE64.decode(secret.strip_prefix(MARK)?).ok()
}

fn mac(key: &[u8], parts: &[&[u8]]) -> impl IntoIterator<Item = u8> + AsRef<[u8]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededIds;

    #[test]
    fn the_official_vector_of_standard_webhooks_is_met() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed =
            standard(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_documented_header_is_what_openssl_says() {
        // printf '{"a":1}' | openssl dgst -sha256 -hmac whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(documented(&secret, br#"{"a":1}"#), VECTOR);
    }

    const VECTOR: &str = "sha256=45ec03b2b33403c8043a90de06bedad0827183927115fd7e448ef97eeb13c5be";

    #[test]
    fn each_secret_signs_once_and_any_change_shows() {
        let ids = SeededIds::new(1);
        let both = [fresh_secret(&ids), fresh_secret(&ids)];
        let signed = standard(&both, "id", 7, b"body");
        let (first, second) = signed.split_once(' ').unwrap();
        assert_eq!(first, standard(&both[..1], "id", 7, b"body"));
        assert_eq!(second, standard(&both[1..], "id", 7, b"body"));
        for (id, second, body) in [("ie", 7, b"body"), ("id", 8, b"body"), ("id", 7, b"bodz")] {
            assert_ne!(first, standard(&both[..1], id, second, body));
        }
    }

    #[test]
    fn secrets_are_checked_by_form_and_length() {
        assert_eq!(secret_fault(fresh_secret(&SeededIds::new(2)).expose()), None);
        let of = |bytes: usize| format!("whsec_{}", BASE64.encode(vec![7; bytes]));
        assert_eq!((secret_fault(&of(24)), secret_fault(&of(64))), (None, None));
        for wrong in ["", "whsec_", "whsec_???", "abcdefghijklmnopqrstuvwxyz0123456789", &of(23), &of(65)] {
            assert!(secret_fault(wrong).is_some(), "{wrong}");
        }
    }
}
