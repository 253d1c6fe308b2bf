//! The main content of a page: what a readability extractor finds, or the page's own landmark where that
//! extractor loses too much of it.
//!
//! Measured on 511 pages of seven types: the mixture keeps 94 % of the words, the extractor alone 85 %.

use dom_query::{Document as Dom, NodeRef};
use dom_smoothie::{Config, Readability};

use super::blocks::{self, Scope};
use crate::document::Block;

/// The extractor must keep this share of the landmark's letters.
const KEPT: f32 = 0.55;
/// Without a landmark, it must keep this share of the page without its frame.
const KEPT_OF_BODY: f32 = 0.2;
/// A landmark with fewer letters is a leftover of a layout.
const MIN_LANDMARK: usize = 100;

/// More of a kind are no landmarks.
const MAX_LANDMARKS: usize = 20;

/// Where pages put their content, best first.
const LANDMARKS: &[&[&str]] = &[
    &["main", "[role=main]"],
    &["article"],
    &[
        "#main-content",
        "#maincontent",
        "#content",
        "#main",
        "#article",
        "#bodyContent",
        ".main-content",
        ".article-body",
        ".article-content",
        ".post-content",
        ".entry-content",
        ".markdown-body",
        ".page-content",
        ".content",
    ],
];

/// The main content as blocks; `readable` says whether the extractor may be tried.
pub(super) fn blocks(dom: Dom, readable: bool) -> Vec<Block> {
    let landmark = landmark(&dom);
    let body = match landmark {
        Some(_) => Vec::new(),
        None => dom.body().map(|body| blocks::of(&body, Scope::Body)).unwrap_or_default(),
    };
    let article = if readable { extract(dom) } else { Vec::new() };
    let (other, share) = landmark.map_or((body, KEPT_OF_BODY), |found| (found, KEPT));
    if (letters(&article) as f32) < share * letters(&other) as f32 { other } else { article }
}

/// Letters and digits in blocks: a measure of text that also fits languages without spaces.
pub(super) fn letters(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| block.text().chars().filter(|c| c.is_alphanumeric()).count()).sum()
}

fn landmark(dom: &Dom) -> Option<Vec<Block>> {
    LANDMARKS.iter().find_map(|selectors| {
        let found = dom.select(&selectors.join(", "));
        if found.length() > MAX_LANDMARKS {
            return None;
        }
        let outermost: Vec<_> = found.nodes().iter().filter(|node| !inside(node, found.nodes())).collect();
        // Several articles side by side are a list of teasers or an article with its comments.
        if selectors == &["article"] && outermost.len() > 1 {
            return None;
        }
        let read = outermost.into_iter().map(|node| blocks::of(node, Scope::Whole));
        read.max_by_key(|blocks| letters(blocks)).filter(|blocks| letters(blocks) >= MIN_LANDMARK)
    })
}

fn inside(node: &NodeRef<'_>, others: &[NodeRef<'_>]) -> bool {
    others.len() > 1
        && node.ancestors_it(None).any(|ancestor| others.iter().any(|other| other.id == ancestor.id))
}

fn extract(dom: Dom) -> Vec<Block> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(dom, None, Some(config)) else { return Vec::new() };
    let Ok(article) = readability.parse() else { return Vec::new() };
    blocks::of(&Dom::fragment(article.content).root(), Scope::Whole)
}
