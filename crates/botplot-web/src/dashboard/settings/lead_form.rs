//! When contact details are asked for, which, and in what words.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::places::{self, As, Place};
use super::{Tab, page, refused};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::{ApiError, AppState};

const PLACES: &[Place] = &[
    ("lead_form.when", As::Boxes),
    ("lead_form.fields", As::Boxes),
    ("lead_form.title", As::Text),
    ("lead_form.consent", As::Text),
];

const OCCASIONS: [(&str, &str); 4] = [
    ("before", "Before the first message"),
    ("refusal", "When the bot does not know"),
    ("handoff", "When a person was asked for"),
    ("limit", "When the month’s answers are used up"),
];

const FIELDS: [(&str, &str); 3] =
    [("name", "Name"), ("email", "E-mail address"), ("phone", "Telephone number")];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/lead-form", ADMIN, show),
        Route::post("/app/{project}/settings/lead-form", ADMIN, save),
    ]
}

async fn show(seat: Seat) -> Response {
    view(&seat, &places::stored(&seat.project.settings, PLACES))
}

async fn save(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let patch = places::patch(&form, PLACES);
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Tab::LeadForm.path()), "Saved."));
    }
    Ok(refused(view(&seat, &form)))
}

fn view(seat: &Seat, form: &Form) -> Response {
    let body = html! {
        form.card.narrow method="post" action=(seat.path(Tab::LeadForm.path())) {
            p.faint { "A short form in the chat, so that you can get back to a visitor. What they leave is found under " a href=(seat.path("leads")) { "Leads" } "." }
            (boxes(form, "lead_form.when", "When it is shown", &OCCASIONS))
            (boxes(form, "lead_form.fields", "What it asks for", &FIELDS))
            (Field { hint: "At most 120 characters.", ..Field::text("lead_form.title", "Title") }.show(form))
            (Field { hint: "What the visitor agrees to by a tick, such as your privacy policy; empty asks for nothing.", ..Field::area("lead_form.consent", "Consent") }.show(form))
            div.actions { button.primary { "Save" } }
        }
    };
    page(seat, Tab::LeadForm, &body)
}

fn boxes(form: &Form, name: &str, title: &str, words: &[(&str, &str)]) -> Markup {
    let ticked = form.all(name);
    html! {
        fieldset.field.wrong[form.why(name).is_some()] {
            legend { (title) }
            @for (word, label) in words {
                @let id = format!("{name}.{word}");
                div.tick {
                    input id=(id) name=(name) value=(word) type="checkbox" checked[ticked.iter().any(|known| known == word)];
                    label for=(id) { (label) }
                }
            }
            @if let Some(why) = form.why(name) { p.why { (title) " " (why) "." } }
        }
    }
}
