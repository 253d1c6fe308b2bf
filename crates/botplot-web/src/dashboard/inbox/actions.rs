//! What an agent does to a conversation. Each answers with the conversation as it is then, to a script as that piece
//! of the page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use botplot_core::conversation::{HandledBy, Status};
use botplot_engine::conversations::desk::{self, Claim, Holder};
use botplot_engine::conversations::{self, Change};

use super::at::At;
use super::thread::{Thread, Typed, somebody};
use super::{compose, page};
use crate::dashboard::form::Form;
use crate::dashboard::reply::{Asks, lead_to, piece};
use crate::dashboard::ui;
use crate::{ApiError, AppState, ids};

/// Takes a conversation over from whoever had it when the page was made.
pub(super) async fn take(State(state): State<AppState>, at: At, form: Form) -> Result<Response, ApiError> {
    let seen = compose::read_seen(form.raw("seen")).unwrap_or(Holder::Bot);
    match desk::claim(&state.engine, at.seat.id(), at.id, &at.teammate(), seen).await? {
        Claim::Taken => done(&state, at, "The conversation is yours.").await,
        Claim::Gone(holder) => refused(&state, at, &holder, Typed::default()).await,
    }
}

/// Gives a conversation back to the bot.
pub(super) async fn hand_back(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    desk::release(&state.engine, at.seat.id(), at.id).await?;
    done(&state, at, "The bot answers again.").await
}

/// Closes a conversation.
pub(super) async fn close(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    conversations::set_status(&state.engine, at.seat.id(), at.id, Status::Closed).await?;
    done(&state, at, "Closed. It opens again when the visitor writes.").await
}

/// Opens a closed conversation again.
pub(super) async fn reopen(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    conversations::set_status(&state.engine, at.seat.id(), at.id, Status::Active).await?;
    done(&state, at, "Open again.").await
}

/// Archives a conversation for good.
pub(super) async fn archive(State(state): State<AppState>, at: At) -> Result<Response, ApiError> {
    desk::archive(&state.engine, at.seat.id(), at.id, &at.seat.actor()).await?;
    done(&state, at, "Archived.").await
}

/// Gives a conversation into somebody's care.
pub(super) async fn assign(State(state): State<AppState>, at: At, form: Form) -> Result<Response, ApiError> {
    let account = match form.text("account") {
        nobody if nobody.is_empty() => None,
        account => Some(ids::read(&account)?),
    };
    desk::assign(&state.engine, at.seat.id(), at.id, account).await?;
    done(&state, at, if account.is_some() { "Assigned." } else { "In nobody's care now." }).await
}

/// Adds or removes a tag.
pub(super) async fn tags(State(state): State<AppState>, at: At, form: Form) -> Result<Response, ApiError> {
    let thread = Thread::read(&state, &at).await?;
    let (add, remove) = (form.text("add"), form.text("remove"));
    let mut tags = thread.conversation.tags;
    tags.retain(|tag| *tag != remove || remove.is_empty());
    if !add.is_empty() {
        tags.push(add);
    }
    let change = Change { tags: Some(tags), ..Change::default() };
    match conversations::change(&state.engine, at.seat.id(), at.id, change).await {
        Ok(_) => done(&state, at, "").await,
        Err(error) => invalid(&state, at, error, Typed::default()).await,
    }
}

/// Adds a note that only the team reads.
pub(super) async fn note(State(state): State<AppState>, at: At, form: Form) -> Result<Response, ApiError> {
    let (author, text) = (&at.seat.person.account.name, form.text("note"));
    match desk::note(&state.engine, at.seat.id(), at.id, author, &text).await {
        Ok(_) => done(&state, at, "").await,
        Err(error) => invalid(&state, at, error, Typed { note: text, ..Typed::default() }).await,
    }
}

/// Writes to the visitor. What another person has meanwhile is not written into.
pub(super) async fn reply(State(state): State<AppState>, at: At, form: Form) -> Result<Response, ApiError> {
    let (who, text) = (at.teammate(), form.text("content"));
    let typed = Typed { reply: text.clone(), ..Typed::default() };
    let thread = Thread::read(&state, &at).await?;
    let (mine, it) = (thread.is_mine(&at.seat), thread.conversation);
    let now = Holder::of(&it);
    if it.handled_by == HandledBy::Human && !mine && compose::read_seen(form.raw("seen")) != Some(now.clone())
    {
        return refused(&state, at, &now, typed).await;
    }
    match desk::answer(&state.engine, at.seat.id(), at.id, &who, &text).await {
        Ok(_) => done(&state, at, "").await,
        Err(error) => invalid(&state, at, error, typed).await,
    }
}

/// Tells the visitor that an agent types, or has stopped.
pub(super) async fn typing(State(state): State<AppState>, at: At, form: Form) -> Result<Response, ApiError> {
    let name = &at.seat.person.account.name;
    conversations::typing(&state.engine, at.seat.id(), at.id, Some(name), form.flag("on")).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The conversation as it is now.
async fn done(state: &AppState, at: At, sentence: &str) -> Result<Response, ApiError> {
    if at.asks == Asks::Page {
        return Ok(lead_to(&at.path(), sentence));
    }
    let thread = Thread::read(state, &at).await?;
    Ok(piece(&thread.show(&at, &Typed::default())))
}

/// Says that another person has the conversation meanwhile, beside how it is now.
async fn refused(state: &AppState, at: At, holder: &Holder, typed: Typed) -> Result<Response, ApiError> {
    let complaint = match holder {
        Holder::Bot => "The conversation was handed back to the bot meanwhile.".to_owned(),
        Holder::Person(name) => format!("{} has taken this conversation meanwhile.", somebody(name)),
    };
    again(state, at, Typed { complaint: Some(complaint), ..typed }, StatusCode::CONFLICT).await
}

/// Says what is wrong with what was typed, which is still there.
async fn invalid(
    state: &AppState,
    at: At,
    error: botplot_engine::Error,
    typed: Typed,
) -> Result<Response, ApiError> {
    let botplot_engine::Error::Invalid { field, why } = error else { return Err(error.into()) };
    let name = if field == "tags" { "the list of tags" } else { "the text" };
    let complaint = Some(ui::sentence(&format!("{name} {why}")));
    again(state, at, Typed { complaint, ..typed }, StatusCode::BAD_REQUEST).await
}

async fn again(state: &AppState, at: At, typed: Typed, status: StatusCode) -> Result<Response, ApiError> {
    let thread = Thread::read(state, &at).await?;
    let mut response = match at.asks {
        Asks::Piece => piece(&thread.show(&at, &typed)),
        Asks::Page => page(state, &at.seat, &at.looked, Some(&thread.show(&at, &typed)), Some(at.id)).await?,
    };
    *response.status_mut() = status;
    Ok(response)
}
