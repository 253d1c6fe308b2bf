//! Settings as fields of a form: each is named by its place, such as `widget.title`, shown from what is stored, and
//! sent to the engine as a patch, whose faults come back to the same names.

use botplot_core::project::Settings;
use botplot_engine::projects::settings::{self, Outcome};
use serde_json::{Map, Value};

use crate::dashboard::form::Form;
use crate::dashboard::seat::Seat;
use crate::{ApiError, AppState};

/// How a setting stands in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    /// As it is.
    Text,
    /// As digits.
    Number,
    /// As a box that is ticked or not.
    Flag,
    /// A list, a line for each.
    Lines,
    /// A list, a ticked box for each.
    Boxes,
}

/// A setting's place, and how it stands in a form.
pub(super) type Place = (&'static str, As);

/// A form with these settings as they are stored.
pub(super) fn stored(settings: &Settings, places: &[Place]) -> Form {
    let tree = serde_json::to_value(settings).unwrap_or_default();
    let mut values: Vec<(&str, String)> = Vec::new();
    for &(place, kind) in places {
        let found = tree.pointer(&format!("/{}", place.replace('.', "/"))).unwrap_or(&Value::Null);
        match (kind, found) {
            (As::Lines, Value::Array(list)) => values.push((place, texts(list).join("\n"))),
            (As::Boxes, Value::Array(list)) => {
                values.extend(texts(list).into_iter().map(|text| (place, text)));
            }
            (As::Flag, Value::Bool(true)) => values.push((place, "on".to_owned())),
            (As::Text, Value::String(text)) => values.push((place, text.clone())),
            (As::Number, Value::Number(number)) => values.push((place, digits(number))),
            _ => {}
        }
    }
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Form::of(&values)
}

fn texts(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A number without a useless `.0`.
fn digits(number: &serde_json::Number) -> String {
    number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
}

/// What a form wants of these settings.
pub(super) fn patch(form: &Form, places: &[Place]) -> Map<String, Value> {
    let mut patch = Map::new();
    for (place, kind) in places {
        let value = match kind {
            As::Text => form.text(place).into(),
            As::Number => number(&form.text(place)),
            As::Flag => form.flag(place).into(),
            As::Lines => form.lines(place).into(),
            As::Boxes => form.all(place).into(),
        };
        put(&mut patch, place, value);
    }
    patch
}

/// A text as the number that it is; what is none stays a text, which is refused where a number belongs.
fn number(text: &str) -> Value {
    let whole = text.parse::<i64>().map(Value::from);
    let number = text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    whole.unwrap_or_else(|_| number.map_or_else(|| Value::from(text), Value::from))
}

/// Puts a value at a dotted place.
pub(in crate::dashboard) fn put(patch: &mut Map<String, Value>, place: &str, value: Value) {
    match place.split_once('.') {
        None => drop(patch.insert(place.to_owned(), value)),
        Some((first, rest)) => {
            let within = patch.entry(first).or_insert_with(|| Map::new().into());
            if let Value::Object(within) = within {
                put(within, rest, value);
            }
        }
    }
}

/// Saves a patch; true when all is well, else the faults stand at the form's fields.
pub(in crate::dashboard) async fn save(
    state: &AppState,
    seat: &Seat,
    form: &mut Form,
    patch: Map<String, Value>,
) -> Result<bool, ApiError> {
    match settings::change(&state.engine, seat.id(), None, patch, &seat.actor()).await? {
        Outcome::Changed(_) => Ok(true),
        Outcome::Faulty(faults) => {
            blame(form, &faults);
            Ok(false)
        }
    }
}

/// Notes faults at the fields that they stand in: those of a list's line at the list.
pub(super) fn blame(form: &mut Form, faults: &[(String, String)]) {
    for (place, rule) in faults {
        let line = place.rsplit_once('.').and_then(|(list, line)| Some((list, line.parse::<usize>().ok()?)));
        match line {
            Some((list, line)) if !list.ends_with("week") => {
                form.fault(list, format!("in line {} {rule}", line + 1))
            }
            _ => form.fault(place, rule.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::project::patch::patched;

    const PLACES: &[Place] = &[
        ("refusal", As::Text),
        ("threshold", As::Number),
        ("idle_days", As::Number),
        ("daily_spend", As::Number),
        ("handoff.enabled", As::Flag),
        ("origins", As::Lines),
        ("lead_form.when", As::Boxes),
        ("widget.offset.x", As::Number),
    ];

    #[test]
    fn what_is_stored_comes_back_as_it_was() {
        let mut settings = Settings {
            origins: vec!["https://a.example".into(), "*.b.example".into()],
            ..Settings::default()
        };
        settings.threshold = 0.35;
        settings.handoff.enabled = false;
        settings.lead_form.when = vec!["before".into(), "limit".into()];
        let form = stored(&settings, PLACES);
        assert_eq!(
            (form.raw("threshold"), form.raw("idle_days"), form.raw("daily_spend")),
            ("0.35", "7", "0")
        );
        let read = patched(&Settings::default(), &patch(&form, PLACES));
        assert_eq!(read, Ok(settings));
    }

    #[test]
    fn faults_stand_at_the_fields() {
        let mut form =
            Form::read(b"threshold=much&idle_days=&origins=https%3A%2F%2Fa.example%0D%0Anonsense&refusal=x");
        let faults = patched(&Settings::default(), &patch(&form, PLACES)).unwrap_err();
        blame(&mut form, &faults);
        assert_eq!(form.why("threshold"), Some("must be a number"));
        assert_eq!(form.why("idle_days"), Some("must be a whole number of at least 0"));
        assert_eq!(form.why("refusal"), None);
        assert!(form.why("origins").is_some_and(|why| why.starts_with("in line 2 must be an origin")));
    }

    #[test]
    fn decimals_are_read_with_a_comma_too() {
        assert_eq!(number("0,5"), Value::from(0.5));
        assert_eq!(number("7"), Value::from(7));
        assert_eq!(number("inf"), Value::from("inf"));
    }
}
