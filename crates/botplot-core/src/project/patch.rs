//! Changing settings by a partial JSON object, as RFC 7386 merges: what is absent stays, null goes back to the default.

use serde_json::{Map, Value};

use super::{Settings, faults};

/// The settings after `patch`; or every place in it that breaks a rule, with the rule. Unknown names are passed over.
pub fn patched(settings: &Settings, patch: &Map<String, Value>) -> Result<Settings, Vec<(String, String)>> {
    let mut merge = Merge { faults: Vec::new() };
    let mut merged = tree(settings);
    merge.object("", &mut merged, patch, &tree(&Settings::default()));
    let next = serde_json::from_value(Value::Object(merged));
    let mut broken = merge.faults;
    match next {
        Ok(next) => {
            // What could not be read was left as it was, and that is sound.
            broken.extend(faults(&next).into_iter().filter(|(place, _)| touches(patch, place)));
            if broken.is_empty() { Ok(next) } else { Err(broken) }
        }
        // Each value has the type of its default, so only a number too large for its field comes here.
        Err(fault) => {
            broken.push((String::new(), format!("cannot be read: {fault}")));
            Err(broken)
        }
    }
}

fn tree(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(tree)) => tree,
        _ => unreachable!("settings are an object of texts, numbers and lists"),
    }
}

/// True when `patch` names the place or what it lies in, so that an older fault elsewhere does not refuse it.
fn touches(patch: &Map<String, Value>, place: &str) -> bool {
    let (first, rest) = place.split_once('.').unwrap_or((place, ""));
    match patch.get(first) {
        Some(Value::Object(inner)) if !rest.is_empty() => touches(inner, rest),
        Some(_) => true,
        None => false,
    }
}

/// Whether the value is a list of lists of strings.
fn is_week(value: &Value) -> bool {
    let is_day = |day: &Value| day.as_array().is_some_and(|spans| spans.iter().all(Value::is_string));
    value.as_array().is_some_and(|days| days.iter().all(is_day))
}

struct Merge {
    faults: Vec<(String, String)>,
}

impl Merge {
    fn object(
        &mut self,
        within: &str,
        target: &mut Map<String, Value>,
        patch: &Map<String, Value>,
        default: &Map<String, Value>,
    ) {
        for (name, value) in patch {
            let place = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
            let Some(known) = default.get(name) else { continue };
            match (known, value) {
                // The logo has an address of its own to be changed at.
                _ if place == "widget.logo_url" => self.same(&place, target.get(name), value),
                (_, Value::Null) => {
                    let mut fresh = known.clone();
                    if let Some(logo) = fresh.get_mut("logo_url") {
                        *logo = target.get(name).and_then(|w| w.get("logo_url")).cloned().unwrap_or_default();
                    }
                    target.insert(name.clone(), fresh);
                }
                (Value::Object(_), Value::Object(inner)) if place == "widget.strings" => {
                    if let Some(Value::Object(target)) = target.get_mut(name) {
                        self.texts(&place, target, inner);
                    }
                }
                _ if place == "hours.week" => {
                    if is_week(value) {
                        target.insert(name.clone(), value.clone());
                    } else {
                        self.fault(&place, "must be a list of each day's list of strings");
                    }
                }
                (Value::Object(known), Value::Object(inner)) => {
                    if let Some(Value::Object(target)) = target.get_mut(name) {
                        self.object(&place, target, inner, known);
                    }
                }
                _ => {
                    if let Some(value) = self.plain(&place, known, value) {
                        target.insert(name.clone(), value);
                    }
                }
            }
        }
    }

    fn same(&mut self, place: &str, now: Option<&Value>, sent: &Value) {
        let same = match (now.and_then(Value::as_str), sent.as_str()) {
            // It is shown with the server's address before it.
            (Some(now), Some(sent)) => sent.ends_with(now),
            _ => now.is_none_or(Value::is_null) && sent.is_null(),
        };
        if !same {
            self.fault(place, "is set with `PUT /api/v1/project/logo`");
        }
    }

    /// Merges texts by name; null takes one away.
    fn texts(&mut self, place: &str, target: &mut Map<String, Value>, patch: &Map<String, Value>) {
        for (name, value) in patch {
            match value {
                Value::Null => drop(target.remove(name)),
                Value::String(_) => drop(target.insert(name.clone(), value.clone())),
                _ => self.fault(&format!("{place}.{name}"), "must be a string"),
            }
        }
    }

    /// The value, if it has the type of its default.
    fn plain(&mut self, place: &str, known: &Value, value: &Value) -> Option<Value> {
        let whole = |value: &Value| match value.as_f64() {
            // `20.0` is a whole number too.
            Some(n) if n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&n) => Some(n as u32),
            _ => None,
        };
        let (taken, rule) = match known {
            Value::String(_) => (value.is_string().then(|| value.clone()), "must be a string"),
            Value::Bool(_) => (value.is_boolean().then(|| value.clone()), "must be true or false"),
            Value::Number(n) if n.is_f64() => (value.is_number().then(|| value.clone()), "must be a number"),
            Value::Number(_) if value.as_f64() > Some(u32::MAX.into()) => (None, "is too large"),
            Value::Number(_) => (whole(value).map(Value::from), "must be a whole number of at least 0"),
            Value::Array(_) => {
                let texts = value.as_array().filter(|list| list.iter().all(Value::is_string));
                (texts.map(|_| value.clone()), "must be a list of strings")
            }
            _ => (None, "must be an object"),
        };
        if taken.is_none() {
            self.fault(place, rule);
        }
        taken
    }

    fn fault(&mut self, place: &str, rule: &str) {
        self.faults.push((place.to_owned(), rule.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patch(settings: &Settings, value: Value) -> Result<Settings, Vec<String>> {
        let Value::Object(value) = value else { panic!("not an object") };
        patched(settings, &value).map_err(|faults| faults.into_iter().map(|f| f.0).collect())
    }

    #[test]
    fn what_is_absent_stays_and_null_goes_back_to_the_default() {
        let first = json!({
            "widget": { "title": "Hi", "offset": { "x": 1 }, "strings": { "send": "Go", "close": "Shut" } },
            "origins": ["https://a.example"], "threshold": 1, "idle_days": 3.0, "something": "else",
        });
        let set = patch(&Settings::default(), first).unwrap();
        assert_eq!((set.widget.title.as_str(), set.widget.offset.x, set.widget.offset.y), ("Hi", 1, 20));
        assert_eq!((set.threshold, set.idle_days, set.origins.len()), (1.0, 3, 1));
        let second = json!({ "widget": { "title": null, "strings": { "send": null } }, "origins": null });
        let set = patch(&set, second).unwrap();
        assert_eq!(set.widget.title, Settings::default().widget.title);
        assert_eq!(set.widget.strings.keys().collect::<Vec<_>>(), ["close"]);
        assert_eq!((set.origins.len(), set.idle_days), (0, 3));
        assert_eq!(patch(&set, json!({})).unwrap(), set);
    }

    #[test]
    fn every_wrong_type_is_named() {
        let wrong = json!({
            "instructions": 5, "threshold": "0.5", "origins": "https://a.example", "idle_days": -1,
            "retention_days": 1.5, "daily_spend": [], "handoff": "yes", "identity": { "enforced": 1 },
            "widget": { "offset": { "x": 1e99 }, "starters": [1], "strings": { "send": 1 } },
        });
        let mut named = patch(&Settings::default(), wrong).unwrap_err();
        named.sort();
        let within = ["widget.offset.x", "widget.starters", "widget.strings.send"];
        let mut all =
            vec!["daily_spend", "handoff", "identity.enforced", "idle_days", "instructions", "origins"];
        all.extend(["retention_days", "threshold"]);
        all.extend(within);
        assert_eq!(named, all);
    }

    #[test]
    fn the_logo_is_not_changed_here() {
        let mut settings = Settings::default();
        let logo = |value: Value| json!({ "widget": { "logo_url": value } });
        assert!(patch(&settings, logo(Value::Null)).is_ok());
        assert_eq!(patch(&settings, logo("https://evil.example/x".into())).unwrap_err(), ["widget.logo_url"]);
        settings.widget.logo_url = Some("/widget/logo/1/2".into());
        assert!(patch(&settings, logo("https://chat.example/widget/logo/1/2".into())).is_ok());
        assert_eq!(patch(&settings, logo(Value::Null)).unwrap_err(), ["widget.logo_url"]);
        assert_eq!(patch(&settings, logo(json!(5))).unwrap_err(), ["widget.logo_url"]);
        let reset = patch(&settings, json!({ "widget": null })).unwrap();
        assert_eq!(reset.widget.logo_url, settings.widget.logo_url);
    }

    #[test]
    fn a_week_is_replaced_as_a_whole() {
        let week = json!([["09:00-17:00"], [], [], [], [], [], ["10:00-12:00", "13:00-14:00"]]);
        let set = patch(&Settings::default(), json!({ "hours": { "week": week } })).unwrap();
        assert_eq!(set.hours.week[6], ["10:00-12:00", "13:00-14:00"]);
        let back = patch(&set, json!({ "hours": { "week": null } })).unwrap();
        assert_eq!(back, Settings::default());
        for wrong in [json!("always"), json!(["09:00-17:00"]), json!([[1]])] {
            assert_eq!(patch(&set, json!({ "hours": { "week": wrong } })).unwrap_err(), ["hours.week"]);
        }
        let faulty = json!([[], ["9 to 5"], [], [], [], [], []]);
        assert_eq!(patch(&set, json!({ "hours": { "week": faulty } })).unwrap_err(), ["hours.week.1"]);
    }

    #[test]
    fn an_older_fault_elsewhere_refuses_nothing() {
        let settings = Settings { instructions: "x".repeat(5_000), ..Settings::default() };
        assert!(patch(&settings, json!({ "threshold": 0.2 })).is_ok());
        assert_eq!(patch(&settings, json!({ "threshold": 2 })).unwrap_err(), ["threshold"]);
    }
}
