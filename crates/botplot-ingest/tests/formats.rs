//! Conformance of every format in `FORMATS`: a golden file each, and no fault on damaged input.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use botplot_ingest::{Block, Document, FORMATS, Hint, read};
use expect_test::expect_file;

/// Runs `work` and returns the CPU time that this thread took: what else the machine does must not count.
fn cpu_time(work: impl FnOnce()) -> Duration {
    let spent = || {
        let stat =
            std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux's account of this thread");
        let nanos = stat.split(' ').next().and_then(|n| n.parse().ok()).expect("nanoseconds on the CPU");
        Duration::from_nanos(nanos)
    };
    let before = spent();
    work();
    spent().saturating_sub(before)
}

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

/// Half the size of a page that is still read: what takes time by the square takes a minute here.
const HOSTILE_BYTES: usize = 1 << 20;

/// CPU time for it in an unoptimised build; a release takes a tenth.
const LIMIT: Duration = Duration::from_secs(6);

/// Sources that make parsers hang, overflow or eat memory, to be repeated.
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
    ("attributes", "<div a0 a1=b a2='c' a3=\"d\" a4 a5 a6 a7>"),
    ("paragraphs", "<p>x"),
    ("line breaks", "x<br>"),
    ("links", "<a href='/x'>link</a> "),
    ("list items", "<li>x"),
    ("tables", "<table><td>x<td>y"),
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
        let source =
            format!("<!DOCTYPE html><body><main><p>Text. {}", part.repeat(HOSTILE_BYTES / part.len()));
        let took = cpu_time(|| {
            if let Err(why) = read(source.as_bytes(), &Hint::name("x.html")) {
                assert!(!why.0.contains("broken in a way"), "{name}: {why}");
            }
        });
        println!("{name}: {took:?}");
        assert!(took < LIMIT, "{name} took {took:?}");
    }
}

#[test]
fn one_tag_of_a_megabyte_is_read_or_refused_in_time() {
    for part in ["a b=c ", "x", "a='", "=\"", "/", " "] {
        let source =
            format!("<!DOCTYPE html><body><p>Text. <div {}", part.repeat(HOSTILE_BYTES / part.len()));
        let took = cpu_time(|| drop(read(source.as_bytes(), &Hint::name("x.html"))));
        assert!(took < LIMIT, "{part:?} took {took:?}");
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
        let source = part.repeat((1 << 18) / part.len());
        let took = cpu_time(|| drop(read(source.as_bytes(), &Hint::name("x.md"))));
        println!("{part:?}: {took:?}");
        assert!(took < LIMIT, "{part:?} took {took:?}");
    }
}

#[test]
fn too_large_a_page_is_refused() {
    let why = read(&vec![b'x'; (2 << 20) + 1], &Hint::name("x.html")).unwrap_err();
    assert_eq!(why.0, "it is larger than 2 MB");
}
