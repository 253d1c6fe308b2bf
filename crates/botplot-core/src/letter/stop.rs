//! The link by which somebody without an account stops letters: signed, so that nobody can stop those of others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::{ProjectId, Secret};

/// Bytes of the project's id, and of the signature.
const PROJECT: usize = 16;
const MAC: usize = 16;

/// The link's last part for letters of a project to this address.
pub fn token(secret: &Secret, project: ProjectId, email: &str) -> String {
    let payload = [project.0.as_bytes().as_slice(), email.as_bytes()].concat();
    let signature = signed(secret, &payload).finalize().into_bytes();
    BASE64.encode([&signature[..MAC], &payload].concat())
}

/// Whose letters to which address a link stops; `None` when it is none of ours.
pub fn read(secret: &Secret, token: &str) -> Option<(ProjectId, String)> {
    let bytes = BASE64.decode(token).ok()?;
    let (signature, payload) = bytes.split_at_checked(MAC)?;
    signed(secret, payload).verify_truncated_left(signature).ok()?;
    let (project, email) = payload.split_at_checked(PROJECT)?;
    Some((ProjectId(Uuid::from_slice(project).ok()?), String::from_utf8(email.to_vec()).ok()?))
}

fn signed(secret: &Secret, payload: &[u8]) -> Hmac<Sha256> {
    let key = secret.expose().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    // What the same secret signs elsewhere is no such link.
    mac.update(b"stop-letters|");
    mac.update(payload);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stops_what_it_was_made_for_and_nothing_else() {
        let (secret, project) = (Secret::new("s"), ProjectId(Uuid::from_u128(7)));
        let link = token(&secret, project, "bob@example.com");
        assert_eq!(read(&secret, &link), Some((project, "bob@example.com".into())));
        assert!(link.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{link}");
        assert_eq!(read(&Secret::new("t"), &link), None);
        for place in 0..link.len() {
            let mut forged = link.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            // The last letter has bits that say nothing.
            let read = read(&secret, &forged);
            assert!(read.is_none() || place == link.len() - 1, "{place}");
        }
        for wrong in ["", "x", &link[..10], &format!("{link}AAAA")] {
            assert_eq!(read(&secret, wrong), None, "{wrong}");
        }
    }
}
