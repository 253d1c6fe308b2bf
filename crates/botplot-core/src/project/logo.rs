//! A project's logo: which pictures are taken, told by their first bytes and not by what the sender says alone.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::ProjectId;

/// Bytes that a logo may have.
pub const LIMIT: usize = 256 * 1024;

/// Whether bytes begin as a picture of a kind does.
type Begins = fn(&[u8]) -> bool;

/// The kinds of pictures. None of them can carry a script.
const KINDS: &[(&str, Begins)] = &[
    ("image/png", |b| b.starts_with(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", |b| b.starts_with(b"\xff\xd8\xff")),
    ("image/webp", |b| b.starts_with(b"RIFF") && b.get(8..12) == Some(b"WEBP")),
    ("image/gif", |b| b.starts_with(b"GIF87a") || b.starts_with(b"GIF89a")),
];

/// The media type of a logo, if `sent` names one that is taken.
pub fn media(sent: &str) -> Option<&'static str> {
    let sent = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    KINDS.iter().map(|(media, _)| *media).find(|media| *media == sent)
}

/// True when the bytes begin as a picture of this media type does.
pub fn is(media: &str, bytes: &[u8]) -> bool {
    KINDS.iter().any(|(name, begins)| *name == media && begins(bytes))
}

/// What tells one picture from another: the first 32 hex digits of its SHA-256.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16].iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes everything");
        hex
    })
}

/// Where a logo is served, without the server's address.
pub fn path(project: ProjectId, hash: &str) -> String {
    format!("/widget/logo/{project}/{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_name_and_by_bytes() {
        for (sent, bytes) in [
            ("image/png", b"\x89PNG\r\n\x1a\n....".as_slice()),
            ("Image/JPEG", b"\xff\xd8\xff\xe0"),
            ("image/webp; q=1", b"RIFF....WEBPVP8 "),
            ("image/gif", b"GIF89a"),
        ] {
            let media = media(sent).unwrap();
            assert!(is(media, bytes), "{sent}");
            assert!(
                !is(media, b"<svg onload=x()>") && !is(media, b"") && !is(media, b"RIFF....WAVE"),
                "{sent}"
            );
        }
        for other in ["", "image/svg+xml", "image/*", "text/html", "image/pngx"] {
            assert!(media(other).is_none(), "{other}");
        }
        assert!(!is("image/png", b"GIF89a"));
    }

    #[test]
    fn other_bytes_have_another_hash() {
        assert_eq!(hash(b"a").len(), 32);
        assert_ne!(hash(b"a"), hash(b"b"));
    }
}
