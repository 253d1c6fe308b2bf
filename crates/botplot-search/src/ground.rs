//! Which passages a written answer rests on, and which of its sentences rest on none.

use hashbrown::HashSet;

use crate::language::Language;
use crate::sentences::{Kind, sentences};
use crate::tokens::{fold, tokens};

/// Share of a sentence's telling words that a passage must have for the sentence to rest on it.
const SUPPORT: f32 = 0.5;
/// Fewer telling words than this claim nothing ("Happy to help!").
const CLAIM: usize = 3;
/// What an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounding {
    /// Numbers of the passages that it used, counted from 0, in the order of their first use.
    pub used: Vec<usize>,
    /// Its sentences that claim what no passage says, or a number that none has, as they stand in the answer: a
    /// hint, since a passage's words may have been put differently.
    pub unsupported: Vec<String>,
}

/// Finds the passages that the answer used: those it cites as `[n]` (counted from 1), and for sentences without
/// a mark the one that has most of their words.
pub fn ground(answer: &str, passages: &[&str]) -> Grounding {
    let language = Language::of(answer);
    let known = passages.iter().map(|passage| telling(passage, Language::of(passage))).collect::<Vec<_>>();
    let mut grounding = Grounding::default();
    for sentence in sentences(answer).into_iter().filter(|sentence| sentence.kind != Kind::Heading) {
        let text = &answer[sentence.range];
        let (said, cited) = without_marks(text);
        let cited = cited.into_iter().filter(|&number| number < passages.len()).collect::<Vec<_>>();
        let words = telling(&said, language);
        let shares = known.iter().map(|known| share(&words, known)).collect::<Vec<_>>();
        let best = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(b.cmp(&a)));
        let claims = words.len() >= CLAIM;
        let made_up =
            words.iter().any(|word| is_number(word) && !known.iter().any(|known| known.contains(word)));
        let rests = best.filter(|&best| shares[best] >= SUPPORT && claims && !made_up);
        if claims && (made_up || rests.is_none() && cited.is_empty()) {
            grounding.unsupported.push(text.to_owned());
        }
        let found = if cited.is_empty() { rests.into_iter().collect() } else { cited };
        for number in found {
            if !grounding.used.contains(&number) {
                grounding.used.push(number);
            }
        }
    }
    grounding
}

/// The share of the words that are known.
fn share(words: &HashSet<String>, known: &HashSet<String>) -> f32 {
    words.intersection(known).count() as f32 / words.len().max(1) as f32
}

/// Whether this is a number of two digits or more: what is most often made up.
fn is_number(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_digit())
}

/// The stems of a text's telling words.
fn telling(text: &str, language: Language) -> HashSet<String> {
    let stemmer = language.stemmer();
    let mut found = HashSet::new();
    tokens(text, |token| {
        if token.word && language.is_stop_word(token.text) {
            return;
        }
        let stem = match &stemmer {
            Some(stemmer) if token.word => stemmer.stem(token.text),
            _ => token.text.into(),
        };
        found.insert(fold(&stem).into_owned());
    });
    found
}

/// A sentence without its marks `[1]`, `[1, 2]`, and the numbers they name, counted from 0.
fn without_marks(text: &str) -> (String, Vec<usize>) {
    let (mut plain, mut numbers, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
    while let Some(open) = rest.find('[') {
        let after = &rest[open + 1..];
        let inner = after.bytes().take(24).position(|b| b == b']').map_or("", |end| &after[..end]);
        let named =
            inner.split(',').map(|number| number.trim().parse::<usize>().ok()).collect::<Option<Vec<_>>>();
        plain.push_str(&rest[..open]);
        let closed = rest[open + 1 + inner.len()..].starts_with(']');
        if let Some(named) = named.filter(|_| closed) {
            numbers.extend(named.into_iter().filter_map(|number| number.checked_sub(1)));
            rest = &rest[open + inner.len() + 2..];
        } else {
            plain.push('[');
            rest = &rest[open + 1..];
        }
    }
    plain.push_str(rest);
    (plain, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSAGES: [&str; 3] = [
        "Refunds are paid within 14 days after the parcel has reached our warehouse.",
        "Shipping to Norway costs 12 euros and takes five days.",
        "The Nano has a USB-C port.",
    ];

    #[track_caller]
    fn check(answer: &str, used: &[usize], unsupported: &[&str]) {
        let found = ground(answer, &PASSAGES);
        assert_eq!(
            (&*found.used, &*found.unsupported),
            (used, &*unsupported.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
        );
    }

    #[test]
    fn a_sentence_rests_on_the_passage_that_has_its_words() {
        check("Shipping to Norway takes five days. Refunds are paid within 14 days.", &[1, 0], &[]);
        check("A refund is paid within 14 days after your parcel reached the warehouse.", &[0], &[]);
    }

    #[test]
    fn marks_name_passages_and_those_that_do_not_exist_are_passed_over() {
        check("Ja, das geht in zwei Wochen [1]. Der Versand kostet zwölf Euro [2, 3].", &[0, 1, 2], &[]);
        check("The Nano has a USB-C port [9].", &[2], &[]);
    }

    #[test]
    fn what_no_passage_says_is_flagged_and_a_courtesy_is_not() {
        check(
            "Happy to help! Our office in Berlin opens every Monday morning.",
            &[],
            &["Our office in Berlin opens every Monday morning."],
        );
        check("Shipping to Norway costs 990 dollars.", &[], &["Shipping to Norway costs 990 dollars."]);
    }

    #[test]
    fn nothing_rests_on_nothing() {
        assert_eq!(ground("", &PASSAGES), Grounding::default());
        assert!(ground("Refunds take fourteen long days.", &[]).used.is_empty());
    }
}
