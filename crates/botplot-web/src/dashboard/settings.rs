//! Settings: looks, model, handoff, forms, origins, keys, webhooks, plan and the project's end.

pub(super) mod bot;
pub(super) mod general;
mod handoff;
mod keys;
mod lead_form;
pub(super) mod places;
mod security;
mod usage;
mod webhooks;
mod week;
mod widget;

use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::key::{Class, KeyRecord};
use maud::{Markup, html};

use super::reply::lead_to;
use super::route::{ADMIN, Route};
use super::seat::Seat;
use super::ui::{self, Section};
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![Route::get("/app/{project}/settings", ADMIN, first)];
    let tabs = [
        widget::routes(),
        bot::routes(),
        handoff::routes(),
        lead_form::routes(),
        security::routes(),
        keys::routes(),
        webhooks::routes(),
        usage::routes(),
        general::routes(),
    ];
    routes.extend(tabs.into_iter().flatten());
    routes
}

async fn first(seat: Seat) -> Response {
    lead_to(&seat.path(Tab::Widget.path()), "")
}

/// One of the pages that settings are laid out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Widget,
    Bot,
    Handoff,
    LeadForm,
    Security,
    Webhooks,
    Usage,
    General,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Widget,
        Self::Bot,
        Self::Handoff,
        Self::LeadForm,
        Self::Security,
        Self::Webhooks,
        Self::Usage,
        Self::General,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Widget => "Widget",
            Self::Bot => "Bot",
            Self::Handoff => "Handoff & hours",
            Self::LeadForm => "Lead form",
            Self::Security => "Security",
            Self::Webhooks => "Webhooks",
            Self::Usage => "Plan & usage",
            Self::General => "General",
        }
    }

    /// Its address within the project.
    fn path(self) -> &'static str {
        match self {
            Self::Widget => "settings/widget",
            Self::Bot => "settings/bot",
            Self::Handoff => "settings/handoff",
            Self::LeadForm => "settings/lead-form",
            Self::Security => "settings/security",
            Self::Webhooks => "settings/webhooks",
            Self::Usage => "settings/usage",
            Self::General => "settings/general",
        }
    }
}

/// A page of settings, with the way to the others above it.
fn page(seat: &Seat, tab: Tab, body: &Markup) -> Response {
    let whole = html! {
        (ui::heading("Settings", &html! {}))
        nav.tabs aria-label="Settings" {
            @for each in Tab::ALL {
                a href=(seat.path(each.path())) aria-current=[(each == tab).then_some("page")] { (each.name()) }
            }
        }
        (body)
    };
    ui::page(seat, Section::Settings, tab.name(), &whole)
}

/// A page that shows what is wrong with what was sent.
pub(super) fn refused(mut page: Response) -> Response {
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

/// A secret that is shown this once, with a button that copies it.
fn shown_once(id: &str, title: &str, secret: &str, what_to_do: &str) -> Markup {
    html! {
        section.card.once role="status" {
            h2 { (title) }
            p { (what_to_do) " It is shown this once and never again." }
            div.secret {
                code id=(id) { (secret) }
                button data-copy=(id) type="button" { "Copy" }
            }
        }
    }
}

/// What cannot be undone, behind a second step that needs no script.
fn sure(summary: &str, body: &Markup) -> Markup {
    html! { details.sure { summary { (summary) } div.stack { (body) } } }
}

/// The publishable key that stands in the owner's pages.
pub(super) async fn publishable(state: &AppState, seat: &Seat) -> Result<Option<String>, ApiError> {
    let now = state.engine.clock().now();
    let keys = state.engine.reader().list_keys(seat.id()).await?;
    // One that another key takes the place of ends soon.
    let lasting = |key: &&KeyRecord| key.class == Class::Publishable && key.is_live(now);
    let found = keys.iter().filter(lasting).min_by_key(|key| key.expires_at.is_some());
    Ok(found.and_then(|key| key.shown.clone()))
}

/// The line that puts the widget on a page.
pub(super) fn snippet(state: &AppState, key: &str) -> String {
    format!("<script src=\"{}/widget/w.js\" data-key=\"{key}\" async></script>", state.public_url)
}
