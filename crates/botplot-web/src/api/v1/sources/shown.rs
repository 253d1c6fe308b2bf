//! A source and its pages as `/api/v1` shows them.

use botplot_core::source::{Kind, Page, PageState, Source};
use botplot_core::{PageId, SourceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// What a source is made of.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum SourceType {
    /// A site, from one of its pages.
    Website,
    /// The pages that a sitemap names.
    Sitemap,
    /// One page.
    Url,
    /// A text.
    Text,
    /// Questions with their answers.
    Qa,
    /// Files.
    File,
}

/// Where a source stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum SourceStatus {
    /// Waiting to be read.
    Pending,
    /// Being read; what was read already can be found.
    Processing,
    /// Read.
    Ready,
    /// Nothing usable came of it; `error` says why.
    Failed,
    /// Switched off: no answer uses it.
    Disabled,
}

/// A source of the bot's knowledge.
#[derive(Serialize, ToSchema)]
#[schema(as = Source)]
pub(crate) struct SourceOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SourceId,
    /// What it is made of.
    #[schema(value_type = SourceType)]
    r#type: &'static str,
    /// Its name.
    #[schema(example = "Help centre")]
    name: String,
    /// Its address, if it comes from the web.
    #[schema(example = "https://help.example.com/")]
    url: Option<String>,
    /// Where it stands.
    #[schema(value_type = SourceStatus)]
    status: &'static str,
    /// Why it failed.
    error: Option<String>,
    /// Pages that can be found.
    #[schema(minimum = 0, example = 42)]
    pages: i64,
    /// Passages of all pages.
    #[schema(minimum = 0, example = 310)]
    chunks: i64,
    /// Bytes that were read.
    #[schema(minimum = 0, example = 184_320)]
    bytes: i64,
    /// When it was last read to its end.
    #[schema(value_type = Option<String>, format = DateTime, example = "2025-01-15T10:30:00Z")]
    last_synced_at: Option<String>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:29:00Z")]
    created_at: String,
}

impl From<Source> for SourceOut {
    fn from(it: Source) -> Self {
        Self {
            id: it.id,
            // The name within is older than the API's.
            r#type: if it.kind == Kind::Files { "file" } else { it.kind.as_str() },
            name: it.name,
            url: it.url,
            status: it.status.as_str(),
            error: it.error,
            pages: it.pages,
            chunks: it.chunks,
            bytes: it.bytes,
            last_synced_at: it.last_synced_at.map(Timestamp::rfc3339),
            created_at: it.created_at.rfc3339(),
        }
    }
}

/// What became of a page.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum SourcePageState {
    /// It can be found.
    Indexed,
    /// It is left out; `reason` says why.
    Skipped,
    /// It could not be read; `reason` says why.
    Failed,
}

/// A page, a file or a question of a source, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = SourcePage)]
pub(crate) struct PageOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: PageId,
    /// Its address; a file's name; or a question.
    #[schema(example = "https://help.example.com/returns")]
    url: String,
    /// Its title.
    #[schema(example = "Returns")]
    title: String,
    /// What became of it.
    #[schema(value_type = SourcePageState)]
    state: &'static str,
    /// Why it was left out, could not be read, or is kept as it was.
    reason: Option<String>,
    /// Its language as ISO 639-1, where known.
    #[schema(example = "en")]
    language: Option<String>,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    updated_at: String,
}

impl From<Page> for PageOut {
    fn from(it: Page) -> Self {
        Self {
            id: it.id,
            url: it.url,
            title: it.title,
            state: PageState::as_str(it.state),
            reason: it.reason,
            language: it.language,
            updated_at: it.updated_at.rfc3339(),
        }
    }
}
