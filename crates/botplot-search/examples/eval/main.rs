//! Prints every figure of answer quality for the data in `eval/data`, the variants side by side.
//!
//! `cargo run --release -p botplot-search --example eval [-- CACHE]`, where CACHE is a file for vectors, which
//! makes the next run quick.
#![expect(clippy::print_stdout, reason = "printing figures is what this program is for")]

mod acceptance;
mod corpus;
mod embedder;
mod extracts;
mod ranks;

use botplot_core::ChunkId;
use botplot_search::Index;

use corpus::{Passage, Question};
use embedder::Embedder;

fn main() {
    let embedder = Embedder::new(std::env::args().nth(1));
    let outside = corpus::out_of_scope();
    for name in ["reading", "reading-de", "reading-es"] {
        let (passages, questions) = (corpus::passages(name), corpus::questions(name));
        measure(name, &passages, &questions, &outside, &embedder);
        if name == "reading" {
            halves(&passages, &questions, &outside, &embedder);
        }
    }
    let (passages, questions) = corpus::help_centre();
    measure("help-centre", &passages, &questions, &outside, &embedder);
    embedder.save();
}

fn measure(
    name: &str,
    passages: &[Passage],
    questions: &[Question],
    outside: &[String],
    embedder: &Embedder,
) {
    println!("\n{name}: {} passages, {} questions", passages.len(), questions.len());
    let mut index = Index::new();
    for (at, passage) in passages.iter().enumerate() {
        index.add(passage.chunk(at, embedder));
    }
    ranks::table(&index, passages, questions, embedder);
    let swapped = questions.iter().map(Question::with_typos).collect::<Vec<_>>();
    println!("  with two typos each:");
    ranks::table(&index, passages, &swapped, embedder);
    extracts::table(&index, passages, questions, embedder);
    acceptance::table(&mut index, passages, questions, outside, embedder);
}

/// The same figures for every other title, so that nothing rests on one half; each half is a project by itself,
/// and gets every other question out of scope.
fn halves(passages: &[Passage], questions: &[Question], outside: &[String], embedder: &Embedder) {
    let mut titles = passages.iter().map(|passage| &*passage.title).collect::<Vec<_>>();
    titles.dedup();
    for half in 0..2 {
        let mine =
            |title: &str| titles.iter().position(|other| *other == title).is_some_and(|at| at % 2 == half);
        let some = passages.iter().filter(|passage| mine(&passage.title)).cloned().collect::<Vec<_>>();
        let asked = questions
            .iter()
            .filter(|question| some.iter().any(|passage| passage.document == question.documents[0]));
        let asked = asked.cloned().collect::<Vec<_>>();
        let outside = outside.iter().skip(half).step_by(2).cloned().collect::<Vec<_>>();
        measure(&format!("reading, half {half} of the titles"), &some, &asked, &outside, embedder);
    }
}

fn place(chunk: ChunkId) -> usize {
    chunk.0.as_u128() as usize
}
