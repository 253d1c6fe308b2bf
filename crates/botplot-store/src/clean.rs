//! Text that both databases take: PostgreSQL stores no U+0000, neither in text nor in JSON.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;

use crate::Error;

const NUL: char = '\0';
const STAND_IN: &str = "\u{fffd}";

/// The text with every U+0000 replaced by U+FFFD.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains(NUL) { Cow::Owned(text.replace(NUL, STAND_IN)) } else { Cow::Borrowed(text) }
}

/// Like [`text`], for what may be missing.
pub(crate) fn maybe(value: Option<&str>) -> Option<Cow<'_, str>> {
    value.map(text)
}

/// A value as JSON, its strings cleaned like [`text`].
pub(crate) fn json<T: Serialize>(value: &T) -> Result<Json<Value>, Error> {
    let mut value = serde_json::to_value(value).map_err(Error::broken)?;
    scrub(&mut value);
    Ok(Json(value))
}

fn scrub(value: &mut Value) {
    match value {
        Value::String(s) if s.contains(NUL) => *s = s.replace(NUL, STAND_IN),
        Value::Array(items) => items.iter_mut().for_each(scrub),
        Value::Object(map) => {
            if map.keys().any(|k| k.contains(NUL)) {
                *map = std::mem::take(map).into_iter().map(|(k, v)| (k.replace(NUL, STAND_IN), v)).collect();
            }
            map.values_mut().for_each(scrub);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_replaced_wherever_it_stands() {
        assert_eq!(text("a\0b"), "a\u{fffd}b");
        let given = serde_json::json!({ "k\0": ["x\0", { "y": "\0" }], "n": 1 });
        let Json(cleaned) = json(&given).unwrap();
        assert_eq!(cleaned, serde_json::json!({ "k\u{fffd}": ["x\u{fffd}", { "y": "\u{fffd}" }], "n": 1 }));
    }
}
