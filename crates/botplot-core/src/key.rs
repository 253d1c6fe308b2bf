//! API keys: how they look, how they are made, and what is kept of them.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Ids, KeyId, ProjectId, Secret, Timestamp};

const BODY: usize = 40;
const LOOKUP: usize = 12;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a key may open: a publishable one only the chat and the widget, a secret one everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `bp_pub_…`, may stand in a page.
    Publishable,
    /// `bp_sec_…`, for servers only.
    Secret,
}

impl Class {
    /// The word stored in the database and shown in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Publishable, Self::Secret].into_iter().find(|c| c.as_str() == word)
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Publishable => "bp_pub_",
            Self::Secret => "bp_sec_",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A key in clear text, as its holder sends it.
#[derive(Clone, Debug)]
pub struct Key {
    class: Class,
    text: Secret,
}

impl Key {
    /// Makes a new key of 238 random bits.
    pub fn generate(class: Class, ids: &dyn Ids) -> Self {
        let text = format!("{}{}", class.mark(), letters(BODY, ids));
        Self { class, text: Secret::new(text) }
    }

    /// Reads a key that somebody sent; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let class = [Class::Publishable, Class::Secret].into_iter().find(|c| text.starts_with(c.mark()))?;
        let body = &text[class.mark().len()..];
        let well_formed = body.len() == BODY && body.bytes().all(|b| b.is_ascii_alphanumeric());
        well_formed.then(|| Self { class, text: Secret::new(text) })
    }

    /// What the key may open.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The key itself, to show it once or to send it.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// The part that finds the key's record: class mark and the first 12 characters.
    pub fn prefix(&self) -> &str {
        &self.text.expose()[..self.class.mark().len() + LOOKUP]
    }

    /// SHA-256 of the whole key: enough for 238 random bits, no slow hash needed.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.expose().as_bytes()).into()
    }
}

/// As many letters and digits, each equally likely: what every secret of ours is made of.
pub fn letters(count: usize, ids: &dyn Ids) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut byte = [0];
        ids.fill(&mut byte);
        // 248 is the largest multiple of 62 that fits a byte: rejecting the rest keeps every letter equally likely.
        if byte[0] < 248 {
            text.push(char::from(ALPHABET[usize::from(byte[0]) % 62]));
        }
    }
    text
}

/// A key as the store keeps it.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// The record's id.
    pub id: KeyId,
    /// The project that the key opens.
    pub project: ProjectId,
    /// What it may open.
    pub class: Class,
    /// The owner's name for it.
    pub name: String,
    /// Look-up prefix, safe to show.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: Vec<u8>,
    /// The whole key, kept for publishable ones only, since it stands in pages anyway.
    pub shown: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it stops to open anything, once another one has taken its place.
    pub expires_at: Option<Timestamp>,
    /// When it was last seen in a browser, where a secret key must not be.
    pub seen_in_browser_at: Option<Timestamp>,
}

impl KeyRecord {
    /// The record of a freshly made key.
    pub fn of(key: &Key, project: ProjectId, name: &str, id: KeyId, now: Timestamp) -> Self {
        let shown = (key.class == Class::Publishable).then(|| key.expose().to_owned());
        Self {
            id,
            project,
            class: key.class,
            name: name.to_owned(),
            prefix: key.prefix().to_owned(),
            hash: key.hash().to_vec(),
            shown,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
            expires_at: None,
            seen_in_browser_at: None,
        }
    }

    /// True when the key still opens something at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }

    /// True when `key` is this record's key and is live at `now`; compares in constant time.
    pub fn admits(&self, key: &Key, now: Timestamp) -> bool {
        self.is_live(now) && self.class == key.class && bool::from(self.hash.as_slice().ct_eq(&key.hash()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RandomIds, SeededIds};
    use uuid::Uuid;

    #[test]
    fn a_made_key_reads_back_and_opens_its_own_record_only() {
        let (one, two) = (Key::generate(Class::Secret, &RandomIds), Key::generate(Class::Secret, &RandomIds));
        let record = KeyRecord::of(&one, ProjectId(Uuid::nil()), "ci", KeyId(Uuid::nil()), Timestamp(0));
        let read = Key::parse(one.expose()).unwrap();
        assert_eq!(read.class(), Class::Secret);
        assert!(record.admits(&read, Timestamp(5)));
        assert!(!record.admits(&two, Timestamp(5)));
        let overlapping = KeyRecord { expires_at: Some(Timestamp(6)), ..record.clone() };
        assert!(overlapping.admits(&read, Timestamp(5)) && !overlapping.admits(&read, Timestamp(6)));
        assert!(!KeyRecord { revoked_at: Some(Timestamp(1)), ..record }.admits(&read, Timestamp(5)));
    }

    #[test]
    fn only_publishable_keys_are_kept_in_clear() {
        for class in [Class::Publishable, Class::Secret] {
            let key = Key::generate(class, &RandomIds);
            let record = KeyRecord::of(&key, ProjectId(Uuid::nil()), "", KeyId(Uuid::nil()), Timestamp(0));
            assert_eq!(record.shown.is_some(), class == Class::Publishable);
        }
    }

    #[test]
    fn malformed_keys_are_no_keys() {
        let good = Key::generate(Class::Publishable, &SeededIds::new(1)).expose().to_owned();
        let (short, long) = (&good[..good.len() - 1], format!("{good}x"));
        for bad in [
            "",
            "bp_",
            "bp_pub_",
            "sk_live_x",
            short,
            &long,
            &good.replace("bp_pub_", "bp_adm_"),
            &good.replacen('1', "é", 1),
        ] {
            assert!(bad == good || Key::parse(bad).is_none(), "`{bad}` was taken for a key");
        }
    }

    #[test]
    fn debug_output_shows_no_key() {
        let key = Key::generate(Class::Secret, &RandomIds);
        assert!(!format!("{key:?}").contains(&key.expose()[8..20]));
    }
}
