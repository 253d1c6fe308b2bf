//! Compares a reply with a documented example: the same names, types and nesting, and at most added members.

use serde_json::Value;

/// Every way in which `found` is not of the shape of `example`.
pub(crate) fn faults(example: &Value, found: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    compare("$", example, found, &mut faults);
    faults
}

fn compare(place: &str, example: &Value, found: &Value, faults: &mut Vec<String>) {
    match (example, found) {
        (Value::Object(example), Value::Object(found)) => {
            for (name, value) in example {
                match found.get(name) {
                    Some(other) => compare(&format!("{place}.{name}"), value, other, faults),
                    None => faults.push(format!("{place}.{name} is missing")),
                }
            }
        }
        (Value::Array(example), Value::Array(found)) => elements(place, example, found, faults),
        (Value::String(example), Value::String(found)) => {
            if form(example).is_some_and(|form| self::form(found).as_ref() != Some(&form)) {
                faults.push(format!("{place} is `{found}`, not like `{example}`"));
            }
        }
        (Value::Number(example), Value::Number(found)) if example.is_f64() || !found.is_f64() => {}
        (Value::Bool(_), Value::Bool(_)) | (Value::Null, Value::Null) => {}
        _ => faults.push(format!("{place} is {found}, not like {example}")),
    }
}

/// Elements are compared one by one where there are as many, and all with the first where there are not.
fn elements(place: &str, example: &[Value], found: &[Value], faults: &mut Vec<String>) {
    if !example.is_empty() && found.is_empty() {
        faults.push(format!("{place} is empty: there is nothing to compare"));
    }
    for (i, value) in found.iter().enumerate() {
        let like = if example.len() == found.len() { example.get(i) } else { example.first() };
        if let Some(like) = like {
            compare(&format!("{place}[{i}]"), like, value, faults);
        }
    }
}

/// The pattern of instants and UUIDs; other texts have none.
fn form(text: &str) -> Option<String> {
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let instant: String = text.chars().map(digits).collect();
    if instant.starts_with("0000-00-00T") {
        return Some(instant);
    }
    let hex = |c: char| if c.is_ascii_hexdigit() { 'x' } else { c };
    let id: String = text.chars().map(hex).collect();
    (id == "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx").then_some(id)
}

#[cfg(test)]
mod tests {
    use super::faults;
    use serde_json::json;

    #[test]
    fn what_differs_from_the_example_is_found() {
        let example = json!({ "a": [{ "at": "2025-01-15T10:30:00Z", "n": 1 }], "x": { "y": "text" } });
        let found =
            json!({ "a": [{ "at": "2026-11-22T00:00:00Z", "n": 7, "more": 1 }], "x": { "y": "" }, "z": 0 });
        assert_eq!(faults(&example, &found), Vec::<String>::new());
        for (found, said) in [
            (json!({ "a": [{ "at": "2026-11-22T00:00:00Z", "n": 7 }] }), "$.x is missing"),
            (json!({ "a": [], "x": { "y": "" } }), "$.a is empty"),
            (
                json!({ "a": [{ "at": "2026-11-22T00:00:00.000Z", "n": 7 }], "x": { "y": "" } }),
                "$.a[0].at is",
            ),
            (json!({ "a": [{ "at": "2026-11-22T00:00:00Z", "n": 7.5 }], "x": { "y": "" } }), "$.a[0].n is"),
            (json!({ "a": [{ "at": "2026-11-22T00:00:00Z", "n": "7" }], "x": { "y": "" } }), "$.a[0].n is"),
            (json!({ "a": [{ "at": "2026-11-22T00:00:00Z", "n": 7 }], "x": ["y"] }), "$.x is"),
        ] {
            let all = faults(&example, &found);
            assert!(all.iter().any(|fault| fault.starts_with(said)), "{found}: {all:?}");
        }
    }
}
