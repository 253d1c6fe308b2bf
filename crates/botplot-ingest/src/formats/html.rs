//! HTML: cleaned, parsed once, its main content found, and written as blocks.

mod blocks;
mod clean;
mod content;
mod frame;
mod head;

pub(crate) use head::robots_rules;

use dom_query::Document as Dom;
use url::Url;

use super::{Format, Hint, finish, unwinding};
use crate::decode;
use crate::document::{Block, Document, Unreadable};

/// Larger pages are refused: parsers are not linear in everything.
pub(crate) const MAX_BYTES: usize = 2 << 20;

/// Elements times depth above which the readability extractor, whose time grows with both, is left out.
const MAX_EFFORT: usize = 1_500_000;

/// Letters below which a page with scripts is an empty shell.
const SHELL: usize = 30;
/// Letters below which it is one when it also says or shows that scripts fill it.
const ALMOST_NOTHING: usize = 250;
/// Elements that applications write themselves into.
const MOUNTS: &str = "#root:empty, #app:empty, #__next:empty, #__nuxt:empty, #___gatsby:empty, app-root";

/// Web pages and `.html` files.
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "HTML"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml"]
    }

    fn sniff(&self, bytes: &[u8], hint: &Hint<'_>) -> bool {
        match hint.media_type().as_deref() {
            Some("text/html" | "application/xhtml+xml") => true,
            Some(_) => false,
            None => self.extensions().contains(&hint.extension().as_str()) || begins_as_html(bytes, hint),
        }
    }

    fn read(&self, bytes: &[u8], hint: &Hint<'_>) -> Result<Document, Unreadable> {
        Ok(read(bytes, hint, None)?.document)
    }
}

/// Whether bytes from the web are HTML.
pub(crate) fn is_html(bytes: &[u8], hint: &Hint<'_>) -> bool {
    Html.sniff(bytes, hint)
}

/// A web page: its document, and what only the web has.
#[derive(Debug, Clone, Default)]
pub struct WebPage {
    /// Title, canonical address and main content.
    pub document: Document,
    /// The addresses of `<a href>`, absolute, without fragments, each once, in order; not those of
    /// `rel=nofollow`, and none when the page itself says `nofollow`.
    pub links: Vec<Url>,
    /// Whether the page asks robots not to keep it.
    pub noindex: bool,
    /// Where `<meta http-equiv=refresh>` leads within ten seconds.
    pub refresh: Option<Url>,
    /// Whether there is almost no text and a script that probably brings it.
    pub needs_script: bool,
}

/// Reads a page that came from `url`. Fails on bytes that are too large or no text; a page without text is
/// no failure, since its links may count.
pub fn page(bytes: &[u8], hint: &Hint<'_>, url: &Url) -> Result<WebPage, Unreadable> {
    unwinding(|| {
        let mut page = read(bytes, hint, Some(url))?;
        finish(&mut page.document);
        Ok(page)
    })
}

fn read(bytes: &[u8], hint: &Hint<'_>, url: Option<&Url>) -> Result<WebPage, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::new(format!("it is larger than {} MB", MAX_BYTES >> 20)));
    }
    let text = decode::text(bytes, hint.content_type.and_then(decode::charset))?;
    let clean::Cleaned { html, scripts, asks_for_script, elements, depth } = clean::clean(&text);
    let dom = Dom::from(html);
    let head = head::read(&dom, url);
    let filled_by_script = asks_for_script || dom.select(MOUNTS).exists();
    frame::remove(&dom);
    let blocks = content::blocks(dom, elements * depth as usize <= MAX_EFFORT);
    let title = head.title(&blocks).unwrap_or_else(|| hint.title());
    let letters = content::letters(&blocks);
    Ok(WebPage {
        document: Document { title, canonical: head.canonical, language: head.language, blocks },
        links: head.links,
        noindex: head.noindex,
        refresh: head.refresh,
        needs_script: scripts > 0 && letters < if filled_by_script { ALMOST_NOTHING } else { SHELL },
    })
}

/// The blocks of HTML without a page around it, as Markdown is rendered to.
pub(super) fn blocks_of_fragment(html: &str) -> Vec<Block> {
    let cleaned = clean::clean(html).html;
    let dom = Dom::fragment(cleaned);
    blocks::of(&dom.root(), blocks::Scope::Whole)
}

fn begins_as_html(bytes: &[u8], hint: &Hint<'_>) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let start = &start[..start.len().min(15)];
    let is = |tag: &[u8]| start.len() >= tag.len() && start[..tag.len()].eq_ignore_ascii_case(tag);
    hint.extension().is_empty() && (is(b"<!doctype html") || is(b"<html"))
}
