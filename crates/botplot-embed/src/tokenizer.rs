//! The tokenizer of BERT uncased: text to word pieces, the longest known piece first.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization;

use crate::chars::{is_accent, is_dropped, is_han, is_punctuation};

const VOCABULARY: &str = include_str!("../model/vocab.txt");
const CONTINUES: &str = "##";
/// Longer words are unknown as a whole.
const MAX_WORD_CHARS: usize = 100;

/// Number of `[CLS]`, which opens every text.
pub(crate) const OPEN: u32 = 101;
/// Number of `[SEP]`, which closes every text.
pub(crate) const CLOSE: u32 = 102;
/// Number of `[UNK]`.
const UNKNOWN: u32 = 100;

type Pieces = HashMap<&'static str, u32, BuildHasherDefault<Fnv>>;

/// Cuts text into word pieces; loading takes a few milliseconds and about 2 MB.
pub struct Tokenizer {
    /// Pieces that begin a word.
    first: Pieces,
    /// Pieces that continue one, without their `##`.
    next: Pieces,
    /// Bytes of the longest piece.
    longest: usize,
}

impl Tokenizer {
    /// Reads the compiled-in vocabulary.
    pub fn load() -> Self {
        let mut tokenizer = Self { first: Pieces::default(), next: Pieces::default(), longest: 0 };
        tokenizer.first.reserve(24_000);
        tokenizer.next.reserve(6_000);
        for (number, piece) in (0..).zip(VOCABULARY.lines()) {
            tokenizer.longest = tokenizer.longest.max(piece.len());
            match piece.strip_prefix(CONTINUES) {
                Some(rest) if !rest.is_empty() => tokenizer.next.insert(rest, number),
                _ => tokenizer.first.insert(piece, number),
            };
        }
        tokenizer
    }

    /// Counts the word pieces of the whole text, without the marks at its ends.
    pub fn count(&self, text: &str) -> usize {
        let mut count = 0;
        self.each_piece(text, &mut |_| {
            count += 1;
            true
        });
        count
    }

    /// Whether the vocabulary has the lower-case `word` whole, which misspelt words hardly are.
    pub fn knows(&self, word: &str) -> bool {
        self.first.contains_key(word)
    }

    /// The numbers of the first `most` pieces, the marks at both ends included.
    ///
    /// The marks' own names have no meaning in a text: a visitor who writes `[SEP]` writes a word in brackets.
    pub(crate) fn pieces(&self, text: &str, most: usize) -> Vec<u32> {
        let mut pieces = vec![OPEN];
        self.each_piece(text, &mut |piece| {
            pieces.push(piece);
            pieces.len() + 1 < most
        });
        pieces.push(CLOSE);
        pieces
    }

    /// Calls `take` with each piece until it answers `false`.
    fn each_piece(&self, text: &str, take: &mut dyn FnMut(u32) -> bool) {
        let mut word = String::new();
        let mut found = Vec::new();
        let mut end = |word: &mut String| {
            let go_on = word.is_empty() || {
                self.split_word(word, &mut found);
                found.iter().all(|&piece| take(piece))
            };
            word.clear();
            go_on
        };
        for c in normal_chars(text) {
            let alone = is_punctuation(c) || is_han(c);
            if (alone || c.is_whitespace()) && !end(&mut word) {
                return;
            }
            if !c.is_whitespace() {
                word.push(c);
            }
            if alone && !end(&mut word) {
                return;
            }
        }
        end(&mut word);
    }

    /// Puts the pieces of one word into `found`; a word with any unknown part is unknown as a whole.
    fn split_word(&self, word: &str, found: &mut Vec<u32>) {
        found.clear();
        if word.len() > MAX_WORD_CHARS && word.chars().count() > MAX_WORD_CHARS {
            found.push(UNKNOWN);
            return;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let known = if found.is_empty() { &self.first } else { &self.next };
            let longest = rest.floor_char_boundary(self.longest);
            let mut ends = (1..=longest).rev().filter(|&end| rest.is_char_boundary(end));
            let Some((end, piece)) = ends.find_map(|end| Some((end, *known.get(&rest[..end])?))) else {
                found.clear();
                found.push(UNKNOWN);
                return;
            };
            found.push(piece);
            rest = &rest[end..];
        }
    }
}

/// The characters that the pieces are looked up by: cleaned, without accents, in lower case.
fn normal_chars(text: &str) -> impl Iterator<Item = char> {
    let mut plain = None;
    let mut composed = None;
    if text.is_ascii() {
        plain = Some(text.chars().filter(|&c| !is_dropped(c)).map(|c| c.to_ascii_lowercase()));
    } else {
        let kept = text.chars().filter(|&c| !is_dropped(c));
        composed = Some(kept.nfd().filter(|&c| !is_accent(c)).flat_map(char::to_lowercase));
    }
    plain.into_iter().flatten().chain(composed.into_iter().flatten())
}

/// FNV-1a: the keys are the vocabulary's own, so nobody can choose them to collide.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&'static str> {
        let names: Vec<&str> = VOCABULARY.lines().collect();
        let tokenizer = Tokenizer::load();
        let pieces = tokenizer.pieces(text, usize::MAX);
        assert_eq!(pieces.len(), tokenizer.count(text) + 2);
        pieces[1..pieces.len() - 1].iter().map(|&piece| names[piece as usize]).collect()
    }

    #[test]
    fn words_are_lower_cased_and_lose_their_accents() {
        assert_eq!(words("Héllo WÖRLD, naïve"), ["hello", "world", ",", "naive"]);
    }

    #[test]
    fn an_unknown_word_falls_apart_into_the_longest_known_pieces() {
        assert_eq!(words("unaffable"), ["una", "##ffa", "##ble"]);
    }

    #[test]
    fn punctuation_and_han_stand_alone() {
        assert_eq!(words("don't$5 中国x"), ["don", "'", "t", "$", "5", "中", "国", "x"]);
    }

    #[test]
    fn a_word_without_known_pieces_or_of_more_than_100_letters_is_unknown() {
        assert_eq!(words("🦀 ok"), ["[UNK]", "ok"]);
        assert_eq!(words(&"a".repeat(101)), ["[UNK]"]);
        assert_ne!(words(&"a".repeat(100)), ["[UNK]"]);
    }

    #[test]
    fn the_marks_names_are_plain_words_in_a_text() {
        assert_eq!(words("[SEP]"), ["[", "sep", "]"]);
    }

    #[test]
    fn pieces_are_cut_with_the_closing_mark_kept() {
        let pieces = Tokenizer::load().pieces("one two three four", 4);
        assert_eq!((pieces.len(), pieces[0], pieces[3]), (4, OPEN, CLOSE));
    }

    #[test]
    fn an_empty_text_has_only_its_marks() {
        assert_eq!(Tokenizer::load().pieces(" \u{200b}\n", 256), [OPEN, CLOSE]);
    }
}
