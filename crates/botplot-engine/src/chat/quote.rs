//! Answers in the knowledge's own words, and the list of passages that an answer rests on.

use botplot_core::message::SourceRef;
use botplot_search::{Material, Passage as Candidate, extract, ground};

use crate::Engine;
use crate::retrieve::{Passage, Retrieved};

/// Sentences that a quoted answer has at most.
const SENTENCES: usize = 3;
/// Passages that sentences are taken from.
const PASSAGES: usize = 5;

/// A quoted answer.
#[derive(Default)]
pub(super) struct Quoted {
    pub(super) text: String,
    /// Indexes of the passages it quotes.
    pub(super) used: Vec<usize>,
}

/// The best one to three sentences of the best passages, those of one passage as one paragraph.
///
/// By words alone: the sentences' vectors would cost 10 ms and add two points for one sentence, none for three
/// (`cargo xtask bench ranking`).
pub(super) fn best(question: &str, found: &Retrieved) -> Quoted {
    let top = found.passages.iter().take(PASSAGES);
    let passages: Vec<_> = top
        .map(|p| Candidate { title: &p.title, heading: &p.heading, body: &p.body, score: p.score })
        .collect();
    let (terms, passages) = (&found.terms, passages.as_slice());
    let material = Material { question, terms, passages, vectors: None, sentences: SENTENCES };
    let mut quoted = Quoted::default();
    let mut last = None;
    for quote in extract(&material).sentences {
        let apart = last != Some(quote.passage) || begins_a_line(passages[quote.passage].body, &quote.text);
        match (quoted.text.is_empty(), apart) {
            (true, _) => {}
            (false, true) => quoted.text.push_str("\n\n"),
            (false, false) => quoted.text.push(' '),
        }
        last = Some(quote.passage);
        quoted.text.push_str(quote.text.trim());
        if !quoted.used.contains(&quote.passage) {
            quoted.used.push(quote.passage);
        }
    }
    quoted
}

/// Whether a sentence stands at the beginning of a line of its passage: a paragraph, an item, code.
fn begins_a_line(body: &str, sentence: &str) -> bool {
    let before = body.find(sentence).map_or("", |at| &body[..at]);
    before
        .trim_end_matches([' ', '-', '*', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        .ends_with('\n')
}

/// The passages that a model's answer really used: those it cites, in the order of their numbers in the text, then
/// those that its other sentences rest on.
pub(super) fn grounded(answer: &str, cited: &[usize], found: &Retrieved) -> Vec<usize> {
    let bodies: Vec<&str> = found.passages.iter().map(|p| p.body.as_str()).collect();
    let mut used = cited.to_vec();
    // Without its marks, which now count sources and not passages, a text is grounded by its words.
    for passage in ground(&without_marks(answer), &bodies).used {
        if !used.contains(&passage) {
            used.push(passage);
        }
    }
    used
}

fn without_marks(answer: &str) -> String {
    let mut plain = String::with_capacity(answer.len());
    let mut rest = answer;
    while let Some((before, after)) = rest.split_once('[') {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let mark = digits > 0 && after[digits..].starts_with(']');
        plain.push_str(before);
        if !mark {
            plain.push('[');
        }
        rest = if mark { &after[digits + 1..] } else { after };
    }
    plain + rest
}

/// The snapshot of the used passages that is stored with the answer and shown to the visitor.
pub(super) async fn sources(engine: &Engine, found: &Retrieved, used: &[usize]) -> Vec<SourceRef> {
    let mut sources = Vec::with_capacity(used.len());
    for passage in used.iter().filter_map(|i| found.passages.get(*i)) {
        let cosine = match passage.cosine {
            Some(cosine) => cosine,
            None => cosine_now(engine, found, passage).await,
        };
        sources.push(SourceRef {
            content: passage.body.clone(),
            similarity: (f64::from(cosine.clamp(0.0, 1.0)) * 100.0).round() / 100.0,
            id: passage.chunk,
            source_id: passage.source,
            title: passage.title.clone(),
            url: passage.url.clone(),
        });
    }
    sources
}

/// For a chunk whose vector is still to come.
async fn cosine_now(engine: &Engine, found: &Retrieved, passage: &Passage) -> f32 {
    let text = botplot_search::embedding_text(&passage.title, &passage.heading, &passage.body);
    let vector = engine.embedder().question(&text).await;
    vector.iter().zip(&found.vector).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_items_begin_lines_and_sentences_within_do_not() {
        let body = "Run it. It is quick:\n\nbotplot backup f\n\nChats go on.\n- one item\n2. Second item";
        for own in ["botplot backup f", "Chats go on.", "one item", "Second item"] {
            assert!(begins_a_line(body, own), "{own}");
        }
        assert!(!begins_a_line(body, "It is quick:") && !begins_a_line(body, "Run it."));
    }
}
