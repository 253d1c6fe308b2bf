//! Secrets at rest: sealed with a key that is not in the database, each for its own place in it.

use botplot_core::{Ids, Secret};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::{Error, Parts};

/// First byte of what is sealed in this way.
const VERSION: u8 = 1;
const NONCE: usize = 24;
const KEY: usize = 32;

/// Seals and opens with the installation's key (XChaCha20-Poly1305).
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    /// With the key as `server.seal_key` has it: 32 bytes in base64 or hexadecimal.
    pub(crate) fn new(key: &Secret) -> Result<Self, Error> {
        let bytes = key_bytes(key.expose())
            .ok_or_else(|| Error::invalid("server.seal_key", "takes 32 bytes as base64 or hexadecimal"))?;
        Ok(Self(XChaCha20Poly1305::new(&bytes.into())))
    }

    /// Seals `plain`; only the same `context`, such as `endpoints.secret|ID`, opens it again.
    pub(crate) fn seal(&self, ids: &dyn Ids, context: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        ids.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("only texts of 256 GB are too long to be sealed");
        [&[VERSION], nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for `context`; `None` when it is something else, or sealed with another key.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: text, aad: context.as_bytes() };
        (*version == VERSION).then(|| self.0.decrypt(&XNonce::from(*nonce), payload).ok()).flatten()
    }
}

/// Says so in the log when the database's secrets were sealed with another key, as after a restore without its file.
pub(crate) async fn check(seal: &Seal, parts: &Parts) -> Result<(), Error> {
    const NAME: &str = "seal_check";
    let fresh = to_hex(&seal.seal(&*parts.ids, NAME, NAME.as_bytes()));
    let known = if let Some(known) = parts.store.reader().meta(NAME).await? {
        known
    } else {
        let kept = parts
            .store
            .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.meta_or_insert(NAME, &fresh).await?) }));
        kept.await?
    };
    if from_hex(&known).and_then(|sealed| seal.open(NAME, &sealed)).is_none() {
        tracing::error!(
            "the secrets in the database were sealed with another key: set `server.seal_key` to it, or copy the file \
             `seal-key` of the first data folder here; until then webhooks are not sent"
        );
    }
    Ok(())
}

/// A fresh key, as `server.seal_key` takes it.
pub fn fresh_key(ids: &dyn Ids) -> Secret {
    use base64::Engine as _;
    let mut bytes = [0; KEY];
    ids.fill(&mut bytes);
    Secret::new(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// Why a text is no key for sealing, or `None` when it is one.
pub fn key_fault(text: &str) -> Option<&'static str> {
    key_bytes(text)
        .is_none()
        .then_some("takes 32 bytes as base64 or hexadecimal, such as `openssl rand -base64 32` prints")
}

fn key_bytes(text: &str) -> Option<[u8; KEY]> {
    use base64::Engine as _;
    let text = text.trim();
    let bytes = if text.len() == 2 * KEY { from_hex(text) } else { None };
    let decoded = || base64::engine::general_purpose::STANDARD.decode(text).ok();
    bytes.or_else(decoded)?.try_into().ok()
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some((digit(&pair[0])? * 16 + digit(&pair[1])?) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::SeededIds;

    fn seal(seed: u64) -> (Seal, SeededIds) {
        let ids = SeededIds::new(seed);
        (Seal::new(&fresh_key(&ids)).ok().unwrap(), ids)
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let (it, ids) = seal(1);
        let sealed = it.seal(&ids, "endpoints.secret|1", b"whsec_x");
        assert_eq!(it.open("endpoints.secret|1", &sealed).as_deref(), Some(b"whsec_x".as_slice()));
        assert_eq!(it.open("endpoints.secret|2", &sealed), None);
        assert_eq!(seal(2).0.open("endpoints.secret|1", &sealed), None, "another key opened it");
        assert!(!sealed.windows(7).any(|w| w == b"whsec_x"));
        assert_ne!(sealed, it.seal(&ids, "endpoints.secret|1", b"whsec_x"), "the nonce is used twice");
    }

    #[test]
    fn a_changed_byte_or_a_cut_end_opens_nothing() {
        let (it, ids) = seal(3);
        let sealed = it.seal(&ids, "c", b"plain");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(it.open("c", &changed), None, "byte {at}");
            assert_eq!(it.open("c", &sealed[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn keys_are_32_bytes_in_either_form() {
        let hex = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
        let base64 = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=";
        assert_eq!(key_bytes(hex), key_bytes(&format!(" {base64}\n")));
        assert!(key_bytes(hex).is_some());
        for wrong in [
            "",
            "short",
            &hex[2..],
            "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
            "AAAA",
        ] {
            assert!(key_fault(wrong).is_some(), "{wrong}");
        }
    }
}
