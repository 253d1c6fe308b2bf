//! A document as sections: what stands under one heading, in units that chunks are filled with.

use std::rc::Rc;

use super::MAX_HEADING;
use crate::document::{Block, Document};

/// What stands under one heading path.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    /// The headings above the text, outermost first.
    pub(super) path: Vec<String>,
    /// The fragment of the innermost heading.
    pub(super) anchor: Option<String>,
    /// The text, in order.
    pub(super) units: Vec<Unit>,
    /// Pieces of the innermost heading.
    pub(super) heading_pieces: usize,
    /// Whether several sections were joined in it; its path is then their common one.
    pub(super) joined: bool,
}

/// A text that is kept in one piece when it fits.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) text: String,
    pub(super) pieces: usize,
    /// What stands between it and the unit before it.
    pub(super) join: &'static str,
    /// Whether it is an item of a list.
    pub(super) item: bool,
    /// What it may be cut at when it does not fit.
    pub(super) kind: Kind,
    /// The column names of its table with their pieces, repeated when the table goes on in another chunk.
    pub(super) header: Option<Rc<(String, usize)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Running text: cut at sentences, then words.
    Prose,
    /// Rows or code: cut at lines first.
    Lines,
}

impl Section {
    /// Pieces of all its text.
    pub(super) fn pieces(&self) -> usize {
        self.units.iter().map(|unit| unit.pieces).sum()
    }

    /// Its path as one line.
    pub(super) fn heading(&self) -> String {
        self.path.join(" > ")
    }

    /// The path of the section around it.
    pub(super) fn parent(&self) -> &[String] {
        if self.joined { &self.path } else { &self.path[..self.path.len().saturating_sub(1)] }
    }

    /// Takes in the section that follows; headings below the common path become lines of the text.
    pub(super) fn absorb(&mut self, mut next: Section) {
        let common = self.path.iter().zip(&next.path).take_while(|(a, b)| a == b).count();
        if common < self.path.len() {
            let own = self.path.split_off(common);
            self.units.insert(0, heading_line(&own, self.heading_pieces));
            self.anchor = None;
        }
        if common < next.path.len() {
            let own = next.path.split_off(common);
            self.units.push(heading_line(&own, next.heading_pieces));
        }
        self.units.append(&mut next.units);
        self.joined = true;
    }
}

fn heading_line(own: &[String], pieces: usize) -> Unit {
    Unit { text: own.join(" > "), pieces, join: "\n\n", item: false, kind: Kind::Prose, header: None }
}

/// Splits a document at its headings. A heading without text of its own lives on in the paths below it, or
/// as text when nothing is below it.
pub(super) fn sections(document: &Document, weigh: &dyn Fn(&str) -> usize) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut current = Section::default();
    for block in &document.blocks {
        let Block::Heading { level, text, anchor } = block else {
            add(&mut current, block, weigh);
            continue;
        };
        path.retain(|(above, _)| above < level);
        // The title above everything says nothing that the document's own title doesn't.
        let is_title =
            found.is_empty() && current.units.is_empty() && path.is_empty() && same(text, &document.title);
        if !is_title {
            path.push((*level, text.clone()));
        }
        let next = Section {
            path: innermost(&path, weigh),
            anchor: anchor.clone(),
            heading_pieces: weigh(text),
            ..Section::default()
        };
        end(std::mem::replace(&mut current, next), Some(&path), &mut found);
    }
    end(current, None, &mut found);
    found
}

fn end(mut section: Section, next: Option<&[(u8, String)]>, found: &mut Vec<Section>) {
    if section.units.is_empty() {
        let goes_on = next.is_some_and(|path| path.len() > section.path.len());
        if goes_on || section.path.is_empty() {
            return;
        }
        let own = section.path.split_off(section.path.len() - 1);
        section.units.push(heading_line(&own, section.heading_pieces));
    }
    found.push(section);
}

/// The path without its outer headings where it would take too much of a chunk.
fn innermost(path: &[(u8, String)], weigh: &dyn Fn(&str) -> usize) -> Vec<String> {
    let mut left = MAX_HEADING;
    let mut kept: Vec<String> = Vec::new();
    for (_, text) in path.iter().rev() {
        let pieces = weigh(text) + 1;
        if pieces > left {
            if kept.is_empty() {
                kept.push(super::cut::first(text, MAX_HEADING, weigh));
            }
            break;
        }
        left -= pieces;
        kept.push(text.clone());
    }
    kept.reverse();
    kept
}

fn add(section: &mut Section, block: &Block, weigh: &dyn Fn(&str) -> usize) {
    let after_item = section.units.last().is_some_and(|unit| unit.item);
    let mut push = |text: String, join, kind, header| {
        let item = matches!(block, Block::Item { .. });
        section.units.push(Unit { pieces: weigh(&text), text, join, item, kind, header });
    };
    match block {
        Block::Heading { .. } => {}
        Block::Paragraph(text) => push(text.clone(), "\n\n", Kind::Prose, None),
        Block::Item { .. } => push(block.text(), if after_item { "\n" } else { "\n\n" }, Kind::Prose, None),
        Block::Code(text) => push(text.clone(), "\n\n", Kind::Lines, None),
        Block::Table { header, rows } => {
            // Names that take half a chunk can't be repeated in each.
            let names = header.clone().map(|text| (weigh(&text), text)).filter(|(pieces, _)| *pieces <= 80);
            let repeated = names.map(|(pieces, text)| Rc::new((text, pieces)));
            for (at, row) in header.iter().chain(rows).enumerate() {
                let header = if at > 0 { repeated.clone() } else { None };
                push(row.clone(), if at == 0 { "\n\n" } else { "\n" }, Kind::Lines, header);
            }
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    plain(one) == plain(other)
}
