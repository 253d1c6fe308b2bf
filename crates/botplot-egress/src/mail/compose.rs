//! A letter as bytes: headers that nothing can be smuggled into, and plain text that every server passes on.

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};

use super::Outgoing;

/// The whole letter in ASCII, or why it cannot be one.
pub(super) fn message(letter: &Outgoing<'_>, from: &Mailbox, to: &Address) -> Result<Vec<u8>, String> {
    let own = [Some(letter.subject), Some(letter.id), letter.unsubscribe];
    if own.into_iter().flatten().any(|text| text.contains(char::is_control)) {
        return Err("its subject, name or address for unsubscribing holds control characters".into());
    }
    let written = Duration::from_micros(letter.written_at.0.max(0).unsigned_abs());
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(letter.subject)
        .date(SystemTime::UNIX_EPOCH + written)
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        // No holiday notice comes back.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    if let Some(place) = letter.unsubscribe {
        builder = builder.raw_header(header("List-Unsubscribe", &format!("<{place}>")));
        if place.starts_with("https:") {
            // The reader's mail program may do it for them, by a POST.
            builder = builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
    }
    let message = builder.body(letter.text.to_owned()).map_err(|why| why.to_string())?;
    let bytes = message.formatted();
    if bytes.is_ascii() { Ok(bytes) } else { Err("it cannot be written in ASCII".into()) }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::Timestamp;

    fn composed(letter: &Outgoing<'_>, from: &str) -> Result<String, String> {
        let to = letter.to.parse().unwrap();
        let bytes = message(letter, &from.parse().unwrap(), &to)?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    const LETTER: Outgoing<'_> = Outgoing {
        to: "ann@example.com",
        subject: "Hello",
        text: "One line\n.\nand another\n",
        id: "0194697f",
        written_at: Timestamp(1_700_000_000_000_000),
        unsubscribe: Some("mailto:bot@example.org?subject=unsubscribe"),
    };

    #[test]
    fn a_letter_says_who_what_when_and_that_no_person_wrote_it() {
        let whole = composed(&LETTER, "BotPlot <bot@example.org>").unwrap();
        let (head, body) = whole.split_once("\r\n\r\n").unwrap();
        for line in [
            "From: BotPlot <bot@example.org>",
            "To: ann@example.com",
            "Subject: Hello",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "Message-ID: <0194697f@example.org>",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <mailto:bot@example.org?subject=unsubscribe>",
            "Content-Type: text/plain; charset=utf-8",
            "MIME-Version: 1.0",
        ] {
            assert_eq!(head.split("\r\n").filter(|l| *l == line).count(), 1, "{line} in {head}");
        }
        assert_eq!(body.trim_end(), "One line\r\n.\r\nand another");
        assert!(!whole.replace("\r\n", "").contains(['\r', '\n']), "{whole:?}");
    }

    #[test]
    fn a_long_id_is_written_in_one_piece() {
        let id = "0194697f-2a40-7c1e-8a5b-3f0d9c6e1b27";
        let place = format!("https://chat.example.com/unsubscribe/{}", "t".repeat(120));
        let letter = Outgoing { id, unsubscribe: Some(&place), ..LETTER };
        let whole = composed(&letter, "bot@a-rather-long-name-of-a-host.example.org").unwrap();
        let unfolded = whole.replace("\r\n ", " ");
        assert!(
            unfolded.contains(&format!("Message-ID: <{id}@a-rather-long-name-of-a-host.example.org>\r\n")),
            "{whole}"
        );
        assert!(unfolded.contains(&format!("List-Unsubscribe: <{place}>\r\n")), "{whole}");
        assert!(unfolded.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{whole}");
    }

    #[test]
    fn nothing_can_be_smuggled_into_the_head() {
        for evil in ["Hello\r\nBcc: eve@example.com", "Hello\nX: y", "Hello\rX", "Hello\0", "Hello\u{85}X"] {
            assert!(composed(&Outgoing { subject: evil, ..LETTER }, "bot@example.org").is_err(), "{evil:?}");
            assert!(composed(&Outgoing { id: evil, ..LETTER }, "bot@example.org").is_err(), "{evil:?}");
            assert!(
                composed(&Outgoing { unsubscribe: Some(evil), ..LETTER }, "bot@example.org").is_err(),
                "{evil:?}"
            );
        }
    }

    #[test]
    fn any_text_goes_out_in_ascii_and_in_short_lines() {
        let long = format!("Grüße 日本 👋\n{}\nlone\rreturn and \0 zero\n", "x".repeat(5_000));
        let subject = format!("Grüße {}", "ö".repeat(200));
        let whole =
            composed(&Outgoing { text: &long, subject: &subject, ..LETTER }, "Bot Ü <bot@example.org>")
                .unwrap();
        assert!(whole.is_ascii() && whole.split("\r\n").all(|line| line.len() <= 998), "{whole}");
        assert!(!whole.replace("\r\n", "").contains(['\r', '\n', '\0']), "{whole:?}");
    }
}
