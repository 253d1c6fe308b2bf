//! Which language a text is written in, as far as stems, stop words and fusion weights need to know.
//!
//! Script decides first, then the function words of each language: a passage or a question has plenty
//! of them, and a list of part numbers has none (it counts as English, whose stems do it no harm).

use rust_stemmers::{Algorithm, Stemmer};

mod stops;

/// A language with a stemmer or a stop list of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Language {
    /// English, and the guess for Latin text that shows no language.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Italian.
    Italian,
    /// Portuguese.
    Portuguese,
    /// Dutch.
    Dutch,
    /// Swedish.
    Swedish,
    /// Danish.
    Danish,
    /// Norwegian.
    Norwegian,
    /// Finnish.
    Finnish,
    /// Hungarian.
    Hungarian,
    /// Romanian.
    Romanian,
    /// Turkish.
    Turkish,
    /// Polish (stop words only).
    Polish,
    /// Czech (stop words only).
    Czech,
    /// Russian, and the guess for Cyrillic text.
    Russian,
    /// Greek.
    Greek,
    /// Arabic.
    Arabic,
    /// Tamil.
    Tamil,
    /// Every other language: words are taken as they stand, or as bigrams.
    Other,
}

impl Language {
    /// Every language, in the order of its number.
    pub const ALL: [Self; 21] = [
        Self::English,
        Self::German,
        Self::Spanish,
        Self::French,
        Self::Italian,
        Self::Portuguese,
        Self::Dutch,
        Self::Swedish,
        Self::Danish,
        Self::Norwegian,
        Self::Finnish,
        Self::Hungarian,
        Self::Romanian,
        Self::Turkish,
        Self::Polish,
        Self::Czech,
        Self::Russian,
        Self::Greek,
        Self::Arabic,
        Self::Tamil,
        Self::Other,
    ];

    /// The language of a passage: script first, then the most function words; English when nothing shows.
    pub fn of(text: &str) -> Self {
        Self::of_parts([text])
    }

    /// The language of a text in several parts.
    pub(crate) fn of_parts<const N: usize>(parts: [&str; N]) -> Self {
        let mut seen = Evidence::default();
        for part in parts {
            seen.gather(part);
        }
        seen.best().unwrap_or_default()
    }

    /// The language of a short question, `None` when it shows none.
    pub fn shown_by(text: &str) -> Option<Self> {
        let mut seen = Evidence::default();
        seen.gather(text);
        seen.best()
    }

    /// Whether this lower-case word is too common in this language to tell anything.
    pub fn is_stop_word(self, word: &str) -> bool {
        stops::languages(word) & (1 << self as u32) != 0
    }

    /// Whether some language has this lower-case word as a stop word.
    pub(crate) fn any_stop_word(word: &str) -> bool {
        stops::languages(word) != 0
    }

    pub(crate) fn stemmer(self) -> Option<Stemmer> {
        let algorithm = match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::Spanish => Algorithm::Spanish,
            Self::French => Algorithm::French,
            Self::Italian => Algorithm::Italian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Dutch => Algorithm::Dutch,
            Self::Swedish => Algorithm::Swedish,
            Self::Danish => Algorithm::Danish,
            Self::Norwegian => Algorithm::Norwegian,
            Self::Finnish => Algorithm::Finnish,
            Self::Hungarian => Algorithm::Hungarian,
            Self::Romanian => Algorithm::Romanian,
            Self::Turkish => Algorithm::Turkish,
            Self::Russian => Algorithm::Russian,
            Self::Greek => Algorithm::Greek,
            Self::Arabic => Algorithm::Arabic,
            Self::Tamil => Algorithm::Tamil,
            Self::Polish | Self::Czech | Self::Other => return None,
        };
        Some(Stemmer::create(algorithm))
    }
}

/// What a text shows: letters by script, and function words by language.
#[derive(Default)]
struct Evidence {
    latin: usize,
    cyrillic: usize,
    greek: usize,
    arabic: usize,
    tamil: usize,
    elsewhere: usize,
    words: usize,
    stops: [usize; Language::ALL.len()],
}

impl Evidence {
    /// Enough to tell a language, however long the text.
    const WORDS: usize = 100;

    fn gather(&mut self, text: &str) {
        let mut word = String::new();
        for c in text.chars() {
            if c.is_alphabetic() {
                word.extend(c.to_lowercase());
                self.count_script(c);
                continue;
            }
            self.end_word(&mut word);
            if self.words >= Self::WORDS {
                break;
            }
        }
        self.end_word(&mut word);
    }

    fn count_script(&mut self, c: char) {
        let count = match c {
            '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => &mut self.latin,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => &mut self.greek,
            '\u{400}'..='\u{52f}' => &mut self.cyrillic,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => &mut self.arabic,
            '\u{b80}'..='\u{bff}' => &mut self.tamil,
            _ => &mut self.elsewhere,
        };
        *count += 1;
    }

    fn end_word(&mut self, word: &mut String) {
        if word.is_empty() {
            return;
        }
        self.words += 1;
        // A lone letter is what an apostrophe left over, or a name.
        let mut languages = if word.chars().nth(1).is_some() { stops::languages(word) } else { 0 };
        while languages != 0 {
            self.stops[languages.trailing_zeros() as usize] += 1;
            languages &= languages - 1;
        }
        word.clear();
    }

    fn best(&self) -> Option<Language> {
        let scripts = [self.latin, self.cyrillic, self.greek, self.arabic, self.tamil, self.elsewhere];
        let most = scripts.iter().copied().max().filter(|&n| n > 0)?;
        match scripts.iter().position(|&n| n == most) {
            Some(0) => self.best_latin(),
            Some(1) => Some(Language::Russian),
            Some(2) => Some(Language::Greek),
            Some(3) => Some(Language::Arabic),
            Some(4) => Some(Language::Tamil),
            _ => Some(Language::Other),
        }
    }

    fn best_latin(&self) -> Option<Language> {
        let (mut best, mut count) = (None, 0);
        for language in Language::ALL {
            let stops = self.stops[language as usize];
            // A tie shows nothing between the two; the earlier, more widely used language stands.
            if stops > count {
                (best, count) = (Some(language), stops);
            }
        }
        // One function word may be a name ("Arduino Uno"); a few in a long list are chance.
        best.filter(|_| count >= 2 && count * 16 >= self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_tell_the_language() {
        for (text, language) in [
            ("how do i reset my password", Language::English),
            ("wie kann ich mein passwort zurücksetzen", Language::German),
            ("¿cómo puedo restablecer mi contraseña?", Language::Spanish),
            ("comment puis-je changer le mot de passe", Language::French),
            ("come posso cambiare la mia password", Language::Italian),
            ("como posso mudar a minha senha", Language::Portuguese),
            ("hoe kan ik mijn wachtwoord wijzigen", Language::Dutch),
            ("jak mogę zmienić hasło", Language::Polish),
            ("как сбросить пароль", Language::Russian),
            ("パスワードを変更したい", Language::Other),
        ] {
            assert_eq!(Language::shown_by(text), Some(language), "{text}");
        }
    }

    #[test]
    fn a_list_of_names_shows_no_language_and_counts_as_english() {
        assert_eq!(Language::shown_by("Uno Nano Leonardo"), None);
        assert_eq!(Language::of("Uno Nano Leonardo"), Language::English);
    }

    #[test]
    fn numbers_follow_the_list_and_stop_lists_are_sorted() {
        for (at, language) in Language::ALL.into_iter().enumerate() {
            assert_eq!(language as usize, at);
            let list = stops::of(language);
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{language:?} {list:?}");
        }
    }
}
