//! Confidence: how well it tells questions that the knowledge covers from others.

use botplot_search::eval::{accepted, auroc_interval, plain_question};
use botplot_search::{Index, Query};

use crate::corpus::{Passage, Question};
use crate::embedder::Embedder;

/// Accept rates at ½ and the area under the curve, against questions out of scope and against the same questions
/// with their own article taken out.
pub(crate) fn table(
    index: &mut Index,
    passages: &[Passage],
    questions: &[Question],
    outside: &[String],
    embedder: &Embedder,
) {
    let inside =
        questions.iter().map(|question| confidence(index, &question.text, embedder)).collect::<Vec<_>>();
    let out = outside.iter().map(|question| confidence(index, question, embedder)).collect::<Vec<_>>();
    let without = without_article(index, passages, questions, embedder);
    for (name, others) in [("out of scope", &out), ("without article", &without)] {
        let (area, ours, theirs) =
            (auroc_interval(&inside, others), accepted(&inside, 0.5), accepted(others, 0.5));
        println!(
            "  {name:16} AUROC {:.3} [{:.3}–{:.3}]  accepted {:.3} [{:.3}–{:.3}] and {:.3} [{:.3}–{:.3}]",
            area.value,
            area.low,
            area.high,
            ours.value,
            ours.low,
            ours.high,
            theirs.value,
            theirs.low,
            theirs.high
        );
    }
}

fn confidence(index: &Index, question: &str, embedder: &Embedder) -> f32 {
    let text = &*plain_question(question);
    let (vector, is_word) = (embedder.embed(text), |word: &str| embedder.is_word(word));
    let query = Query { text, vector: Some(&vector), limit: 5, is_word: Some(&is_word), ..Query::default() };
    index.search(&query).confidence
}

/// The confidence of each question while every passage of its article's title is out of the index.
fn without_article(
    index: &mut Index,
    passages: &[Passage],
    questions: &[Question],
    embedder: &Embedder,
) -> Vec<f32> {
    let mut found = Vec::new();
    for (at, passage) in passages.iter().enumerate() {
        if passages[..at].iter().any(|earlier| earlier.title == passage.title) {
            continue;
        }
        let own =
            (at..passages.len()).filter(|&other| passages[other].title == passage.title).collect::<Vec<_>>();
        let of_article =
            |question: &&Question| own.iter().any(|&own| question.documents[0] == passages[own].document);
        let asked = questions.iter().filter(of_article).collect::<Vec<_>>();
        if asked.is_empty() {
            continue;
        }
        index.remove_page(passage.page());
        found.extend(asked.iter().map(|question| confidence(index, &question.text, embedder)));
        for other in own {
            index.add(passages[other].chunk(other, embedder));
        }
    }
    found
}
