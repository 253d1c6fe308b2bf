//! Writing the answer to what was asked in vain, or putting it aside.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::MessageId;
use botplot_core::source::Pair;
use botplot_engine::gaps::{self, Cluster};
use maud::{Markup, html};

use super::gaps::{find, members, page};
use crate::dashboard::form::Form;
use crate::dashboard::reply::{encoded, lead_to};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::ids::Path;
use crate::{ApiError, AppState, Code, ids};

/// Messages that one form may be about.
const MOST: usize = 1_000;

/// The form for an answer.
pub(super) fn form(seat: &Seat, cluster: &Cluster, form: &Form) -> Markup {
    let newest = cluster.gaps[0].message;
    html! {
        form.card.stack method="post" action=(seat.path(&format!("improve/gaps/{newest}/answer"))) {
            h2 { "Write the answer" }
            (members(&cluster.gaps))
            (Field { required: true, hint: "As visitors would ask it.", ..Field::area("question", "Question") }.show(form))
            (Field { required: true, hint: "The bot gives it word for word to whoever asks this closely. Markdown.", ..Field::area("answer", "Answer") }.show(form))
            button.primary { "Teach the bot and ask again" }
        }
    }
}

/// `POST …/answer`
pub(super) async fn create(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, ApiError> {
    let cluster = find(&state, &seat, &id).await?;
    let messages = messages(&state, &seat, &id, &form).await?;
    let pair = Pair { question: form.text("question"), answer: form.text("answer") };
    let question = pair.question.clone();
    match gaps::answer(&state.engine, seat.id(), pair, messages, &seat.actor()).await {
        Ok(source) => {
            let proof = format!("improve/gaps/{id}/proof?source={source}&pair={}", encoded(&question));
            return Ok(lead_to(&seat.path(&proof), ""));
        }
        Err(error) => form.blame(error)?,
    }
    let mut response = page(&state, &seat, &cluster, &form);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

/// `POST …/dismiss`
pub(super) async fn dismiss(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, ApiError> {
    let messages = messages(&state, &seat, &id, &form).await?;
    gaps::dismiss(&state.engine, seat.id(), messages, &seat.actor()).await?;
    Ok(lead_to(&seat.path("improve"), "Dismissed."))
}

/// The messages that a form is about, as its sender saw them; the one that the address names is there.
async fn messages(state: &AppState, seat: &Seat, id: &str, form: &Form) -> Result<Vec<MessageId>, ApiError> {
    let named: MessageId = ids::read(id)?;
    let known = state.engine.reader().find_gap(seat.id(), named).await?;
    known.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let mut messages = vec![named];
    for sent in form.all("message").iter().take(MOST) {
        messages.push(ids::read(sent)?);
    }
    Ok(messages)
}
