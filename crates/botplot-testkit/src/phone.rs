//! The app on somebody's phone that shows the codes of a second factor.

use botplot_core::{Clock as _, SystemClock, totp};

/// The code of this moment for a secret as a page shows it to be typed: base 32, with spaces. Panics when it is none.
pub fn code(typed: &str) -> String {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'2'..=b'7' => letter - b'2' + 26,
        other => panic!("`{}` is no letter of base 32", char::from(other)),
    };
    let letters = typed.bytes().filter(|letter| !letter.is_ascii_whitespace());
    let bits: Vec<u8> =
        letters.flat_map(|letter| (0..5).rev().map(move |place| value(letter) >> place & 1)).collect();
    let secret: Vec<u8> =
        bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    totp::code_at(&secret, SystemClock.now())
}

#[cfg(test)]
mod tests {
    use botplot_core::{Clock as _, SystemClock, totp};

    #[test]
    fn a_secret_reads_back_from_base_32() {
        let secret = [7; 20];
        let now = || totp::code_at(&secret, SystemClock.now());
        let before = now();
        let code = super::code(&totp::base32(&secret));
        // Half a minute may have ended in between.
        assert!([before, now()].contains(&code), "{code}");
    }
}
