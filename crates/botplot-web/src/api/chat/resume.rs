//! `GET /api/chat/stream/:messageId`: an answer goes on where its stream was dropped.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use botplot_engine::chat;
use tokio::time::Instant;

use crate::auth::{Caller, VisitorToken};
use crate::error::Fault;
use crate::ids::Path;
use crate::sse::{self, END_MARK, Watch};
use crate::{ApiError, AppState, ids};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Resume an answer
///
/// Goes on with an answer after the event that `Last-Event-ID` names, or from its beginning. Takes the visitor's
/// token, or a secret key. An answer that a restart of the server interrupted is sent as far as it got and ends with
/// the error `answer_interrupted`. After the last event there is nothing more: 204.
#[utoipa::path(
    get,
    path = "/api/chat/stream/{messageId}",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(
        ("messageId" = String, Path, description = "The answer, from `X-Message-Id`."),
        ("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that arrived.", pattern = r"^[0-9]{1,9}(\.end)?$"),
    ),
    responses(
        (status = 200, description = "The rest of the answer.", content_type = "text/event-stream", body = String),
        (status = 204, description = "The last event has arrived; there is nothing more."),
    ),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    Path(message): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let (from, over) = place(&headers)?;
    let shown = token.show(&state, &caller, None, None).await?;
    let message = ids::read(&message)?;
    let project = caller.project.id;
    let turn =
        chat::resume(&state.engine, project, message, shown.visitor.as_deref(), &shown.proof, from).await?;
    if over {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (conversation, message) = (turn.conversation, turn.message);
    let reply = sse::reply(turn, &state, caller.key.id, true, Watch::since(arrived));
    Ok(super::with_ids(reply, conversation, message, None))
}

/// The place in the answer's text that the last event that arrived ended at, and whether it was the last of all.
fn place(headers: &HeaderMap) -> Result<(usize, bool), ApiError> {
    let mut sent = headers.get_all(LAST_EVENT_ID).iter();
    let Some(first) = sent.next() else { return Ok((0, false)) };
    let text = first.to_str().unwrap_or_default();
    let (number, over) = text.strip_suffix(END_MARK).map_or((text, false), |number| (number, true));
    let digits = (1..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    match number.parse() {
        Ok(place) if digits && sent.all(|v| v == first) => Ok((place, over)),
        _ => {
            let message = "is no id of an event of this answer".to_owned();
            Err(ApiError::invalid(vec![Fault { field: "Last-Event-ID".to_owned(), message }]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn event_ids_are_places_in_the_text() {
        let check = |sent: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(LAST_EVENT_ID, HeaderValue::from_static(value));
            }
            place(&headers).ok()
        };
        assert_eq!(check(&[]), Some((0, false)));
        assert_eq!(check(&["12"]), Some((12, false)));
        assert_eq!(check(&["12.end"]), Some((12, true)));
        for bad in
            [&[""] as &[&'static str], &["x"], &["-1"], &["1.5"], &[".end"], &["1", "2"], &["9999999999"]]
        {
            assert_eq!(check(bad), None, "{bad:?}");
        }
    }
}
