//! What to say about bytes that no format reads.

use super::{Hint, names};
use crate::document::Unreadable;

/// First bytes of well-known formats that are not text.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BM\x00", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\0asm", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"SQLite format 3\0", "a database"),
];

/// Endings that say more than the bytes, for archives and media.
const ENDINGS: &[(&str, &str)] = &[
    ("docx", "a Word document"),
    ("doc", "a Word document"),
    ("xlsx", "an Excel sheet"),
    ("xls", "an Excel sheet"),
    ("pptx", "a PowerPoint file"),
    ("ppt", "a PowerPoint file"),
    ("odt", "an OpenDocument text"),
    ("ods", "an OpenDocument sheet"),
    ("epub", "an EPUB book"),
    ("pdf", "a PDF"),
    ("zip", "a ZIP archive"),
    ("gz", "a gzip archive"),
    ("png", "an image"),
    ("jpg", "an image"),
    ("jpeg", "an image"),
    ("gif", "an image"),
    ("webp", "an image"),
    ("svg", "an image"),
    ("ico", "an image"),
    ("mp3", "a sound file"),
    ("mp4", "a video"),
    ("webm", "a video"),
    ("mov", "a video"),
    ("css", "a style sheet"),
    ("js", "a script"),
];

/// A reason when the first bytes are those of a format that is not text.
pub(super) fn not_text(bytes: &[u8], hint: &Hint<'_>) -> Option<Unreadable> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(is(by_ending(&hint.extension()).unwrap_or("a ZIP archive")));
    }
    if bytes.starts_with(b"RIFF") || bytes.get(4..8) == Some(b"ftyp") {
        return Some(is(by_ending(&hint.extension()).unwrap_or("a media file")));
    }
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| is(what))
}

/// A reason by name or media type, when no format wants the bytes.
pub(super) fn other(hint: &Hint<'_>) -> Unreadable {
    let ending = hint.extension();
    match (by_ending(&ending), hint.media_type()) {
        (Some(what), _) => is(what),
        (None, Some(media)) => is(&format!("of the type `{media}`")),
        (None, None) => is(&format!("a `.{ending}` file")),
    }
}

/// What a name's ending stands for, when that is no text.
pub(crate) fn by_ending(ending: &str) -> Option<&'static str> {
    ENDINGS.iter().find(|(end, _)| *end == ending).map(|(_, what)| *what)
}

fn is(what: &str) -> Unreadable {
    Unreadable::new(format!("it is {what}; this version reads {}", names()))
}
