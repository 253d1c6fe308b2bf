//! Reads a JSON object field by field and notes every fault on the way, so that a caller learns of all at once.

use botplot_core::visitor::id_fault;
use serde_json::{Map, Value};

use crate::ApiError;
use crate::error::Fault;

/// The fields of a body that are still to be read, and the faults found so far.
pub(crate) struct Fields {
    values: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Fields {
    /// The fields of `values`; notes every text in it that holds U+0000, however deep.
    pub(crate) fn new(values: Map<String, Value>) -> Self {
        let mut fields = Self { values, faults: Vec::new() };
        let mut places = Vec::new();
        for (name, value) in &fields.values {
            find_nul(name, value, &mut places);
        }
        for place in places {
            fields.fault(place, "must not contain U+0000");
        }
        fields
    }

    /// All that was sent and is not read yet.
    pub(crate) fn whole(&self) -> Map<String, Value> {
        self.values.clone()
    }

    /// Adds a field that came in another way, in place of one of the same name.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// Notes a fault; the first one of a field counts.
    pub(crate) fn fault(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let field = field.into();
        if self.faults.iter().all(|f| f.field != field) {
            self.faults.push(Fault { field, message: message.into() });
        }
    }

    /// True when the field was not sent, or as null.
    pub(crate) fn is_absent(&self, name: &str) -> bool {
        self.values.get(name).is_none_or(Value::is_null)
    }

    /// The text of a field under any of its spellings; null counts as absent.
    pub(crate) fn text(&mut self, spellings: &[&'static str]) -> Option<(&'static str, String)> {
        match self.take(spellings)? {
            (name, Value::String(text)) => Some((name, text)),
            (name, _) => self.wrong(name, "must be a string"),
        }
    }

    /// As `text`, and notes a fault when there is none.
    pub(crate) fn required_text(&mut self, spellings: &[&'static str]) -> Option<(&'static str, String)> {
        let present = spellings.iter().any(|s| self.values.get(*s).is_some_and(|v| !v.is_null()));
        if !present {
            self.fault(spellings[0], "is required");
        }
        self.text(spellings)
    }

    /// A field that is true or false; null counts as absent.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.take(&[name])? {
            (_, Value::Bool(flag)) => Some(flag),
            (name, _) => self.wrong(name, "must be true or false"),
        }
    }

    /// A field that is a whole number within these bounds; null counts as absent.
    pub(crate) fn number(&mut self, name: &'static str, least: i64, most: i64) -> Option<i64> {
        let (name, value) = self.take(&[name])?;
        // `20.0` is a whole number too.
        let whole = value.as_f64().filter(|n| n.fract() == 0.0 && (least as f64..=most as f64).contains(n));
        if whole.is_none() {
            self.fault(name, format!("must be a whole number from {least} to {most}"));
        }
        whole.map(|n| n as i64)
    }

    /// The object of a field under any of its spellings; null counts as absent.
    pub(crate) fn object(
        &mut self,
        spellings: &[&'static str],
    ) -> Option<(&'static str, Map<String, Value>)> {
        match self.take(spellings)? {
            (name, Value::Object(object)) => Some((name, object)),
            (name, _) => self.wrong(name, "must be an object"),
        }
    }

    /// The id that the caller chose for the visitor.
    pub(crate) fn visitor_id(&mut self, required: bool) -> Option<String> {
        let spellings = ["visitorId", "visitor_id"];
        let found = if required { self.required_text(&spellings) } else { self.text(&spellings) };
        let (name, id) = found?;
        if let Some(fault) = id_fault(&id) {
            self.fault(name, fault);
        }
        Some(id)
    }

    /// The value of a field under any of its spellings; null counts as absent, two different values are a fault.
    pub(crate) fn take(&mut self, spellings: &[&'static str]) -> Option<(&'static str, Value)> {
        let mut found: Option<(&'static str, Value)> = None;
        for name in spellings {
            let Some(value) = self.values.remove(*name).filter(|v| !v.is_null()) else { continue };
            match &found {
                Some((first, known)) if *known != value => {
                    let message =
                        format!("differs from `{first}`, which is the same field: send one of them");
                    self.fault(*name, message);
                }
                Some(_) => {}
                None => found = Some((name, value)),
            }
        }
        found
    }

    /// All faults as one error, or nothing when there is none.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.faults.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.faults)) }
    }

    fn wrong<T>(&mut self, name: &str, message: &str) -> Option<T> {
        self.fault(name, message);
        None
    }
}

/// Adds the places of texts and names with U+0000 in the value at `place`, shown without it.
fn find_nul(place: &str, value: &Value, places: &mut Vec<String>) {
    let shown = place.replace('\0', "\u{fffd}");
    let within = |name: &str| format!("{shown}.{name}");
    if place.contains('\0') || value.as_str().is_some_and(|text| text.contains('\0')) {
        places.push(shown.clone());
    }
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                find_nul(&within(name), value, places);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                find_nul(&within(&i.to_string()), value, places);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        let Value::Object(values) = value else { panic!("not an object") };
        Fields::new(values)
    }

    fn faults(fields: Fields) -> Vec<(String, String)> {
        fields.faults.into_iter().map(|f| (f.field, f.message)).collect()
    }

    #[test]
    fn two_spellings_are_one_field() {
        let mut it = fields(json!({ "a_b": "x", "aB": "x", "c": null, "C": "y" }));
        assert_eq!(it.text(&["aB", "a_b"]), Some(("aB", "x".into())));
        assert_eq!(it.text(&["c", "C"]), Some(("C", "y".into())));
        assert!(it.finish().is_ok());
        let mut it = fields(json!({ "a_b": "x", "aB": "y" }));
        it.text(&["aB", "a_b"]);
        assert_eq!(faults(it)[0].0, "a_b");
    }

    #[test]
    fn every_fault_is_noted() {
        let mut it = fields(json!({ "text": 5, "flag": "yes", "object": [] }));
        it.text(&["text"]);
        it.flag("flag");
        it.object(&["object"]);
        it.required_text(&["other", "an_other"]);
        assert_eq!(it.finish().unwrap_err().code(), Code::InvalidRequest);
        let mut it = fields(json!({ "text": 5, "flag": "yes" }));
        it.text(&["text"]);
        it.flag("flag");
        it.required_text(&["other"]);
        let names: Vec<_> = faults(it).into_iter().map(|f| f.0).collect();
        assert_eq!(names, ["text", "flag", "other"]);
    }

    #[test]
    fn u_0000_is_found_at_any_depth() {
        let it = fields(json!({ "a": "x\0", "b": { "c": [1, { "d": "\0" }], "e\0": 1 }, "f": "fine" }));
        let places: Vec<_> = faults(it).into_iter().map(|f| f.0).collect();
        assert_eq!(places, ["a", "b.c.1.d", "b.e\u{fffd}"]);
    }
}
