//! Which sites may use the publishable key, how visitors prove who they are, whether the team needs a second factor, and
//! the project's keys.

mod second_factor;

use axum::extract::State;
use axum::response::Response;
use botplot_core::account::Role;
use botplot_engine::identity;
use maud::{Markup, html};

use super::places::{self, As, Place};
use super::{Tab, keys, page, refused, shown_once, sure};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::dashboard::ui::field::{Field, tick};
use crate::{ApiError, AppState};

/// The settings on this page.
pub(super) const PLACES: &[Place] = &[("origins", As::Lines), ("identity.enforced", As::Flag)];

pub(super) fn routes() -> Vec<Route> {
    vec![
        second_factor::route(),
        Route::get("/app/{project}/settings/security", ADMIN, show),
        Route::post("/app/{project}/settings/security", ADMIN, save),
        Route::post("/app/{project}/settings/security/identity-secret", ADMIN, make),
        Route::post("/app/{project}/settings/security/identity-secret/remove", ADMIN, remove),
    ]
}

async fn show(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    view(&state, &seat, &places::stored(&seat.project.settings, PLACES), &html! {}).await
}

async fn save(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let patch = places::patch(&form, PLACES);
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Tab::Security.path()), "Saved."));
    }
    Ok(refused(view(&state, &seat, &form, &html! {}).await?))
}

async fn make(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let secret = identity::rotate_secret(&state.engine, seat.id(), &seat.actor()).await?;
    let shown = shown_once(
        "identity-secret",
        "Your new identity secret",
        secret.expose(),
        "Your server makes the hash or the JWT of each visitor’s id with it.",
    );
    view(&state, &seat, &places::stored(&seat.project.settings, PLACES), &shown).await
}

async fn remove(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    identity::remove_secret(&state.engine, seat.id(), &seat.actor()).await?;
    Ok(lead_to(&seat.path(Tab::Security.path()), "The identity secret is gone."))
}

/// The page; `shown` is a secret that was just made.
pub(super) async fn view(
    state: &AppState,
    seat: &Seat,
    form: &Form,
    shown: &Markup,
) -> Result<Response, ApiError> {
    let has_secret = state.engine.reader().identity_secret(seat.id()).await?.is_some();
    let members = state.engine.reader().list_members(seat.id()).await?;
    let keys = if seat.may(Role::Owner) { keys::list(state, seat, form).await? } else { keys::hidden() };
    let body = html! {
        (shown)
        div.columns {
            form.card method="post" action=(seat.path(Tab::Security.path())) {
                h2 { "Sites that may use your chat" }
                @if seat.project.settings.origins.is_empty() {
                    p.notice { "Every site may use your publishable key now. Name your own, so that nobody else’s visitors use up your answers." }
                }
                (Field { hint: "One a line, such as https://example.com, or *.example.com for all below it.", ..Field::area("origins", "Allowed sites") }.show(form))
                h2 { "Verified visitors" }
                (tick("identity.enforced", "Ask for the proof each time", "A visitor id that was verified once is refused without its proof.", form.flag("identity.enforced")))
                div.actions { button.primary { "Save" } }
            }
            (identity_card(seat, has_secret))
            (second_factor::card(seat, &members, form))
        }
        (keys)
    };
    Ok(page(seat, Tab::Security, &body))
}

fn identity_card(seat: &Seat, has_secret: bool) -> Markup {
    let path = seat.path("settings/security/identity-secret");
    html! {
        section.card {
            h2 { "Identity secret" }
            p {
                "With it your server proves who a signed-in visitor is, so that their conversations follow them from device to device. "
                @if has_secret { (ui::badge("good", "set up")) } @else { (ui::badge("", "not set up")) }
            }
            @if has_secret {
                (sure("Replace it", &html! {
                    p { "Proofs made with the present secret stop counting at once." }
                    form method="post" action=(path) { button { "Make a new secret" } }
                }))
                (sure("Remove it", &html! {
                    p { "Nobody can prove an identity from then on." }
                    form method="post" action={ (path) "/remove" } { button.danger { "Remove the secret" } }
                }))
            } @else {
                form method="post" action=(path) { button { "Make a secret" } }
            }
        }
    }
}
