//! Letters: the words of what goes out by e-mail, to whom it may go, and when it is tried again. Sends nothing.

pub mod alert;
pub mod replies;
pub mod stop;

use crate::notice::{Kind, Notice};
use crate::{ProjectId, Timestamp};

/// The word for letters in the list of jobs.
pub const JOB: &str = "send_letter";
/// Seconds for which a letter is tried before it is given up.
pub const PATIENCE: i64 = 3 * 86_400;
/// Addresses that notices of one project may go to.
pub const MOST_ADDRESSES: usize = 10;
/// Characters of an address, of the part before its `@`, and of a part between its dots.
const ADDRESS_LIMIT: usize = 254;
const MAILBOX_LIMIT: usize = 64;
const LABEL_LIMIT: usize = 63;
/// Seconds until the second attempt, which double from one to the next, and at most.
const FIRST_WAIT: i64 = 30;
const LONGEST_WAIT: i64 = 3_600;
/// Characters of a project's name in a subject, and of what others wrote in a text.
const NAME: usize = 60;
const FOREIGN: usize = 300;

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Why a text is no address that letters can go to, or `None` when it is one.
pub fn address_fault(text: &str) -> Option<&'static str> {
    const FORM: &str = "must be an e-mail address such as `ann@example.com`";
    let Some((mailbox, host)) = text.rsplit_once('@') else { return Some(FORM) };
    if !text.is_ascii() {
        return Some(
            "must be an e-mail address in plain letters; write a host such as `bücher.example` as `xn--…`",
        );
    }
    let is_word = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_word);
    let is_label = |label: &str| {
        let sound = label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
        (1..=LABEL_LIMIT).contains(&label.len()) && sound && !label.starts_with('-') && !label.ends_with('-')
    };
    let sound = text.len() <= ADDRESS_LIMIT
        && mailbox.len() <= MAILBOX_LIMIT
        && mailbox.split('.').all(is_atom)
        && host.contains('.')
        && host.split('.').all(is_label);
    (!sound).then_some(FORM)
}

/// When a letter is tried again after `made` attempts that failed; `None` when it has been tried for long enough.
/// `jitter` is 0 to 1.
pub fn next_attempt(made: i64, written_at: Timestamp, now: Timestamp, jitter: f64) -> Option<Timestamp> {
    if now.seconds_since(written_at) >= PATIENCE {
        return None;
    }
    let wait = (FIRST_WAIT << (made - 1).clamp(0, 10)).min(LONGEST_WAIT) as f64;
    Some(now.plus_seconds((wait * (0.8 + 0.4 * jitter.clamp(0.0, 1.0))) as i64))
}

/// The letter that tells of a notice; none where a letter about it would be senseless.
pub fn of_notice(notice: &Notice, project: &str) -> Option<Letter> {
    let (what, text) = Words { notice }.all()?;
    let project = one_line(project, NAME);
    let footer = format!(
        "\n-- \nYou get this because your address is set for notices of the project \"{project}\" ({}).\n\
         It is taken out under `notices.emails` of the project's settings, or by whoever runs this server.\n",
        notice.project
    );
    Some(Letter { subject: format!("[BotPlot] {project}: {what}"), text: format!("{text}{footer}") })
}

/// What a notice's occasion is about, without its time: a letter about the same thing goes out once a day.
pub fn thing(notice: &Notice) -> &str {
    notice.occasion.split(' ').next().unwrap_or_default()
}

/// The letter that shows that letters arrive.
pub fn trial(server: &str) -> Letter {
    let server = one_line(server, FOREIGN);
    Letter {
        subject: "[BotPlot] a test".into(),
        text: format!(
            "This is the letter that `botplot mail test` sends.\nIt came by way of {server}, so your settings for e-mail are right.\n"
        ),
    }
}

/// What others wrote, on one line of at most `most` characters: whatever could break a line, hide or turn text around
/// is a space.
pub fn one_line(text: &str, most: usize) -> String {
    let parts = text.split(breaks).filter(|part| !part.is_empty());
    let mut letters = parts.flat_map(|part| [" ", part]).skip(1).flat_map(str::chars);
    let mut line: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        line.pop();
        line.push('…');
    }
    line
}

fn breaks(c: char) -> bool {
    // Marks that turn the direction of reading, or take no room.
    let hides = matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_whitespace() || c.is_control() || hides
}

/// The words for a notice.
struct Words<'a> {
    notice: &'a Notice,
}

impl Words<'_> {
    /// The subject's end and the text.
    fn all(&self) -> Option<(&'static str, String)> {
        Some(match self.notice.kind {
            Kind::MessagesNearLimit => ("the month's answers are running out", self.near_limit()),
            Kind::MessagesAtLimit => ("the month's answers are used up", self.at_limit()),
            Kind::SpendingAtLimit => ("the day's spending cap is reached", self.spending()),
            Kind::SecretKeyInBrowser => ("a secret key came from a browser", self.key_in_browser()),
            Kind::EndpointDisabled => ("a webhook endpoint was disabled", self.endpoint_disabled()),
            Kind::EndpointUnsigned => ("webhooks cannot be signed", self.endpoint_unsigned()),
            Kind::SourceFailed => ("a source could not be read", self.source_failed()),
            // It would fail as well.
            Kind::LetterFailed => return None,
        })
    }

    fn near_limit(&self) -> String {
        format!(
            "{} of the {} answers that the plan holds this month are used.\n\n\
             When all are used, visitors get no more answers until {}.\nTheir messages are kept all the same.\n",
            self.detail("used"),
            self.detail("limit"),
            self.day("resets_at")
        )
    }

    fn at_limit(&self) -> String {
        format!(
            "All {} answers that the plan holds this month are used.\n\n\
             Visitors get no more answers until {}.\nTheir messages are kept, and people can still reply to them.\n",
            self.detail("limit"),
            self.day("resets_at")
        )
    }

    fn spending(&self) -> String {
        format!(
            "Answers have cost {} on {} (UTC), and the cap is {} a day.\n\n\
             For the rest of that day answers are quoted from the sources instead of written by the model.\n",
            self.detail("spent"),
            one_line(&self.notice.occasion, NAME),
            self.detail("cap")
        )
    }

    fn key_in_browser(&self) -> String {
        format!(
            "A secret key was sent by a web browser at {}:\n\n    {}… \"{}\"\n\n\
             The request was refused, but the key stands in a page where others can read it.\n\
             Revoke it now, and use a publishable key in web pages.\n",
            moment(self.notice.created_at),
            self.detail("prefix"),
            self.detail("name")
        )
    }

    fn endpoint_disabled(&self) -> String {
        let id = self.detail("endpoint_id");
        format!(
            "A webhook endpoint was disabled at {}:\n\n    {}\n    {id}\n\nThe reason: {}.\n\n\
             It gets no more webhooks. Once the receiver works again, let it go on with\n\n    \
             PATCH /api/v1/webhooks/{id}  {{\"status\": \"active\"}}\n\nand send again what failed meanwhile with\n\n    \
             POST /api/v1/webhooks/{id}/replay\n",
            moment(self.notice.created_at),
            origin(&self.detail("url")),
            self.detail("reason")
        )
    }

    fn endpoint_unsigned(&self) -> String {
        let id = self.detail("endpoint_id");
        format!(
            "Nothing has been sent to a webhook endpoint since {}:\n\n    {}\n    {id}\n\nThe reason: {}.\n\n\
             It is tried again for three days. With the server's key back in place it goes on by itself; \
             a new secret comes from\n\n    POST /api/v1/webhooks/{id}/rotate-secret\n",
            moment(self.notice.created_at),
            origin(&self.detail("url")),
            self.detail("reason")
        )
    }

    fn source_failed(&self) -> String {
        format!(
            "A source of knowledge could not be read at {}:\n\n    {}\n\nThe reason: {}.\n\n\
             What was read of it before is still used. Read it again once the cause is gone.\n",
            moment(self.notice.created_at),
            self.detail("name"),
            self.detail("error")
        )
    }

    fn detail(&self, name: &str) -> String {
        match self.notice.detail.get(name) {
            Some(serde_json::Value::String(text)) => one_line(text, FOREIGN),
            Some(value) => one_line(&value.to_string(), FOREIGN),
            None => "?".into(),
        }
    }

    /// The day that an instant of the detail falls in.
    fn day(&self, name: &str) -> String {
        format!("{} (UTC)", self.detail(name).chars().take(10).collect::<String>())
    }
}

/// An instant for people.
fn moment(at: Timestamp) -> String {
    let text = at.rfc3339();
    format!("{} {} UTC", text.get(..10).unwrap_or_default(), text.get(11..16).unwrap_or_default())
}

/// The beginning of an address: its path may be a secret, and a letter can be read on its way.
fn origin(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else { return "(an address that cannot be read)".into() };
    let rest = if url.path() == "/" && url.query().is_none() { "/" } else { "/…" };
    format!("{}{rest}", url.origin().ascii_serialization())
}

/// The name under which usage counts that a letter about a thing went out on a day.
pub fn told(notice: &Notice) -> String {
    format!("letter {} {}", notice.kind.as_str(), thing(notice))
}

/// Where the answers to a letter's unsubscribing go.
pub fn unsubscribe(sender: &str, project: ProjectId) -> String {
    format!("mailto:{sender}?subject=unsubscribe%20{project}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoticeId;
    use serde_json::{Map, json};
    use uuid::Uuid;

    fn notice(kind: Kind, occasion: &str, detail: &serde_json::Value) -> Notice {
        Notice {
            id: NoticeId(Uuid::nil()),
            project: ProjectId(Uuid::nil()),
            kind,
            occasion: occasion.into(),
            detail: detail.as_object().cloned().unwrap_or_else(Map::new),
            created_at: Timestamp(1_700_000_000_000_000),
        }
    }

    #[test]
    fn addresses_are_plain_ones_and_nothing_that_could_break_a_line() {
        let long = |n| format!("{}@example.com", "a".repeat(n));
        for sound in
            ["ann@example.com", "a.b+c@x-y.example", "o'hara@a.b.c.example", &long(64), "1@1.xn--p1ai"]
        {
            assert_eq!(address_fault(sound), None, "{sound}");
        }
        for wrong in [
            "",
            "@",
            "ann",
            "ann@",
            "@example.com",
            "ann@example",
            "ann@.com",
            "ann@example..com",
            "ann@example.com.",
            ".ann@example.com",
            "a..b@example.com",
            "ann@-x.example",
            "ann@x-.example",
            "ann @example.com",
            "ann@example.com ",
            "ann@example.com\r\nBcc: eve@example.com",
            "ann@example.com\n",
            "ann@exa\0mple.com",
            "Ann <ann@example.com>",
            "ann@example.com,eve@example.com",
            "ann@example.com, eve@example.com",
            "\"a b\"@example.com",
            "ann@[127.0.0.1]",
            "änn@example.com",
            "ann@bücher.example",
            "a@b@example.com",
            "ann@exam_ple.com",
            "<ann@example.com>",
            "ann@example.com>",
            &long(65),
            &format!("a@{}.com", "b".repeat(64)),
            &format!("a@{}", "b.".repeat(126) + "com"),
        ] {
            assert!(address_fault(wrong).is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn waits_double_to_an_hour_and_end_after_three_days() {
        let now = Timestamp(1_700_000_000_000_000);
        let wait = |made| next_attempt(made, now, now, 0.5).map(|at| at.seconds_since(now));
        let waits: Vec<_> = (0..=12).filter_map(wait).collect();
        assert_eq!(waits, [30, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]);
        assert_eq!(wait(i64::MAX), Some(3600));
        let after = |seconds| next_attempt(1, now, now.plus_seconds(seconds), 1.0);
        assert_eq!(after(PATIENCE - 1), Some(now.plus_seconds(PATIENCE - 1 + 36)));
        assert_eq!(after(PATIENCE), None);
    }

    #[test]
    fn what_others_wrote_stays_on_its_line_and_is_bounded() {
        assert_eq!(one_line("  a\r\nBcc: eve@example.com\t\u{2028}b\0c ", 99), "a Bcc: eve@example.com b c");
        assert_eq!(one_line("evil\u{202e}moc\u{2066}.\u{200b}", 99), "evil moc .");
        assert_eq!(one_line("ééééé", 5), "ééééé");
        assert_eq!(one_line("éééééé", 5), "éééé…");
        assert_eq!(one_line("👩‍👩‍👧 日本", 99), "👩‍👩‍👧 日本");
        assert_eq!(one_line("\n\n", 9), "");
    }

    #[test]
    fn a_disabled_endpoint_is_told_with_its_reason_and_without_its_path() {
        let detail = json!({ "endpoint_id": "e1", "url": "https://hooks.example.com:8443/T0/secret?k=1", "reason": "every attempt of 5 days failed" });
        let it = notice(Kind::EndpointDisabled, "e1 2023-11-14T22:13:20Z", &detail);
        let letter = of_notice(&it, "Ann's shop").unwrap();
        assert_eq!(letter.subject, "[BotPlot] Ann's shop: a webhook endpoint was disabled");
        for part in [
            "https://hooks.example.com:8443/…\n",
            "    e1\n",
            "every attempt of 5 days failed.",
            "2023-11-14 22:13 UTC",
        ] {
            assert!(letter.text.contains(part), "{part} not in {}", letter.text);
        }
        assert!(!letter.text.contains("secret"), "{}", letter.text);
        assert_eq!((thing(&it), told(&it).as_str()), ("e1", "letter endpoint_disabled e1"));
    }

    #[test]
    fn every_notice_has_its_letter_except_the_one_about_letters() {
        for kind in Kind::ALL {
            let hostile = json!({
                "name": "x\r\n.\r\nBcc: eve@example.com", "prefix": "bp_sec_\u{202e}", "used": 8, "limit": 10, "cap": 5.0,
                "spent": 5.25, "resets_at": "2025-02-01T00:00:00Z", "url": "javascript:alert(1)", "reason": "a\nb",
                "error": "e".repeat(9_999), "endpoint_id": "e", "source_id": "s", "to": "a@b.example",
            });
            let letter = of_notice(&notice(*kind, "2025-01", &hostile), &"P\r\nX: y ".repeat(40));
            let Some(letter) = letter else {
                assert_eq!(*kind, Kind::LetterFailed);
                continue;
            };
            assert!(
                !letter.subject.contains(char::is_control) && letter.subject.chars().count() < 150,
                "{letter:?}"
            );
            assert!(
                !letter.text.contains('\r')
                    && !letter.text.contains("\nBcc")
                    && !letter.text.contains("\n.\n"),
                "{letter:?}"
            );
            assert!(letter.text.len() < 2_000 && !letter.text.contains('?'), "{letter:?}");
            assert!(letter.text.contains("\n-- \nYou get this because"), "{letter:?}");
        }
        let near = of_notice(
            &notice(
                Kind::MessagesNearLimit,
                "2025-01",
                &json!({ "used": 8, "limit": 10, "resets_at": "2025-02-01T00:00:00Z" }),
            ),
            "p",
        )
        .unwrap();
        assert!(
            near.text.starts_with("8 of the 10 answers") && near.text.contains("until 2025-02-01 (UTC)."),
            "{near:?}"
        );
    }
}
