//! JSON of a limited number of values: a large body of tiny ones would take many times its size in memory.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Values that a body may hold, those within others included.
const MOST: usize = 50_000;

/// Parses a text that holds one JSON value.
pub(super) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let left = Cell::new(MOST);
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Budget(&left).deserialize(&mut parser)?;
    parser.end()?;
    Ok(value)
}

/// How many values may still come.
#[derive(Clone, Copy)]
struct Budget<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Budget<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Value, D::Error> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| D::Error::custom("it holds more than 50,000 values"))?);
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Budget<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Number::from_f64(it).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            all.insert(name, members.next_value_seed(self)?);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read_as_it_is_elsewhere() {
        for text in [
            "null",
            "true",
            "-5",
            "18446744073709551615",
            "1.5",
            "1e2",
            r#""a\u00e9\n""#,
            "[]",
            "[1,[2,{}]]",
            r#"{"a":1,"b":{"c":[null]},"a":2}"#,
            "1 2",
            "[1,]",
            "{",
            "1e400",
            "",
            "[1}",
            r#"{"a"}"#,
            r#""\ud800""#,
        ] {
            let (ours, theirs) = (parse(text), serde_json::from_str::<Value>(text));
            assert_eq!(ours.map_err(|e| e.to_string()), theirs.map_err(|e| e.to_string()), "{text}");
        }
    }

    #[test]
    fn a_flood_of_tiny_values_is_refused() {
        let list = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
        assert!(parse(&list(MOST - 1)).is_ok());
        assert!(parse(&list(MOST)).unwrap_err().to_string().contains("50,000 values"));
        assert!(parse(&"[".repeat(100_000)).unwrap_err().to_string().contains("recursion limit"));
    }
}
