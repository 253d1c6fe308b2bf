//! Why an answer is as it is: what was found, what was used, how long it took.

use botplot_core::trace::{Candidate, Trace};
use maud::{Markup, html};

use super::markdown;

/// Opens to all that was noted of an answer that took so many milliseconds.
pub(super) fn show(trace: &Trace, took_ms: i64) -> Markup {
    html! {
        details.trace {
            summary { "Why this answer" span.faint { " · " (span(took_ms)) } }
            dl {
                dt { "Searched for" } dd { (trace.question) }
                dt { "Way" } dd { (way(&trace.plan)) }
                @if let Some(model) = &trace.model { dt { "Model" } dd { (model) } }
                dt { "Confidence" } dd { (percent(trace.confidence)) }
                dt { "Refuses below" } dd { (percent(trace.threshold)) }
                @if let Some(first) = trace.first_ms { dt { "First words after" } dd { (span(first)) } }
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
                            @for called in ["Score", "By words", "By meaning"] { th.number scope="col" { (called) } }
                            th scope="col" { "Used" }
                        }
                    }
                    tbody {
                        @for one in candidates {
                            tr {
                                td { (title(one)) }
                                td.number { (number(one.score)) }
                                td.number { (number(one.lexical)) }
                                td.number { (one.vector.map_or_else(|| "–".to_owned(), number)) }
                                td { (if one.used { "yes" } else { "no" }) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn title(candidate: &Candidate) -> Markup {
    html! {
        @if let Some(to) = candidate.url.as_deref().and_then(markdown::link) {
            a href=(to) rel="noopener noreferrer" target="_blank" { (candidate.title) }
        } @else { (candidate.title) }
    }
}

/// The way to an answer in words.
fn way(plan: &str) -> &str {
    match plan {
        "greet" => "greeted",
        "handoff" => "said that a person comes",
        "refuse" => "said that it does not know",
        "verbatim" => "answered in the owner's own words",
        "quote" => "quoted the knowledge",
        "model" => "written by the model from the knowledge",
        other => other,
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn number(score: f64) -> String {
    format!("{score:.2}")
}

/// A span of milliseconds.
fn span(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{:.1} s", ms as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::{ChunkId, SourceId};

    fn trace(candidates: Vec<Candidate>) -> Trace {
        Trace {
            question: "<i>".into(),
            plan: "quote".into(),
            model: None,
            candidates,
            confidence: 0.87,
            threshold: 0.5,
            first_ms: None,
        }
    }

    #[test]
    fn whatever_was_noted_is_shown_as_text() {
        let candidate = Candidate {
            title: "<b>".into(),
            url: Some("javascript:alert(1)".into()),
            source_id: SourceId(uuid::Uuid::nil()),
            chunk_id: ChunkId(uuid::Uuid::nil()),
            lexical: 1.0,
            vector: None,
            score: 0.514,
            used: true,
        };
        let shown = show(&trace(vec![candidate]), 1240).into_string();
        for bad in ["<b>", "<i>", "javascript"] {
            assert!(!shown.contains(bad), "{bad} in {shown}");
        }
        for expected in
            ["1.2 s", ">0.51</td>", ">yes</td>", "<dd>87 %</dd>", "quoted the knowledge", "&lt;i&gt;"]
        {
            assert!(shown.contains(expected), "{expected} is not in {shown}");
        }
    }

    #[test]
    fn an_answer_for_which_nothing_was_found_says_so() {
        let shown = show(&trace(Vec::new()), 12).into_string();
        assert!(shown.contains("12 ms") && shown.contains("No passage was found."), "{shown}");
    }
}
