//! `/app/{project}/inbox/replies`: canned replies, written here and picked from a list beside a conversation.

use axum::extract::State;
use axum::response::Response;
use botplot_engine::conversations::replies;
use botplot_store::ReplyRow;
use maud::{Markup, html};

use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section};
use crate::ids::{self, Path};
use crate::{ApiError, AppState};

/// All of them, and a form for one more.
pub(super) async fn show(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    page(&state, &seat, &Form::default(), None).await
}

/// Adds one.
pub(super) async fn add(
    State(state): State<AppState>,
    seat: Seat,
    mut form: Form,
) -> Result<Response, ApiError> {
    let (name, content) = (form.text("name"), form.text("content"));
    match replies::save(&state.engine, seat.id(), None, &name, &content, &seat.actor()).await {
        Ok(_) => Ok(lead_to(&seat.path("inbox/replies"), "Added.")),
        Err(error) => {
            form.blame(error)?;
            page(&state, &seat, &form, None).await
        }
    }
}

/// Changes one.
pub(super) async fn save(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, ApiError> {
    let (name, content) = (form.text("name"), form.text("content"));
    let reply = ids::read(&id)?;
    match replies::save(&state.engine, seat.id(), Some(reply), &name, &content, &seat.actor()).await {
        Ok(_) => Ok(lead_to(&seat.path("inbox/replies"), "Saved.")),
        Err(error) => {
            form.blame(error)?;
            page(&state, &seat, &form, Some(&id)).await
        }
    }
}

/// Removes one.
pub(super) async fn remove(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    replies::remove(&state.engine, seat.id(), ids::read(&id)?, &seat.actor()).await?;
    Ok(lead_to(&seat.path("inbox/replies"), "Removed."))
}

/// The page; `form` is the one that was sent, for the reply of this id or for a new one.
async fn page(state: &AppState, seat: &Seat, form: &Form, of: Option<&str>) -> Result<Response, ApiError> {
    let all = state.engine.reader().list_replies(seat.id()).await?;
    let new = if of.is_none() { form.clone() } else { Form::default() };
    let body = html! {
        (ui::heading("Canned replies", &html! { a.button href=(seat.path("inbox")) { "To the inbox" } }))
        div.columns {
            section.card aria-label="A new reply" {
                h2 { "A new reply" }
                form.stack method="post" action=(seat.path("inbox/replies")) {
                    (fields("new", &new))
                    button.primary { "Add" }
                }
            }
            div.stack.replies {
                @if all.is_empty() {
                    (ui::empty("None yet", &html! {
                        p { "Write once what you say often: it is then one click away beside each conversation." }
                    }))
                }
                @for reply in &all { (one(seat, reply, form, of)) }
            }
        }
    };
    Ok(ui::page(seat, Section::Inbox, "Canned replies", &body))
}

fn one(seat: &Seat, reply: &ReplyRow, form: &Form, of: Option<&str>) -> Markup {
    let id = reply.id.to_string();
    let sent = of == Some(id.as_str());
    let own =
        if sent { form.clone() } else { Form::of(&[("name", &reply.name), ("content", &reply.content)]) };
    let path = seat.path(&format!("inbox/replies/{id}"));
    html! {
        details.card.reply open[sent] {
            summary { strong { (reply.name) } " " span.faint { (reply.content) } }
            form.stack method="post" action=(path) { (fields(&id, &own)) button.primary { "Save" } }
            form method="post" action={ (path) "/remove" } data-sure={ "Remove “" (reply.name) "”?" } {
                button.danger { "Remove" }
            }
        }
    }
}

/// The fields of one reply; several stand on the page, so that their ids carry whose they are.
fn fields(of: &str, form: &Form) -> Markup {
    let why = |name: &str| form.why(name).map(|why| ui::sentence(&format!("it {why}")));
    html! {
        div.field.wrong[form.why("name").is_some()] {
            label for={ "name-" (of) } { "Name" }
            input id={ "name-" (of) } name="name" value=(form.raw("name")) required maxlength="100" autocomplete="off";
            @if let Some(why) = why("name") { p.why role="alert" { (why) } }
        }
        div.field.wrong[form.why("content").is_some()] {
            label for={ "content-" (of) } { "Text" }
            textarea id={ "content-" (of) } name="content" rows="4" required maxlength="8000" { (form.raw("content")) }
            @if let Some(why) = why("content") { p.why role="alert" { (why) } }
        }
    }
}
