//! Fields of forms: a label, what was typed, and what is wrong with it right below.

use maud::{Markup, html};

use crate::dashboard::form::Form;

/// What a field is called and how it is typed into.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    /// The name in the form.
    pub(crate) name: &'a str,
    /// What stands above it.
    pub(crate) label: &'a str,
    /// `text`, `email`, `password`, `url`, `number`, `color`, `date`, or `area` for several lines.
    pub(crate) kind: &'a str,
    /// One sentence below the label, or nothing.
    pub(crate) hint: &'a str,
    /// What a browser may fill in, as `autocomplete` names it; empty for `off`.
    pub(crate) fill: &'a str,
    /// True when it must not be left empty.
    pub(crate) required: bool,
    /// Id of a `datalist` with what may be chosen; empty for none.
    pub(crate) list: &'a str,
}

impl<'a> Field<'a> {
    /// A line of text.
    pub(crate) fn text(name: &'a str, label: &'a str) -> Self {
        Self { name, label, kind: "text", hint: "", fill: "", required: false, list: "" }
    }

    /// Several lines of text.
    pub(crate) fn area(name: &'a str, label: &'a str) -> Self {
        Self { kind: "area", ..Self::text(name, label) }
    }

    /// With the typed value of `form`; passwords are never shown again.
    pub(crate) fn show(self, form: &Form) -> Markup {
        let why = form.why(self.name);
        let value = if self.kind == "password" { "" } else { form.raw(self.name) };
        let (hint_id, why_id) = (format!("{}-hint", self.name), format!("{}-why", self.name));
        let described = match (self.hint, why) {
            ("", None) => None,
            ("", Some(_)) => Some(why_id.clone()),
            (_, None) => Some(hint_id.clone()),
            (_, Some(_)) => Some(format!("{why_id} {hint_id}")),
        };
        let fill = if self.fill.is_empty() { "off" } else { self.fill };
        html! {
            div.field.wrong[why.is_some()] {
                label for=(self.name) { (self.label) }
                @if !self.hint.is_empty() { p.hint id=(hint_id) { (self.hint) } }
                @if self.kind == "area" {
                    textarea id=(self.name) name=(self.name) rows="4" required[self.required]
                        aria-invalid=[why.map(|_| "true")] aria-describedby=[described] { (value) }
                } @else {
                    input id=(self.name) name=(self.name) type=(self.kind) value=(value) autocomplete=(fill)
                        list=[(!self.list.is_empty()).then_some(self.list)] required[self.required] aria-invalid=[why.map(|_| "true")] aria-describedby=[described];
                }
                @if let Some(why) = why { p.why id=(why_id) { (self.label) " " (why) "." } }
            }
        }
    }
}

/// A box to tick.
pub(crate) fn tick(name: &str, label: &str, hint: &str, on: bool) -> Markup {
    html! {
        div.tick {
            input id=(name) name=(name) type="checkbox" value="on" checked[on]
                aria-describedby=[(!hint.is_empty()).then(|| format!("{name}-hint"))];
            label for=(name) { (label) }
            @if !hint.is_empty() { p.hint id={ (name) "-hint" } { (hint) } }
        }
    }
}

/// One of several, as a list that opens. `choices` are value and text.
pub(crate) fn choice(name: &str, label: &str, choices: &[(&str, &str)], chosen: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, text) in choices { option value=(value) selected[*value == chosen] { (text) } }
            }
        }
    }
}

/// All faults of a form above it, for those that belong to no field shown.
pub(crate) fn faults(form: &Form) -> Markup {
    html! {
        @if !form.is_sound() {
            div.complaint role="alert" {
                p { "Nothing was saved yet:" }
                ul { @for (name, why) in form.faults() { li { (name) " " (why) } } }
            }
        }
    }
}
