//! The words of one index: written form → stem, by language, with counts for spelling repair.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use rust_stemmers::Stemmer;

use crate::language::Language;
use crate::tokens::{Token, fold};

/// Number of a stem: one posting list each.
pub(crate) type TermId = u32;
/// Number of a written form in one language.
pub(crate) type FormId = u32;

/// What is known of one written form.
pub(crate) struct Form {
    pub(crate) term: TermId,
    /// How many passages have it; zero after the last of them is removed.
    pub(crate) passages: u32,
    /// One bit for each letter it has (see [`letters`]), and its length in characters.
    pub(crate) letters: u32,
    pub(crate) length: u8,
    /// Whether it may be the repair of a misspelt word.
    pub(crate) word: bool,
}

/// Written forms and stems, numbered as they come.
#[derive(Default)]
pub(crate) struct Vocabulary {
    /// Forms, each with its language as first character.
    written: Interner,
    forms: Vec<Form>,
    terms: Interner,
    /// Accented forms by their folded spelling.
    folded: HashMap<String, Vec<FormId>>,
    stemmers: Stemmers,
    scratch: String,
}

impl Vocabulary {
    /// The number of this token as a form of the language, `None` for a stop word.
    pub(crate) fn learn(&mut self, token: Token<'_>, language: Language) -> Option<FormId> {
        let key = key(&mut self.scratch, language, token);
        if let Some(id) = self.written.get(key) {
            return Some(id);
        }
        if token.word && language.is_stop_word(token.text) {
            return None;
        }
        let id = self.written.intern(key);
        let stem = if token.word { self.stemmers.stem(language, token.text) } else { token.text.to_owned() };
        let term = self.terms.intern(&fold(&stem));
        let plain = fold(token.text);
        if plain != token.text {
            self.folded.entry_ref(&*plain).or_default().push(id);
        }
        self.forms.push(Form {
            term,
            passages: 0,
            letters: letters(&plain),
            length: plain.chars().count().min(255) as u8,
            word: token.word,
        });
        Some(id)
    }

    /// The stems under which this word of a question may be indexed, in languages that the index has.
    pub(crate) fn terms_of(&self, token: Token<'_>, languages: &[Language]) -> Vec<TermId> {
        let mut terms = Vec::new();
        let mut add = |term: Option<TermId>| {
            if let Some(term) = term.filter(|term| !terms.contains(term)) {
                terms.push(term);
            }
        };
        let plain = fold(token.text);
        for &language in languages {
            if !token.word {
                continue;
            }
            add(self.terms.get(&fold(&self.stemmers.stem(language, token.text))));
            add(self.form(language, Token { text: &plain, ..token }).map(|form| form.term));
        }
        add(self.terms.get(&plain).filter(|_| !token.word || languages.contains(&Language::Other)));
        for &form in self.folded.get(&*plain).into_iter().flatten() {
            add(Some(self.forms[form as usize].term));
        }
        terms
    }

    fn form(&self, language: Language, token: Token<'_>) -> Option<&Form> {
        let mut scratch = String::new();
        self.written.get(key(&mut scratch, language, token)).map(|id| &self.forms[id as usize])
    }

    pub(crate) fn stem(&self, language: Language, word: &str) -> String {
        self.stemmers.stem(language, word)
    }

    pub(crate) fn term_of(&self, form: FormId) -> TermId {
        self.forms[form as usize].term
    }

    pub(crate) fn term_text(&self, term: TermId) -> &str {
        self.terms.text(term)
    }

    pub(crate) fn count_up(&mut self, form: FormId) {
        self.forms[form as usize].passages += 1;
    }

    pub(crate) fn count_down(&mut self, form: FormId) {
        self.forms[form as usize].passages -= 1;
    }

    /// Every form that some passage has, with its spelling as written.
    pub(crate) fn living(&self) -> impl Iterator<Item = (&Form, &str)> {
        self.forms
            .iter()
            .enumerate()
            .filter(|(_, form)| form.passages > 0)
            .map(|(id, form)| (form, self.written.text(id as u32).get(1..).unwrap_or_default()))
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.written.bytes()
            + self.terms.bytes()
            + self.forms.capacity() * size_of::<Form>()
            + self.folded.capacity() * 80
    }
}

/// The key of a form: one ASCII character for the language (and whether stems apply), then the form.
fn key<'s>(scratch: &'s mut String, language: Language, token: Token<'_>) -> &'s str {
    scratch.clear();
    let kind = if token.word { b'A' + language as u8 } else { b'@' };
    scratch.push(char::from(kind));
    scratch.push_str(token.text);
    scratch
}

/// One bit for each letter in the word: two words `n` edits apart differ in at most `2n` bits.
pub(crate) fn letters(word: &str) -> u32 {
    word.chars().fold(0, |bits, c| bits | 1 << (u32::from(c) % 32))
}

/// One stemmer per language, made once.
struct Stemmers([Option<Stemmer>; Language::ALL.len()]);

impl Default for Stemmers {
    fn default() -> Self {
        Self(Language::ALL.map(Language::stemmer))
    }
}

impl Stemmers {
    fn stem(&self, language: Language, word: &str) -> String {
        match &self.0[language as usize] {
            Some(stemmer) => stemmer.stem(word).into_owned(),
            None => word.to_owned(),
        }
    }
}

/// Strings numbered in order of arrival, kept in one buffer.
#[derive(Default)]
struct Interner {
    ids: HashTable<u32>,
    text: String,
    ends: Vec<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    fn text(&self, id: u32) -> &str {
        slice(&self.text, &self.ends, id)
    }

    fn get(&self, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(text);
        self.ids.find(hash, |&id| self.text(id) == text).copied()
    }

    fn intern(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        let Self { ids, text: buffer, ends, hasher } = self;
        if let Some(&id) = ids.find(hash, |&id| slice(buffer, ends, id) == text) {
            return id;
        }
        let id = ends.len() as u32;
        buffer.push_str(text);
        ends.push(buffer.len() as u32);
        ids.insert_unique(hash, id, |&id| hasher.hash_one(slice(buffer, ends, id)));
        id
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4 + self.ids.capacity() * 5
    }
}

fn slice<'t>(buffer: &'t str, ends: &[u32], id: u32) -> &'t str {
    let start = match id {
        0 => 0,
        _ => ends[id as usize - 1],
    };
    &buffer[start as usize..ends[id as usize] as usize]
}
