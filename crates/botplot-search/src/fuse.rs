//! One score from words and vectors, and how much the words count in it.

use crate::language::Language;

/// The words' share beside a vector of English text, measured on questions in people's own words.
const ENGLISH: f32 = 0.3;
/// The words' share when the text is not English, which the built-in model does not read well.
const NOT_ENGLISH: f32 = 0.6;

/// The words' share of the score of a question in this language.
pub fn lexical_weight(language: Language) -> f32 {
    if language == Language::English { ENGLISH } else { NOT_ENGLISH }
}

/// What is known of one passage when it is ranked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    /// Its word score as a share of the best passage's, 0–1.
    pub(crate) lexical: f32,
    /// Its cosine to the question, when both have vectors.
    pub(crate) cosine: Option<f32>,
}

/// What a question's best matches look like, against which each passage is weighed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Best {
    /// The best word score by the sum of the words' idf: about 1 when one passage has all of them.
    pub(crate) strength: f32,
    /// The best cosine; `None` while there are no vectors.
    pub(crate) cosine: Option<f32>,
}

/// `w · bm25 / Σ idf + (1 − w) · cosine`.
///
/// The word score is taken by what the question's words could give, not by what the best passage got:
/// where no passage has most of the words, words tell little and the vectors decide.
/// A passage whose vector is still missing is taken to be as near as its words say, up to the best cosine.
pub(crate) fn blend(weight: f32, passage: Match, best: Best) -> f32 {
    let Some(nearest) = best.cosine else { return passage.lexical };
    let cosine = passage.cosine.unwrap_or(passage.lexical * nearest);
    weight * passage.lexical * best.strength + (1.0 - weight) * cosine
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(lexical: f32, cosine: Option<f32>, strength: f32, nearest: Option<f32>) -> f32 {
        blend(0.3, Match { lexical, cosine }, Best { strength, cosine: nearest })
    }

    #[test]
    fn without_any_vector_the_words_alone_decide() {
        assert!(score(0.9, None, 0.2, None) > score(0.8, None, 0.2, None));
    }

    #[test]
    fn a_missing_vector_costs_the_passage_with_the_best_words_nothing() {
        assert!(score(1.0, None, 1.0, Some(0.7)) >= score(0.9, Some(0.7), 1.0, Some(0.7)));
        assert!(score(0.1, None, 1.0, Some(0.7)) < score(0.1, Some(0.6), 1.0, Some(0.7)));
    }

    #[test]
    fn weak_words_leave_the_choice_to_the_vectors() {
        let (wordy, near) = (
            |strength| score(1.0, Some(0.4), strength, Some(0.6)),
            |strength| score(0.2, Some(0.6), strength, Some(0.6)),
        );
        assert!(wordy(1.2) > near(1.2));
        assert!(wordy(0.3) < near(0.3));
    }
}
