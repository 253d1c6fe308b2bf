//! DOM to blocks: headings, paragraphs, list items, tables and code, without what frames a page.

use dom_query::{NodeData, NodeRef};

use crate::document::Block;

/// Below this depth only the text is taken, so that the stack can't run out.
const MAX_DEPTH: usize = 300;
/// A list of contents has fewer nodes.
const MAX_CONTENTS: usize = 2000;

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Content as such.
    Whole,
    /// A whole page, whose `header` is its frame.
    Body,
}

/// Reads the blocks below `root`.
pub(super) fn of(root: &NodeRef<'_>, scope: Scope) -> Vec<Block> {
    let mut writer = Writer {
        scope,
        blocks: Vec::new(),
        line: String::new(),
        lists: Vec::new(),
        marker: None,
        anchor: None,
    };
    writer.children(root, 0);
    writer.flush();
    writer.blocks
}

struct Writer {
    scope: Scope,
    blocks: Vec<Block>,
    line: String,
    /// For each open list the next number, `None` when it has no numbers.
    lists: Vec<Option<u32>>,
    /// The marker of the item whose first text has not come yet.
    marker: Option<String>,
    /// The anchor of a section or an empty `<a id>` just before a heading.
    anchor: Option<String>,
}

impl Writer {
    fn children(&mut self, node: &NodeRef<'_>, depth: usize) {
        for child in node.children_it(false) {
            self.node(&child, depth);
        }
    }

    fn node(&mut self, node: &NodeRef<'_>, depth: usize) {
        if let Some(text) = text_of(node) {
            return self.push(&text);
        }
        let Some(name) = node.node_name() else { return };
        if depth > MAX_DEPTH {
            return self.push(&node.text());
        }
        if name == *"header" && self.scope == Scope::Body && is_page_header(node) {
            return;
        }
        match &*name {
            "br" => self.break_line(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(node, name.as_bytes()[1] - b'0'),
            "pre" => self.code(node),
            "table" if is_data(node) => self.table(node),
            "ul" | "ol" | "menu" if is_contents(node) => self.drop_contents_lead(),
            "ul" | "ol" | "menu" => self.list(node, &name, depth),
            "li" => self.item(node, depth),
            "sup" if is_note(node) => {}
            "a" => {
                self.remember(node);
                self.children(node, depth + 1);
            }
            other if is_block(other) => {
                self.flush();
                self.remember(node);
                self.children(node, depth + 1);
                self.flush();
            }
            _ => self.children(node, depth + 1),
        }
    }

    /// Adds running text with its white space collapsed.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                // A soft hyphen or a zero-width character would split a word for every reader.
                '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
                c if c.is_whitespace() => {
                    if !self.line.is_empty() && !self.line.ends_with([' ', '\n']) {
                        self.line.push(' ');
                    }
                }
                c => self.line.push(c),
            }
        }
    }

    fn break_line(&mut self) {
        let kept = self.line.trim_end_matches(' ').len();
        self.line.truncate(kept);
        if self.line.ends_with('\n') {
            return self.flush();
        }
        if !self.line.is_empty() {
            self.line.push('\n');
        }
    }

    /// Ends the running text as a paragraph or as the item that was opened.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = line.trim();
        if !text.chars().any(char::is_alphanumeric) {
            return;
        }
        self.anchor = None;
        let text = text.to_string();
        self.blocks.push(match self.marker.take() {
            Some(marker) => {
                Block::Item { depth: self.lists.len().saturating_sub(1).min(6) as u8, marker, text }
            }
            None => Block::Paragraph(text),
        });
    }

    /// Keeps the anchor of an element for the heading that follows at once.
    fn remember(&mut self, node: &NodeRef<'_>) {
        if let Some(id) = anchor_of(node) {
            self.anchor = Some(id);
        }
    }

    fn heading(&mut self, node: &NodeRef<'_>, level: u8) {
        self.flush();
        let mut inner = Writer {
            scope: self.scope,
            blocks: Vec::new(),
            line: String::new(),
            lists: Vec::new(),
            marker: None,
            anchor: None,
        };
        inner.children(node, MAX_DEPTH - 20);
        inner.flush();
        let text: Vec<String> = inner.blocks.iter().map(Block::text).collect();
        let text = text.join(" ").replace('\n', " ");
        let text =
            text.trim_end_matches(['¶', '#', '§', '🔗', ' ']).trim_start_matches(['¶', '§', '🔗', ' ']);
        if text.is_empty() {
            return;
        }
        let inside = || node.descendants_it().find_map(|inner| anchor_of(&inner));
        let anchor = anchor_of(node).or_else(inside).or_else(|| self.anchor.take());
        self.anchor = None;
        self.blocks.push(Block::Heading { level, text: text.to_string(), anchor });
    }

    fn code(&mut self, node: &NodeRef<'_>) {
        self.flush();
        let text = node.text();
        let text = text.trim_matches(['\n', '\r']).trim_end();
        if text.chars().any(char::is_alphanumeric) {
            self.marker = None;
            self.blocks.push(Block::Code(text.replace("\r\n", "\n")));
        }
    }

    fn list(&mut self, node: &NodeRef<'_>, name: &str, depth: usize) {
        self.flush();
        let start = node.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1);
        self.lists.push((name == "ol").then_some(start));
        self.children(node, depth + 1);
        self.flush();
        self.lists.pop();
    }

    fn item(&mut self, node: &NodeRef<'_>, depth: usize) {
        self.flush();
        self.marker = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{}.", number.saturating_sub(1))
            }
            _ => "-".into(),
        });
        self.children(node, depth + 1);
        self.flush();
        self.marker = None;
    }

    /// A list of contents leads nowhere once the page is in pieces; nor does the line that announces it.
    fn drop_contents_lead(&mut self) {
        self.flush();
        let announces = |text: &String| text.ends_with(':') && text.len() < 60;
        if matches!(self.blocks.last(), Some(Block::Paragraph(text)) if announces(text)) {
            self.blocks.pop();
        }
    }

    fn table(&mut self, node: &NodeRef<'_>) {
        self.flush();
        let (mut header, mut rows) = (None, Vec::new());
        for row in node.descendants_it().filter(|inner| inner.has_name("tr")) {
            let cells: Vec<_> = row.element_children();
            let heads = cells.iter().all(|cell| cell.has_name("th"));
            let texts: Vec<String> = cells.iter().map(|cell| cell_text(cell, self.scope)).collect();
            if texts.iter().all(String::is_empty) {
                continue;
            }
            let line = texts.join(" | ");
            if heads && header.is_none() && rows.is_empty() {
                header = Some(line);
            } else {
                rows.push(line);
            }
        }
        if header.is_some() || !rows.is_empty() {
            self.marker = None;
            self.blocks.push(Block::Table { header, rows });
        }
    }
}

fn cell_text(cell: &NodeRef<'_>, scope: Scope) -> String {
    let texts: Vec<String> = of(cell, scope).iter().map(Block::text).collect();
    texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(node: &NodeRef<'_>) -> Option<String> {
    node.query(|inner| match &inner.data {
        NodeData::Text { contents } => Some(contents.to_string()),
        _ => None,
    })?
}

fn anchor_of(node: &NodeRef<'_>) -> Option<String> {
    let id = node.attr("id").or_else(|| if node.has_name("a") { node.attr("name") } else { None })?;
    (!id.is_empty() && id.len() <= 200 && !id.contains(char::is_whitespace)).then(|| id.to_string())
}

#[rustfmt::skip]
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "dd" | "details" | "dialog"
            | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "header"
            | "hgroup" | "hr" | "html" | "legend" | "main" | "nav" | "p" | "search" | "section" | "summary" | "table"
            | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

/// Letters and digits below a node.
pub(super) fn letters(node: &NodeRef<'_>) -> usize {
    node.text().chars().filter(|c| c.is_alphanumeric()).count()
}

fn is_page_header(header: &NodeRef<'_>) -> bool {
    header.descendants_it().all(|inner| !inner.has_name("h1"))
}

/// Whether a table holds data: more than one column, and no page layout in its cells.
fn is_data(table: &NodeRef<'_>) -> bool {
    let presentation = table.attr("role").is_some_and(|role| matches!(&*role, "presentation" | "none"));
    let mut columns = 0;
    for inner in table.descendants_it() {
        let Some(name) = inner.node_name() else { continue };
        match &*name {
            "tr" => columns = columns.max(inner.element_children().len()),
            "table" | "h1" | "h2" | "h3" | "pre" | "article" | "section" | "form" => return false,
            _ => {}
        }
    }
    columns > 1 && !presentation
}

/// Whether a list only links to parts of its own page.
fn is_contents(list: &NodeRef<'_>) -> bool {
    let mut links = 0;
    let mut linked = 0;
    for (at, inner) in list.descendants_it().enumerate() {
        if at > MAX_CONTENTS {
            return false;
        }
        if !inner.has_name("a") {
            continue;
        }
        if !inner.attr("href").is_some_and(|href| href.starts_with('#') && href.len() > 1) {
            return false;
        }
        links += 1;
        linked += letters(&inner);
    }
    links > 0 && linked == letters(list)
}

/// Whether a superscript is a mark that leads to a footnote.
fn is_note(sup: &NodeRef<'_>) -> bool {
    letters(sup) <= 3
        && (sup.has_class("footnote-definition-label")
            || sup.descendants_it().any(|inner| inner.has_name("a")))
}
