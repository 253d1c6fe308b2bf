//! One endpoint: what it hears of, its secret, and its log.

use axum::extract::State;
use axum::response::Response;
use botplot_core::delivery::{self, Delivery, Endpoint, Status};
use botplot_core::event::Kind;
use maud::{Markup, html};

use super::{attempt_line, event_boxes, find, state_badge, status_badge};
use crate::dashboard::form::Form;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::settings::{Tab, page, shown_once, sure};
use crate::dashboard::ui;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::time;
use crate::ids::Path;
use crate::page::{Page, Query};
use crate::{ApiError, AppState};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/app/{project}/settings/webhooks/{endpoint}", ADMIN, show)]
}

/// Which part of the log is shown.
struct Log {
    wanted: Option<delivery::State>,
    page: Page,
}

async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut query: Query,
) -> Result<Response, ApiError> {
    let it = find(&state, &seat, &id).await?;
    // A filter that names nothing filters nothing.
    let wanted = query.text("state").and_then(|word| delivery::State::parse(&word));
    let log = Log { wanted, page: query.page() };
    query.finish()?;
    whole(&state, &seat, &it, &form_of(&it), (log, &html! {})).await
}

/// The endpoint's page after something happened to it; `secret` is one that was just made.
pub(super) async fn view(
    state: &AppState,
    seat: &Seat,
    it: &Endpoint,
    secret: Option<&str>,
) -> Result<Response, ApiError> {
    let shown = secret.map(|secret| {
        shown_once(
            "secret",
            "The endpoint’s secret",
            secret,
            "Your server verifies each event’s signature with it.",
        )
    });
    anew(state, seat, it, &form_of(it), &shown.unwrap_or_else(|| html! {})).await
}

/// The page with what was typed, and something to say above it.
pub(super) async fn anew(
    state: &AppState,
    seat: &Seat,
    it: &Endpoint,
    form: &Form,
    above: &Markup,
) -> Result<Response, ApiError> {
    let log = Log { wanted: None, page: Page { limit: 20, offset: 0 } };
    whole(state, seat, it, form, (log, above)).await
}

fn form_of(it: &Endpoint) -> Form {
    let mut values = vec![("url", it.url.as_str()), ("description", it.description.as_str())];
    values.extend(it.events.iter().map(|kind| ("events", kind.as_str())));
    Form::of(&values)
}

fn path(seat: &Seat, it: &Endpoint, rest: &str) -> String {
    seat.path(&format!("settings/webhooks/{}{rest}", it.id))
}

async fn whole(
    state: &AppState,
    seat: &Seat,
    it: &Endpoint,
    form: &Form,
    (log, above): (Log, &Markup),
) -> Result<Response, ApiError> {
    let Page { limit, offset } = log.page;
    let found = state.engine.reader().list_deliveries(seat.id(), it.id, log.wanted, limit, offset).await?;
    let now = state.engine.clock().now();
    let rotating = it.secrets.other.as_ref().filter(|other| other.until > now);
    let body = html! {
        p { a href=(seat.path(Tab::Webhooks.path())) { "← All endpoints" } }
        (above)
        header.heading {
            h2.address { (it.url) }
            div.actions { (status_badge(it.status)) (pausing(seat, it)) }
        }
        @if let Some(reason) = &it.reason { p.notice { (ui::sentence(reason)) } }
        @if let Some(since) = it.failing_since { p.notice { "It has failed since " (time::at(since)) "." } }
        div.columns {
            form.card method="post" action=(path(seat, it, "")) {
                h3 { "What it hears of" }
                (Field { kind: "url", required: true, ..Field::text("url", "Address") }.show(form))
                (Field::text("description", "Description").show(form))
                (event_boxes(form))
                div.actions { button.primary { "Save" } }
            }
            div.stack {
                (testing(seat, it))
                section.card {
                    h3 { "Secret" }
                    @match rotating {
                        Some(other) => {
                            p { "Two secrets sign until " (time::at(other.until)) "." }
                            @if other.is_next {
                                form method="post" action=(path(seat, it, "/switch")) { button { "Switch to the next one now" } }
                            }
                        }
                        None => { p.faint { "Both the old and the new secret sign for a day, so that nothing is lost." } }
                    }
                    (sure("Make a new secret", &html! {
                        form method="post" action=(path(seat, it, "/rotate")) { button { "Make it" } }
                    }))
                }
                section.card {
                    h3 { "Remove" }
                    (sure("Remove this endpoint", &html! {
                        p { "Its log goes with it." }
                        form method="post" action=(path(seat, it, "/remove")) { button.danger { "Remove it" } }
                    }))
                }
            }
        }
        (deliveries(seat, it, &log, found))
    };
    Ok(page(seat, Tab::Webhooks, &body))
}

fn pausing(seat: &Seat, it: &Endpoint) -> Markup {
    let (word, label) =
        if it.status == Status::Active { ("pause", "Pause") } else { ("activate", "Activate") };
    html! { form method="post" action=(path(seat, it, &format!("/{word}"))) { button { (label) } } }
}

fn testing(seat: &Seat, it: &Endpoint) -> Markup {
    html! {
        section.card {
            h3 { "Send a test" }
            @if it.status == Status::Active {
                form.row method="post" action=(path(seat, it, "/test")) {
                    div.field {
                        label for="kind" { "An example of" }
                        select #kind name="kind" {
                            option value="" { (botplot_engine::webhooks::TEST) }
                            @for kind in Kind::ALL { option value=(kind.as_str()) { (kind.as_str()) } }
                        }
                    }
                    button { "Send it" }
                }
            } @else {
                p.faint { "Activate it first." }
            }
        }
    }
}

fn deliveries(seat: &Seat, it: &Endpoint, log: &Log, (found, total): (Vec<Delivery>, i64)) -> Markup {
    let at = |word: &str| path(seat, it, &format!("?state={word}#log"));
    let filter = log
        .wanted
        .map_or_else(|| path(seat, it, ""), |state| path(seat, it, &format!("?state={}", state.as_str())));
    html! {
        section.card #log {
            header.heading {
                h3 { "Log of deliveries" }
                nav.actions aria-label="Filter" {
                    a href=(path(seat, it, "#log")) aria-current=[log.wanted.is_none().then_some("true")] { "All" }
                    @for state in [delivery::State::Pending, delivery::State::Delivered, delivery::State::Failed] {
                        a href=(at(state.as_str())) aria-current=[(log.wanted == Some(state)).then_some("true")] { (state.as_str()) }
                    }
                }
            }
            @if found.is_empty() {
                p.faint { @if log.wanted.is_some() { "None stands there." } @else { "Nothing was sent yet. Send a test above." } }
            } @else {
                ul.deliveries {
                    @for one in &found {
                        li {
                            a href=(path(seat, it, &format!("/deliveries/{}", one.id))) { (one.kind) }
                            (state_badge(one.state))
                            span { (time::at(one.created_at)) }
                            @if let Some(last) = &one.last { span { (attempt_line(last)) } }
                            @if one.state == delivery::State::Pending { span.faint { "next " (time::at(one.next_at)) } }
                        }
                    }
                }
                (ui::pager(&filter, log.page.offset, log.page.limit, total))
            }
            @if it.status == Status::Active {
                (sure("Send what failed once more", &html! {
                    form.row method="post" action=(path(seat, it, "/replay")) {
                        div.field {
                            label for="since" { "Events since (UTC)" }
                            input #since name="since" type="datetime-local" aria-describedby="since-hint";
                            p.hint #since-hint { "Empty takes all that are still known: 30 days." }
                        }
                        button { "Send them" }
                    }
                }))
            }
        }
    }
}
