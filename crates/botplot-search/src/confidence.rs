//! How likely it is that the knowledge covers a question: a logistic curve over what retrieval found.

/// So many rare words are half as good as any number of words.
const ENOUGH: f32 = 2.0;

/// What retrieval found, as far as confidence goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signals {
    /// The share of the question's telling words, by how much they tell, that the best passage has.
    pub coverage: f32,
    /// How much those words tell together, in words as rare as can be.
    pub told: f32,
    /// The best cosine among the five best passages; `None` while vectors are missing or the text is not English.
    pub cosine: Option<f32>,
}

/// 0–1, meant to be cut at ½.
///
/// The cosine counts three times the coverage: visitors' own words share few words with the article that answers
/// them. Fitted to such questions and to ones asked about a text, against other projects' and idle ones.
pub fn confidence(signals: Signals) -> f32 {
    // Every word of "is it legal" may be found anywhere: few or common words are little evidence, found or not.
    let words = signals.coverage * signals.told / (signals.told + ENOUGH);
    let evidence = match signals.cosine {
        Some(cosine) => -10.4 + 7.2 * words + 21.6 * cosine,
        None => -2.4 + 12.0 * words,
    };
    1.0 / (1.0 + (-evidence).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_coverage_and_nearer_vectors_mean_more_confidence() {
        let at = |coverage, cosine| confidence(Signals { coverage, told: 3.0, cosine });
        assert!(at(0.9, Some(0.7)) > 0.9);
        assert!(at(0.2, Some(0.3)) < 0.1);
        assert!(at(0.9, None) > 0.5 && at(0.3, None) < 0.5);
        let few = Signals { coverage: 1.0, told: 0.3, cosine: Some(0.3) };
        assert!(confidence(few) < 0.5 && at(1.0, Some(0.3)) > confidence(few));
        assert!((0.0..=1.0).contains(&at(0.0, Some(-1.0))) && at(1.0, Some(1.0)) <= 1.0);
    }
}
