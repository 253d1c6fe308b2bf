//! Why an answer is as it is: what was found, what was used, how long it took.

use maud::{Markup, html};
use serde_json::{Map, Value};

/// How an answer came about, where that is known.
pub(super) struct Trace {
    /// What was noted on the way.
    pub(super) noted: Option<Value>,
    /// How many milliseconds it took.
    pub(super) took_ms: Option<i64>,
}

/// Opens to all that was noted.
pub(super) fn show(trace: &Trace) -> Markup {
    html! {
        details.trace {
            summary {
                "Why this answer"
                @if let Some(took) = trace.took_ms { span.faint { " · " (seconds(took)) } }
            }
            @if let Some(noted) = &trace.noted { (value(noted)) } @else { p.faint { "Nothing else was noted." } }
        }
    }
}

fn seconds(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{:.1} s", ms as f64 / 1000.0) }
}

fn value(noted: &Value) -> Markup {
    match noted {
        Value::Object(fields) => html! {
            dl { @for (name, inner) in fields { dt { (spoken(name)) } dd { (value(inner)) } } }
        },
        Value::Array(rows) if !rows.is_empty() && rows.iter().all(Value::is_object) => table(rows),
        Value::Array(rows) if rows.is_empty() => html! { span.faint { "none" } },
        Value::Array(rows) => html! { ul { @for row in rows { li { (value(row)) } } } },
        plain => html! { (text(plain)) },
    }
}

fn table(rows: &[Value]) -> Markup {
    let first: Vec<&String> = rows[0].as_object().map(Map::keys).into_iter().flatten().collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Candidates" {
            table {
                thead { tr { @for name in &first { th scope="col" { (spoken(name)) } } } }
                tbody {
                    @for row in rows {
                        tr { @for name in &first { td { (row.get(*name).map(text).unwrap_or_default()) } } }
                    }
                }
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "–".to_owned(),
        Value::Number(number) if number.is_f64() => format!("{:.3}", number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

/// A field's name in words.
fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whatever_was_noted_is_shown_as_text() {
        let noted = json!({ "candidates": [{ "title": "<b>", "score": 0.51, "used": true }], "model": "m", "none": [] });
        let shown = show(&Trace { noted: Some(noted), took_ms: Some(1240) }).into_string();
        assert!(shown.contains("&lt;b&gt;") && !shown.contains("<b>"), "{shown}");
        for expected in ["1.2 s", "<td>0.510</td>", "<td>yes</td>", "<dt>model</dt><dd>m</dd>"] {
            assert!(shown.contains(expected), "{expected} is not in {shown}");
        }
    }
}
