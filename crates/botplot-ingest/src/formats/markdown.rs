//! Markdown: rendered to HTML and read as such, so that HTML inside it, lists and tables have one reader.

use pulldown_cmark::{Options, Parser, html};

use super::html::blocks_of_fragment;
use super::{Format, Hint};
use crate::decode;
use crate::document::{Block, Document, Unreadable};

const MAX_BYTES: usize = 5 << 20;

/// `CommonMark` with the extensions of GitHub and of help centres.
pub(super) struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "Markdown"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["md", "markdown", "mdown", "mkd", "mdx"]
    }

    fn sniff(&self, _: &[u8], hint: &Hint<'_>) -> bool {
        let named = self.extensions().contains(&hint.extension().as_str());
        match hint.media_type().as_deref() {
            Some("text/markdown" | "text/x-markdown") => true,
            Some("text/plain") | None => named,
            Some(_) => false,
        }
    }

    fn read(&self, bytes: &[u8], hint: &Hint<'_>) -> Result<Document, Unreadable> {
        if bytes.len() > MAX_BYTES {
            return Err(Unreadable::new(format!("it is larger than {} MB", MAX_BYTES >> 20)));
        }
        let text = decode::text(bytes, hint.content_type.and_then(decode::charset))?;
        let (front, body) = front_matter(&text);
        let mut rendered = String::with_capacity(body.len() * 5 / 4);
        html::push_html(&mut rendered, Parser::new_ext(body, options()));
        let blocks = blocks_of_fragment(&rendered);
        let title =
            front.and_then(title_of).or_else(|| first_heading(&blocks)).unwrap_or_else(|| hint.title());
        Ok(Document { title, blocks, ..Document::default() })
    }
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// Splits off a block between `---` (YAML) or `+++` (TOML) at the very start.
fn front_matter(text: &str) -> (Option<&str>, &str) {
    for fence in ["---", "+++"] {
        let Some(rest) = text.strip_prefix(fence).filter(|rest| rest.starts_with(['\n', '\r'])) else {
            continue;
        };
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            if at > 0 && line.trim_end() == fence {
                return (Some(&rest[..at]), &rest[at + line.len()..]);
            }
            at += line.len();
        }
    }
    (None, text)
}

fn title_of(front: &str) -> Option<String> {
    let value = front.lines().find_map(|line| {
        let (key, value) = line.split_once([':', '='])?;
        (key.trim_end() == "title").then_some(value.trim())
    })?;
    let title = match value.as_bytes() {
        [b'"', .., b'"'] if value.len() > 1 => {
            value[1..value.len() - 1].replace("\\\"", "\"").replace("\\\\", "\\")
        }
        [b'\'', .., b'\''] if value.len() > 1 => value[1..value.len() - 1].replace("''", "'"),
        _ => value.split(" #").next().unwrap_or_default().trim().to_string(),
    };
    (!title.is_empty() && !matches!(title.as_str(), "|" | ">" | "|-" | ">-")).then_some(title)
}

/// The title of a document that begins with its heading, or has only one of the first level.
fn first_heading(blocks: &[Block]) -> Option<String> {
    let text = |block: &Block| match block {
        Block::Heading { text, .. } => Some(text.clone()),
        _ => None,
    };
    let mut outermost = blocks.iter().filter(|block| matches!(block, Block::Heading { level: 1, .. }));
    match (blocks.first().and_then(text), outermost.next(), outermost.next()) {
        (Some(first), ..) => Some(first),
        (None, Some(only), None) => text(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_the_front_matter_is_honoured() {
        for (front, title) in [
            ("---\ntitle: \"Say \\\"hi\\\": a guide\"\nid: 1\n---\n", "Say \"hi\": a guide"),
            ("---\r\nid: 1\r\ntitle: Reset your board # v2\r\n---\r\n", "Reset your board"),
            ("---\ntitle: 'It''s here'\n---\n", "It's here"),
            ("+++\ntitle = \"TOML\"\n+++\n", "TOML"),
        ] {
            let document =
                Markdown.read(format!("{front}\nText.\n").as_bytes(), &Hint::name("a.md")).unwrap();
            assert_eq!(document.title, title);
            assert_eq!(document.blocks, [Block::Paragraph("Text.".into())], "{front}");
        }
    }

    #[test]
    fn without_front_matter_the_heading_or_the_file_names_it() {
        let title =
            |text: &str| Markdown.read(text.as_bytes(), &Hint::name("opening-hours.md")).unwrap().title;
        assert_eq!(title("# Hours\n\nText"), "Hours");
        assert_eq!(title("Text\n\n# Hours\n\nText"), "Hours");
        assert_eq!(title("Text only"), "opening hours");
        assert_eq!(title("---\n\nA rule, no front matter"), "opening hours");
    }
}
