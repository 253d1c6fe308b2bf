//! The file formats that can be read: one list, one file per format.

pub(crate) mod html;
mod markdown;
mod text;
mod unknown;

pub(crate) use unknown::by_ending;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::document::{Document, Unreadable};
use crate::language;

/// Every format, asked in this order whether bytes are its own.
pub const FORMATS: &[&dyn Format] = &[&html::Html, &markdown::Markdown, &text::Text];

/// One file format.
pub trait Format: Sync {
    /// Its name in messages to owners, such as `Markdown`.
    fn name(&self) -> &'static str;

    /// The endings of its file names, in lower case and without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether the bytes are of this format, judged by the hint and the first bytes; cheap.
    fn sniff(&self, bytes: &[u8], hint: &Hint<'_>) -> bool;

    /// Reads a document; its language may be left to the caller.
    fn read(&self, bytes: &[u8], hint: &Hint<'_>) -> Result<Document, Unreadable>;
}

/// What is known about bytes besides themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// The file's name or the last part of its URL's path.
    pub name: Option<&'a str>,
    /// The `Content-Type`, with or without its character set.
    pub content_type: Option<&'a str>,
}

impl<'a> Hint<'a> {
    /// The hint that a file's name gives.
    pub fn name(name: &'a str) -> Self {
        Self { name: Some(name), content_type: None }
    }

    /// The ending of the name, in lower case; empty when there is none.
    pub(crate) fn extension(&self) -> String {
        let file = self.name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
        file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The media type without parameters, in lower case; `None` when it says nothing.
    pub(crate) fn media_type(&self) -> Option<String> {
        let media = self.content_type?.split(';').next()?.trim().to_ascii_lowercase();
        let silent =
            media.is_empty() || media == "application/octet-stream" || media == "binary/octet-stream";
        (!silent).then_some(media)
    }

    /// A title from the file's name: `opening-hours.md` gives `opening hours`.
    pub(crate) fn title(&self) -> String {
        let file = self.name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
        stem.replace(['-', '_'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Reads bytes of any known format. A format that fails in an unforeseen way is an [`Unreadable`], too.
pub fn read(bytes: &[u8], hint: &Hint<'_>) -> Result<Document, Unreadable> {
    if let Some(why) = unknown::not_text(bytes, hint) {
        return Err(why);
    }
    let Some(format) = FORMATS.iter().find(|format| format.sniff(bytes, hint)) else {
        return Err(unknown::other(hint));
    };
    let mut document = unwinding(|| format.read(bytes, hint))?;
    finish(&mut document);
    if document.is_empty() {
        return Err(Unreadable::new("it has no text"));
    }
    Ok(document)
}

/// Fills in what every format leaves to the end: the language, from the text or else as declared.
pub(crate) fn finish(document: &mut Document) {
    let mut sample = document.title.clone();
    for block in document.blocks.iter().filter(|b| !matches!(b, crate::Block::Code(_))) {
        sample.push_str(". ");
        sample.push_str(&block.text());
        if sample.len() > 4000 {
            break;
        }
    }
    document.language = language::detect(&sample).or(document.language);
}

/// Turns a panic of a parser into a reason: one broken file must not take the process down.
pub(crate) fn unwinding<T>(read: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Unreadable::new("it is broken in a way that can't be read")))
}

/// The formats' names for a message: `HTML, Markdown and text`.
pub(crate) fn names() -> String {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(bytes: &[u8], name: &str) -> String {
        read(bytes, &Hint::name(name)).unwrap_err().0
    }

    #[test]
    fn unknown_formats_say_what_they_are_and_what_is_read() {
        assert_eq!(why(b"%PDF-1.7 ...", "a.pdf"), "it is a PDF; this version reads HTML, Markdown and text");
        assert!(why(b"PK\x03\x04rest", "prices.docx").starts_with("it is a Word document"));
        assert!(why(b"PK\x03\x04rest", "x.bin").starts_with("it is a ZIP archive"));
        assert!(why(b"\x89PNG\r\n\x1a\n", "photo.md").starts_with("it is an image"));
        assert!(why(b"a,b\n1,2", "table.csv").starts_with("it is a `.csv` file"));
        assert!(why(b"\x7fELF\x02\x01", "botplot").starts_with("it is a program"));
    }

    #[test]
    fn empty_and_textless_files_have_a_reason() {
        assert_eq!(why(b"", "a.md"), "it is empty");
        assert_eq!(why(b" \n", "a.txt"), "it is empty");
        assert_eq!(why(b"# Only a heading", "a.md"), "it has no text");
        assert_eq!(why(b"<html><script>x()</script></html>", "a.html"), "it has no text");
        assert_eq!(why(&[0, 159, 146, 150, 0, 1, 2, 3], "a.txt"), "it is not text");
    }

    #[test]
    fn the_format_follows_type_name_and_bytes() {
        let heading = |bytes: &[u8], hint: Hint<'_>| {
            read(bytes, &hint).unwrap().blocks.iter().any(|b| matches!(b, crate::Block::Heading { .. }))
        };
        let markdown = b"# Title\n\ntext";
        assert!(heading(markdown, Hint::name("a.markdown")));
        assert!(heading(markdown, Hint { name: None, content_type: Some("text/markdown; charset=utf-8") }));
        assert!(heading(markdown, Hint { name: Some("a.md"), content_type: Some("text/plain") }));
        assert!(!heading(markdown, Hint::name("a.txt")));
        let html = b"<!DOCTYPE html><body><h2>Title</h2><p>text";
        assert!(heading(html, Hint::default()));
        assert!(heading(html, Hint { name: Some("a.php"), content_type: Some("text/html") }));
        assert!(heading(html, Hint { name: Some("README"), content_type: Some("application/octet-stream") }));
    }

    #[test]
    fn a_panic_while_reading_is_a_reason() {
        let caught = unwinding::<()>(|| panic!("a parser's fault"));
        assert_eq!(caught.unwrap_err().0, "it is broken in a way that can't be read");
    }

    #[test]
    fn titles_come_from_names_when_nothing_else_is_there() {
        assert_eq!(Hint::name("docs/opening-hours_2024.txt").title(), "opening hours 2024");
        assert_eq!(Hint::name(".profile").title(), ".profile");
    }
}
