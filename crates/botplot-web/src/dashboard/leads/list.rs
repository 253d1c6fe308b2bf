//! The list of leads as it is shown.

use botplot_core::account::Role;
use botplot_core::lead::Lead;
use maud::{Markup, html};

use super::{called, counted, details, reach};
use crate::dashboard::reply::encoded;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, initial, time, tint};

/// The heading, and the way to take the list along.
pub(super) fn heading(seat: &Seat, words: &str, total: i64) -> Markup {
    let file = match words {
        "" => seat.path("leads.csv"),
        words => format!("{}?q={}", seat.path("leads.csv"), encoded(words)),
    };
    let export = html! {
        @if total > 0 && seat.may(Role::Agent) {
            a.button href=(file) download { "Export " (counted(total, "lead", "leads")) " as CSV" }
        }
    };
    ui::heading("Leads", &export)
}

/// The field that looks through names, addresses, numbers and details.
pub(super) fn search(seat: &Seat, words: &str) -> Markup {
    html! {
        form.search role="search" action=(seat.path("leads")) {
            label.unseen for="q" { "Search leads" }
            input #q name="q" type="search" value=(words) placeholder="Name, e-mail, phone or details" autocomplete="off";
            button { "Search" }
            @if !words.is_empty() { a.button href=(seat.path("leads")) { "Show all" } }
        }
    }
}

/// What is shown where there is no lead.
pub(super) fn nothing(seat: &Seat, words: &str) -> Markup {
    if !words.is_empty() {
        return ui::empty(
            "No lead has these words",
            &html! { p { "Nothing was found for “" (words) "” in names, addresses, numbers and details." } },
        );
    }
    let form = &seat.project.settings.lead_form;
    let asks = !form.when.is_empty() && !form.fields.is_empty();
    let next = html! {
        @if asks {
            p { "The widget asks visitors for their contact details. Whoever leaves some is listed here." }
        } @else {
            p { "The widget does not ask for contact details yet. Turn on the lead form, and whoever fills it in is listed here." }
            @if seat.may(Role::Admin) { p { a.button.primary href=(seat.path("settings")) { "Set up the lead form" } } }
        }
    };
    ui::empty("Nobody has left contact details yet", &next)
}

/// The leads of a page.
pub(super) fn table(seat: &Seat, leads: &[Lead]) -> Markup {
    html! {
        div.card.leads {
            table {
                thead { tr {
                    th scope="col" { "Who" }
                    th scope="col" { "Details" }
                    th scope="col" { "Agreed to" }
                    th scope="col" { "Left" }
                    th scope="col" { span.unseen { "What to do" } }
                } }
                tbody { @for lead in leads { (row(seat, lead)) } }
            }
        }
    }
}

fn row(seat: &Seat, lead: &Lead) -> Markup {
    let further = details(lead);
    html! {
        tr {
            th.who scope="row" {
                div.person {
                span.avatar.{ "tint-" (tint(&lead.visitor_id)) } aria-hidden="true" { (initial(called(lead))) }
                div {
                    @if let Some(name) = &lead.name { p { (name) } }
                    @if let Some(email) = &lead.email { p { (reach("mailto", email)) } }
                    @if let Some(phone) = &lead.phone { p { (reach("tel", phone)) } }
                }
                }
            }
            td.further {
                @if !further.is_empty() {
                    dl { @for (name, value) in &further { div { dt { (name) } dd { (value) } } } }
                }
            }
            td.agreed {
                @if let Some(text) = lead.consent() {
                    p { (text) }
                    @if let Some(at) = lead.consented_at { p.faint { (time::at(at)) } }
                } @else { span.faint { "not recorded" } }
            }
            td { (time::at(lead.created_at)) }
            td.doing { div.actions {
                a.button href=(seat.path(&format!("inbox/{}", lead.conversation))) aria-label={ "Conversation with " (called(lead)) } { "Conversation" }
                @if seat.may(Role::Admin) {
                    form method="post" action=(seat.path(&format!("leads/{}/erase", lead.id)))
                        data-sure={ "Erase all that " (called(lead)) " left: contact details, conversations and messages? It cannot be undone." } {
                        button.quiet aria-label={ "Erase " (called(lead)) } { "Erase" }
                    }
                }
            } }
        }
    }
}
