//! One score from words and vectors, and how much the words count in it.

use crate::language::Language;

/// The words' share beside a vector of English text, measured on questions in people's own words.
const ENGLISH: f32 = 0.35;
/// The words' share when the text is not English, which the built-in model does not read well.
const NOT_ENGLISH: f32 = 0.8;

/// The words' share of the score of a question in this language.
pub fn lexical_weight(language: Language) -> f32 {
    if language == Language::English { ENGLISH } else { NOT_ENGLISH }
}

/// `w · lexical + (1 − w) · cosine`, where `lexical` is the share (0–1) of the best passage's word score.
///
/// A passage whose vector is still missing is taken to be as near as its words say, up to `nearest`,
/// the best cosine of the others.
pub fn blend(weight: f32, lexical: f32, cosine: Option<f32>, nearest: f32) -> f32 {
    weight * lexical + (1.0 - weight) * cosine.unwrap_or(lexical * nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_vector_the_order_is_that_of_the_words() {
        assert!(blend(0.35, 0.9, None, 1.0) > blend(0.35, 0.8, None, 1.0));
        assert!((blend(0.35, 0.9, None, 1.0) - 0.9).abs() < 1e-6);
    }

    #[test]
    fn a_missing_vector_costs_the_best_passage_nothing() {
        assert!(blend(0.35, 1.0, None, 0.7) >= blend(0.35, 0.9, Some(0.7), 0.7));
        assert!(blend(0.35, 0.1, None, 0.7) < blend(0.35, 0.1, Some(0.6), 0.7));
    }
}
