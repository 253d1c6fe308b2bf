//! The words of the widget's interface: read once from their files, and found for whatever language a page names.

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use botplot_core::project::Widget;
use botplot_core::speech::Speech;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::languages::{Entry, LANGUAGES};

/// What the names of words begin with that stand in for settings and are not sent.
const DEFAULT: &str = "default_";
/// Bytes that a language's tag may have; the longest of the registry have half of it.
const TAG_LIMIT: usize = 64;
/// Other names under which a language is asked for, in small letters. A name that is a language here is none of these.
const ALIASES: &[(&str, &str)] = &[
    ("zh-hant", "zh-TW"),
    ("zh-hk", "zh-TW"),
    ("zh-mo", "zh-TW"),
    ("zh", "zh-CN"),
    ("no", "nb"),
    ("nn", "nb"),
    ("iw", "he"),
    ("in", "id"),
    ("tl", "fil"),
    ("pt", "pt-BR"),
];

static KNOWN: LazyLock<Vec<Language>> = LazyLock::new(|| LANGUAGES.iter().map(Language::of).collect());

/// A language and its words.
pub(crate) struct Language {
    /// Its tag, such as `de` or `zh-TW`.
    pub(crate) code: &'static str,
    /// Which way it is written: `ltr` or `rtl`.
    pub(crate) dir: &'static str,
    /// What the bot itself says in it.
    pub(crate) speech: &'static Speech,
    words: Words,
}

impl Language {
    /// The language of a page that calls its own `tag`; English for one that has no words here.
    pub(crate) fn of_page(tag: &str) -> &'static Self {
        Self::find(tag).unwrap_or(&KNOWN[0])
    }

    /// The language that a browser would like best of those that it names.
    pub(crate) fn of_browser(headers: &HeaderMap) -> &'static Self {
        let lists = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|v| v.to_str().ok());
        let mut named: Vec<(f32, &str)> =
            lists.flat_map(|list| list.split(',')).filter_map(weighed).collect();
        // Of equal weights the first stays first.
        named.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let known = named.into_iter().find_map(|(_, tag)| Self::find(tag));
        known.unwrap_or(&KNOWN[0])
    }

    /// The language that a project's owner chose for all pages; without one, that of the page itself.
    pub(crate) fn set_for(widget: &Widget, of_page: impl FnOnce() -> &'static Self) -> &'static Self {
        let chosen = KNOWN.iter().find(|language| language.code == widget.language);
        chosen.unwrap_or_else(of_page)
    }

    /// All languages, English first.
    pub(crate) fn all() -> &'static [Self] {
        &KNOWN
    }

    fn find(tag: &str) -> Option<&'static Self> {
        let code = matching(|| KNOWN.iter().map(|language| language.code), tag)?;
        KNOWN.iter().find(|language| language.code == code)
    }

    /// True for the language that the widget itself brings along.
    pub(crate) fn is_built_in(&self) -> bool {
        self.code == KNOWN[0].code
    }

    /// The words that are sent, each with its name, in the order in which they are sent.
    pub(crate) fn sent(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = KNOWN[0].words.0.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !name.starts_with(DEFAULT)).map(|name| (name, self.word(name)))
    }

    /// The word that stands in for a setting that its owner left as it was, such as `title`.
    pub(crate) fn default_of(&self, setting: &str) -> &str {
        self.word(&format!("{DEFAULT}{setting}"))
    }

    /// The word of this name, in English where this language has none.
    fn word(&self, name: &str) -> &str {
        self.words.find(name).or_else(|| KNOWN[0].words.find(name)).unwrap_or_default()
    }

    fn of(entry: &Entry) -> Self {
        let words = serde_json::from_str(entry.file).expect("a test reads every file that is compiled in");
        let speech = Speech::find(entry.code).expect("a test compares the languages of both lists");
        Self { code: entry.code, dir: entry.dir, speech, words }
    }
}

/// A tag of `Accept-Language` with its weight, unless that is zero.
fn weighed(entry: &str) -> Option<(f32, &str)> {
    let mut parts = entry.split(';').map(str::trim);
    let tag = parts.next()?;
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok())?;
    (weight > 0.0).then_some((weight, tag))
}

/// The code among `codes` that fits a page's `tag` best: itself, or what is left of it from its beginning.
fn matching<I: Iterator<Item = &'static str>>(codes: impl Fn() -> I, tag: &str) -> Option<&'static str> {
    if tag.len() > TAG_LIMIT {
        return None;
    }
    let known = |wanted: &str| codes().find(|code| code.eq_ignore_ascii_case(wanted));
    let alias =
        |wanted: &str| ALIASES.iter().find(|(name, _)| *name == wanted).and_then(|(_, code)| known(code));
    let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
    let mut rest = tag.as_str();
    loop {
        if let Some(code) = known(rest).or_else(|| alias(rest)) {
            return Some(code);
        }
        rest = rest.rsplit_once('-')?.0;
    }
}

/// Words by name, in the order of their file.
struct Words(Vec<(String, String)>);

impl Words {
    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, word)| word.as_str())
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

/// Reads an object's members as they come; a map would sort them.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Words;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = members.next_entry()? {
            words.push(word);
        }
        Ok(Words(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::project::Settings;
    use botplot_core::speech;

    #[test]
    fn a_pages_language_is_found_by_the_beginning_of_its_tag() {
        let check = |codes: &'static [&'static str], tag: &str, expected: Option<&str>| {
            assert_eq!(matching(|| codes.iter().copied(), tag), expected, "{tag}");
        };
        let some = &["en", "de", "nb", "he", "pt-BR", "zh-CN", "zh-TW"];
        for (tag, code) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE_at", "de"),
            (" de-Latn-AT-1996 ", "de"),
            ("no", "nb"),
            ("nn-NO", "nb"),
            ("iw-IL", "he"),
            ("pt-PT", "pt-BR"),
            ("zh", "zh-CN"),
            ("zh-Hans-HK", "zh-CN"),
            ("zh-Hant", "zh-TW"),
            ("zh-Hant-HK", "zh-TW"),
            ("zh-hk", "zh-TW"),
            ("zh-TW", "zh-TW"),
            ("zh_tw", "zh-TW"),
            ("en-GB-oxendict", "en"),
        ] {
            check(some, tag, Some(code));
        }
        for tag in ["", "-", "--", "x", "deu", "d", "tlh", "de\u{e9}", "😀", &"de-".repeat(4000)] {
            check(some, tag, None);
        }
        // A language of its own is not taken for another one.
        check(&["en", "zh", "pt", "nn", "nb"], "zh-CN", Some("zh"));
        check(&["en", "zh", "pt", "nn", "nb"], "pt-BR", Some("pt"));
        check(&["en", "zh", "pt", "nn", "nb"], "nn", Some("nn"));
        check(&["en"], "zh-TW", None);
    }

    #[test]
    fn a_browsers_languages_are_weighed() {
        for (entry, expected) in [
            ("de", Some((1.0, "de"))),
            (" de-AT ; q=0.8", Some((0.8, "de-AT"))),
            ("*;q=0.1", Some((0.1, "*"))),
            ("de;q=0", None),
            ("de;q=x", None),
            ("de;q=-1", None),
            ("de;q=NaN", None),
        ] {
            assert_eq!(weighed(entry), expected, "{entry}");
        }
    }

    #[test]
    fn every_language_has_every_word_and_no_other() {
        let names = |language: &Language| {
            let mut names: Vec<_> = language.words.0.iter().map(|(name, _)| name.clone()).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(KNOWN[0].code, "en");
        for language in Language::all() {
            let code = language.code;
            assert_eq!(names(language), names(&KNOWN[0]), "{code}");
            assert!(["ltr", "rtl"].contains(&language.dir), "{code}");
            assert_eq!(KNOWN.iter().filter(|other| other.code == code).count(), 1, "{code} stands twice");
            assert_eq!(Language::of_page(code).code, code);
            for ((name, word), (_, english)) in language.sent().zip(KNOWN[0].sent()) {
                assert!(!word.trim().is_empty(), "{code}: {name} is empty");
                for place in ["{n}", "{name}"] {
                    assert_eq!(word.contains(place), english.contains(place), "{code}: {name}: {word}");
                }
            }
        }
    }

    #[test]
    fn the_interface_speaks_the_languages_of_the_bot() {
        let interface: Vec<_> = LANGUAGES.iter().map(|entry| entry.code).collect();
        let bot: Vec<_> = speech::ALL.iter().map(|speech| speech.code).collect();
        assert_eq!(interface, bot);
    }

    #[test]
    fn the_order_of_the_wire_is_that_of_the_english_file() {
        let file = LANGUAGES[0].file;
        let places: Vec<_> = Language::of_page("en")
            .sent()
            .map(|(name, _)| file.find(&format!("\n  \"{name}\":")).unwrap())
            .collect();
        assert!(places.is_sorted() && places.len() > 30, "{places:?}");
    }

    #[test]
    fn what_stands_in_for_a_setting_is_in_english_its_built_in_value() {
        let (english, built_in) = (&KNOWN[0], Settings::default());
        assert_eq!(english.default_of("title"), built_in.widget.title);
        assert_eq!(english.default_of("lead"), built_in.lead_form.title);
    }
}
