//! Why an answer is as it is: what was found, what was used, how long it took.

use maud::{Markup, html};
use serde_json::Value;

use super::markdown;

/// How an answer came about, where that is known.
pub(super) struct Trace {
    /// What was noted on the way.
    pub(super) noted: Option<Value>,
    /// How many milliseconds it took.
    pub(super) took_ms: Option<i64>,
}

/// What is noted of an answer, and how it is called.
const FIELDS: [(&str, &str); 6] = [
    ("question", "Searched for"),
    ("plan", "Way"),
    ("model", "Model"),
    ("confidence", "Confidence"),
    ("threshold", "Refuses below"),
    ("first_ms", "First words after"),
];

/// What is noted of a passage that was found, and how it is called.
const COLUMNS: [(&str, &str); 4] =
    [("score", "Score"), ("lexical", "By words"), ("vector", "By meaning"), ("used", "Used")];

/// Opens to all that was noted.
pub(super) fn show(trace: &Trace) -> Markup {
    html! {
        details.trace {
            summary {
                "Why this answer"
                @if let Some(took) = trace.took_ms { span.faint { " · " (span(took)) } }
            }
            @if let Some(noted) = &trace.noted {
                dl {
                    @for (name, called) in FIELDS {
                        @if let Some(value) = noted.get(name).filter(|value| !value.is_null()) {
                            dt { (called) } dd { (said(name, value)) }
                        }
                    }
                }
                (found(noted.get("candidates").and_then(Value::as_array).map_or(&[], Vec::as_slice)))
            } @else {
                p.faint { "Nothing else was noted." }
            }
        }
    }
}

fn found(candidates: &[Value]) -> Markup {
    let columns = COLUMNS.iter().filter(|(name, _)| candidates.iter().any(|one| one.get(name).is_some()));
    let columns: Vec<_> = columns.collect();
    html! {
        @if candidates.is_empty() {
            p.faint { "No passage was found." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Passages found" {
                table {
                    thead {
                        tr { th scope="col" { "Passage" } @for (_, called) in &columns { th.number scope="col" { (called) } } }
                    }
                    tbody {
                        @for one in candidates {
                            tr {
                                td { (title(one)) }
                                @for (name, _) in &columns { td.number { (one.get(name).map(plain).unwrap_or_default()) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn title(candidate: &Value) -> Markup {
    let text = |name| candidate.get(name).and_then(Value::as_str);
    let title = text("title").unwrap_or("Untitled");
    html! {
        @if let Some(to) = text("url").and_then(markdown::link) {
            a href=(to) rel="noopener noreferrer" target="_blank" { (title) }
        } @else { (title) }
    }
}

fn said(name: &str, value: &Value) -> String {
    match (name, value.as_f64(), value.as_str()) {
        ("confidence" | "threshold", Some(share), _) => format!("{:.0} %", share * 100.0),
        ("first_ms", Some(ms), _) => span(ms as i64),
        ("plan", _, Some("greet")) => "greeted".to_owned(),
        ("plan", _, Some("refuse")) => "said that it does not know".to_owned(),
        ("plan", _, Some("quote")) => "quoted the knowledge".to_owned(),
        ("plan", _, Some("model")) => "written by the model from the knowledge".to_owned(),
        _ => plain(value),
    }
}

/// A span of milliseconds.
fn span(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{:.1} s", ms as f64 / 1000.0) }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "–".to_owned(),
        Value::Number(number) => format!("{:.2}", number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whatever_was_noted_is_shown_as_text() {
        let candidate = json!({ "title": "<b>", "url": "javascript:alert(1)", "score": 0.514, "used": true });
        let noted =
            json!({ "candidates": [candidate], "plan": "quote", "confidence": 0.87, "question": "<i>" });
        let shown = show(&Trace { noted: Some(noted), took_ms: Some(1240) }).into_string();
        for bad in ["<b>", "<i>", "javascript"] {
            assert!(!shown.contains(bad), "{bad} in {shown}");
        }
        for expected in
            ["1.2 s", ">0.51</td>", ">yes</td>", "<dd>87 %</dd>", "quoted the knowledge", "&lt;i&gt;"]
        {
            assert!(shown.contains(expected), "{expected} is not in {shown}");
        }
        assert!(!shown.contains("By words"), "a column without a value");
    }

    #[test]
    fn an_answer_of_which_little_is_known_says_so() {
        let shown = show(&Trace { noted: None, took_ms: Some(12) }).into_string();
        assert!(shown.contains("12 ms") && shown.contains("Nothing else was noted."), "{shown}");
        let shown = show(&Trace { noted: Some(json!({ "candidates": [] })), took_ms: None }).into_string();
        assert!(shown.contains("No passage was found."), "{shown}");
    }
}
