//! Which passage comes where: words alone, vectors alone, and both.

use botplot_search::eval::{mrr_at_10, recall_at};
use botplot_search::{Hit, Index, Query};

use crate::corpus::{Passage, Question};
use crate::embedder::Embedder;
use crate::place;

/// Recall by words, by vectors and by both.
pub(crate) fn table(index: &Index, passages: &[Passage], questions: &[Question], embedder: &Embedder) {
    for (name, weight, vectors) in
        [("words", None, false), ("vectors", Some(0.0), true), ("both", None, true), ("respelt", None, true)]
    {
        let ranks = questions.iter().map(|question| {
            let (vector, is_word) = (embedder.embed(&question.text), |word: &str| embedder.is_word(word));
            let plain = Query { text: &question.text, is_word: Some(&is_word), ..Query::default() };
            let respelt = index.respelt(&plain).filter(|_| name == "respelt");
            let vector = respelt.map_or(vector, |text| embedder.embed(&text));
            let query = Query {
                text: &question.text,
                vector: vectors.then_some(&*vector),
                limit: 50,
                is_word: Some(&is_word),
                ..Query::default()
            };
            rank(&index.search_weighted(&query, weight).hits, passages, question)
        });
        let ranks = ranks.collect::<Vec<_>>();
        let [one, three, five, ten] = [1, 3, 5, 10].map(|k| recall_at(&ranks, k));
        println!(
            "  {name:8} R@1 {:.3} [{:.3}–{:.3}]  R@3 {:.3} [{:.3}–{:.3}]  R@5 {:.3}  R@10 {:.3}  MRR@10 {:.3}",
            one.value,
            one.low,
            one.high,
            three.value,
            three.low,
            three.high,
            five.value,
            ten.value,
            mrr_at_10(&ranks).value
        );
    }
}

/// The rank of the first passage of a right document, counting documents from 1.
fn rank(hits: &[Hit], passages: &[Passage], question: &Question) -> Option<usize> {
    let mut seen = Vec::new();
    for hit in hits {
        let document = &passages[place(hit.chunk)].document;
        if question.documents.contains(document) {
            return Some(seen.len() + 1);
        }
        if !seen.contains(&document) {
            seen.push(document);
        }
    }
    None
}
