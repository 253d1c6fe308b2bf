//! When a person takes part: whether one can be asked for, who is told, and at what hours.

use axum::extract::State;
use axum::response::Response;
use botplot_core::hours::zones;
use maud::{Markup, html};

use super::places::{self, As, Place};
use super::{Tab, page, refused, week};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::{Field, tick};
use crate::{ApiError, AppState};

const PLACES: &[Place] = &[
    ("handoff.enabled", As::Flag),
    ("handoff.silent", As::Flag),
    ("handoff.message", As::Text),
    ("alerts.after_minutes", As::Number),
    ("alerts.emails", As::Lines),
    ("alerts.webhook_url", As::Text),
    ("visitor_mail.enabled", As::Flag),
    ("visitor_mail.after_minutes", As::Number),
    ("hours.zone", As::Text),
    ("hours.message", As::Text),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/settings/handoff", ADMIN, show),
        Route::post("/app/{project}/settings/handoff", ADMIN, save),
    ]
}

async fn show(State(state): State<AppState>, seat: Seat) -> Response {
    let settings = &seat.project.settings;
    let form = week::stored(&places::stored(settings, PLACES), &settings.hours.week);
    view(&state, &seat, &form)
}

async fn save(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let mut patch = places::patch(&form, PLACES);
    places::put(&mut patch, "hours.week", week::read(&form));
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Tab::Handoff.path()), "Saved."));
    }
    Ok(refused(view(&state, &seat, &form)))
}

fn view(state: &AppState, seat: &Seat, form: &Form) -> Response {
    let body = html! {
        form.stack.wide method="post" action=(seat.path(Tab::Handoff.path())) {
            div.columns {
                (asking(form))
                (telling(state, form))
            }
            section.card {
                h2 { "Office hours" }
                p.faint { "Leave every day empty to be there at all times. Outside these hours a visitor who asks for a person reads the message below, and nobody is alerted." }
                div.row {
                    (Field { hint: "The nearest large city, such as Europe/Berlin.", list: "zones", ..Field::text("hours.zone", "Time zone") }.show(form))
                    datalist #zones { @for zone in zones() { option value=(zone) {} } }
                }
                (week::editor(form))
                (Field { hint: "{opens} stands for when you are back.", ..Field::area("hours.message", "Message outside these hours") }.show(form))
            }
            div.actions { button.primary { "Save" } }
        }
    };
    page(seat, Tab::Handoff, &body)
}

fn asking(form: &Form) -> Markup {
    html! {
        section.card {
            h2 { "Asking for a person" }
            (tick("handoff.enabled", "Visitors can ask for a person", "The widget offers it, and the bot says so to whoever asks for it in words.", form.flag("handoff.enabled")))
            (tick("handoff.silent", "The bot falls silent then", "Otherwise it goes on answering until somebody takes over.", form.flag("handoff.silent")))
            (Field { hint: "What the visitor reads when a person was asked for. Left as it came, it is read in the visitor’s language.", ..Field::area("handoff.message", "Message") }.show(form))
        }
    }
}

fn telling(state: &AppState, form: &Form) -> Markup {
    html! {
        section.card {
            h2 { "When nobody looks" }
            @if state.engine.mail_server().is_none() {
                p.notice { "This server sends no e-mail yet: its operator can set that up. Alerts to a webhook work all the same." }
            }
            (Field { kind: "number", hint: "Minutes that a visitor waits before somebody is told; 0 tells nobody.", ..Field::text("alerts.after_minutes", "Alert after") }.show(form))
            (Field { hint: "One address a line; none tells everybody in the team who may reply.", ..Field::area("alerts.emails", "Alert by e-mail") }.show(form))
            (Field { kind: "url", hint: "An incoming webhook of Slack, or of what takes the same.", ..Field::text("alerts.webhook_url", "Alert by webhook") }.show(form))
            h2 { "When the visitor has left" }
            (tick("visitor_mail.enabled", "Send replies by e-mail to visitors who left an address", "", form.flag("visitor_mail.enabled")))
            (Field { kind: "number", hint: "Minutes for which a reply may still be seen on the page.", ..Field::text("visitor_mail.after_minutes", "Send after") }.show(form))
        }
    }
}
