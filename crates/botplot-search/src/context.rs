//! Questions that lean on what was said before: "and how long does that take?".

use crate::language::Language;
use crate::tokens::tokens;

/// Openings that go on with something.
const OPENINGS: &[&str] = &[
    "and",
    "or",
    "but",
    "so",
    "also",
    "then",
    "what about",
    "how about",
    "why",
    "why not",
    "und",
    "oder",
    "aber",
    "auch",
    "was ist mit",
    "wie sieht es",
    "warum",
    "wieso",
    "y",
    "o",
    "pero",
    "entonces",
    "también",
    "por qué",
    "qué tal",
    "et",
    "ou",
    "mais",
    "alors",
    "donc",
    "pourquoi",
    "e",
    "ma",
    "quindi",
    "allora",
    "perché",
    "mas",
    "então",
    "en",
    "maar",
    "dus",
    "waarom",
    "och",
    "men",
    "og",
    "a",
    "i",
    "ale",
    "и",
    "а",
    "но",
    "ή",
    "και",
];

/// Words that stand for something named before.
const STAND_INS: &[&str] = &[
    "it", "its", "that", "this", "they", "them", "their", "those", "these", "there", "one", "ones", "he",
    "she", "him", "her", "same", "other", "else", "es", "das", "dies", "diese", "dieser", "dieses", "sie",
    "ihn", "ihm", "ihnen", "dort", "dafür", "damit", "davon", "dazu", "eso", "esto", "ese", "esa", "este",
    "esta", "ello", "allí", "ellos", "ellas", "lo", "ça", "cela", "ceci", "celui", "celle", "il", "elle",
    "ils", "elles", "y", "en", "questo", "questa", "quello", "quella", "isso", "isto", "esse", "essa", "ele",
    "ela", "dat", "dit", "die", "deze", "daar", "ervoor", "это", "этот", "он", "она",
];

/// Whether the question can hardly be understood without the turns before it.
pub(crate) fn leans_on_context(question: &str) -> bool {
    let language = Language::of(question);
    let (mut words, mut telling, mut stands_in) = (Vec::new(), 0, false);
    tokens(question, |token| {
        if !token.word || !language.is_stop_word(token.text) {
            telling += 1;
        }
        stands_in |= STAND_INS.contains(&token.text);
        words.push(token.text.to_owned());
    });
    let said = words.join(" ");
    let goes_on = OPENINGS.iter().any(|opening| {
        said.strip_prefix(opening).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    match telling {
        0 | 1 => true,
        2 | 3 => goes_on || stands_in,
        4..=6 => goes_on && stands_in,
        _ => false,
    }
}

/// Whether the question follows up on the turns before it: there are some, and it leans on them.
pub fn follow_up(question: &str, history: &[&str]) -> bool {
    history.iter().any(|turn| !turn.trim().is_empty()) && leans_on_context(question)
}

/// How many of the latest turns a question may lean on.
const TURNS: usize = 2;

/// The latest turns of a context, one a line.
pub(crate) fn latest(context: &str) -> impl Iterator<Item = &str> {
    context.lines().rev().filter(|turn| !turn.trim().is_empty()).take(TURNS)
}

/// The text whose embedding finds a question's passages: itself, or the visitor's last question before it
/// if it leans on that.
pub fn standalone(question: &str, earlier: &[&str]) -> String {
    match earlier.iter().rev().find(|turn| !turn.trim().is_empty()) {
        Some(last) if leans_on_context(question) => format!("{} {}", last.trim(), question.trim()),
        _ => question.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_point_back_are_follow_ups() {
        for question in [
            "and how long does that take?",
            "why?",
            "what about the Pro plan",
            "how much is it",
            "und wie lange dauert das?",
            "¿y cuánto cuesta?",
        ] {
            assert!(follow_up(question, &["how do i get a refund"]), "{question}");
        }
    }

    #[test]
    fn questions_that_stand_by_themselves_are_not() {
        for question in [
            "how do i reset my password",
            "which ports does the Nano ESP32 firmware updater need on Linux",
            "wie ändere ich die Rechnungsadresse meines Kontos",
        ] {
            assert!(!follow_up(question, &["how do i get a refund"]), "{question}");
        }
        assert!(!follow_up("why?", &[]) && !follow_up("why?", &[" "]));
    }

    #[test]
    fn a_follow_up_is_embedded_with_the_question_before_it() {
        assert_eq!(
            standalone("how long does that take?", &["how do i return a board"]),
            "how do i return a board how long does that take?"
        );
        assert_eq!(standalone("how do i reset my password", &["hello"]), "how do i reset my password");
    }
}
