//! Which language a text is in: a hint for stems and weights, never a promise.

/// Letters of text below which a guess is worth nothing.
const MIN_LETTERS: usize = 24;
/// Bytes of a document that are looked at.
const SAMPLE: usize = 4000;

/// The ISO 639-1 code of a text's language, `None` when it is too short or mixed to tell.
/// Two detectors share the work: one is better on the sixteen languages that it knows, the other knows seventy.
pub fn detect(text: &str) -> Option<&'static str> {
    let sample = &text[..text.floor_char_boundary(SAMPLE)];
    if sample.chars().filter(|c| c.is_alphabetic()).take(MIN_LETTERS).count() < MIN_LETTERS {
        // A letter of Chinese or Japanese says more than one of the alphabet.
        let dense = sample.chars().filter(|c| ('\u{2e80}'..'\u{fb00}').contains(c)).count();
        if dense < 8 {
            return None;
        }
    }
    let broad = whatlang::detect(sample)?;
    let code = iso(broad.lang().code());
    match KNOWN_TO_BOTH.contains(&code) {
        true => Some(iso(whichlang::detect_language(sample).three_letter_code())),
        false if broad.is_reliable() => Some(code),
        false => None,
    }
}

/// The language of an HTML `lang` attribute: its first part, when it is a two-letter code that is known here.
pub(crate) fn from_tag(tag: &str) -> Option<&'static str> {
    let first = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    CODES.iter().map(|(_, two)| *two).find(|two| *two == first)
}

const KNOWN_TO_BOTH: &[&str] =
    &["ar", "nl", "en", "fr", "de", "hi", "it", "ja", "ko", "zh", "pt", "ru", "es", "sv", "tr", "vi"];

fn iso(three: &str) -> &'static str {
    CODES.iter().find(|(long, _)| *long == three).map_or("und", |(_, two)| two)
}

/// ISO 639-3 to 639-1, for every language of both detectors.
#[rustfmt::skip]
const CODES: &[(&str, &str)] = &[
    ("afr", "af"), ("aka", "ak"), ("amh", "am"), ("ara", "ar"), ("aze", "az"), ("bel", "be"), ("ben", "bn"),
    ("bul", "bg"), ("cat", "ca"), ("ces", "cs"), ("cmn", "zh"), ("cym", "cy"), ("dan", "da"), ("deu", "de"),
    ("ell", "el"), ("eng", "en"), ("epo", "eo"), ("est", "et"), ("eus", "eu"), ("fin", "fi"), ("fra", "fr"),
    ("gle", "ga"), ("guj", "gu"), ("heb", "he"), ("hin", "hi"), ("hrv", "hr"), ("hun", "hu"), ("hye", "hy"),
    ("ind", "id"), ("ita", "it"), ("jav", "jv"), ("jpn", "ja"), ("kan", "kn"), ("kat", "ka"), ("khm", "km"),
    ("kor", "ko"), ("lat", "la"), ("lav", "lv"), ("lit", "lt"), ("mal", "ml"), ("mar", "mr"), ("mkd", "mk"),
    ("mya", "my"), ("nep", "ne"), ("nld", "nl"), ("nob", "nb"), ("ori", "or"), ("pan", "pa"), ("pes", "fa"),
    ("pol", "pl"), ("por", "pt"), ("ron", "ro"), ("rus", "ru"), ("sin", "si"), ("slk", "sk"), ("slv", "sl"),
    ("sna", "sn"), ("spa", "es"), ("srp", "sr"), ("swe", "sv"), ("tam", "ta"), ("tel", "te"), ("tgl", "tl"),
    ("tha", "th"), ("tuk", "tk"), ("tur", "tr"), ("ukr", "uk"), ("urd", "ur"), ("uzb", "uz"), ("vie", "vi"),
    ("yid", "yi"), ("zul", "zu"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_languages_are_told_apart() {
        for (text, code) in [
            ("How do I return an item that I bought in the store?", "en"),
            ("Wie kann ich einen gekauften Artikel zurückgeben und mein Geld bekommen?", "de"),
            ("¿Cómo puedo devolver un artículo que compré en la tienda?", "es"),
            ("Jak mogę zwrócić produkt kupiony w sklepie internetowym?", "pl"),
            ("店で買った商品を返品するにはどうすればいいですか", "ja"),
            ("如何退回在商店购买的商品并获得退款", "zh"),
            ("Как вернуть товар, купленный в магазине, и получить деньги?", "ru"),
        ] {
            assert_eq!(detect(text), Some(code), "{text}");
        }
    }

    #[test]
    fn too_little_text_says_nothing() {
        assert_eq!(detect("OK 42"), None);
        assert_eq!(detect(""), None);
    }

    #[test]
    fn every_language_of_the_detectors_has_a_code() {
        for lang in whatlang::Lang::all() {
            assert_ne!(iso(lang.code()), "und", "{}", lang.code());
        }
        for lang in whichlang::LANGUAGES {
            assert!(KNOWN_TO_BOTH.contains(&iso(lang.three_letter_code())), "{}", lang.three_letter_code());
        }
        assert_eq!(from_tag("pt-BR"), Some("pt"));
        assert_eq!(from_tag("klingon"), None);
    }
}
