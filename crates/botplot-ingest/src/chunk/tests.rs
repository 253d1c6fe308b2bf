//! What splitting promises: nothing lost, nothing twice, nothing too large.

use super::*;
use crate::document::Block;

/// Counts as a word-piece tokenizer roughly does: words, marks and single CJK characters.
fn count(text: &str) -> usize {
    let dense = |c: char| ('\u{2e80}'..'\u{fb00}').contains(&c);
    text.split_whitespace().map(|word| word.chars().filter(|c| dense(*c)).count().max(1)).sum()
}

fn words(n: usize) -> String {
    (0..n).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ")
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.into(), anchor: Some(text.to_lowercase()) }
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

fn chunks(title: &str, blocks: Vec<Block>) -> Vec<Chunk> {
    let document = Document { title: title.into(), blocks, ..Document::default() };
    let chunks = split(&document, &count);
    for chunk in &chunks {
        assert!(chunk.pieces + count(&chunk.heading) <= MAX_PIECES, "{} pieces", chunk.pieces);
        assert!(chunk.pieces > 0 && chunk.body.trim() == chunk.body);
    }
    // Nothing is lost: every word of the text is in a body, in order.
    let kept: String = chunks.iter().map(|chunk| chunk.body.as_str()).collect::<Vec<_>>().join(" ");
    let mut rest = kept.split_whitespace();
    for block in document.blocks.iter().filter(|b| !matches!(b, Block::Heading { .. } | Block::Table { .. }))
    {
        for word in block.text().split_whitespace().filter(|word| word.len() < 100 && word.is_ascii()) {
            assert!(rest.any(|found| found == word), "`{word}` is missing or out of order");
        }
    }
    chunks
}

#[test]
fn a_section_that_fits_is_one_chunk_with_its_heading_path() {
    let found = chunks(
        "Guide",
        vec![heading(1, "Guide"), heading(2, "Orders"), heading(3, "Returns"), paragraph(words(120))],
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].heading, "Orders > Returns");
    assert_eq!(found[0].anchor.as_deref(), Some("returns"));
}

#[test]
fn long_sections_are_cut_evenly_at_paragraphs() {
    let found = chunks("T", (0..12).map(|_| paragraph(words(50))).collect());
    let sizes: Vec<_> = found.iter().map(|chunk| chunk.pieces).collect();
    assert_eq!(sizes, [200, 200, 200]);
    assert!(found[0].body.contains("\n\n"));
}

#[test]
fn a_leftover_of_a_few_words_does_not_stand_alone() {
    let found = chunks("T", vec![paragraph(words(150)), paragraph(words(80)), paragraph(words(10))]);
    assert!(
        found.iter().all(|chunk| chunk.pieces >= 80),
        "{:?}",
        found.iter().map(|c| c.pieces).collect::<Vec<_>>()
    );
}

#[test]
fn a_long_paragraph_between_short_ones_overflows_no_chunk() {
    let found = chunks("T", [100, 200, 100].map(|n| paragraph(words(n))).to_vec());
    assert_eq!(found.iter().map(|chunk| chunk.pieces).collect::<Vec<_>>(), [100, 200, 100]);
}

#[test]
fn long_paragraphs_are_cut_at_sentences() {
    let text =
        (0..60).map(|_| "This is a sentence of nine words to cut.".to_string()).collect::<Vec<_>>().join(" ");
    let found = chunks("T", vec![paragraph(text)]);
    assert!(found.len() >= 3);
    assert!(found.iter().all(|chunk| chunk.body.ends_with('.') && chunk.body.starts_with("This")));
}

#[test]
fn small_sections_join_their_neighbours_under_the_same_heading_only() {
    let found = chunks(
        "T",
        vec![
            heading(2, "Payment"),
            heading(3, "Cards"),
            paragraph(words(20)),
            heading(3, "Cash"),
            paragraph(words(20)),
            heading(2, "Shipping"),
            paragraph(words(20)),
        ],
    );
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(found[0].heading, "Payment");
    assert!(found[0].body.starts_with("Cards\n\nword0") && found[0].body.contains("\n\nCash\n\nword0"));
    assert_eq!(found[1].heading, "Shipping");
}

#[test]
fn an_introduction_joins_its_first_subsection_when_small() {
    let found = chunks("T", vec![paragraph(words(10)), heading(2, "Setup"), paragraph(words(100))]);
    assert_eq!(found.len(), 1);
    assert!(found[0].body.contains("Setup\n\nword0"));
}

#[test]
fn long_tables_are_cut_at_rows_and_repeat_their_header() {
    let rows = (0..100).map(|i| format!("plan{i} | {i} euros a month")).collect();
    let found = chunks("T", vec![Block::Table { header: Some("Plan | Price".into()), rows }]);
    assert!(found.len() >= 3);
    assert!(found.iter().all(|chunk| chunk.body.starts_with("Plan | Price\nplan")), "{found:#?}");
}

#[test]
fn code_is_cut_at_lines() {
    let code = (0..300).map(|i| format!("    let x{i} = {i};")).collect::<Vec<_>>().join("\n");
    let found = chunks("T", vec![Block::Code(code)]);
    assert!(found.len() >= 5);
    assert!(found.iter().all(|chunk| chunk.body.ends_with(';')));
}

#[test]
fn text_without_spaces_and_endless_words_are_cut() {
    let japanese = "営業時間は午前九時から午後五時までです。".repeat(100);
    let found = chunks("T", vec![paragraph(japanese.clone())]);
    assert!(found.iter().all(|chunk| chunk.body.ends_with('。')));
    assert_eq!(found.iter().map(|c| c.body.replace(' ', "")).collect::<String>(), japanese);

    let endless = "x".repeat(50_000);
    let found = chunks("T", vec![paragraph(endless)]);
    assert!(
        found.len() >= 20
            && found.iter().all(|chunk| chunk.body.chars().count() <= MAX_PIECES * CHARS_PER_PIECE)
    );
    chunks("T", vec![paragraph("漢".repeat(5000))]);
}

#[test]
fn headings_without_text_are_kept() {
    let found = chunks("T", vec![heading(2, "Only"), heading(2, "Headings")]);
    assert_eq!(found[0].body, "Only\n\nHeadings");
    let found = chunks("T", vec![heading(1, &words(500)), paragraph("text")]);
    assert!(count(&found[0].heading) <= MAX_HEADING);
}

#[test]
fn time_grows_with_length_only() {
    let calls = std::cell::Cell::new(0_usize);
    let counting = |text: &str| {
        calls.set(calls.get() + text.len());
        count(text)
    };
    let work = |n: usize| {
        calls.set(0);
        let blocks =
            (0..n).map(|i| if i % 10 == 0 { heading(2, "H") } else { paragraph(words(300)) }).collect();
        split(&Document { blocks, ..Document::default() }, &counting);
        calls.get()
    };
    assert!(work(1000) < 11 * work(100), "characters counted");
}
