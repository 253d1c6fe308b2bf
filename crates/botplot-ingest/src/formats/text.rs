//! Plain text: paragraphs at blank lines, underlined headings, lists.

use super::{Format, Hint};
use crate::decode;
use crate::document::{Block, Document, Unreadable};

/// A line at least this long that is followed by another was broken by an editor, not by its writer.
const WRAPPED: usize = 50;
const MAX_BYTES: usize = 20 << 20;

/// The `.txt` format, and text without any name.
pub(super) struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["txt", "text", "rst", "adoc", "asciidoc", "org", "log"]
    }

    fn sniff(&self, _: &[u8], hint: &Hint<'_>) -> bool {
        let ending = hint.extension();
        match hint.media_type().as_deref() {
            Some("text/plain") => true,
            Some(_) => false,
            None => ending.is_empty() || self.extensions().contains(&ending.as_str()),
        }
    }

    fn read(&self, bytes: &[u8], hint: &Hint<'_>) -> Result<Document, Unreadable> {
        if bytes.len() > MAX_BYTES {
            return Err(Unreadable::new(format!("it is larger than {} MB", MAX_BYTES >> 20)));
        }
        let text = decode::text(bytes, hint.content_type.and_then(decode::charset))?;
        let blocks = blocks(&text);
        let title = match blocks.first() {
            Some(Block::Heading { level: 1, text, .. }) => text.clone(),
            _ => hint.title(),
        };
        Ok(Document { title, blocks, ..Document::default() })
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut out = Vec::new();
    let mut paragraph = String::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(level) = underline(line, lines.get(at + 1).copied()) {
            end(&mut paragraph, &mut out);
            out.push(Block::Heading { level, text: line.trim().into(), anchor: None });
            at += 1;
        } else if line.trim().is_empty() {
            end(&mut paragraph, &mut out);
        } else if item(line).is_some() {
            end(&mut paragraph, &mut out);
            paragraph.push_str(line);
        } else {
            let wrapped = lines[at.saturating_sub(1)].chars().count() >= WRAPPED;
            if !paragraph.is_empty() {
                paragraph.push(if wrapped { ' ' } else { '\n' });
            }
            paragraph.push_str(line.trim());
        }
        at += 1;
    }
    end(&mut paragraph, &mut out);
    out
}

fn end(paragraph: &mut String, out: &mut Vec<Block>) {
    let text = std::mem::take(paragraph);
    match item(&text) {
        Some((depth, marker, rest)) => {
            out.push(Block::Item { depth, marker: marker.into(), text: rest.into() });
        }
        None if text.trim().is_empty() => {}
        None => out.push(Block::Paragraph(text.trim().into())),
    }
}

/// The level of a heading that is underlined by the next line.
fn underline(line: &str, next: Option<&str>) -> Option<u8> {
    let rule = next?.trim();
    let same = |mark: char| rule.len() >= 3 && rule.chars().all(|c| c == mark);
    let title = !line.trim().is_empty() && line.chars().count() <= 120;
    match title {
        true if same('=') => Some(1),
        true if same('-') || same('~') => Some(2),
        _ => None,
    }
}

/// Depth, marker and text of a list item.
fn item(line: &str) -> Option<(u8, &str, &str)> {
    let indent = line.len() - line.trim_start().len();
    let (marker, rest) = line.trim_start().split_once(char::is_whitespace)?;
    let bullet = matches!(marker, "-" | "*" | "•" | "+");
    let number = marker.strip_suffix(['.', ')']).is_some_and(|n| n.len() <= 3 && n.parse::<u16>().is_ok());
    let rest = rest.trim();
    let depth = (indent / 2).min(6) as u8;
    ((bullet || number) && !rest.is_empty()).then_some((depth, if bullet { "-" } else { marker }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_wrapped_lines_are_joined_and_short_ones_kept_apart() {
        let wrapped =
            "This line was broken by an editor at some column, and\ngoes on here.\n\nMon 9-5\nTue 9-5";
        assert_eq!(
            blocks(wrapped),
            [
                Block::Paragraph(
                    "This line was broken by an editor at some column, and goes on here.".into()
                ),
                Block::Paragraph("Mon 9-5\nTue 9-5".into()),
            ]
        );
    }

    #[test]
    fn a_million_lines_are_read_in_one_pass() {
        assert_eq!(blocks(&"word\n".repeat(1_000_000)).len(), 1);
    }
}
