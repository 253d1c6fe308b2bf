//! Answers in the knowledge's own words: how many contain what answers, and how long they are.

use botplot_search::eval::{contains_answer, share};
use botplot_search::{Embed, Hit, Index, Material, Query, extract};

use crate::corpus::{Passage, Question};
use crate::embedder::Embedder;
use crate::place;

/// The share of answers of one and of three sentences that contain what answers, and their length.
pub(crate) fn table(index: &Index, passages: &[Passage], questions: &[Question], embedder: &Embedder) {
    for (name, vectors) in [("words", false), ("vectors", true)] {
        for sentences in [1, 3] {
            let (mut right, mut length) = (0, 0);
            for question in questions {
                let text = answer(index, passages, &question.text, sentences, vectors, embedder);
                right += usize::from(contains_answer(&text, &question.answers));
                length += text.chars().count();
            }
            let (share, length) = (share(right, questions.len()), length as f64 / questions.len() as f64);
            println!(
                "  answers of {sentences}, sentences by {name:7}: {:.3} [{:.3}–{:.3}] at {length:.0} characters",
                share.value, share.low, share.high
            );
        }
    }
}

/// The extract of a question's five best passages.
fn answer(
    index: &Index,
    passages: &[Passage],
    question: &str,
    sentences: usize,
    vectors: bool,
    embedder: &Embedder,
) -> String {
    let (vector, is_word) = (embedder.embed(question), |word: &str| embedder.is_word(word));
    let query = Query {
        text: question,
        vector: Some(&vector),
        limit: 5,
        is_word: Some(&is_word),
        ..Query::default()
    };
    let found = index.search(&query);
    let passage = |hit: &Hit| {
        let Passage { title, heading, body, .. } = &passages[place(hit.chunk)];
        botplot_search::Passage { title, heading, body, score: hit.score }
    };
    let list = found.hits.iter().map(passage).collect::<Vec<_>>();
    let embed = |texts: &[&str]| texts.iter().map(|text| embedder.embed(text)).collect::<Vec<_>>();
    let vectors = vectors.then_some((&*vector, &embed as Embed<'_>));
    let material = Material { question, terms: &found.terms, passages: &list, vectors, sentences };
    let quotes = extract(&material).sentences;
    quotes.iter().map(|quote| &*quote.text).collect::<Vec<_>>().join(" ")
}
