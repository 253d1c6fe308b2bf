//! `POST /api/chat`: a visitor asks, the answer streams back.

mod answer;
mod body;
pub(crate) mod stop;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use botplot_core::{ConversationId, MessageId};
use botplot_engine::chat::{self, Ask, Turn};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::auth::{Caller, Session, VisitorToken};
use crate::fields::Fields;
use crate::sse::{self, Watch};
use crate::{ApiError, AppState, Code};
use body::ChatIn;

const X_CONVERSATION_ID: HeaderName = HeaderName::from_static("x-conversation-id");
const X_MESSAGE_ID: HeaderName = HeaderName::from_static("x-message-id");

/// Takes a message in and sends its answer, as a stream or as one JSON object; the reply's head says that the
/// message is stored.
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let body = ChatIn::read(fields)?;
    let session = token.open(&state, &caller, &body.visitor_id)?;
    let as_json = !body.stream.unwrap_or_else(|| wants_stream(&headers));
    let ask = Ask {
        project: caller.project,
        proof: session.proof,
        session: session.id,
        conversation: body.conversation.as_deref().map(conversation_id).transpose()?,
        visitor_id: body.visitor_id,
        message: body.message,
        visitor_info: body.visitor_info,
        context: body.context,
    };
    let turn = ask_to_the_end(&state, ask).await?;
    let watch = Watch::since(arrived);
    let (conversation, message) = (turn.conversation, turn.message);
    let answer = if as_json {
        let whole = answer::whole(turn, state.engine.stopping(), state.drain, watch);
        whole.await.unwrap_or_else(IntoResponse::into_response)
    } else {
        sse::reply(turn, &state, watch)
    };
    Ok(with_ids(answer, conversation, message, session.token))
}

/// Asks on a task of its own: a client that leaves while its message is being stored must not keep the answer
/// from being generated.
async fn ask_to_the_end(state: &AppState, ask: Ask) -> Result<Turn, ApiError> {
    let engine = state.engine.clone();
    let asking = async move { chat::ask(&engine, ask).await };
    match state.engine.tracker().spawn(asking.in_current_span()).await {
        Ok(turn) => Ok(turn?),
        Err(panic) => Err(botplot_engine::Error::Internal(anyhow::Error::new(panic)).into()),
    }
}

fn with_ids(
    mut reply: Response,
    conversation: ConversationId,
    message: Option<MessageId>,
    token: Option<String>,
) -> Response {
    let value = |id: String| HeaderValue::from_str(&id).expect("a UUID is a header's value");
    reply.headers_mut().insert(X_CONVERSATION_ID, value(conversation.to_string()));
    if let Some(message) = message {
        reply.headers_mut().insert(X_MESSAGE_ID, value(message.to_string()));
    }
    Session::carry(token, &mut reply);
    reply
}

/// The id that `text` is; whatever is none opens nothing, just as an unknown one.
fn conversation_id(text: &str) -> Result<ConversationId, ApiError> {
    // Other spellings of a UUID, without hyphens or in braces, are no ids of ours.
    let plain = text.len() == 36;
    text.parse().ok().filter(|_| plain).ok_or_else(|| ApiError::new(Code::NotFound))
}

/// False when `Accept` names JSON and neither an event stream nor everything.
fn wants_stream(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok());
    let named: Vec<String> = lists.flat_map(|l| l.split(',')).filter_map(accepted).collect();
    let names = |media: &str| named.iter().any(|n| n == media);
    !names("application/json") || names("text/event-stream") || names("*/*")
}

/// The media range of one entry of `Accept`, unless its weight is zero.
fn accepted(entry: &str) -> Option<String> {
    let mut parts = entry.split(';').map(|p| p.trim().to_ascii_lowercase());
    let media = parts.next()?;
    let weight = parts.find_map(|p| p.strip_prefix("q=").map(str::to_owned));
    let refused = weight.and_then(|w| w.parse::<f32>().ok()).is_some_and(|w| w <= 0.0);
    (!refused).then_some(media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_chooses_between_json_and_a_stream() {
        let check = |accept: &[&'static str], stream: bool| {
            let mut headers = HeaderMap::new();
            for value in accept {
                headers.append(header::ACCEPT, HeaderValue::from_static(value));
            }
            assert_eq!(wants_stream(&headers), stream, "{accept:?}");
        };
        check(&[], true);
        check(&["*/*"], true);
        check(&["text/event-stream"], true);
        check(&["application/json"], false);
        check(&["Application/JSON; charset=utf-8"], false);
        check(&["application/json, text/plain;q=0.5"], false);
        check(&["application/json, */*"], true);
        check(&["application/json, */*;q=0"], false);
        check(&["application/json", "text/event-stream"], true);
        check(&["application/json;q=0"], true);
        check(&["application/*"], true);
        check(&["text/html"], true);
    }

    #[test]
    fn only_hyphenated_uuids_are_conversation_ids() {
        assert!(conversation_id("550e8400-e29b-41d4-a716-446655440000").is_ok());
        for bad in ["", "x", "550e8400e29b41d4a716446655440000", "{550e8400-e29b-41d4-a716-446655440000}"] {
            assert_eq!(conversation_id(bad).unwrap_err().code(), Code::NotFound, "{bad}");
        }
    }
}
