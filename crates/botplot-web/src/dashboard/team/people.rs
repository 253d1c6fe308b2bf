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
        section.card {
            div.scroll tabindex="0" role="region" aria-label="People" {
                table {
                    thead { tr {
                        th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Second factor" }
                        th scope="col" { "Last seen" } th scope="col" { span.unseen { "Actions" } }
                    } }
                    tbody { @for member in members { (row(seat, member, now)) } }
                }
            }
        }
    }
}

fn row(seat: &Seat, member: &Member, now: Timestamp) -> Markup {
    let own = member.account == seat.person.account.id;
    let may = seat.role.may_appoint(member.role);
    let path = |what: &str| seat.path(&format!("team/people/{}/{what}", member.account));
    html! {
        tr {
            th scope="row" {
                div.actions {
                    span.avatar.{ "tint-" (ui::tint(&member.email)) } aria-hidden="true" { (ui::initial(&member.name)) }
                    div {
                        (member.name) @if own { " " (ui::badge("", "you")) }
                        div.faint { (member.email) }
                    }
                }
            }
            td {
                @if may && !own {
                    form.actions method="post" action=(path("role")) {
                        select name="role" aria-label={ "Role of " (member.name) } {
                            @for (value, text) in choices(seat.role) {
                                option value=(value) selected[value == member.role.as_str()] { (text) }
                            }
                        }
                        button { "Change" }
                    }
                } @else { (title(member.role)) }
            }
            td { @if member.has_factor { (ui::badge("good", "on")) } @else { span.faint { "off" } } }
            td { @if let Some(at) = member.seen_at { (ui::time::ago(at, now)) } @else { span.faint { "never" } } }
            td.actions { (end(seat, member, own, may)) }
        }
    }
}

/// The way out of the team.
fn end(seat: &Seat, member: &Member, own: bool, may: bool) -> Markup {
    html! {
        @if own {
            form method="post" action=(seat.path("team/leave"))
                data-sure={ "Leave " (seat.project.name) "? Somebody of the team must invite you to come back." } {
                button.quiet { "Leave" }
            }
        } @else if may {
            form method="post" action=(seat.path(&format!("team/people/{}/remove", member.account)))
                data-sure={ "Remove " (member.name) " from the team? They see nothing of this project from then on." } {
                button.danger aria-label={ "Remove " (member.name) } { "Remove" }
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
            ul.stack {
                @for link in invitations { li { (invited(seat, link, now)) } }
            }
        }
    }
}

fn invited(seat: &Seat, link: &Link, now: Timestamp) -> Markup {
    let (email, role) = (link.email.as_deref().unwrap_or_default(), link.role.unwrap_or(Role::Viewer));
    let path = |what: &str| seat.path(&format!("team/invitations/{}/{what}", link.id));
    html! {
        p { strong { (email) } " " (ui::badge("", title(role))) }
        p.faint {
            @if link.state(now) == State::Expired { (ui::badge("warn", "expired")) }
            @else { "Invited " (ui::time::at(link.created_at)) ", until " (ui::time::at(link.expires_at)) }
        }
        @if seat.role.may_appoint(role) {
            div.actions {
                form method="post" action=(path("again")) { button aria-label={ "Send " (email) " again" } { "Send again" } }
                form method="post" action=(path("withdraw")) {
                    button.quiet aria-label={ "Withdraw the invitation of " (email) } { "Withdraw" }
                }
            }
        }
    }
}
