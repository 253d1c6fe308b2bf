//! How a source came out, in words and as JSON.

use std::fmt::Write as _;

use anyhow::Result;
use botplot_core::Timestamp;
use botplot_core::source::{Page, Source, Status};
use botplot_engine::Engine;
use serde_json::{Value, json};

use crate::lock::Holder;

/// A source with its pages.
pub(super) struct Outcome {
    pub(super) source: Source,
    pages: Vec<Page>,
}

impl Outcome {
    /// How `source` stands in the store.
    pub(super) async fn of(engine: &Engine, source: Source) -> Result<Self> {
        let source = engine.reader().find_source(source.project, source.id).await?.unwrap_or(source);
        let pages = engine.reader().list_pages(source.project, source.id).await?;
        Ok(Self { source, pages })
    }

    /// The source with each page's outcome, in lines.
    pub(super) fn text(&self) -> String {
        let source = &self.source;
        let (status, pages, chunks) = (source.status.as_str(), source.pages, source.chunks);
        let mut text = format!("{}: {status}, {pages} pages in {chunks} chunks", source.name);
        if let Some(error) = &source.error {
            let _ = write!(text, "; {error}");
        }
        for page in &self.pages {
            let _ = write!(text, "\n  {:<8} {}", page.state.as_str(), page.url);
            if let Some(reason) = &page.reason {
                let _ = write!(text, ": {reason}");
            }
        }
        text
    }

    /// Says who reads the source, when this command does not wait for it.
    pub(super) fn promise(&self, holder: Option<&Holder>) -> String {
        let name = &self.source.name;
        match (self.source.status, holder) {
            (Status::Ready | Status::Failed, _) => self.text(),
            (_, Some(Holder { listen: Some(address), .. })) => {
                format!(
                    "{name}: stored; the server on {address} reads it now, and `--wait` would wait for that"
                )
            }
            _ => format!("{name}: stored; another command reads it now, and `--wait` would wait for that"),
        }
    }

    /// The source as the API shows it, with each page's outcome if it has been read.
    pub(super) fn json(&self, with_pages: bool) -> Value {
        let s = &self.source;
        let mut value = json!({
            "id": s.id, "type": s.kind.as_str(), "name": s.name, "url": s.url, "status": s.status.as_str(),
            "error": s.error, "pages": s.pages, "chunks": s.chunks, "bytes": s.bytes,
            "last_synced_at": s.last_synced_at.map(Timestamp::rfc3339), "created_at": s.created_at.rfc3339(),
        });
        if with_pages {
            let page = |p: &Page| json!({ "url": p.url, "title": p.title, "state": p.state.as_str(), "reason": p.reason });
            value["outcomes"] = self.pages.iter().map(page).collect();
        }
        value
    }
}
