//! Documents to chunks: about 200 word pieces each, cut at headings, paragraphs and sentences.

mod cut;
mod section;

use crate::document::Document;
use section::{Section, Unit};

/// Word pieces that a chunk aims at.
pub const TARGET_PIECES: usize = 200;
/// Word pieces of heading path and body together that no chunk exceeds.
pub const MAX_PIECES: usize = 256;
/// A section below this many pieces joins its neighbour.
const SMALL: usize = 40;
/// Word pieces that a heading path may take of a chunk; a longer one keeps its innermost headings.
const MAX_HEADING: usize = 56;
/// Characters that count as at least one piece: a tokenizer takes a word of any length for one unknown piece.
const CHARS_PER_PIECE: usize = 10;

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The headings above it, outermost first, joined by ` > `; without the document's title.
    pub heading: String,
    /// The text; paragraphs apart by blank lines.
    pub body: String,
    /// Word pieces of the body.
    pub pieces: usize,
    /// The fragment of the innermost heading above it, for a link to the place.
    pub anchor: Option<String>,
}

/// Splits a document; `count` tells how many word pieces a text has. Linear in the length of the document,
/// nothing is dropped and nothing is in two chunks but the header of a table that was cut.
pub fn split(document: &Document, count: &dyn Fn(&str) -> usize) -> Vec<Chunk> {
    let weigh = |text: &str| count(text).max(text.chars().count().div_ceil(CHARS_PER_PIECE));
    let sections = section::sections(document, &weigh);
    let mut chunks = Vec::new();
    for section in merge(sections) {
        let room = MAX_PIECES - weigh(&section.heading()).min(MAX_HEADING);
        pack(&section, room, &weigh, &mut chunks);
    }
    for chunk in &mut chunks {
        chunk.pieces = count(&chunk.body);
    }
    chunks
}

/// Joins small sections with the one before them, where both stand under the same heading or one is the
/// other's introduction.
fn merge(sections: Vec<Section>) -> Vec<Section> {
    let mut merged: Vec<Section> = Vec::new();
    for section in sections {
        match merged.last_mut() {
            Some(last) if joins(last, &section) => last.absorb(section),
            _ => merged.push(section),
        }
    }
    merged
}

fn joins(last: &Section, next: &Section) -> bool {
    let fits = last.pieces() + next.pieces() + next.heading_pieces <= TARGET_PIECES;
    let small = last.pieces() < SMALL || next.pieces() < SMALL;
    let related = next.path.starts_with(&last.path)
        || (last.parent() == next.parent() && !last.path.is_empty())
        || (last.joined && next.path.starts_with(last.parent()));
    fits && small && related
}

/// Fills chunks with a section's units, evenly, so that no leftover of a few words remains.
fn pack(section: &Section, room: usize, weigh: &dyn Fn(&str) -> usize, chunks: &mut Vec<Chunk>) {
    let total = section.pieces();
    let goal = if total <= room { room } else { total.div_ceil(total.div_ceil(TARGET_PIECES)).min(room) };
    let mut open = Open { section, body: String::new(), pieces: 0 };
    for unit in section.units.iter().flat_map(|unit| cut::to_fit(unit, TARGET_PIECES, weigh)) {
        let half_over = open.pieces + unit.pieces / 2 > goal;
        if open.pieces > 0 && (half_over || open.pieces + unit.pieces > room) {
            open.close(chunks);
            open.repeat(&unit);
        }
        open.add(&unit);
    }
    open.close(chunks);
}

/// The chunk that is being filled.
struct Open<'a> {
    section: &'a Section,
    body: String,
    pieces: usize,
}

impl Open<'_> {
    fn add(&mut self, unit: &Unit) {
        if !self.body.is_empty() {
            self.body.push_str(unit.join);
        }
        self.body.push_str(&unit.text);
        self.pieces += unit.pieces;
    }

    /// Begins a chunk with the column names of the table that goes on in it.
    fn repeat(&mut self, unit: &Unit) {
        if let Some(header) = &unit.header {
            self.body.push_str(&header.0);
            self.pieces += header.1;
        }
    }

    fn close(&mut self, chunks: &mut Vec<Chunk>) {
        let body = std::mem::take(&mut self.body);
        self.pieces = 0;
        if !body.trim().is_empty() {
            let body = body.trim().to_string();
            chunks.push(Chunk {
                heading: self.section.heading(),
                body,
                pieces: 0,
                anchor: self.section.anchor.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
