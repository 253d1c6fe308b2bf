//! Lists of people: those in the team, and those who are invited.

use botplot_core::Timestamp;
use botplot_core::account::{Member, Role};
use botplot_core::link::{Link, State};
use maud::{Markup, html};

use super::title;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui;

/// The roles that somebody with the role `own` may give, as value and text; the lowest first.
pub(super) fn choices(own: Role) -> Vec<(&'static str, &'static str)> {
    let given = Role::ALL.into_iter().filter(|role| own.may_appoint(*role));
    given.map(|role| (role.as_str(), title(role))).collect()
}

/// Who is in the team.
pub(super) fn list(seat: &Seat, members: &[Member], now: Timestamp) -> Markup {
    html! {
        section.card aria-label="People" {
            @if seat.project.factor_required { p.faint { "Everybody here needs a second factor to get in." } }
            ul.people { @for member in members { li.person { (one(seat, member, now)) } } }
        }
    }
}

fn one(seat: &Seat, member: &Member, now: Timestamp) -> Markup {
    let own = member.account == seat.person.account.id;
    html! {
        span.avatar.{ "tint-" (ui::tint(&member.email)) } aria-hidden="true" { (ui::initial(&member.name)) }
        div.who {
            p {
                strong { (member.name) }
                @if own { (ui::badge("", "you")) }
                @if member.has_factor { (ui::badge("good", "second factor")) }
                @else if seat.project.factor_required { (ui::badge("warn", "no second factor: shut out")) }
            }
            p.faint {
                (member.email)
                @if let Some(at) = member.seen_at { " · seen " (ui::time::ago(at, now)) }
                @else { " · not signed in" }
            }
        }
        div.actions { (part(seat, member, own)) }
    }
}

/// A member's role, and what may be done about it.
fn part(seat: &Seat, member: &Member, own: bool) -> Markup {
    let path = |what: &str| seat.path(&format!("team/people/{}/{what}", member.account));
    html! {
        @if own || !seat.role.may_appoint(member.role) { (ui::badge("", title(member.role))) } @else {
            form method="post" action=(path("role")) {
                select name="role" aria-label={ "Role of " (member.name) } {
                    @for (value, text) in choices(seat.role) {
                        option value=(value) selected[value == member.role.as_str()] { (text) }
                    }
                }
                button aria-label={ "Change the role of " (member.name) } { "Change" }
            }
            form method="post" action=(path("remove"))
                data-sure={ "Remove " (member.name) " from the team? They see nothing of this project from then on." } {
                button.danger aria-label={ "Remove " (member.name) } { "Remove" }
            }
        }
        @if own {
            form method="post" action=(seat.path("team/leave"))
                data-sure={ "Leave " (seat.project.name) "? Somebody of the team must invite you to come back." } {
                button.quiet { "Leave" }
            }
        }
    }
}

/// Who is invited and has not come yet.
pub(super) fn waiting(seat: &Seat, invitations: &[Link], now: Timestamp) -> Markup {
    html! {
        section.card {
            h2 { "Open invitations" }
            @if invitations.is_empty() { p.faint { "Nobody is invited at the moment." } }
            ul.people { @for link in invitations { li.person { (invited(seat, link, now)) } } }
        }
    }
}

fn invited(seat: &Seat, link: &Link, now: Timestamp) -> Markup {
    let (email, role) = (link.email.as_deref().unwrap_or_default(), link.role.unwrap_or(Role::Viewer));
    let path = |what: &str| seat.path(&format!("team/invitations/{}/{what}", link.id));
    html! {
        div.who {
            p { strong { (email) } }
            p.faint {
                (title(role)) " · "
                @if link.state(now) == State::Expired { (ui::badge("warn", "expired")) }
                @else { "until " (ui::time::at(link.expires_at)) }
            }
        }
        @if seat.role.may_appoint(role) {
            div.actions {
                form method="post" action=(path("again")) { button aria-label={ "Send again to " (email) } { "Send again" } }
                form method="post" action=(path("withdraw")) {
                    button.quiet aria-label={ "Withdraw the invitation of " (email) } { "Withdraw" }
                }
            }
        }
    }
}
