//! What is done to an endpoint: changed, paused, given a new secret, tested, sent its failures again, removed.

use axum::extract::State;
use axum::response::Response;
use botplot_core::Timestamp;
use botplot_core::delivery::Endpoint;
use botplot_core::event::Kind;
use botplot_engine::Error;
use botplot_engine::webhooks::{self, Change};
use maud::html;

use super::{check_description, endpoint, events, find};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::{Tab, refused};
use crate::dashboard::ui;
use crate::ids::Path;
use crate::{ApiError, AppState, Code};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/app/{project}/settings/webhooks/{endpoint}", ADMIN, change),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/pause", ADMIN, pause),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/activate", ADMIN, activate),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/rotate", ADMIN, rotate),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/switch", ADMIN, switch),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/test", ADMIN, test),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/replay", ADMIN, replay),
        Route::post("/app/{project}/settings/webhooks/{endpoint}/remove", ADMIN, remove),
    ]
}

type Named = Path<(String, String)>;

fn back(seat: &Seat, it: &Endpoint, sentence: &str) -> Response {
    lead_to(&seat.path(&format!("settings/webhooks/{}", it.id)), sentence)
}

async fn change(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
    mut form: Form,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    let (description, kinds) = (form.text("description"), events(&mut form));
    check_description(&mut form, &description);
    if form.is_sound() {
        let url = Some(form.text("url"));
        let wanted = Change { url, description: Some(description), events: Some(kinds), paused: None };
        match webhooks::change(&state.engine, seat.id(), it.id, wanted, &seat.actor()).await {
            Ok(it) => return Ok(back(&seat, &it, "Saved.")),
            Err(error) => form.blame(error)?,
        }
    }
    Ok(refused(endpoint::anew(&state, &seat, &it, &form, &html! {}).await?))
}

async fn pause(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
) -> Result<Response, ApiError> {
    set_paused(&state, &seat, &id, true).await
}

async fn activate(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
) -> Result<Response, ApiError> {
    set_paused(&state, &seat, &id, false).await
}

async fn set_paused(state: &AppState, seat: &Seat, id: &str, paused: bool) -> Result<Response, ApiError> {
    let it = find(state, seat, id).await?;
    let wanted = Change { paused: Some(paused), ..Change::default() };
    match webhooks::change(&state.engine, seat.id(), it.id, wanted, &seat.actor()).await {
        Ok(it) if paused => Ok(back(seat, &it, "Paused: what happens meanwhile is not sent.")),
        Ok(it) => Ok(back(seat, &it, "It goes on.")),
        Err(Error::Forbidden(code)) => {
            let why = Code::find(code).map_or("This is not allowed.", Code::doc);
            Ok(refused(endpoint::anew(state, seat, &it, &Form::default(), &ui::complaint(why)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

async fn rotate(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    let rotated = webhooks::rotate(&state.engine, seat.id(), it.id, None, &seat.actor()).await?;
    endpoint::view(&state, &seat, &rotated.0, Some(rotated.1.expose())).await
}

async fn switch(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    let it = webhooks::switch(&state.engine, seat.id(), it.id, &seat.actor()).await?;
    Ok(back(&seat, &it, "The new secret signs now; the old one goes on beside it for a day."))
}

async fn test(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
    form: Form,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    webhooks::test(&state.engine, seat.id(), it.id, Kind::parse(form.raw("kind"))).await?;
    Ok(back(&seat, &it, "The test is on its way: see the log."))
}

async fn replay(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
    form: Form,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    let since = form.text("since");
    let Some(since) = instant(&since) else {
        let above = ui::complaint("The time must be such as 2026-11-22 14:05.");
        return Ok(refused(endpoint::anew(&state, &seat, &it, &Form::default(), &above).await?));
    };
    let count = webhooks::replay_since(&state.engine, seat.id(), it.id, since).await?;
    Ok(back(&seat, &it, &format!("Sent once more: {count}.")))
}

/// The instant that a field of date and time means, in UTC; the beginning of time for an empty one.
fn instant(text: &str) -> Option<Timestamp> {
    if text.is_empty() {
        return Some(Timestamp(i64::MIN));
    }
    // Browsers leave out seconds that are zero.
    [format!("{text}Z"), format!("{text}:00Z")].iter().find_map(|text| Timestamp::read(text))
}

async fn remove(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Named,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    webhooks::remove(&state.engine, seat.id(), it.id, &seat.actor()).await?;
    Ok(lead_to(&seat.path(Tab::Webhooks.path()), "The endpoint is removed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_form_are_read_with_and_without_seconds() {
        assert_eq!(instant("2026-11-22T14:05"), Timestamp::read("2026-11-22T14:05:00Z"));
        assert_eq!(instant("2026-11-22T14:05:09"), Timestamp::read("2026-11-22T14:05:09Z"));
        assert_eq!(instant("yesterday"), None);
        assert!(instant("").is_some());
    }
}
