//! Sources as the pages show them.

use botplot_core::Timestamp;
use botplot_core::source::{Kind, Source, Status};
use maud::{Markup, html};

use super::is_busy;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, time};
use crate::{ApiError, AppState};

/// What a source is made of, in words.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Website => "Website",
        Kind::Sitemap => "Sitemap",
        Kind::Url => "Page",
        Kind::Text => "Text",
        Kind::Qa => "Questions",
        Kind::Files => "Files",
    }
}

/// Where a source stands.
pub(super) fn status(source: &Source) -> Markup {
    let (tone, text) = match source.status {
        Status::Pending => ("warn", "Waiting"),
        Status::Processing => ("warn", "Reading"),
        Status::Ready => ("good", "Ready"),
        Status::Failed => ("bad", "Failed"),
        Status::Disabled => ("", "Switched off"),
    };
    ui::badge(tone, text)
}

/// Pages that a source which is being read has read so far.
pub(super) async fn read_so_far(state: &AppState, source: &Source) -> Result<i64, ApiError> {
    if !is_busy(source) {
        return Ok(source.pages);
    }
    let counts = state.engine.reader().count_pages(source.project, source.id).await?;
    Ok(counts.iter().map(|(_, count)| count).sum::<i64>().min(source.discovered))
}

/// The state with how far it is and why it is so.
pub(super) fn standing(source: &Source, read: i64) -> Markup {
    html! {
        (status(source))
        @if source.status == Status::Processing && source.discovered > 0 {
            p.how-far {
                progress aria-label={ "Read of " (source.name) } max=(source.discovered) value=(read) {}
                span { (read) " of " (source.discovered) " pages" }
            }
        }
        @if let Some(why) = source.error.as_deref() { p.reason { (ui::sentence(why)) } }
    }
}

/// A row of the list.
pub(super) fn row(seat: &Seat, source: &Source, read: i64, now: Timestamp) -> Markup {
    html! {
        tr id={ "source-" (source.id) } {
            th scope="row" {
                a href={ (seat.path("knowledge/sources/")) (source.id) } { (source.name) }
                p.under { (kind(source.kind))
                    @if let Some(url) = source.url.as_deref().filter(|url| *url != source.name) { " · " (url) }
                }
            }
            td { (standing(source, read)) }
            td.number { (source.pages) }
            td.number { (source.chunks) }
            td.number { (size(source.bytes)) }
            td { @match source.last_synced_at {
                Some(at) => { (time::ago(at, now)) }
                None => { "–" }
            } }
        }
    }
}

/// Bytes in one unit.
pub(super) fn size(bytes: i64) -> String {
    match bytes.max(0) {
        n if n < 1 << 10 => format!("{n} B"),
        n if n < 1 << 20 => format!("{} KB", n >> 10),
        n if n < 1 << 30 => format!("{:.1} MB", n as f64 / f64::from(1 << 20)).replace(".0 ", " "),
        n => format!("{:.1} GB", n as f64 / f64::from(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_one_unit() {
        let sizes = [0, 1023, 2048, 50 << 20, (3 << 20) + (1 << 19)].map(size);
        assert_eq!(sizes, ["0 B", "1023 B", "2 KB", "50 MB", "3.5 MB"]);
    }
}
