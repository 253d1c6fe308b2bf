//! Why an answer is as it is: what was searched for and found, what was used, how long it took.

use botplot_core::trace::{Candidate, Trace};
use maud::{Markup, html};

use super::markdown;

/// Opens to all that was noted; the answer took so many milliseconds.
pub(super) fn show(trace: &Trace, took: i64) -> Markup {
    html! {
        details.trace {
            summary { "Why this answer" span.faint { " · " (span(took)) } }
            dl {
                dt { "Searched for" } dd { (trace.question) }
                dt { "Way" } dd { (way(&trace.plan)) }
                @if let Some(model) = &trace.model { dt { "Model" } dd { (model) } }
                dt { "Confidence" }
                dd { (percent(trace.confidence)) ", refuses below " (percent(trace.threshold)) }
                @if let Some(first) = trace.first_ms { dt { "First words" } dd { "after " (span(first)) } }
            }
            (found(&trace.candidates))
        }
    }
}

fn found(candidates: &[Candidate]) -> Markup {
    html! {
        @if candidates.is_empty() {
            p.faint { "No passage was found." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Passages found" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Passage" }
                            @for name in ["Score", "By words", "By meaning"] { th.number scope="col" { (name) } }
                            th scope="col" { "Used" }
                        }
                    }
                    tbody { @for one in candidates { (row(one)) } }
                }
            }
        }
    }
}

fn row(one: &Candidate) -> Markup {
    let meaning = one.vector.map_or_else(|| "–".to_owned(), |vector| format!("{vector:.2}"));
    html! {
        tr {
            td {
                @if let Some(to) = one.url.as_deref().and_then(markdown::link) {
                    a href=(to) rel="noopener noreferrer" target="_blank" { (one.title) }
                } @else { (one.title) }
            }
            td.number { (format!("{:.2}", one.score)) }
            td.number { (format!("{:.2}", one.lexical)) }
            td.number { (meaning) }
            td { @if one.used { "yes" } @else { "no" } }
        }
    }
}

fn way(plan: &str) -> &str {
    match plan {
        "greet" => "greeted",
        "refuse" => "said that it does not know",
        "quote" => "quoted the knowledge",
        "model" => "written by the model from the knowledge",
        other => other,
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A span of milliseconds.
fn span(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{:.1} s", ms as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::{ChunkId, Ids as _, SeededIds, SourceId};

    #[test]
    fn whatever_was_noted_is_shown_as_text() {
        let ids = SeededIds::new(1);
        let candidate = Candidate {
            title: "<b>".into(),
            url: Some("javascript:alert(1)".into()),
            source_id: SourceId(ids.random()),
            chunk_id: ChunkId(ids.random()),
            lexical: 0.25,
            vector: None,
            score: 0.514,
            used: true,
        };
        let trace = Trace {
            question: "<i>".into(),
            plan: "quote".into(),
            model: None,
            candidates: vec![candidate],
            confidence: 0.87,
            threshold: 0.3,
            first_ms: Some(12),
        };
        let shown = show(&trace, 1240).into_string();
        for bad in ["<b>", "<i>", "javascript"] {
            assert!(!shown.contains(bad), "{bad} in {shown}");
        }
        for expected in
            ["1.2 s", ">0.51<", ">yes<", "87 %, refuses below 30 %", "quoted", "after 12 ms", "&lt;i&gt;"]
        {
            assert!(shown.contains(expected), "{expected} is not in {shown}");
        }
        let nothing = show(&Trace { candidates: Vec::new(), ..trace }, 5).into_string();
        assert!(nothing.contains("No passage was found."), "{nothing}");
    }
}
