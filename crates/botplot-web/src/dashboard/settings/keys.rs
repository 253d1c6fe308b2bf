//! The project's API keys, for owners: made, renamed, rotated and revoked here.

use axum::extract::State;
use axum::response::Response;
use botplot_core::key::{Class, KeyRecord};
use botplot_core::{KeyId, Timestamp};
use botplot_engine::keys::{self, LONGEST_OVERLAP};
use maud::{Markup, html};

use super::places;
use super::{Tab, refused, security, shown_once, sure};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{OWNER, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::time;
use crate::ids::Path;
use crate::{ApiError, AppState, Code, ids};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/app/{project}/settings/keys", OWNER, make),
        Route::post("/app/{project}/settings/keys/{key}/name", OWNER, rename),
        Route::post("/app/{project}/settings/keys/{key}/rotate", OWNER, rotate),
        Route::post("/app/{project}/settings/keys/{key}/revoke", OWNER, revoke),
    ]
}

async fn make(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let name = form.text("name");
    if name.is_empty() {
        form.fault("name", "must not be empty");
    }
    if form.is_sound() {
        match keys::create(&state.engine, seat.id(), Class::Secret, &name, &seat.actor()).await {
            Ok((_, key)) => return shown(&state, &seat, "Your new secret key", key.expose()).await,
            Err(error) => form.blame(error)?,
        }
    }
    Ok(refused(again(&state, &seat, &form, &html! {}).await?))
}

async fn rename(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, key)): Path<(String, String)>,
    form: Form,
) -> Result<Response, ApiError> {
    let key = found(&state, &seat, &key).await?;
    let name = form.text("name");
    match keys::rename(&state.engine, seat.id(), key.id, &name, &seat.actor()).await {
        Ok(_) => Ok(lead_to(&seat.path(Tab::Security.path()), "Renamed.")),
        Err(error) => {
            let mut form = Form::default();
            form.blame(error)?;
            let faults = ui::field::faults(&form);
            Ok(refused(again(&state, &seat, &Form::default(), &faults).await?))
        }
    }
}

async fn rotate(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, key)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, ApiError> {
    let key = found(&state, &seat, &key).await?;
    let Some(hours) = form.number("overlap_hours", 0, LONGEST_OVERLAP) else {
        let faults = ui::field::faults(&form);
        return Ok(refused(again(&state, &seat, &Form::default(), &faults).await?));
    };
    let (_, key) = keys::rotate(&state.engine, seat.id(), key.id, hours, &seat.actor()).await?;
    shown(&state, &seat, "The key in its place", key.expose()).await
}

/// A secret key ends; the publishable one is replaced only, since the widget would be left without one.
async fn revoke(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, key)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let key = found(&state, &seat, &key).await?;
    match key.class {
        Class::Secret => keys::revoke(&state.engine, seat.id(), key.id, &seat.actor()).await?,
        Class::Publishable => keys::retire(&state.engine, seat.id(), key.id, &seat.actor()).await?,
    }
    Ok(lead_to(&seat.path(Tab::Security.path()), "The key is revoked."))
}

async fn found(state: &AppState, seat: &Seat, key: &str) -> Result<KeyRecord, ApiError> {
    let id = ids::read::<KeyId>(key)?;
    let keys = state.engine.reader().list_keys(seat.id()).await?;
    keys.into_iter().find(|key| key.id == id).ok_or_else(|| ApiError::new(Code::NotFound))
}

async fn shown(state: &AppState, seat: &Seat, title: &str, key: &str) -> Result<Response, ApiError> {
    let card = shown_once(
        "new-key",
        title,
        key,
        "Keep it where your program finds it, and out of web pages if it is secret.",
    );
    again(state, seat, &Form::default(), &card).await
}

/// The security page, with what was typed about a key.
async fn again(state: &AppState, seat: &Seat, form: &Form, shown: &Markup) -> Result<Response, ApiError> {
    let stored = places::stored(&seat.project.settings, security::PLACES);
    let mut values = stored.values().to_vec();
    values.extend(form.values().iter().cloned());
    let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut whole = Form::of(&values);
    for (name, why) in form.faults() {
        whole.fault(name, why.as_str());
    }
    security::view(state, seat, &whole, shown).await
}

/// What others than owners see.
pub(super) fn hidden() -> Markup {
    html! { section.card { h2 { "Keys" } p.faint { "The project’s owners see and change its API keys." } } }
}

/// The list of keys, newest last, and the form for one more.
pub(super) async fn list(state: &AppState, seat: &Seat, form: &Form) -> Result<Markup, ApiError> {
    let now = state.engine.clock().now();
    let mut keys = state.engine.reader().list_keys(seat.id()).await?;
    keys.sort_by_key(|key| (!key.is_live(now), key.class == Class::Secret, key.created_at));
    Ok(html! {
        section.card #keys {
            h2 { "Keys" }
            p.faint { "The publishable key may stand in your pages. Secret keys open everything: keep them on your servers. " a href="/docs/api" { "API reference" } "." }
            div.scroll tabindex="0" role="region" aria-label="Keys" {
                table {
                    thead { tr { th scope="col" { "Key" } th scope="col" { "Made" } th scope="col" { "Last used" } th scope="col" { "State" } th scope="col" { "Change" } } }
                    tbody { @for key in &keys { (line(seat, key, now)) } }
                }
            }
            form.row method="post" action=(seat.path("settings/keys")) {
                (Field { hint: "What will use it, such as “Billing server”.", required: true, ..Field::text("name", "New secret key") }.show(form))
                button.primary { "Make a key" }
            }
        }
    })
}

fn line(seat: &Seat, key: &KeyRecord, now: Timestamp) -> Markup {
    let live = key.is_live(now);
    html! {
        tr.ended[!live] {
            th scope="row" {
                (if key.name.is_empty() { key.class.as_str() } else { key.name.as_str() })
                div.prefix { code { @match &key.shown { Some(whole) => (whole), None => { (key.prefix) "…" } } } }
            }
            td { (time::at(key.created_at)) }
            td { @match key.last_used_at { Some(at) => (time::ago(at, now)), None => "never" } }
            td {
                @match (key.revoked_at, key.expires_at) {
                    (Some(at), _) => { (ui::badge("", "revoked")) " " (time::at(at)) }
                    (None, Some(at)) if live => { (ui::badge("warn", "ends")) " " (time::at(at)) }
                    (None, Some(at)) => { (ui::badge("", "ended")) " " (time::at(at)) }
                    (None, None) => (ui::badge("good", key.class.as_str())),
                }
                @if let Some(at) = key.seen_in_browser_at {
                    p.why { "A browser sent it " (time::at(at)) ": everybody can read it there. Revoke it." }
                }
            }
            td { @if live { (changes(seat, key)) } }
        }
    }
}

fn changes(seat: &Seat, key: &KeyRecord) -> Markup {
    let path = |what: &str| seat.path(&format!("settings/keys/{}/{what}", key.id));
    let id = |what: &str| format!("{what}-{}", key.id);
    html! {
        (sure("Rename", &html! {
            form.row method="post" action=(path("name")) {
                div.field { label for=(id("name")) { "Name" } input id=(id("name")) name="name" value=(key.name) autocomplete="off"; }
                button { "Rename" }
            }
        }))
        (sure("Rotate", &html! {
            form.row method="post" action=(path("rotate")) {
                div.field {
                    label for=(id("hours")) { "Hours that the old one goes on" }
                    input id=(id("hours")) name="overlap_hours" type="number" min="0" max=(LONGEST_OVERLAP) value="24";
                }
                button { "Make the new key" }
            }
        }))
        @if key.class == Class::Secret {
            (sure("Revoke", &html! {
                p { "Programs that use it stop working at once." }
                form method="post" action=(path("revoke")) { button.danger { "Revoke it now" } }
            }))
        }
    }
}
