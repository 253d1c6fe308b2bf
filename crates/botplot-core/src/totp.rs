//! Codes of a second factor: those that an app counts out by the clock (RFC 6238), and those on paper for the day
//! on which the app is lost.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{Ids, Timestamp};

/// Bytes of a secret: as many as the hash has (RFC 4226, 4).
pub const SECRET: usize = 20;
/// Recovery codes that are made at once.
pub const RECOVERY_CODES: usize = 10;
/// Seconds for which a code is shown.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes are taken, as clocks differ.
const TOLERANCE: i64 = 1;
const DIGITS: usize = 6;

/// Without letters and digits that look alike on paper: 0 and O, 1, I and L. 31 of them, 12 in a code: 59 random bits.
const PAPER: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const GROUP: usize = 4;
const GROUPS: usize = 3;

/// A new secret.
pub fn secret(ids: &dyn Ids) -> [u8; SECRET] {
    let mut secret = [0; SECRET];
    ids.fill(&mut secret);
    secret
}

/// The step of time whose code `typed` is, if its code may be taken at `now`: later than `last`, the step whose code
/// was taken last, so that whoever looks over a shoulder cannot use a code again.
pub fn step_of(secret: &[u8], typed: &str, now: Timestamp, last: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let present = now.0.div_euclid(1_000_000 * STEP);
    let steps = present - TOLERANCE..=present + TOLERANCE;
    // Each is computed, whichever fits.
    let fits = |step: i64| bool::from(code(secret, step).as_bytes().ct_eq(typed.as_bytes()));
    steps
        .map(|step| (step, fits(step)))
        .filter(|(step, fits)| *fits && *step > last)
        .map(|(step, _)| step)
        .next()
}

/// The code that an app shows at `now`.
pub fn code_at(secret: &[u8], now: Timestamp) -> String {
    code(secret, now.0.div_euclid(1_000_000 * STEP))
}

/// RFC 4226, 5.3, with the step of time as the counter.
fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let tag = mac.finalize().into_bytes();
    let from = usize::from(tag[tag.len() - 1] & 15);
    let four = [tag[from] & 127, tag[from + 1], tag[from + 2], tag[from + 3]];
    format!("{:0DIGITS$}", u32::from_be_bytes(four) % 10_u32.pow(DIGITS as u32))
}

/// What an app reads from the picture. `issuer` is where the account is, `account` whose it is.
pub fn address(secret: &[u8], issuer: &str, account: &str) -> String {
    // Apps differ in what they take for a space: `%20` is understood by all, `+` is not.
    let plain = |text: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        encoded.replace('+', "%20")
    };
    let (issuer, account, secret) = (plain(issuer), plain(account), base32(secret));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
}

/// Base32 without padding (RFC 4648, 6), as apps take secrets that are typed.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let pieces = bytes.chunks(5).map(|piece| {
        let mut five = [0; 8];
        five[3..3 + piece.len()].copy_from_slice(piece);
        let bits = u64::from_be_bytes(five);
        let count = (piece.len() * 8).div_ceil(5);
        (0..count).map(move |at| char::from(LETTERS[(bits >> (35 - 5 * at)) as usize & 31]))
    });
    pieces.flatten().collect()
}

/// Fresh recovery codes, such as `abcd-efgh-jkmn`; each is worth one sign-in.
pub fn recovery_codes(ids: &dyn Ids) -> Vec<String> {
    (0..RECOVERY_CODES).map(|_| recovery_code(ids)).collect()
}

fn recovery_code(ids: &dyn Ids) -> String {
    let mut letters = Vec::new();
    while letters.len() < GROUP * GROUPS {
        let mut byte = [0];
        ids.fill(&mut byte);
        // 248 is a multiple of 31: rejecting the rest keeps every letter equally likely.
        if byte[0] < 248 {
            letters.push(char::from(PAPER[usize::from(byte[0]) % PAPER.len()]));
        }
    }
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a recovery code, however it was typed: SHA-256 in hexadecimal. `None` when it cannot be one.
pub fn recovery_hash(typed: &str) -> Option<String> {
    let letters = typed.to_lowercase();
    let letters: String = letters.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let is_one = letters.len() == GROUP * GROUPS && letters.bytes().all(|letter| PAPER.contains(&letter));
    is_one.then(|| {
        let hash = Sha256::digest(letters.as_bytes());
        hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededIds;

    const RFC: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::default().plus_seconds(seconds)
    }

    /// RFC 6238, appendix B, has eight digits; six are the last of them.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(RFC, at(seconds)), expected[2..], "at {seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_around_its_own_and_once() {
        let (now, present) = (at(1_111_111_111), 1_111_111_111 / 30);
        for (seconds, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let typed = code_at(RFC, now.plus_seconds(seconds));
            let step = step_of(RFC, &typed, now, 0);
            assert_eq!(step, taken.then_some(present + seconds / 30), "{seconds} s away");
        }
        assert_eq!(step_of(RFC, "050 471", now, 0), Some(present));
        assert_eq!(step_of(RFC, "050471", now, present - 1), Some(present));
        assert_eq!(step_of(RFC, "050471", now, present), None, "a code was taken twice");
        for wrong in ["", "050472", "50471", "0050471", "+50471", "٠٥٠٤٧١"] {
            assert_eq!(step_of(RFC, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_rfc_without_padding() {
        for (plain, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
    }

    #[test]
    fn the_address_names_issuer_and_account_without_plus_signs() {
        let expected =
            "otpauth://totp/BotPlot%20%26%20co:ann%40example.com?secret=MZXW6YTBOI&issuer=BotPlot%20%26%20co";
        assert_eq!(address(b"foobar", "BotPlot & co", "ann@example.com"), expected);
    }

    #[test]
    fn recovery_codes_differ_and_are_known_however_they_are_typed() {
        let codes = recovery_codes(&SeededIds::new(1));
        let hashes: std::collections::BTreeSet<_> =
            codes.iter().map(|code| recovery_hash(code).unwrap()).collect();
        assert_eq!((codes.len(), hashes.len()), (RECOVERY_CODES, RECOVERY_CODES));
        let sloppy = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
        assert_eq!(recovery_hash(&sloppy), recovery_hash(&codes[0]));
        for wrong in ["", "abcd-efgh-jkm", "abcd-efgh-jkmn-p", "abcd-efgh-jkm0", "123456"] {
            assert_eq!(recovery_hash(wrong), None, "{wrong}");
        }
    }
}
