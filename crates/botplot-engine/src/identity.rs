//! Verified identity: a project's own server vouches for a visitor id, with a secret that only it and we know.
//!
//! How long a proof counts: a JWT until it expires, which is within an hour; a hash, which never expires by itself,
//! for a day, as a browser keeps it no longer than its session. The visitor token of the reply carries the proof, so
//! that requests that have no place for an identity can show it, too; renewing the token does not prolong the proof,
//! and replacing the project's secret ends it. A secret key needs no proof.

mod jwt;

use botplot_core::visitor::Proved;
use botplot_core::{ProjectId, Secret, key};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::erasure::line;
use crate::{Engine, Error};

/// What every identity secret begins with.
const MARK: &str = "bp_idn_";
/// Letters that follow.
const LETTERS: usize = 40;
/// Seconds that a hash counts for once it was shown.
const HASH_LIFE: i64 = 24 * 3600;

/// Who a visitor claims to be, and what is shown for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The visitor id.
    pub id: String,
    /// What the project's server made of it.
    pub evidence: Evidence,
}

/// What a project's server made of a visitor id to vouch for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// HMAC-SHA256 of the id, in hexadecimal.
    Hash(String),
    /// A JWT, signed with HS256, whose `sub` is the id.
    Jwt(String),
}

/// What comes of checking an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the visitor's.
    Proved(Proved),
    /// The evidence is forged, too old, or somebody else's.
    Wrong,
    /// The project has no secret to prove identities with.
    NotSetUp,
}

/// Checks an identity; the first proof of a visitor id is noted, so that the id can be held to it from then on.
pub async fn check(engine: &Engine, project: ProjectId, identity: &Identity) -> Result<Verdict, Error> {
    let Some(sealed) = engine.reader().identity_secret(project).await? else { return Ok(Verdict::NotSetUp) };
    let (secret, now) = (open(engine, project, &sealed)?, engine.clock().now());
    let until = match &identity.evidence {
        Evidence::Hash(hash) => is_hash_of(hash, &identity.id, &secret).then(|| now.plus_seconds(HASH_LIFE)),
        Evidence::Jwt(text) => jwt::verify(text, &identity.id, &secret, now),
    };
    let Some(until) = until else { return Ok(Verdict::Wrong) };
    note(engine, project, &identity.id).await?;
    Ok(Verdict::Proved(Proved { until, secret: fingerprint(&sealed) }))
}

/// True when what a visitor token proved still counts: in time, and by the project's present secret.
pub async fn still_counts(engine: &Engine, project: ProjectId, proved: &Proved) -> Result<bool, Error> {
    if engine.clock().now() >= proved.until {
        return Ok(false);
    }
    let sealed = engine.reader().identity_secret(project).await?;
    Ok(sealed.is_some_and(|sealed| fingerprint(&sealed) == proved.secret))
}

/// Gives a project a new identity secret, shown this once; whatever was proved with the one before counts no more.
/// `by` stands in the audit log.
pub async fn rotate_secret(engine: &Engine, project: ProjectId, by: &str) -> Result<Secret, Error> {
    let secret = Secret::new(format!("{MARK}{}", key::letters(LETTERS, engine.ids())));
    let sealed = engine.0.seal.seal(engine.ids(), &context(project), secret.expose().as_bytes());
    set_secret(engine, project, Some(sealed), by).await?;
    Ok(secret)
}

/// Takes a project's identity secret away; nobody can prove an identity from then on.
pub async fn remove_secret(engine: &Engine, project: ProjectId, by: &str) -> Result<(), Error> {
    set_secret(engine, project, None, by).await
}

async fn set_secret(
    engine: &Engine,
    project: ProjectId,
    sealed: Option<Vec<u8>>,
    by: &str,
) -> Result<(), Error> {
    let action = if sealed.is_some() { "identity_secret.made" } else { "identity_secret.removed" };
    let log = line(engine, project, action, by, &project.to_string()).counting([]);
    let known = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.set_identity_secret(project, sealed.as_deref()).await?;
            if known {
                tx.add_audit(&log).await?;
            }
            Ok::<_, Error>(known)
        })
    });
    if known.await? { Ok(()) } else { Err(Error::NotFound) }
}

/// A project's identity secret, if it has one.
pub async fn secret(engine: &Engine, project: ProjectId) -> Result<Option<Secret>, Error> {
    let sealed = engine.reader().identity_secret(project).await?;
    sealed.map(|sealed| open(engine, project, &sealed)).transpose()
}

fn open(engine: &Engine, project: ProjectId, sealed: &[u8]) -> Result<Secret, Error> {
    let plain = engine.0.seal.open(&context(project), sealed);
    let text = plain.and_then(|plain| String::from_utf8(plain).ok()).ok_or_else(|| {
        anyhow::anyhow!(
            "the identity secret of project `{project}` was sealed with another `server.seal_key`"
        )
    })?;
    Ok(Secret::new(text))
}

/// The place in the database that the secret is sealed for.
fn context(project: ProjectId) -> String {
    format!("projects.identity_secret|{project}")
}

/// Tells one secret of a project from the next, and says nothing of either.
fn fingerprint(sealed: &[u8]) -> [u8; 8] {
    let hash = Sha256::digest(sealed);
    std::array::from_fn(|i| hash[i])
}

fn is_hash_of(hash: &str, id: &str, secret: &Secret) -> bool {
    from_hex(hash).is_some_and(|tag| mac(secret, id.as_bytes()).verify_slice(&tag).is_ok())
}

fn mac(secret: &Secret, text: &[u8]) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| Some((digit(&pair[0])? * 16 + digit(&pair[1])?) as u8);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

async fn note(engine: &Engine, project: ProjectId, id: &str) -> Result<(), Error> {
    if engine.reader().is_verified(project, id).await? {
        return Ok(());
    }
    let (id, now) = (id.to_owned(), engine.clock().now());
    let noted = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.note_verified(project, &id, now).await?) }));
    noted.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_hmac_of_the_id_and_of_nothing_else() {
        // RFC 4231, test case 2.
        let secret = Secret::new("Jefe");
        let (id, hash) = (
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        assert!(is_hash_of(hash, id, &secret) && is_hash_of(&hash.to_uppercase(), id, &secret));
        assert!(!is_hash_of(hash, "what do ya want for nothing", &secret));
        assert!(!is_hash_of(hash, id, &Secret::new("jefe")));
        let (short, zeros) = (&hash[..62], "0".repeat(64));
        for bad in ["", "5", short, &hash.replace('5', "g"), &format!("{hash}00"), &zeros, "é", "+5dcc146"] {
            assert!(!is_hash_of(bad, id, &secret), "{bad}");
        }
    }

    #[test]
    fn two_secrets_have_two_fingerprints() {
        assert_eq!(fingerprint(b"a"), fingerprint(b"a"));
        assert_ne!(fingerprint(b"a"), fingerprint(b"b"));
    }
}
