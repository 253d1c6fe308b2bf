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
}

/// The way to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A kind word.
    Greet(Courtesy),
    /// The project's own words for "I do not know".
    Refuse,
    /// The best sentences of the best passages, quoted.
    Extract,
    /// A model writes from the passages.
    Generate,
}

/// Chooses the way; a model is never asked about what the knowledge does not cover.
pub fn plan(evidence: Evidence, threshold: f64, has_model: bool) -> Plan {
    match evidence.courtesy {
        Some(courtesy) => Plan::Greet(courtesy),
        None if evidence.passages == 0 || evidence.confidence < threshold => Plan::Refuse,
        None if has_model => Plan::Generate,
        None => Plan::Extract,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_knowledge_does_not_cover_is_refused_even_with_a_model() {
        let evidence = |confidence, passages| Evidence { confidence, passages, courtesy: None };
        assert_eq!(plan(evidence(0.4, 5), 0.5, true), Plan::Refuse);
        assert_eq!(plan(evidence(0.9, 0), 0.5, true), Plan::Refuse);
        assert_eq!(plan(evidence(0.5, 5), 0.5, true), Plan::Generate);
        assert_eq!(plan(evidence(0.5, 5), 0.5, false), Plan::Extract);
        let polite = Evidence { courtesy: Some(Courtesy::Thanks), ..evidence(0.0, 0) };
        assert_eq!(plan(polite, 0.5, true), Plan::Greet(Courtesy::Thanks));
    }
}
