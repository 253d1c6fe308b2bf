//! Bytes to text: byte order marks, declared character sets and wrongly declared ones.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::document::Unreadable;

/// How far into an HTML file its `charset` is looked for.
const META_WINDOW: usize = 4096;

/// Decodes `bytes`, trusting in this order: a byte order mark, valid UTF-8, the `declared` character set,
/// a `charset` within an HTML head, the look of UTF-16, windows-1252. Control characters are removed.
pub(crate) fn text(bytes: &[u8], declared: Option<&str>) -> Result<String, Unreadable> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::new("it is empty"));
    }
    let (encoding, from) = match Encoding::for_bom(bytes) {
        Some(found) => found,
        None => (guess(bytes, declared), 0),
    };
    let (decoded, _) = encoding.decode_without_bom_handling(&bytes[from..]);
    let wrong = decoded.chars().filter(|c| is_stray(*c)).count();
    // A text may have a few bytes gone wrong; a program or an image is full of them.
    if wrong * 20 > decoded.chars().count() {
        return Err(Unreadable::new("it is not text"));
    }
    if wrong == 0 {
        return Ok(decoded.into_owned());
    }
    Ok(decoded.chars().filter(|c| !is_stray(*c) || *c == char::REPLACEMENT_CHARACTER).collect())
}

/// The `charset` of a `Content-Type`.
pub(crate) fn charset(content_type: &str) -> Option<&str> {
    let lower = content_type.to_ascii_lowercase();
    let from = lower.find("charset=")? + "charset=".len();
    let value = content_type[from..].trim_start_matches(['"', '\'', ' ']);
    Some(&value[..value.find(['"', '\'', ';', ' ', '>', '/']).unwrap_or(value.len())])
}

fn guess(bytes: &[u8], declared: Option<&str>) -> &'static Encoding {
    if let Some(utf16) = utf16_without_mark(bytes) {
        return utf16;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(META_WINDOW)]);
    let named = declared.or_else(|| charset(&head)).and_then(|name| Encoding::for_label(name.as_bytes()));
    match named {
        // Named UTF-8 but broken: a few bytes may be cut off; many mean that it is something else.
        Some(encoding) if encoding == UTF_8 && mostly_utf8(bytes) => UTF_8,
        Some(encoding) if encoding != UTF_8 => encoding,
        _ if mostly_utf8(bytes) => UTF_8,
        _ => WINDOWS_1252,
    }
}

/// Whether most bytes above ASCII form valid UTF-8.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let whole = text.chars().filter(|c| !c.is_ascii() && *c != char::REPLACEMENT_CHARACTER).count();
    whole > broken
}

fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(2048) & !1];
    let pairs = sample.len() / 2;
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match pairs >= 4 {
        true if odd * 10 > pairs * 7 && even * 10 < pairs => Some(UTF_16LE),
        true if even * 10 > pairs * 7 && odd * 10 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// Characters that text has no use for: controls, and what stands for undecodable bytes.
fn is_stray(c: char) -> bool {
    c == char::REPLACEMENT_CHARACTER
        || (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_read() {
        let utf16le: Vec<u8> = "Größe und Maß".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "Größe und Maß".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let latin = encoding_rs::WINDOWS_1252.encode("Größe und Maß").0.into_owned();
        let japanese = encoding_rs::SHIFT_JIS.encode("営業時間は九時から").0.into_owned();
        let cases: [(Vec<u8>, Option<&str>, &str); 9] = [
            ("Größe und Maß".into(), None, "Größe und Maß"),
            ([b"\xef\xbb\xbf".to_vec(), "Größe".into()].concat(), None, "Größe"),
            ([b"\xff\xfe".to_vec(), utf16le.clone()].concat(), None, "Größe und Maß"),
            (utf16le, None, "Größe und Maß"),
            (utf16be, None, "Größe und Maß"),
            (latin.clone(), None, "Größe und Maß"),
            (latin, Some("utf-8"), "Größe und Maß"),
            (japanese, Some("shift_jis"), "営業時間は九時から"),
            ("Größe und Maß".into(), Some("iso-8859-1"), "Größe und Maß"),
        ];
        for (bytes, declared, expect) in cases {
            assert_eq!(text(&bytes, declared).unwrap(), expect, "{declared:?}");
        }
    }

    #[test]
    fn a_charset_in_the_head_is_obeyed() {
        let mut bytes = br#"<meta charset="windows-1251"><p>"#.to_vec();
        bytes.extend_from_slice(&encoding_rs::WINDOWS_1251.encode("Доставка").0);
        assert!(text(&bytes, None).unwrap().ends_with("Доставка"));
        assert_eq!(charset("text/html; Charset=\"UTF-8\""), Some("UTF-8"));
        assert_eq!(charset("text/html"), None);
    }

    #[test]
    fn empty_and_binary_bytes_have_a_reason() {
        assert_eq!(text(b" \n\t ", None).unwrap_err().0, "it is empty");
        assert_eq!(text(b"", None).unwrap_err().0, "it is empty");
        let binary: Vec<u8> = (0..4000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(text(&binary, None).unwrap_err().0, "it is not text");
        assert_eq!(text(&[0; 100], None).unwrap_err().0, "it is not text");
    }

    #[test]
    fn stray_controls_are_taken_out() {
        let padded = format!("a\0b\u{8}c{}", "word ".repeat(20));
        assert!(text(padded.as_bytes(), None).unwrap().starts_with("abcword"));
    }
}
