//! `POST /api/chat`: a visitor asks, the answer streams back.

mod answer;
mod body;
pub(crate) mod close;
pub(crate) mod events;
pub(crate) mod feedback;
pub(crate) mod handoff;
pub(crate) mod history;
pub(crate) mod lead;
pub(crate) mod resume;
pub(crate) mod schema;
pub(crate) mod stop;
mod target;
pub(crate) mod typing;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use botplot_core::{ConversationId, MessageId};
use botplot_engine::Error;
use botplot_engine::chat::{self, Ask, Idempotency};
use serde_json::Value;
use tokio::time::Instant;

use crate::auth::{Caller, Session, VisitorToken};
use crate::error::Fault;
use crate::fields::Fields;
use crate::sse::{self, Watch};
use crate::{ApiError, AppState, ids};
use body::ChatIn;

const X_CONVERSATION_ID: HeaderName = HeaderName::from_static("x-conversation-id");
const X_MESSAGE_ID: HeaderName = HeaderName::from_static("x-message-id");
const X_RESUME: HeaderName = HeaderName::from_static("x-resume");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Send a message
///
/// Takes a visitor's message and sends the answer: as a stream of server-sent events, one `data: {"token":"…"}` for
/// each token and one last event with `conversationId`, `sources` and `confidence`; or as one JSON object when
/// `stream` is false or `Accept` names only `application/json`. The reply's head says that the message is stored.
#[utoipa::path(
    post,
    path = "/api/chat",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(
        ("X-Visitor-Token" = Option<String>, Header, description = "The token of an earlier reply; without one a new session begins."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body within 24 hours get the same turn.", min_length = 1, max_length = 255, pattern = "^[!-~]+$"),
        ("X-Resume" = Option<String>, Header, description = "`1` numbers the events, so that a dropped stream can be resumed."),
    ),
    request_body = schema::ChatBody,
    responses(
        (status = 200, description = "The answer.", content(
            (String = "text/event-stream", example = "data: {\"token\":\"We \"}\n\ndata: {\"token\":\"ship worldwide.\"}\n\ndata: {\"conversationId\":\"550e8400-…\",\"sources\":[…],\"confidence\":0.87,\"done\":true,…}\n\n"),
            (answer::AnswerOut = "application/json"),
        )),
    ),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let idempotency = idempotency_key(&headers)?.map(|key| {
        let mut asked = fields.whole();
        // The proof of an identity may be a fresh one each time; it says who asks, not what.
        asked.remove("identity");
        Idempotency::of(key, &Value::Object(asked))
    });
    let body = ChatIn::read(fields)?;
    state.limits.visitor(caller.project.id, caller.class, &body.visitor_id, &caller.meter)?;
    let session = token.open(&state, &caller, &body.visitor_id, body.identity.as_ref()).await?;
    let as_json = !body.stream.unwrap_or_else(|| wants_stream(&headers));
    let durable = headers.get(X_RESUME).is_some_and(|v| v == "1") && !as_json;
    let ask = Ask {
        project: caller.project,
        proof: session.proof,
        session: session.id,
        conversation: body.conversation.as_deref().map(ids::read).transpose()?,
        visitor_id: body.visitor_id,
        message: body.message,
        visitor_info: body.visitor_info,
        context: body.context,
        earlier: None,
        instructions: None,
        idempotency,
        durable,
    };
    let turn = match chat::ask(&state.engine, ask).await {
        Ok(turn) => turn,
        Err(error) => return Ok(refusal(error, session.token)),
    };
    let watch = Watch::since(arrived);
    let (conversation, message) = (turn.conversation, turn.message);
    let answer = if as_json {
        let whole = answer::whole(turn, state.engine.stopping(), state.drain, watch);
        whole.await.unwrap_or_else(IntoResponse::into_response)
    } else {
        sse::reply(turn, &state, caller.key.id, durable, watch)
    };
    Ok(with_ids(answer, conversation, message, session.token))
}

/// A refusal; where the message was stored all the same, it says in which conversation and for whom.
fn refusal(error: Error, token: Option<String>) -> Response {
    let stored = match &error {
        Error::LimitReached { conversation, .. } => Some(*conversation),
        _ => None,
    };
    let reply = ApiError::from(error).into_response();
    match stored {
        Some(conversation) => with_ids(reply, conversation, None, token),
        None => reply,
    }
}

/// The key that makes a request repeatable: 1 to 255 visible characters, sent once.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = sent.next() else { return Ok(None) };
    let bytes = first.as_bytes();
    let sound = (1..=255).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    if !sound || sent.any(|v| v != first) {
        let message = "must be one text of 1 to 255 visible ASCII characters".to_owned();
        return Err(ApiError::invalid(vec![Fault { field: "Idempotency-Key".to_owned(), message }]));
    }
    Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
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
    fn an_idempotency_key_is_one_visible_text() {
        let check = |sent: &[&'static str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static(value));
            }
            assert_eq!(idempotency_key(&headers).ok().flatten().as_deref(), expected, "{sent:?}");
            idempotency_key(&headers)
        };
        assert!(check(&[], None).is_ok());
        assert!(check(&["a-1"], Some("a-1")).is_ok() && check(&["a", "a"], Some("a")).is_ok());
        for bad in [&[""] as &[&'static str], &["a b"], &["a", "b"]] {
            assert!(check(bad, None).is_err());
        }
    }

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
}
