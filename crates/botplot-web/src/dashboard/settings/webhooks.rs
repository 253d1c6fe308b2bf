//! Webhook endpoints: which there are, adding one, and the ways to each of them.

mod changes;
mod deliveries;
mod endpoint;

use axum::extract::State;
use axum::response::Response;
use botplot_core::EndpointId;
use botplot_core::delivery::{self, Delivery, Endpoint, Status};
use botplot_core::event::Kind;
use botplot_engine::webhooks::{self, DESCRIPTION_LIMIT, Wanted};
use maud::{Markup, html};

use super::{Tab, page, refused};
use crate::dashboard::form::Form;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::time;
use crate::{ApiError, AppState, Code, ids};

/// Endpoints that are shown; no plan has as many.
const MOST: i64 = 100;

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/app/{project}/settings/webhooks", ADMIN, list),
        Route::post("/app/{project}/settings/webhooks", ADMIN, add),
    ];
    routes.extend(endpoint::routes());
    routes.extend(changes::routes());
    routes.extend(deliveries::routes());
    routes
}

async fn list(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let ticked = Kind::ALL.iter().filter(|kind| kind.is_default()).map(|kind| ("events", kind.as_str()));
    view(&state, &seat, &Form::of(&ticked.collect::<Vec<_>>()), None).await
}

async fn add(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let (description, events) = (form.text("description"), events(&mut form));
    check_description(&mut form, &description);
    if form.is_sound() {
        let wanted = Wanted { url: form.text("url"), description, events, secret: None };
        match webhooks::create(&state.engine, seat.id(), wanted, &seat.actor()).await {
            Ok((made, secret)) => {
                return endpoint::view(&state, &seat, &made, Some(secret.expose())).await;
            }
            Err(botplot_engine::Error::Forbidden(code)) => {
                return Ok(refused(view(&state, &seat, &form, Code::find(code)).await?));
            }
            Err(error) => form.blame(error)?,
        }
    }
    Ok(refused(view(&state, &seat, &form, None).await?))
}

/// The kinds of events that are ticked, each once, in the catalogue's order; none is a fault.
fn events(form: &mut Form) -> Vec<Kind> {
    let named = form.all("events");
    let kinds = Kind::ALL.iter().copied().filter(|kind| named.iter().any(|word| word == kind.as_str()));
    let kinds: Vec<_> = kinds.collect();
    if kinds.is_empty() {
        form.fault("events", "must name at least one");
    }
    kinds
}

fn check_description(form: &mut Form, text: &str) {
    if text.chars().count() > DESCRIPTION_LIMIT {
        form.fault("description", format!("must have at most {DESCRIPTION_LIMIT} characters"));
    }
}

async fn view(
    state: &AppState,
    seat: &Seat,
    form: &Form,
    refusal: Option<Code>,
) -> Result<Response, ApiError> {
    let reader = state.engine.reader();
    let (found, total) = reader.list_endpoints(seat.id(), MOST, 0).await?;
    let mut lines = Vec::with_capacity(found.len());
    for it in found {
        let last = reader.newest_delivery(seat.id(), it.id).await?;
        lines.push((it, last));
    }
    let limit = state.engine.plan_limits(&seat.project).endpoints;
    let body = html! {
        section.card {
            h2 { "Endpoints" }
            p.faint { "Your servers hear of what happens as it happens: each event is a signed POST. " (total) " of " (limit) " that your plan holds. " a href="/docs/api#events" { "What is sent" } "." }
            @if lines.is_empty() {
                p { "There is none yet. Add the first one below." }
            } @else {
                ul.endpoints { @for (it, last) in &lines { (line(seat, it, last.as_ref())) } }
            }
        }
        (adding(seat, form, refusal, total >= limit))
    };
    Ok(page(seat, Tab::Webhooks, &body))
}

fn line(seat: &Seat, it: &Endpoint, last: Option<&Delivery>) -> Markup {
    html! {
        li {
            div {
                a href=(seat.path(&format!("settings/webhooks/{}", it.id))) { (it.url) }
                @if !it.description.is_empty() { p.faint { (it.description) } }
                @if let Some(reason) = &it.reason { p.why { (ui::sentence(reason)) } }
            }
            div.actions {
                @if let Some(last) = last { span.faint { "last: " (last.kind) " " (state_badge(last.state)) } }
                (status_badge(it.status))
            }
        }
    }
}

fn adding(seat: &Seat, form: &Form, refusal: Option<Code>, is_full: bool) -> Markup {
    html! {
        form.card method="post" action=(seat.path(Tab::Webhooks.path())) {
            h2 { "Add an endpoint" }
            @if is_full {
                p.notice { "Your plan has no room for another endpoint. Remove or pause one first; the operator of this server sets the plan." }
            }
            @if let Some(code) = refusal { (ui::complaint(code.doc())) }
            (Field { kind: "url", hint: "Where events are sent to: a public https:// address.", required: true, ..Field::text("url", "Address") }.show(form))
            (Field { hint: "Your words about it.", ..Field::text("description", "Description") }.show(form))
            (event_boxes(form))
            div.actions { button.primary { "Add the endpoint" } }
        }
    }
}

/// The catalogue of events as boxes to tick.
fn event_boxes(form: &Form) -> Markup {
    let ticked = form.all("events");
    html! {
        fieldset.field.wrong[form.why("events").is_some()] {
            legend { "Events" }
            div.boxes {
                @for kind in Kind::ALL {
                    @let (word, id) = (kind.as_str(), format!("event-{}", kind.as_str()));
                    div.tick {
                        input id=(id) name="events" value=(word) type="checkbox" checked[ticked.iter().any(|known| known == word)]
                            aria-describedby={ (id) "-hint" };
                        label for=(id) { code { (word) } }
                        p.hint id={ (id) "-hint" } { (kind.doc()) }
                    }
                }
            }
            @if let Some(why) = form.why("events") { p.why { "Events " (why) "." } }
        }
    }
}

fn status_badge(status: Status) -> Markup {
    let tone = match status {
        Status::Active => "good",
        Status::Paused => "warn",
        Status::Disabled => "bad",
    };
    ui::badge(tone, status.as_str())
}

fn state_badge(state: delivery::State) -> Markup {
    let tone = match state {
        delivery::State::Delivered => "good",
        delivery::State::Pending => "warn",
        delivery::State::Failed => "bad",
    };
    ui::badge(tone, state.as_str())
}

/// The endpoint of this id, if it is the project's.
async fn find(state: &AppState, seat: &Seat, id: &str) -> Result<Endpoint, ApiError> {
    let id = ids::read::<EndpointId>(id)?;
    let found = state.engine.reader().find_endpoint(seat.id(), id).await?;
    found.ok_or_else(|| ApiError::new(Code::NotFound))
}

/// An attempt in one line.
fn attempt_line(attempt: &delivery::Attempt) -> Markup {
    html! {
        @match (attempt.status_code, &attempt.error) {
            (Some(code), Some(error)) => { (code) ": " (error) }
            (Some(code), None) => (code),
            (None, Some(error)) => (error),
            (None, None) => "no answer",
        }
        span.faint { " in " (attempt.duration_ms) " ms, " (time::at(attempt.at)) }
    }
}
