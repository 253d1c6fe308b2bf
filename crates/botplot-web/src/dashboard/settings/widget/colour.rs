//! The widget's main colour: as it was chosen, and as it is used where text has to be read on it.

use axum::http::Uri;
use axum::response::Response;
use botplot_core::color::{Color, LIGHT_PANEL, Palette, READABLE, contrast};
use maud::{Markup, html};

use crate::dashboard::form::Form;
use crate::dashboard::reply::piece;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;

const NAME: &str = "widget.color";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/app/{project}/settings/widget/colour", ADMIN, show)]
}

/// What becomes of a colour while it is chosen.
async fn show(uri: Uri) -> Response {
    let query = Form::read(uri.query().unwrap_or_default().as_bytes());
    piece(&outcome(query.raw(NAME)))
}

/// The field, with what becomes of its colour.
pub(super) fn field(seat: &Seat, form: &Form) -> Markup {
    let (value, why) = (form.raw(NAME), form.why(NAME));
    html! {
        div.field.wrong[why.is_some()] {
            label for=(NAME) { "Main colour" }
            div.colour {
                input id=(NAME) name=(NAME) type="color" value=(value) aria-describedby=[why.map(|_| "colour-why")]
                    hx-get=(seat.path("settings/widget/colour")) hx-trigger="input changed delay:150ms"
                    hx-target="#colour" hx-swap="innerHTML";
                div #colour aria-live="polite" { (outcome(value)) }
            }
            @if let Some(why) = why { p.why #colour-why { "The colour " (why) "." } }
        }
    }
}

fn outcome(text: &str) -> Markup {
    let Some(chosen) = Color::parse(text) else { return html! {} };
    let Palette { accent, on_accent, light, dark } = Palette::of(chosen);
    let ratio = |one, other| format!("{:.1}", contrast(one, other));
    html! {
        (swatch(accent, on_accent))
        p.hint {
            "Text on it has a contrast of " strong { (ratio(on_accent, accent)) } ", "
            @if accent == chosen { "as you chose it." } @else { "after it was moved to " code { (accent.to_string()) } " to be readable." }
        }
        @if contrast(chosen, LIGHT_PANEL) < READABLE {
            p.hint { "As text it is " code { (light.to_string()) } " on light panels, since your own has a contrast of only " (ratio(chosen, LIGHT_PANEL)) " there, and " code { (dark.to_string()) } " on dark ones." }
        }
    }
}

fn swatch(ground: Color, ink: Color) -> Markup {
    html! {
        svg.swatch viewBox="0 0 120 32" width="120" height="32" role="img" aria-label="The colour with text on it" {
            rect width="120" height="32" rx="8" fill=(ground.to_string()) {}
            text x="60" y="21" text-anchor="middle" font-size="14" font-weight="600" fill=(ink.to_string()) { "Chat with us" }
        }
    }
}
