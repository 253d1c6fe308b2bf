//! The week of the office hours as fields: spans of each day, from and to; without a script.

use maud::{Markup, html};
use serde_json::Value;

use crate::dashboard::form::Form;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Spans of a day that there are fields for.
const SPANS: usize = 4;
/// Spans of a day that are always shown.
const SHOWN: usize = 2;

fn names(day: usize, span: usize) -> [String; 2] {
    ["from", "to"].map(|end| format!("hours.week.{day}.{span}.{end}"))
}

/// The form with a week's spans, beside what it has already.
pub(super) fn stored(form: &Form, week: &[Vec<String>]) -> Form {
    let mut values: Vec<(String, String)> = form.values().to_vec();
    for (day, spans) in week.iter().enumerate() {
        for (place, span) in spans.iter().enumerate() {
            let (from, to) = span.split_once('-').unwrap_or((span, ""));
            let [first, second] = names(day, place);
            values.extend([(first, from.trim().to_owned()), (second, to.trim().to_owned())]);
        }
    }
    let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Form::of(&values)
}

/// The week that a form says; a span of which one end is missing is kept as it is, to be refused.
pub(super) fn read(form: &Form) -> Value {
    let day = |day: usize| -> Vec<String> {
        let spans = (0..SPANS).map(|span| names(day, span).map(|name| form.text(&name)));
        spans
            .filter(|ends| ends.iter().any(|end| !end.is_empty()))
            .map(|[from, to]| format!("{from}-{to}"))
            .collect()
    };
    (0..DAYS.len()).map(day).collect::<Vec<_>>().into()
}

/// The fields.
pub(super) fn editor(form: &Form) -> Markup {
    html! {
        div.week {
            @for (day, name) in DAYS.iter().enumerate() {
                @let why = form.why(&format!("hours.week.{day}"));
                fieldset.wrong[why.is_some()] {
                    legend { (name) }
                    @for span in 0..SPANS {
                        @let [from, to] = names(day, span);
                        @if span < SHOWN || !form.raw(&from).is_empty() || !form.raw(&to).is_empty() {
                            span.span {
                                input type="time" name=(from) value=(form.raw(&from)) aria-label={ (name) ", from" };
                                "–"
                                input type="time" name=(to) value=(form.raw(&to)) aria-label={ (name) ", to" };
                            }
                        }
                    }
                    @if let Some(why) = why { p.why { (name) " " (why) "." } }
                }
            }
        }
        @if let Some(why) = form.why("hours.week") { p.why { "The week " (why) "." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_week_comes_back_as_it_was() {
        let mut week = vec![Vec::new(); 7];
        week[0] = vec!["09:00-12:00".to_owned(), "13:00-17:30".to_owned()];
        week[6] = vec!["22:00-02:00".to_owned()];
        assert_eq!(read(&stored(&Form::default(), &week)), json!(week));
    }

    #[test]
    fn half_a_span_is_sent_on_to_be_refused() {
        let form = Form::of(&[("hours.week.1.0.from", "09:00")]);
        assert_eq!(read(&form)[1], json!(["09:00-"]));
    }
}
