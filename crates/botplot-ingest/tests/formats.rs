//! Conformance of every format in `FORMATS`: a golden file each, and no fault on damaged input.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use botplot_ingest::{Block, Document, FORMATS, Hint, read};
use expect_test::expect_file;
use tokio::time::Instant;

fn golden(extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(extension)
}

fn shown(document: &Document) -> String {
    let mut out = format!(
        "title: {}\nlanguage: {}\ncanonical: {}\n\n",
        document.title,
        document.language.unwrap_or("-"),
        document.canonical.as_deref().unwrap_or("-")
    );
    for block in &document.blocks {
        let kind = match block {
            Block::Heading { level, anchor, .. } => {
                format!("h{level} #{}", anchor.as_deref().unwrap_or("-"))
            }
            Block::Paragraph(_) => "paragraph".into(),
            Block::Item { .. } => "item".into(),
            Block::Table { header, .. } => format!("table, header {}", header.is_some()),
            Block::Code(_) => "code".into(),
        };
        writeln!(out, "[{kind}]\n{}", block.text()).expect("writing to a string");
    }
    out
}

#[test]
fn each_format_reads_its_golden_file() {
    for format in FORMATS {
        let extension = format.extensions()[0];
        let folder = golden(extension);
        let input = folder.join(format!("in.{extension}"));
        let bytes = std::fs::read(&input).unwrap_or_else(|e| panic!("{}: {e}", input.display()));
        let hint = format!("in.{extension}");
        assert!(format.sniff(&bytes, &Hint::name(&hint)), "{} does not know its own file", format.name());
        let document = read(&bytes, &Hint::name(&hint)).expect("a readable golden file");
        expect_file![folder.join("out.txt")].assert_eq(&shown(&document));
    }
}

#[test]
fn each_format_takes_its_golden_file_cut_anywhere() {
    for format in FORMATS {
        let extension = format.extensions()[0];
        let name = format!("in.{extension}");
        let bytes = std::fs::read(golden(extension).join(&name)).expect("the golden file");
        for end in (0..bytes.len()).step_by(7) {
            if let Err(why) = read(&bytes[..end], &Hint::name(&name)) {
                assert!(!why.0.contains("broken in a way"), "{name} cut at {end}: {why}");
            }
        }
    }
}

/// Sources that make parsers hang, overflow or eat memory, repeated up to the size that is still read.
const HOSTILE: &[(&str, &str)] = &[
    ("nested div", "<div>"),
    ("nested b", "<b>"),
    ("nested b with attributes", "<b class=x><p>y"),
    ("nested tables", "<table><tr><td>"),
    ("nested lists", "<ul><li>x"),
    ("nested blockquote", "<blockquote>x"),
    ("unclosed a", "<a href=x>y<p>"),
    ("self-closing", "<div/><span/>"),
    ("stray end tags", "</div></p></b>"),
    ("entities", "&amp;"),
    ("unfinished entities", "&#x"),
    ("open comments", "<!--"),
    ("open tags", "<a b='"),
    ("attributes", "a b=c "),
    ("paragraphs", "<p>x"),
    ("line breaks", "x<br>"),
    ("links", "<a href='/x'>link</a> "),
    ("list items", "<li>x"),
    ("table cells", "<td>x"),
    ("wide table", "<tr><td>x</td><td>y</td></tr>"),
    ("select", "<select><option>"),
    ("svg", "<svg><g>"),
    ("math", "<math><mi>"),
    ("template", "<template>"),
    ("forms", "<form><input>"),
    ("headings", "<h1>x"),
    ("pre", "<pre>x"),
    ("ruby", "<ruby><rt>"),
    ("cookie banners", "<div class=cookie><a>x"),
    ("hidden", "<p hidden>x</p>"),
    ("articles", "<article>some text, here</article>"),
    ("nul", "\0<p>x"),
    ("less-than", "<"),
];

#[test]
fn hostile_html_is_read_or_refused_in_time() {
    for (name, part) in HOSTILE {
        for lead in ["<!DOCTYPE html><body><p>Some text. ", "<!DOCTYPE html><body><main><table>", "<div "] {
            let source = format!("{lead}{}", part.repeat((2 << 20) / part.len() - 100));
            let start = Instant::now();
            if let Err(why) = read(source.as_bytes(), &Hint::name("x.html")) {
                assert!(!why.0.contains("broken in a way"), "{name} after `{lead}`: {why}");
            }
            let took = start.elapsed();
            println!("{name} after `{lead}`: {took:?}");
            assert!(took < Duration::from_secs(10), "{name} after `{lead}` took {took:?}");
        }
    }
}

#[test]
fn hostile_markdown_is_read_or_refused_in_time() {
    for part in [
        "> ",
        "- ",
        "* a\n  ",
        "[",
        "![",
        "**a ",
        "`",
        "<div>",
        "| a |\n",
        "[a](",
        "[^1]: x\n\n",
        "# a\n",
        "a_b*",
        "\\",
        "&#",
    ] {
        let source = part.repeat((1 << 20) / part.len());
        let start = Instant::now();
        let _ = read(source.as_bytes(), &Hint::name("x.md"));
        let took = start.elapsed();
        println!("{part:?}: {took:?}");
        assert!(took < Duration::from_secs(10), "{part:?} took {took:?}");
    }
}

#[test]
fn too_large_a_page_is_refused() {
    let why = read(&vec![b'x'; (2 << 20) + 1], &Hint::name("x.html")).unwrap_err();
    assert_eq!(why.0, "it is larger than 2 MB");
}
