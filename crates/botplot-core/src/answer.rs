//! How a question is answered: refused, quoted from the knowledge, or written by a model from it.

use crate::courtesy::Courtesy;

/// What retrieval found out about a question.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// How likely it is that the knowledge covers the question, 0–1.
    pub confidence: f64,
    /// Passages found.
    pub passages: usize,
    /// The visitor was only being polite.
    pub courtesy: Option<Courtesy>,
    /// A pair of the owner's asks the same, as [`asks_the_same`] has it.
    pub pair: bool,
    /// The visitor asks for a person, and the project offers one.
    pub asks_for_person: bool,
}

/// The way to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A kind word.
    Greet(Courtesy),
    /// The project's own words to whoever waits for a person.
    HandOver,
    /// The project's own words for "I do not know".
    Refuse,
    /// The owner's own answer to this very question, word by word.
    Verbatim,
    /// The best sentences of the best passages, quoted.
    Extract,
    /// A model writes from the passages.
    Generate,
}

/// The cosine from which on two questions may be one: paraphrases reach it, other questions about the same thing
/// mostly do not.
pub const SAME: f32 = 0.9;

/// Words that turn a question into its opposite.
const NEGATIONS: &[&str] =
    &["not", "no", "never", "without", "cannot", "nicht", "kein", "keine", "ohne", "nie"];

/// True when a visitor's question is the one that the owner wrote the answer to: the same words, or the same meaning
/// with the same figures, the same names and no negation more or less, which meaning alone hardly tells apart.
pub fn asks_the_same(asked: &str, known: &str, cosine: f32) -> bool {
    let (ours, theirs) = (words(asked), words(known));
    if ours.is_empty() || theirs.is_empty() {
        return false;
    }
    ours == theirs
        || cosine >= SAME
            && figures(&ours) == figures(&theirs)
            && negations(asked, &ours) == negations(known, &theirs)
            && names(known).iter().all(|name| ours.contains(name))
            && names(asked).iter().all(|name| theirs.contains(name))
}

/// The words in lower case, without punctuation.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_lowercase).collect()
}

fn figures(words: &[String]) -> Vec<&String> {
    let mut figures: Vec<_> = words.iter().filter(|word| word.chars().any(char::is_numeric)).collect();
    figures.sort_unstable();
    figures
}

fn negations(text: &str, words: &[String]) -> usize {
    let short = text.matches("n't").count() + text.matches("n’t").count();
    short + words.iter().filter(|word| NEGATIONS.contains(&word.as_str())).count()
}

/// Words with a capital letter that do not begin the text or a sentence, in lower case.
fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut begins = true;
    for part in text.split_whitespace() {
        let word = part.trim_matches(|c: char| !c.is_alphanumeric());
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        let me = word == "I" || word.starts_with("I'") || word.starts_with("I’");
        if capital && !begins && !me {
            names.extend(words(word));
        }
        begins = part.ends_with(['.', '!', '?', ':']);
    }
    names
}

/// Chooses the way; a model is never asked about what the knowledge does not cover.
pub fn plan(evidence: Evidence, threshold: f64, has_model: bool) -> Plan {
    match evidence.courtesy {
        _ if evidence.pair => Plan::Verbatim,
        Some(courtesy) => Plan::Greet(courtesy),
        None if evidence.passages == 0 || evidence.confidence < threshold => {
            if evidence.asks_for_person {
                Plan::HandOver
            } else {
                Plan::Refuse
            }
        }
        None if has_model => Plan::Generate,
        None => Plan::Extract,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_knowledge_does_not_cover_is_refused_even_with_a_model() {
        let evidence = |confidence, passages| Evidence {
            confidence,
            passages,
            courtesy: None,
            pair: false,
            asks_for_person: false,
        };
        assert_eq!(plan(evidence(0.4, 5), 0.5, true), Plan::Refuse);
        assert_eq!(plan(evidence(0.9, 0), 0.5, true), Plan::Refuse);
        assert_eq!(plan(evidence(0.5, 5), 0.5, true), Plan::Generate);
        assert_eq!(plan(evidence(0.5, 5), 0.5, false), Plan::Extract);
        let polite = Evidence { courtesy: Some(Courtesy::Thanks), ..evidence(0.0, 0) };
        assert_eq!(plan(polite, 0.5, true), Plan::Greet(Courtesy::Thanks));
    }

    #[test]
    fn whoever_asks_for_a_person_is_handed_over_unless_the_knowledge_has_an_answer() {
        let evidence = |confidence| Evidence {
            confidence,
            passages: 3,
            courtesy: None,
            pair: false,
            asks_for_person: true,
        };
        assert_eq!(plan(evidence(0.4), 0.5, true), Plan::HandOver);
        assert_eq!(plan(evidence(0.5), 0.5, false), Plan::Extract);
    }

    #[test]
    fn the_owners_own_answer_goes_before_everything_else() {
        let pair =
            |courtesy| Evidence { confidence: 0.1, passages: 1, courtesy, pair: true, asks_for_person: true };
        for has_model in [false, true] {
            assert_eq!(plan(pair(None), 0.5, has_model), Plan::Verbatim);
            assert_eq!(plan(pair(Some(Courtesy::Greeting)), 0.5, has_model), Plan::Verbatim);
        }
    }

    #[test]
    fn the_same_words_are_the_same_question_whatever_the_vectors_say() {
        assert!(asks_the_same("  where IS my parcel", "Where is my parcel?", 0.0));
        assert!(!asks_the_same("where is my bill", "Where is my parcel?", 0.89));
        assert!(!asks_the_same("?!", "…", 1.0));
    }

    #[test]
    fn figures_names_and_negations_tell_questions_apart_that_mean_nearly_the_same() {
        for (asked, known) in [
            ("Can I return it after 60 days?", "Can I return it after 30 days?"),
            ("Do you ship to Norway?", "Do you ship to Sweden?"),
            ("Do you ship to Sweden?", "Do you ship?"),
            ("Why can't I sign in?", "Why can I sign in?"),
        ] {
            assert!(!asks_the_same(asked, known, 0.97), "{asked} {known}");
            assert!(!asks_the_same(known, asked, 0.97), "{known} {asked}");
        }
        assert!(asks_the_same("What if I'm late?", "What if I am late?", 0.95));
        assert!(asks_the_same("do you ship to sweden", "Do you ship to Sweden?", 0.0));
        assert!(asks_the_same("Is sweden a place you ship to?", "Do you ship to Sweden?", 0.95));
    }
}
