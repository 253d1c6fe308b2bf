//! From a URL, a folder or bytes to documents, and from documents to chunks.
//!
//! Formats stand in one list ([`FORMATS`]); web pages come through `botplot-egress` only. What can't be
//! read becomes an outcome with a reason for the owner, never an error that stops the rest.

mod chunk;
mod decode;
mod document;
mod fetch;
mod formats;
mod language;

pub use chunk::{Chunk, MAX_PIECES, TARGET_PIECES, split};
pub use document::{Block, Document, Unreadable};
pub use fetch::files::{Found, MAX_FILE, Walk, load, walk};
pub use fetch::{CrawlEnd, Known, Outcome, PageEvent, SiteSpec, crawl, fetch_page};
pub use formats::html::{WebPage, page as read_web_page};
pub use formats::{FORMATS, Format, Hint, read};
pub use language::detect as detect_language;
