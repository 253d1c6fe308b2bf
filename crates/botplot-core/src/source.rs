//! Sources of knowledge: their kinds and states, the outcome of each page, and which pages a sync must change.

use std::collections::{HashMap, HashSet};

use crate::conversation::words;
use crate::{PageId, ProjectId, SourceId, Timestamp};

/// What a source is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A site, by its address: sitemap and links of the same host.
    Website,
    /// The pages that a sitemap names.
    Sitemap,
    /// One page by its address.
    Url,
    /// A text that the owner wrote; kept as one file.
    Text,
    /// Questions with their answers; kept as one file.
    Qa,
    /// Files, alone or a folder of them; their bytes are kept.
    Files,
}

/// Where a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting for its job.
    Pending,
    /// Being read; its pages can already be found by their words.
    Processing,
    /// Read, every chunk with its vector.
    Ready,
    /// Nothing usable came of it; `error` says why.
    Failed,
    /// Switched off by the owner.
    Disabled,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    /// Its chunks can be found.
    Indexed,
    /// Left out for a reason that is nobody's fault (not text, disallowed, over a limit).
    Skipped,
    /// Could not be read; the last good copy, if any, stays.
    Failed,
}

words!(Kind {
    Website = "website",
    Sitemap = "sitemap",
    Url = "url",
    Text = "text",
    Qa = "qa",
    Files = "files"
});
words!(Status { Pending = "pending", Processing = "processing", Ready = "ready", Failed = "failed", Disabled = "disabled" });
words!(PageState { Indexed = "indexed", Skipped = "skipped", Failed = "failed" });

impl Kind {
    /// True when its pages have addresses that a visitor can open.
    pub fn is_web(self) -> bool {
        matches!(self, Self::Website | Self::Sitemap | Self::Url)
    }
}

/// Characters that a question of a source may have.
pub const QUESTION_LIMIT: usize = 1_000;
/// Characters that an answer of a source may have.
pub const ANSWER_LIMIT: usize = 10_000;

/// A question with its answer, as the owner wrote them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pair {
    /// The question.
    pub question: String,
    /// The answer; Markdown.
    pub answer: String,
}

/// One source of a project's knowledge.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// The tenant.
    pub project: ProjectId,
    /// What it is made of.
    pub kind: Kind,
    /// Shown to the owner.
    pub name: String,
    /// Its address, for websites and single pages.
    pub url: Option<String>,
    /// Limits and options of its kind.
    pub config: Config,
    /// Where it stands.
    pub status: Status,
    /// Why it failed, or what the owner should know.
    pub error: Option<String>,
    /// Pages found so far by the running or last sync, those still to read included.
    pub discovered: i64,
    /// Pages whose chunks can be found.
    pub pages: i64,
    /// Chunks of all pages.
    pub chunks: i64,
    /// Bytes read.
    pub bytes: i64,
    /// When it was last read to its end.
    pub last_synced_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Options of a source; stored as JSON, every field with a default.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Config {
    /// Pages a website may have at most.
    pub max_pages: usize,
    /// Links away from the start page at most.
    pub max_depth: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { max_pages: 500, max_depth: 8 }
    }
}

/// One page or file of a source, and what became of it.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its id.
    pub id: PageId,
    /// The tenant.
    pub project: ProjectId,
    /// The source it belongs to.
    pub source: SourceId,
    /// Its address, or its path within the files.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Language of its text as ISO 639-1, where known.
    pub language: Option<String>,
    /// Hash of its readable text; an equal one means there is nothing to do.
    pub content_hash: Option<Vec<u8>>,
    /// The server's `ETag`, for the next conditional request.
    pub etag: Option<String>,
    /// The server's `Last-Modified`, for the next conditional request.
    pub last_modified: Option<String>,
    /// What became of it.
    pub state: PageState,
    /// Why it was skipped or failed.
    pub reason: Option<String>,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// What a sync has to do with one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// New, or its text changed: replace its chunks.
    Replace,
    /// The same text as before: touch nothing.
    Keep,
}

/// Compares a page's new hash with the one that is stored.
pub fn plan_change(stored: Option<&[u8]>, read: &[u8]) -> Change {
    if stored == Some(read) { Change::Keep } else { Change::Replace }
}

/// The stored pages that a whole sync did not meet again, which are therefore gone.
pub fn vanished<'a>(stored: &'a HashMap<String, PageId>, met: &HashSet<String>) -> Vec<(&'a str, PageId)> {
    let mut gone: Vec<_> =
        stored.iter().filter(|(url, _)| !met.contains(*url)).map(|(u, id)| (u.as_str(), *id)).collect();
    gone.sort_unstable();
    gone
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_equal_hash_means_nothing_to_do() {
        assert_eq!(plan_change(Some(b"a"), b"a"), Change::Keep);
        assert_eq!(plan_change(Some(b"a"), b"b"), Change::Replace);
        assert_eq!(plan_change(None, b"b"), Change::Replace);
    }

    #[test]
    fn pages_that_were_not_met_again_are_gone() {
        let page = |n| PageId(Uuid::from_u128(n));
        let stored = HashMap::from([("a".to_owned(), page(1)), ("b".to_owned(), page(2))]);
        assert_eq!(vanished(&stored, &HashSet::from(["a".to_owned()])), [("b", page(2))]);
    }
}
