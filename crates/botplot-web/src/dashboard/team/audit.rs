//! The audit log: who did what, in plain words.

use axum::extract::State;
use axum::response::Response;
use botplot_core::notice::Entry;
use maud::{Markup, html};
use serde_json::Value;

use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section};
use crate::page::Query;
use crate::{ApiError, AppState};

/// Lines on a page.
const LINES: i64 = 50;

/// The log, newest first.
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    mut query: Query,
) -> Result<Response, ApiError> {
    let page = query.page_of(LINES, LINES);
    query.finish()?;
    let (lines, total) = state.engine.reader().list_audit(seat.id(), page.limit, page.offset).await?;
    let to_team = html! { a.button href=(seat.path("team")) { "Team" } };
    let body = html! {
        (ui::heading("Audit log", &to_team))
        p.faint { "Who changed what in " (seat.project.name) ", newest first. It names no visitors and holds nothing that was erased." }
        @if lines.is_empty() {
            (ui::empty("Nothing is written here yet", &html! { p { "Invitations, roles, keys, webhooks and erasures leave a line." } }))
        } @else {
            section.card {
                div.scroll tabindex="0" role="region" aria-label="Audit log" {
                    table {
                        thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "Details" } } }
                        tbody { @for line in &lines { (row(line)) } }
                    }
                }
            }
            (ui::pager(&seat.path("audit"), page.offset, page.limit, total))
        }
    };
    Ok(ui::page(&seat, Section::Team, "Audit log", &body))
}

fn row(line: &Entry) -> Markup {
    html! {
        tr {
            td { (ui::time::at(line.created_at)) }
            td { (actor(&line.actor)) }
            td { (words(&line.action)) (subject(line)) }
            td.faint { @for (place, (name, value)) in line.detail.iter().enumerate() { @if place > 0 { ", " } (name.replace('_', " ")) ": " (plain(value)) } }
        }
    }
}

/// What it was done to; nothing where that is the project itself.
fn subject(line: &Entry) -> Markup {
    html! {
        @if line.subject.contains('@') { " " strong { (line.subject) } }
        @else if line.subject != line.project.to_string() && line.action != "leads.exported" { " " code { (line.subject) } }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(" · "),
        other => other.to_string(),
    }
}

/// Who acts where no person does.
fn actor(name: &str) -> Markup {
    match name {
        "operator" => html! { "The server's operator" },
        "retention" => html! { "Retention" },
        _ if name.starts_with("bp_") => html! { "The key " code { (name) } },
        _ => html! { (name) },
    }
}

/// Actions and what they are called.
const ACTIONS: &[(&str, &str)] = &[
    ("account.email_cancelled", "Gave up another address for"),
    ("account.email_changed", "Changed their address from"),
    ("account.email_confirmed", "Confirmed the address"),
    ("account.email_requested", "Asked for another address for"),
    ("conversation.archived", "Archived the conversation"),
    ("conversation.deleted", "Deleted the conversation"),
    ("conversation.expired", "Removed, by its age, the conversation"),
    ("endpoint.changed", "Changed the webhook"),
    ("endpoint.created", "Added the webhook"),
    ("endpoint.disabled", "Disabled the webhook"),
    ("endpoint.removed", "Removed the webhook"),
    ("endpoint.secret_rotated", "Renewed the secret of the webhook"),
    ("factor.added", "Turned a second factor on for"),
    ("factor.codes_renewed", "Renewed the recovery codes of"),
    ("factor.made_optional", "Let everybody in without a second factor"),
    ("factor.removed", "Turned the second factor off for"),
    ("factor.required", "Asked everybody for a second factor"),
    ("identity_secret.made", "Made the secret that proves visitors' identities"),
    ("identity_secret.removed", "Removed the secret that proves visitors' identities"),
    ("invitation.withdrawn", "Withdrew the invitation of"),
    ("key.created", "Made the key"),
    ("key.renamed", "Renamed the key"),
    ("key.revoked", "Revoked the key"),
    ("key.rotated", "Renewed the key"),
    ("leads.exported", "Exported the leads"),
    ("member.invited", "Invited"),
    ("member.joined", "Joined as"),
    ("member.left", "Left the team as"),
    ("member.removed", "Removed from the team"),
    ("member.role_changed", "Changed the role of"),
    ("password.changed", "Changed the password of"),
    ("password.reset", "Set a new password, by a link, for"),
    ("project.created", "Made the project"),
    ("question.added", "Added a question to the question set"),
    ("question.answered", "Answered the question"),
    ("question.dismissed", "Set the question aside"),
    ("question.removed", "Removed a question from the question set"),
    ("reply.added", "Added the canned reply"),
    ("reply.changed", "Changed the canned reply"),
    ("reply.removed", "Removed the canned reply"),
    ("settings.changed", "Changed the settings"),
    ("source.added", "Added the source"),
    ("source.edited", "Edited the source"),
    ("source.removed", "Removed the source"),
    ("source.renamed", "Renamed the source"),
    ("source.switched_off", "Switched off the source"),
    ("source.switched_on", "Switched on the source"),
    ("visitor.erased", "Erased the visitor"),
];

/// An action in words; of one that has none yet, `noun.verb` read the other way round.
fn words(action: &str) -> String {
    if let Some((_, words)) = ACTIONS.iter().find(|(known, _)| *known == action) {
        return (*words).to_owned();
    }
    let (noun, verb) = action.split_once('.').unwrap_or(("", action));
    let text = format!("{verb} {noun}").replace('_', " ");
    ui::sentence(&text).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn an_action_without_words_of_its_own_is_still_readable() {
        assert_eq!(words("member.invited"), "Invited");
        assert_eq!(words("canned_reply.removed"), "Removed canned reply");
        assert_eq!(words("odd").trim(), "Odd");
    }
}
