//! A letter's head and text, decoded as a reader's program does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A header's value, unfolded and decoded; the first of its name.
pub(super) fn header(raw: &str, name: &str) -> Option<String> {
    headers(raw).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| decoded_words(&value))
}

/// How often there is a header of this name.
pub(super) fn count(raw: &str, name: &str) -> usize {
    headers(raw).filter(|(n, _)| n.eq_ignore_ascii_case(name)).count()
}

/// The text, decoded, with plain line ends.
pub(super) fn text(raw: &str) -> String {
    let body = raw.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let bytes = match header(raw, "Content-Transfer-Encoding").as_deref() {
        Some("base64") => STANDARD.decode(body.replace("\r\n", "")).unwrap_or_default(),
        Some("quoted-printable") => quoted_printable(&body.replace("=\r\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

fn headers(raw: &str) -> impl Iterator<Item = (String, String)> {
    let head = raw.split_once("\r\n\r\n").map_or(raw, |(head, _)| head);
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let lines: Vec<_> = unfolded.split("\r\n").map(str::to_owned).collect();
    lines.into_iter().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    })
}

/// `=?utf-8?b?…?=` as text; the space between two such words does not count.
fn decoded_words(value: &str) -> String {
    let (mut out, mut rest) = (String::new(), value.replace("?= =?", "?==?"));
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let (word, behind) = after.split_once("?=").unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&String::from_utf8_lossy(&STANDARD.decode(word).unwrap_or_default()));
        rest = behind.to_owned();
    }
    out + &rest
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let (mut out, mut bytes) = (Vec::new(), text.bytes());
    while let Some(byte) = bytes.next() {
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        match byte {
            b'=' => {
                let (high, low) = (digit(bytes.next()), digit(bytes.next()));
                out.extend(high.zip(low).map(|(high, low)| (high * 16 + low) as u8));
            }
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read_as_a_reader_sees_it() {
        let raw = "Subject: =?utf-8?b?R3LDvA==?=\r\n =?utf-8?b?w59l?= all\r\nX: a\r\n b\r\nx: c\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe\r\n=3D\r\n";
        assert_eq!(header(raw, "subject").as_deref(), Some("Grüße all"));
        assert_eq!((header(raw, "X").as_deref(), count(raw, "X")), (Some("a b"), 2));
        assert_eq!(text(raw), "Grüße\n=\n");
    }
}
