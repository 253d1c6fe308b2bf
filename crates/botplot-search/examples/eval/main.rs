//! Prints every figure of answer quality for the data in `eval/data`, the variants side by side.
//!
//! `cargo run --release -p botplot-search --example eval [-- CACHE]`, where CACHE is a file for vectors, which
//! makes the next run quick.
#![expect(clippy::print_stdout, reason = "printing figures is what this program is for")]

mod data;
mod embedder;

use botplot_core::ChunkId;
use botplot_search::eval::{mrr_at_10, recall_at};
use botplot_search::{Index, Query};

use data::{Passage, Question};
use embedder::Embedder;

fn main() {
    let cache = std::env::args().nth(1);
    let mut embedder = Embedder::new(cache);
    for name in ["reading", "reading-de", "reading-es"] {
        let passages = data::passages(name);
        let questions = data::questions(name);
        let index = build(&passages, &mut embedder);
        println!("\n{name}: {} passages, {} questions", passages.len(), questions.len());
        ranks_table(&index, &passages, &questions, &mut embedder);
    }
    let (passages, questions) = data::help_centre();
    let index = build(&passages, &mut embedder);
    println!("\nhelp centre: {} passages, {} questions", passages.len(), questions.len());
    ranks_table(&index, &passages, &questions, &mut embedder);
    embedder.save();
}

fn build(passages: &[Passage], embedder: &mut Embedder) -> Index {
    let mut index = Index::new();
    for (at, passage) in passages.iter().enumerate() {
        index.add(passage.chunk(at, embedder));
    }
    index
}

fn ranks_table(index: &Index, passages: &[Passage], questions: &[Question], embedder: &mut Embedder) {
    for (name, weight, vectors) in
        [("words", None, false), ("vectors", Some(0.0), true), ("blend", None, true)]
    {
        let ranks = questions.iter().map(|question| {
            let vector = embedder.embed(&question.text);
            let is_word = |word: &str| embedder.is_word(word);
            let query = Query {
                text: &question.text,
                vector: vectors.then_some(&*vector),
                limit: 30,
                is_word: Some(&is_word),
                ..Query::default()
            };
            rank(&index.search_weighted(&query, weight).hits, passages, question)
        });
        let ranks = ranks.collect::<Vec<_>>();
        let recall = |k| recall_at(&ranks, k).value;
        println!(
            "  {name:8} R@1 {:.3}  R@3 {:.3}  R@5 {:.3}  R@10 {:.3}  MRR@10 {:.3}",
            recall(1),
            recall(3),
            recall(5),
            recall(10),
            mrr_at_10(&ranks).value
        );
    }
}

/// The rank of the first passage of a right document, counting documents from 1.
fn rank(hits: &[botplot_search::Hit], passages: &[Passage], question: &Question) -> Option<usize> {
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

fn place(chunk: ChunkId) -> usize {
    chunk.0.as_u128() as usize
}
