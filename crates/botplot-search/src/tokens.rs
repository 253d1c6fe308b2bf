//! Text to words: what is indexed of a passage and looked up for a question.
//!
//! A run of letters and digits is a word. Runs joined by `-`, `.`, `_` or `:` without a space, and runs
//! that mix letters with digits, are compounds: indexed whole and in parts, so that "ESP32", "ESP 32",
//! "exit-status-74", "Wi-Fi" and "wifi" meet. Scripts without spaces become bigrams.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Longer tokens are keys, hashes or encoded bytes: nobody asks for them in part.
const LONGEST: usize = 64;

/// One token: lower-case, NFKC, not stemmed, accents kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The token's text.
    pub text: &'a str,
    /// The compound it belongs to: tokens of one compound share a number, all others have their own.
    pub compound: u32,
    /// Whether stems and stop words apply: false for bigrams, numbers and whole compounds.
    pub word: bool,
}

/// Calls `each` for every token of the text, in order.
pub fn tokens(text: &str, mut each: impl FnMut(Token<'_>)) {
    let text = normalised(text);
    let mut splitter = Splitter { each: &mut each, compound: 0, lower: String::new(), whole: String::new() };
    let mut rest = &*text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        let end = run_end(rest);
        splitter.run(&rest[..end]);
        rest = &rest[end..];
    }
}

/// Folds accents and ligatures of Latin, Greek, Cyrillic and Arabic letters: "Größe" and "grosse" meet.
pub fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.nfd() {
        match c {
            '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}' | '\u{640}' => {}
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            'ς' => folded.push('σ'),
            other => folded.push(other),
        }
    }
    // Hangul syllables and kana came apart above; they belong together.
    Cow::Owned(folded.nfc().collect())
}

/// Whether this letter belongs to a script that is written without spaces (Hangul's endings count too).
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'          // Thai, Lao
        | '\u{1000}'..='\u{109f}'      // Myanmar
        | '\u{1780}'..='\u{17ff}'      // Khmer
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'   // kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' // Han
        | '\u{ac00}'..='\u{d7a3}') // Hangul
}

fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '-' | '‐' | '‑' | '.' | '_' | ':' | ',')
}

/// Where the run of word characters, single joiners between them included, ends.
fn run_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        if bytes[end].is_ascii_alphanumeric() {
            end += 1;
            continue;
        }
        let mut chars = text[end..].chars();
        let Some(c) = chars.next() else { break };
        let joined = is_joiner(c) && chars.next().is_some_and(char::is_alphanumeric);
        if !(joined || c.is_alphanumeric() || is_combining_mark(c)) {
            break;
        }
        end += c.len_utf8();
    }
    if matches!(&bytes[..end], [b'c' | b'C' | b'f' | b'F' | b'j' | b'J']) {
        end += bytes[end..].iter().take(2).take_while(|b| matches!(b, b'+' | b'#')).count();
    }
    end
}

struct Splitter<'e> {
    each: &'e mut dyn FnMut(Token<'_>),
    compound: u32,
    lower: String,
    whole: String,
}

impl Splitter<'_> {
    fn run(&mut self, run: &str) {
        self.compound += 1;
        let mut lower = std::mem::take(&mut self.lower);
        lower.clear();
        if run.is_ascii() {
            lower.push_str(run);
            lower.make_ascii_lowercase();
        } else {
            lower.extend(run.chars().flat_map(char::to_lowercase));
        }
        if lower.bytes().all(|b| b.is_ascii_lowercase()) {
            self.emit(&lower, true);
        } else {
            self.mixed(&lower);
        }
        self.lower = lower;
    }

    fn mixed(&mut self, run: &str) {
        if run.chars().any(is_unspaced) {
            return self.unspaced(run);
        }
        // Longer than any name or number: what joins its pieces means nothing, and is not worth the time.
        if run.len() > 4 * LONGEST {
            return run.split(is_joiner).for_each(|piece| self.letters_and_digits(piece));
        }
        let number = run.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | ':' | '-' | '‐' | '‑'));
        if number {
            return self.number(run);
        }
        let mut pieces = run.split(is_joiner).peekable();
        let Some(first) = pieces.next() else { return };
        if pieces.peek().is_none() {
            return self.letters_and_digits(first);
        }
        if let Some(kept) = without_apostrophes(run) {
            if !kept.is_empty() {
                self.mixed(&kept);
            }
            return;
        }
        self.joined(run);
    }

    /// Pieces with joiners between them: the whole (hyphens closed up), then each piece.
    fn joined(&mut self, run: &str) {
        let mut whole = std::mem::take(&mut self.whole);
        whole.clear();
        whole.extend(run.chars().filter(|c| !matches!(c, '-' | '‐' | '‑' | '_')));
        // A dash between two sentences' words, or a path, is no name of anything.
        if whole.len() <= LONGEST / 2 {
            self.emit(&whole, whole.chars().all(char::is_alphabetic));
        }
        self.whole = whole;
        for piece in run.split(is_joiner) {
            self.letters_and_digits(piece);
        }
    }

    /// A single piece; "esp32" gives itself, "esp" and "32".
    fn letters_and_digits(&mut self, piece: &str) {
        let digits = piece.chars().filter(char::is_ascii_digit).count();
        if digits == 0 || digits == piece.len() || piece.starts_with("c+") {
            return self.emit(piece, digits == 0);
        }
        self.emit(piece, false);
        let mut parts = 0;
        let mut rest = piece;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| c.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
            parts += 1;
            // Codes and hashes come apart into noise.
            if parts <= 4 && rest[..end].chars().nth(usize::from(!first.is_ascii_digit())).is_some() {
                self.emit(&rest[..end], !first.is_ascii_digit());
            }
            rest = &rest[end..];
        }
    }

    /// "1,190" is 1190; "3.5" and "10:30" are themselves and their parts; "2015-2016" is its parts.
    fn number(&mut self, run: &str) {
        let groups = run.split(',').collect::<Vec<_>>();
        let thousands = groups.len() > 1
            && (1..=3).contains(&groups[0].len())
            && groups[1..].iter().all(|g| g.len() >= 3 && g.bytes().take(3).all(|b| b.is_ascii_digit()));
        if thousands {
            let closed = groups.concat();
            return self.number(&closed);
        }
        let dashed = |c| matches!(c, '-' | '‐' | '‑' | ',');
        for piece in run.split(dashed).filter(|piece| !piece.is_empty()) {
            self.emit(piece, false);
            if piece.contains(['.', ':']) {
                for part in piece.split(['.', ':']).filter(|part| !part.is_empty()) {
                    self.emit(part, false);
                }
            }
        }
    }

    fn unspaced(&mut self, run: &str) {
        let mut rest = run;
        while let Some(first) = rest.chars().next() {
            let kind = is_unspaced(first);
            let end = rest
                .find(|c: char| is_unspaced(c) != kind && (!kind || !is_combining_mark(c)))
                .unwrap_or(rest.len());
            self.compound += 1;
            if kind {
                self.bigrams(&rest[..end]);
            } else {
                let piece = rest[..end].trim_matches(is_joiner);
                if !piece.is_empty() {
                    self.mixed(piece);
                }
            }
            rest = &rest[end..];
        }
    }

    fn bigrams(&mut self, run: &str) {
        let starts = run.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
        if starts.len() == 1 {
            return self.emit(run, false);
        }
        for (at, start) in starts.iter().enumerate().take(starts.len() - 1) {
            let end = starts.get(at + 2).copied().unwrap_or(run.len());
            self.compound += 1;
            self.emit(&run[*start..end], false);
        }
    }

    fn emit(&mut self, text: &str, word: bool) {
        if !text.is_empty() && text.len() <= LONGEST {
            (self.each)(Token { text, compound: self.compound, word });
        }
    }
}

/// The run without its apostrophes' particles, `None` if it has none. Empty for "don't" and its like.
fn without_apostrophes(run: &str) -> Option<Cow<'_, str>> {
    let is_apostrophe = |c| matches!(c, '\'' | '’' | 'ʼ');
    let (head, tail) = run.split_once(is_apostrophe)?;
    let kept = match tail {
        "t" if head.ends_with('n') => "",
        "s" | "re" | "ve" | "ll" | "d" | "m" | "t" => head,
        // Elision: l'eau, qu'il, dell'acqua, d'abord. Otherwise a name: O'Brien.
        _ if head.chars().count() <= 2 && head != "o" => tail,
        _ if matches!(
            head,
            "dell" | "nell" | "all" | "sull" | "dall" | "quest" | "un" | "jusqu" | "lorsqu"
        ) =>
        {
            tail
        }
        _ => return Some(Cow::Owned([head, tail].concat())),
    };
    Some(match without_apostrophes(kept) {
        Some(again) => Cow::Owned(again.into_owned()),
        None => Cow::Borrowed(kept),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        let mut list = Vec::new();
        tokens(text, |token| list.push(token.text.to_owned()));
        list
    }

    #[test]
    fn words_are_lower_case_without_punctuation() {
        assert_eq!(
            list("Who led the Panthers, in (sacks)?"),
            ["who", "led", "the", "panthers", "in", "sacks"]
        );
        assert_eq!(list(""), [""; 0]);
        assert_eq!(list(" -- … ' \u{301}"), [""; 0]);
    }

    #[test]
    fn identifiers_are_kept_whole_and_split() {
        assert_eq!(list("ESP32"), ["esp32", "esp", "32"]);
        assert_eq!(list("exit-status-74"), ["exitstatus74", "exit", "status", "74"]);
        assert_eq!(list("Wi-Fi"), ["wifi", "wi", "fi"]);
        assert_eq!(list("sketch.ino v2.0.1"), ["sketch.ino", "sketch", "ino", "v2.0.1", "v2", "2", "0", "1"]);
        assert_eq!(list("C++ and c#"), ["c++", "and", "c#"]);
    }

    #[test]
    fn one_compound_shares_a_number_and_other_words_do_not() {
        let mut seen = Vec::new();
        tokens("an ESP32 board", |token| seen.push(token.compound));
        assert_eq!(seen, [1, 2, 2, 2, 3]);
    }

    #[test]
    fn numbers_lose_their_thousands_commas_and_keep_their_decimals() {
        assert_eq!(list("1,345,596 people"), ["1345596", "people"]);
        assert_eq!(list("3.5 at 10:30"), ["3.5", "3", "5", "at", "10:30", "10", "30"]);
        assert_eq!(list("won 23–16 in 2015-2016"), ["won", "23", "16", "in", "2015", "2016"]);
    }

    #[test]
    fn apostrophes_take_their_particles_with_them() {
        assert_eq!(list("Carolina's don't can’t O'Brien"), ["carolina", "obrien"]);
        assert_eq!(list("l'eau qu’il dell'acqua"), ["eau", "il", "acqua"]);
    }

    #[test]
    fn endless_runs_cost_no_more_than_their_length() {
        let pieces = |unit: &str| list(&unit.repeat(200_000)).len();
        assert_eq!(pieces("b'"), 200_000);
        assert_eq!(pieces("1,"), 200_000);
        assert_eq!((pieces("a1"), pieces("x")), (2, 0));
    }

    #[test]
    fn text_without_spaces_becomes_bigrams() {
        assert_eq!(list("返品方法"), ["返品", "品方", "方法"]);
        assert_eq!(list("USB接続は"), ["usb", "接続", "続は"]);
        assert_eq!(list("猫"), ["猫"]);
        assert_eq!(list("รหัส").len(), 3);
    }

    #[test]
    fn folding_brings_spellings_together() {
        assert_eq!(fold("größe"), "grosse");
        assert_eq!(fold("instalación"), "instalacion");
        assert_eq!(fold("été"), "ete");
        assert_eq!(fold("한국"), "한국");
        assert_eq!(list("ﬁle"), ["file"]);
    }
}
