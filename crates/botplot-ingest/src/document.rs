//! A document as every format yields it: a title, a language and a row of blocks.

use sha2::{Digest, Sha256};

/// Raised when reading the same bytes yields another document, so that every page is fetched and read anew.
const READING: &str = "1:";

/// What was read from one page or file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The title, without the site's name; never empty when the page or its name gives one.
    pub title: String,
    /// The address that the page names as its own (`rel=canonical`), else `None`.
    pub canonical: Option<String>,
    /// The language as an ISO 639-1 code (`en`), `None` when the text is too short to tell.
    pub language: Option<&'static str>,
    /// Headings and text in reading order.
    pub blocks: Vec<Block>,
}

/// A piece of a document; every text is trimmed, without control characters and not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading {
        /// 1 for the outermost, 6 for the innermost.
        level: u8,
        /// Its text in one line.
        text: String,
        /// The fragment that leads to it (without `#`), when the page has one.
        anchor: Option<String>,
    },
    /// Running text; line breaks inside were meant.
    Paragraph(String),
    /// An item of a list.
    Item {
        /// 0 in an outermost list.
        depth: u8,
        /// `-`, or the number with its dot.
        marker: String,
        /// The item's text.
        text: String,
    },
    /// A table.
    Table {
        /// The row of column names, cells joined by ` | `.
        header: Option<String>,
        /// The other rows, cells joined by ` | `.
        rows: Vec<String>,
    },
    /// Code or other text whose lines and spaces matter.
    Code(String),
}

impl Block {
    /// The block as plain text.
    pub fn text(&self) -> String {
        match self {
            Self::Heading { text, .. } | Self::Paragraph(text) | Self::Code(text) => text.clone(),
            Self::Item { depth, marker, text } => {
                format!("{:indent$}{marker} {text}", "", indent = 2 * usize::from(*depth))
            }
            Self::Table { header, rows } => {
                header.iter().chain(rows).map(String::as_str).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

impl Document {
    /// All text below the title, blocks apart by blank lines and list items by line breaks.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut after_item = false;
        for block in &self.blocks {
            let item = matches!(block, Block::Item { .. });
            if !out.is_empty() {
                out.push_str(if item && after_item { "\n" } else { "\n\n" });
            }
            out.push_str(&block.text());
            after_item = item;
        }
        out
    }

    /// Whether there is nothing to learn from it.
    pub fn is_empty(&self) -> bool {
        self.blocks.iter().all(|block| matches!(block, Block::Heading { .. }))
    }

    /// The reader's version and a SHA-256 over title and text, in hex: equal when nothing that matters
    /// changed, whatever else did in the bytes (scripts, tokens, menus).
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        let mut part = |text: &str| {
            sha.update((text.len() as u64).to_le_bytes());
            sha.update(text.as_bytes());
        };
        part(&self.title);
        for block in &self.blocks {
            match block {
                Block::Heading { level, text, anchor } => {
                    part(&format!("h{level}"));
                    part(text);
                    part(anchor.as_deref().unwrap_or_default());
                }
                other => part(&other.text()),
            }
        }
        sha.finalize().iter().fold(READING.to_string(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// Whether a hash is of this version's reading; of an earlier one, it says nothing about changes.
    pub(crate) fn is_current(hash: &str) -> bool {
        hash.starts_with(READING)
    }
}

/// Why nothing could be read, in words for the owner: "it is a PDF; …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Document {
        Document { blocks: vec![Block::Paragraph(text.into())], ..Document::default() }
    }

    #[test]
    fn the_hash_follows_the_text_and_its_structure() {
        let heading = Block::Heading { level: 1, text: "a".into(), anchor: None };
        let documents = [
            paragraph("a"),
            paragraph("b"),
            Document { title: "a".into(), ..paragraph("a") },
            Document { blocks: vec![heading], ..Document::default() },
            Document {
                blocks: vec![Block::Paragraph("a".into()), Block::Paragraph(String::new())],
                ..Document::default()
            },
        ];
        for (i, one) in documents.iter().enumerate() {
            for (j, other) in documents.iter().enumerate() {
                assert_eq!(one.hash() == other.hash(), i == j, "{i} and {j}");
            }
        }
        assert!(Document::is_current(&paragraph("a").hash()) && !Document::is_current("0:ab"));
    }

    #[test]
    fn headings_alone_teach_nothing() {
        let heading = Block::Heading { level: 2, text: "Prices".into(), anchor: None };
        assert!(Document { blocks: vec![heading], ..Document::default() }.is_empty());
        assert!(!paragraph("a").is_empty());
    }
}
