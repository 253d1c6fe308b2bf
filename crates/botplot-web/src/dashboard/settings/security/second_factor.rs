//! Whether the people of a project need a second factor to get in.

use axum::extract::State;
use axum::response::Response;
use botplot_core::account::{Member, Role};
use botplot_engine::Error;
use botplot_engine::accounts::members;
use maud::{Markup, html};

use super::{PLACES, view};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{OWNER, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::{Tab, places, refused};
use crate::dashboard::ui;
use crate::{ApiError, AppState};

/// The name that the fault has in the form.
const FIELD: &str = "factor";

pub(super) fn route() -> Route {
    Route::post("/app/{project}/settings/security/second-factor", OWNER, save)
}

async fn save(State(state): State<AppState>, seat: Seat, form: Form) -> Result<Response, ApiError> {
    let required = form.raw("required") == "yes";
    match members::require_factor(&state.engine, seat.id(), &seat.person.account, required).await {
        Ok(()) => {
            let said = if required {
                "Everybody in the team needs a second factor from now on."
            } else {
                "A second factor is everybody’s own choice from now on."
            };
            Ok(lead_to(&seat.path(Tab::Security.path()), said))
        }
        Err(Error::Invalid { why, .. }) => {
            let mut form = places::stored(&seat.project.settings, PLACES);
            form.fault(FIELD, why);
            Ok(refused(view(&state, &seat, &form, &html! {}).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// What it is now, who has one, and for owners the switch.
pub(super) fn card(seat: &Seat, members: &[Member], form: &Form) -> Markup {
    let required = seat.project.factor_required;
    let having = members.iter().filter(|member| member.has_factor).count();
    html! {
        section.card {
            h2 {
                "Second factor of the team "
                @if required { (ui::badge("good", "required")) } @else { (ui::badge("", "not required")) }
            }
            p {
                @if required { "Who has none is led to set one up before they get in." }
                @else { "Where it is required, who has none is led to set one up before they get in." }
                " Other projects and keys stay as they are."
            }
            p.faint { (having) " of " (members.len()) " in the team have one: " a href=(seat.path("team")) { "Team" } "." }
            @if let Some(why) = form.why(FIELD) { (ui::complaint(&ui::sentence(&format!("your second factor {why}")))) }
            @if seat.may(Role::Owner) { (switch(seat, required)) }
            @else { p.faint { "Owners decide about it." } }
        }
    }
}

fn switch(seat: &Seat, required: bool) -> Markup {
    html! {
        @if !required && seat.person.account.factor.is_none() {
            p { "You need one yourself before you can require it. " a.button href={ "/account/factor?next=" (seat.path(Tab::Security.path())) } { "Set yours up" } }
        } @else {
            form method="post" action=(seat.path("settings/security/second-factor")) {
                @if required {
                    button name="required" value="no" { "Require it no more" }
                } @else {
                    button name="required" value="yes" { "Require it" }
                }
            }
        }
    }
}
