//! A question as the index sees it: its telling words, how much each tells, and repairs.

use crate::context::latest;
use crate::language::Language;
use crate::lexical::Lexical;
use crate::spelling::{Repair, repair};
use crate::tokens::{Token, fold, tokens};
use crate::vocabulary::{TermId, Vocabulary};

/// A repaired word may not be what was meant.
const REPAIRED: f32 = 0.8;
/// Words of earlier turns, when the question leans on them.
const CONTEXT: f32 = 0.35;
/// A question longer than this is a pasted log; its rarest words tell enough.
const MOST_WORDS: usize = 64;
/// Words beyond this are not read at all.
const MOST_READ: usize = 256;
/// Each repair goes through the whole vocabulary; a question with more unknown words is not misspelt but foreign.
const MOST_REPAIRS: usize = 8;

/// The telling words of a question; also what sentences are compared with in [`crate::extract()`].
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub(crate) words: Vec<Word>,
    pub(crate) language: Language,
    pub(crate) repaired: Vec<(String, String)>,
    repairs_tried: usize,
}

/// One telling word.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// Stems under which it is indexed; empty if the index does not know it.
    pub(crate) terms: Vec<TermId>,
    /// The same stems as text, and its own, to find it in sentences.
    pub(crate) stems: Vec<String>,
    /// How much it tells: the rarer, the more.
    pub(crate) idf: f32,
    /// 1 for a word of the question itself.
    pub(crate) weight: f32,
    compound: u32,
}

/// What parsing needs of an index.
pub(crate) struct Known<'i> {
    pub(crate) vocabulary: &'i Vocabulary,
    pub(crate) lexical: &'i Lexical,
    /// Languages that passages have, the most common first.
    pub(crate) languages: &'i [Language],
    /// Tells words that are spelt right although no passage has them.
    pub(crate) is_word: Option<&'i dyn Fn(&str) -> bool>,
}

impl Known<'_> {
    /// Parses a question, with earlier turns if it leans on them.
    pub(crate) fn terms(&self, question: &str, context: Option<&str>) -> Terms {
        let usual = self.languages.first().copied().unwrap_or_default();
        let language = Language::shown_by(question).unwrap_or(usual);
        let mut found = Terms { language, ..Terms::default() };
        tokens(question, |token| self.add(&mut found, token, 1.0));
        drop_unknown_parts(&mut found.words);
        if let Some(context) = context {
            let own = found.words.len();
            for turn in latest(context) {
                tokens(turn, |token| self.add(&mut found, token, CONTEXT));
            }
            let mut at = 0;
            found.words.retain(|word| {
                at += 1;
                at <= own || !word.terms.is_empty()
            });
        }
        if found.words.len() > MOST_WORDS {
            found.words.sort_by(|a, b| (b.idf * b.weight).total_cmp(&(a.idf * a.weight)));
            found.words.truncate(MOST_WORDS);
        }
        found
    }

    fn add(&self, found: &mut Terms, token: Token<'_>, weight: f32) {
        if found.words.len() >= MOST_READ || token.word && found.language.is_stop_word(token.text) {
            return;
        }
        let terms = self.vocabulary.terms_of(token, self.languages);
        let word = self.word(token, terms, weight, found.language);
        let spelt_right =
            || Language::any_stop_word(token.text) || self.is_word.is_some_and(|is_word| is_word(token.text));
        let unknown = word.terms.is_empty() && token.word && weight >= 1.0;
        if unknown && found.repairs_tried < MOST_REPAIRS && !spelt_right() {
            found.repairs_tried += 1;
            match repair(token.text, self.vocabulary) {
                Some(Repair::Word(meant)) => return self.add_repaired(found, token, &[&meant]),
                Some(Repair::Two(first, second)) => {
                    return self.add_repaired(found, token, &[&first, &second]);
                }
                None => {}
            }
        }
        push(&mut found.words, word);
    }

    fn add_repaired(&self, found: &mut Terms, token: Token<'_>, meant: &[&str]) {
        found.repaired.push((token.text.to_owned(), meant.join(" ")));
        for text in meant {
            let token = Token { text, ..token };
            let terms = self.vocabulary.terms_of(token, self.languages);
            push(&mut found.words, self.word(token, terms, REPAIRED, found.language));
        }
    }

    fn word(&self, token: Token<'_>, mut terms: Vec<TermId>, weight: f32, language: Language) -> Word {
        terms.retain(|&term| self.lexical.frequency(&[term]) > 0);
        let mut stems =
            terms.iter().map(|&term| self.vocabulary.term_text(term).to_owned()).collect::<Vec<_>>();
        let own = if token.word {
            fold(&self.vocabulary.stem(language, token.text)).into_owned()
        } else {
            fold(token.text).into_owned()
        };
        if !stems.contains(&own) {
            stems.push(own);
        }
        let idf = self.lexical.idf(self.lexical.frequency(&terms));
        Word { terms, stems, idf, weight, compound: token.compound }
    }
}

/// A word counts once, however often it is said.
fn push(words: &mut Vec<Word>, word: Word) {
    if !words.iter().any(|other| other.stems == word.stems) {
        words.push(word);
    }
}

/// "Wi-Fi" is known if "wifi" is: spellings of a compound that no passage has say nothing against it.
fn drop_unknown_parts(words: &mut Vec<Word>) {
    let known = words.iter().filter(|w| !w.terms.is_empty()).map(|w| w.compound).collect::<Vec<_>>();
    let mut counted = Vec::new();
    words.retain(|word| {
        if !word.terms.is_empty() {
            return true;
        }
        // Of an unknown compound one spelling stays, so that it counts as one unknown word.
        let first = !counted.contains(&word.compound);
        counted.push(word.compound);
        first && !known.contains(&word.compound)
    });
}
