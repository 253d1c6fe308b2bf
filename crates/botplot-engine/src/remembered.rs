//! The vectors of short texts that come again and again, such as questions, so that each is computed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Embedder;

/// Vectors kept at most: six megabytes.
const MOST: usize = 4_096;
/// Characters of a text that count; more says little that is new about what a question is about.
const READ: usize = 500;
/// Texts that are handed to the indexing threads at once.
const GROUP: usize = 32;
/// Numbers that are multiplied side by side.
const LANES: usize = 8;

/// A unit vector.
pub(crate) type Shared = Arc<Vec<f32>>;

/// Vectors by their texts.
#[derive(Default)]
pub(crate) struct Remembered {
    vectors: Mutex<HashMap<String, Shared>>,
    filling: tokio::sync::Mutex<()>,
}

impl Remembered {
    /// The vector of a text, if it is there.
    pub(crate) fn find(&self, text: &str) -> Option<Shared> {
        self.vectors.lock().unwrap_or_else(PoisonError::into_inner).get(key(text)).cloned()
    }

    /// The vector of a text, as quickly as a question's.
    pub(crate) async fn of(&self, embedder: &Embedder, text: &str) -> Shared {
        if let Some(known) = self.find(text) {
            return known;
        }
        let vector = Arc::new(embedder.question(key(text)).await);
        self.keep(key(text), vector.clone());
        vector
    }

    /// Makes the vectors of these texts that are not there yet, behind all questions of visitors.
    pub(crate) async fn fill(&self, embedder: &Embedder, texts: &[String]) {
        // Who comes second finds what the first has made.
        let _turn = self.filling.lock().await;
        let missing = texts.iter().filter(|text| self.find(text).is_none()).map(|text| key(text).to_owned());
        let missing: Vec<String> = missing.collect();
        for group in missing.chunks(GROUP) {
            let vectors = embedder.chunks(group.to_vec()).await;
            for (text, vector) in group.iter().zip(vectors) {
                self.keep(text, Arc::new(vector));
            }
        }
    }

    fn keep(&self, text: &str, vector: Shared) {
        let mut vectors = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if vectors.len() >= MOST {
            vectors.clear();
        }
        vectors.insert(text.to_owned(), vector);
    }
}

/// What counts of a text.
fn key(text: &str) -> &str {
    let text = text.trim();
    text.char_indices().nth(READ).map_or(text, |(end, _)| &text[..end])
}

/// The cosine of two unit vectors, in lanes that a processor takes at once.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in left.zip(right) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn a_cosine_counts_every_dimension() {
        let a: Vec<f32> = (0..11).map(|n| n as f32).collect();
        assert!((cosine(&a, &a) - 385.0).abs() < 1e-3);
        assert!((cosine(&a[..3], &[1.0, 1.0, 1.0]) - 3.0).abs() < 1e-6);
    }

    #[tokio::test]
    async fn a_text_has_one_vector_however_it_came_in() {
        let (embedder, remembered) = (Embedder::start(1), Remembered::default());
        let texts = [" Where is my parcel? ".to_owned(), "How do I pay?".to_owned()];
        remembered.fill(&embedder, &texts).await;
        let first = remembered.find("Where is my parcel?").unwrap();
        assert!(Arc::ptr_eq(&first, &remembered.of(&embedder, "Where is my parcel?").await));
        assert!(remembered.find("How do I pay?").is_some() && remembered.find("How do I").is_none());
    }

    #[tokio::test]
    async fn paraphrases_of_a_question_reach_its_answer_and_other_questions_do_not() {
        let (embedder, remembered) = (Embedder::start(1), Remembered::default());
        let mut table = String::new();
        let mut wrong = Vec::new();
        for (asked, known, expected) in QUESTIONS {
            let vectors = [remembered.of(&embedder, asked).await, remembered.of(&embedder, known).await];
            let near = cosine(&vectors[0], &vectors[1]);
            writeln!(table, "{near:.3} {expected} {asked} | {known}").unwrap();
            if botplot_core::answer::asks_the_same(asked, known, near) != *expected {
                wrong.push(*asked);
            }
        }
        assert!(wrong.is_empty(), "{wrong:?} in\n{table}");
    }

    /// What a visitor asks, the question of a pair, and whether the pair answers it.
    const QUESTIONS: &[(&str, &str, bool)] = &[
        ("How long does shipping take?", "How long does shipping take?", true),
        ("how long does the shipping take", "How long does shipping take?", true),
        ("How long will shipping take?", "How long does shipping take?", true),
        ("How do I reset my password?", "How can I reset my password?", true),
        ("how to reset my password", "How do I reset my password?", true),
        ("Where can I find my invoice?", "Where do I find my invoice?", true),
        ("How can I cancel my subscription?", "How do I cancel my subscription?", true),
        ("How do I cancel my order?", "How do I cancel my subscription?", false),
        ("How much does shipping cost?", "How long does shipping take?", false),
        ("How do I change my password?", "How do I change my address?", false),
        ("Do you ship to Norway?", "Do you ship to Sweden?", false),
        ("Can I return an item after 60 days?", "Can I return an item after 30 days?", false),
        ("Why can't I sign in?", "How do I sign in?", false),
        ("Who founded the company?", "What are your opening hours?", false),
        ("How do I add a user?", "How do I remove a user?", false),
        ("Is the monthly plan refundable?", "Is the yearly plan refundable?", false),
    ];
}
