//! Whole pages: the frame of those within a project, and of those without one.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use botplot_core::account::Role;
use maud::{DOCTYPE, Markup, html};

use super::icon::{self, icon};
use crate::dashboard::gate::cookie;
use crate::dashboard::seat::{Person, Seat};

/// Styles and scripts come from here, pictures too; a preview of the widget may be framed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// A part of the dashboard, as its navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Inbox,
    Knowledge,
    Improve,
    Leads,
    Analytics,
    Team,
    Settings,
    /// The first run, which is not in the navigation.
    Start,
    /// None of them: a person's own pages.
    None,
}

/// Section, last part of its address, name, icon, and the least role that sees it.
const SECTIONS: [(Section, &str, &str, &str, Role); 7] = [
    (Section::Inbox, "inbox", "Inbox", icon::INBOX, Role::Viewer),
    (Section::Knowledge, "knowledge", "Knowledge", icon::KNOWLEDGE, Role::Viewer),
    (Section::Improve, "improve", "Improve", icon::IMPROVE, Role::Viewer),
    (Section::Leads, "leads", "Leads", icon::LEADS, Role::Viewer),
    (Section::Analytics, "analytics", "Analytics", icon::ANALYTICS, Role::Viewer),
    (Section::Team, "team", "Team", icon::TEAM, Role::Viewer),
    (Section::Settings, "settings", "Settings", icon::SETTINGS, Role::Admin),
];

/// Further style sheets and scripts that a section's pages load.
fn assets(section: Section) -> &'static [&'static str] {
    match section {
        Section::Inbox => &["inbox.css", "inbox.js"],
        Section::Knowledge | Section::Improve => &["knowledge.css", "knowledge.js"],
        Section::Leads => &["leads.css"],
        Section::Analytics => &["analytics.css", "analytics.js"],
        Section::Settings | Section::Start => &["settings.css", "settings.js"],
        Section::Team | Section::None => &["team.css"],
    }
}

/// A page within a project.
pub(crate) fn page(seat: &Seat, section: Section, title: &str, body: &Markup) -> Response {
    let frame = html! {
        body.app {
            a.skip href="#content" { "Skip to content" }
            aside.side {
                a.brand href=(seat.path("inbox")) { (mark()) span { "BotPlot" } }
                (projects(seat))
                nav aria-label="Sections" {
                    ul {
                        @for (at, path, name, shape, least) in SECTIONS {
                            @if seat.may(least) {
                                li {
                                    a href=(seat.path(path)) aria-current=[(at == section).then_some("page")] {
                                        (icon(shape)) span { (name) }
                                        @if at == Section::Inbox {
                                            span #waiting.count hidden[seat.waiting == 0] title="waiting for a person" { (seat.waiting) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                (own(&seat.person))
            }
            main #content tabindex="-1" {
                (told(seat.person.said.as_deref()))
                (body)
            }
        }
    };
    let title = format!("{title} · {}", seat.project.name);
    sent(&title, &frame, assets(section), seat.person.said.is_some())
}

/// A page without a project: signing in, setting up, errors.
pub(crate) fn bare(title: &str, body: &Markup) -> Response {
    bare_saying(title, None, body)
}

/// The same, with what the last action had to say.
pub(crate) fn bare_saying(title: &str, said: Option<&str>, body: &Markup) -> Response {
    let frame = html! {
        body.bare {
            main #content { p.brand { (mark()) span { "BotPlot" } } (told(said)) (body) }
        }
    };
    sent(&format!("{title} · BotPlot"), &frame, &[], said.is_some())
}

fn mark() -> Markup {
    html! { img src="/assets/icon.svg" alt="" width="24" height="24"; }
}

fn told(said: Option<&str>) -> Markup {
    html! { @if let Some(said) = said { p.said role="status" { (said) } } }
}

fn projects(seat: &Seat) -> Markup {
    html! {
        @if seat.others.is_empty() && !seat.person.account.operator {
            p.project { (seat.project.name) }
        } @else {
            details.project {
                summary { (seat.project.name) }
                ul { @for (id, name) in &seat.others { li { a href={ "/app/" (id) "/inbox" } { (name) } } } @if seat.person.account.operator { li { a href="/projects/new" { "New project" } } } }
            }
        }
    }
}

fn own(person: &Person) -> Markup {
    html! {
        div.own {
            a href="/account" { span.avatar.{ "tint-" (tint(&person.account.email)) } aria-hidden="true" { (initial(&person.account.name)) } span { (person.account.name) } }
            form method="post" action="/sign-out" { button.quiet { "Sign out" } }
        }
    }
}

/// One of eight tints, always the same for the same text.
pub(crate) fn tint(text: &str) -> u32 {
    text.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 8
}

/// The first letter of a name.
pub(crate) fn initial(name: &str) -> String {
    name.trim().chars().next().map_or_else(|| "?".to_owned(), |first| first.to_uppercase().collect())
}

fn sent(title: &str, frame: &Markup, assets: &[&str], forget_said: bool) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=r#"{"includeIndicatorCSS":false}"#;
                title { (title) }
                link rel="icon" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/dashboard.css";
                script src="/assets/htmx.js" defer {}
                script src="/assets/hx-sse.js" defer {}
                script src="/assets/dashboard.js" defer {}
                @for name in assets {
                    @if name.strip_suffix(".css").is_some() { link rel="stylesheet" href={ "/assets/" (name) }; }
                    @else { script src={ "/assets/" (name) } defer {} }
                }
            }
            (frame)
        }
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (headers, markup).into_response();
    if forget_said {
        response.headers_mut().append(header::SET_COOKIE, cookie::say(""));
    }
    response
}
