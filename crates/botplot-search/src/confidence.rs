//! How likely it is that the knowledge covers a question: a logistic curve over what retrieval found.

/// What retrieval found, as far as confidence goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signals {
    /// The share of the question's telling words, by how much they tell, that the best passage has.
    pub coverage: f32,
    /// The best cosine among the five best passages; `None` while vectors are missing or the text is not English.
    pub cosine: Option<f32>,
}

/// 0–1, meant to be cut at ½.
///
/// The cosine counts six times the coverage: visitors' own words share few words with an article that answers them,
/// and both weights were fitted to such questions and to ones taken from the text, half of each in weight.
pub fn confidence(signals: Signals) -> f32 {
    let evidence = match signals.cosine {
        Some(cosine) => -10.55 + 3.6 * signals.coverage + 21.7 * cosine,
        None => -5.28 + 8.81 * signals.coverage,
    };
    1.0 / (1.0 + (-evidence).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_coverage_and_nearer_vectors_mean_more_confidence() {
        let at = |coverage, cosine| confidence(Signals { coverage, cosine });
        assert!(at(0.9, Some(0.7)) > 0.9);
        assert!(at(0.2, Some(0.3)) < 0.1);
        assert!(at(0.9, None) > 0.5 && at(0.3, None) < 0.5);
        assert!((0.0..=1.0).contains(&at(0.0, Some(-1.0))) && at(1.0, Some(1.0)) <= 1.0);
    }
}
