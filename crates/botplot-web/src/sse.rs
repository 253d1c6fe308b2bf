//! A turn as server-sent events: unnamed, one `data:` line of JSON each, a comment now and then to keep it open.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use botplot_core::{ConversationId, KeyId, MessageId};
use botplot_engine::chat::{Failure, Final, Listener, Turn, TurnEvent};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::cited::CitedOut;
use crate::middleware::observe::millis;
use crate::{AppState, metrics};

/// How long a stream may be silent before a comment is sent.
const PING_EVERY: Duration = Duration::from_secs(15);
/// Events that go out in one write at most.
const BATCH: usize = 256;

/// The last event of an answer, its fields in the order of the contract.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinalOut<'a> {
    /// The conversation, to go on with.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// The passages that the answer used.
    sources: Vec<CitedOut<'a>>,
    /// How likely it is that the knowledge covers the question; null while a person has the conversation.
    #[schema(minimum = 0, maximum = 1, example = 0.87)]
    confidence: Option<f64>,
    /// Always true.
    #[schema(example = true)]
    done: bool,
    /// The answer's message; null when there is none.
    #[schema(value_type = Option<uuid::Uuid>)]
    message_id: Option<MessageId>,
    /// Where the conversation stands: `active`, `closed` or `archived`.
    #[schema(example = "active")]
    status: &'static str,
    /// True when the visitor asked for a person.
    handoff_requested: bool,
    /// Who answers: `ai` or `human`.
    #[schema(example = "ai")]
    handled_by: &'static str,
    /// What the visitor may want to ask next.
    suggestions: &'a [String],
    /// True when the bot said that it does not know; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    refused: bool,
}

impl<'a> FinalOut<'a> {
    /// The event for `last`.
    pub(crate) fn of(last: &'a Final) -> Self {
        Self {
            conversation_id: last.conversation,
            sources: CitedOut::all(&last.sources),
            confidence: last.confidence,
            done: true,
            message_id: last.message,
            status: last.status.as_str(),
            handoff_requested: last.handoff_requested,
            handled_by: last.handled_by.as_str(),
            suggestions: &last.suggestions,
            refused: last.refused,
        }
    }
}

#[derive(Serialize)]
struct TokenOut<'a> {
    token: &'a str,
}

/// The last event of a stream that broke off.
#[derive(Serialize)]
pub(crate) struct ErrorOut<'a> {
    error: FailureOut<'a>,
}

impl<'a> ErrorOut<'a> {
    /// The event for `failure`.
    pub(crate) fn of(failure: &'a Failure) -> Self {
        let Failure { code, message, retryable } = failure;
        Self { error: FailureOut { code, message, retryable: *retryable } }
    }
}

#[derive(Serialize)]
struct FailureOut<'a> {
    code: &'a str,
    message: &'a str,
    retryable: bool,
}

/// The headers that every stream of events has.
pub(crate) const HEADERS: [(header::HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
    (header::CACHE_CONTROL, "no-cache, no-transform"),
    (header::HeaderName::from_static("x-accel-buffering"), "no"),
];

/// The reply that streams a turn; `numbered` puts an `id:` line after each event. It is cut when `key` ends.
pub(crate) fn reply(turn: Turn, state: &AppState, key: KeyId, numbered: bool, watch: Watch) -> Response {
    let pump = Pump {
        events: turn.events,
        arrived: Vec::new(),
        stopping: state.engine.stopping().clone(),
        drain: state.drain,
        cut_at: None,
        key: Revocation { key, ended: state.engine.ended_keys() },
        numbered,
        over: false,
        watch,
    };
    (HEADERS, Body::from_stream(stream::unfold(pump, Pump::next))).into_response()
}

/// Tells when a key is revoked or expires, so that what it opened is closed.
pub(crate) struct Revocation {
    key: KeyId,
    ended: watch::Receiver<Arc<HashSet<KeyId>>>,
}

impl Revocation {
    /// Watches over `key`.
    pub(crate) fn of(key: KeyId, state: &AppState) -> Self {
        Self { key, ended: state.engine.ended_keys() }
    }

    /// Returns when the key has ended.
    pub(crate) async fn happened(&mut self) {
        let key = self.key;
        if self.ended.wait_for(|ended| ended.contains(&key)).await.is_err() {
            // Nobody watches over keys any more, since the server is stopping.
            std::future::pending::<()>().await;
        }
    }
}

/// Turns events into bytes, one piece at a time.
struct Pump {
    events: Listener,
    arrived: Vec<TurnEvent>,
    stopping: CancellationToken,
    drain: Duration,
    /// When the stream ends whatever happens, once the server is stopping.
    cut_at: Option<Instant>,
    key: Revocation,
    numbered: bool,
    over: bool,
    watch: Watch,
}

impl Pump {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.over {
            return None;
        }
        let (mut bytes, mut place) = (Vec::new(), self.events.place());
        tokio::select! {
            biased;
            // What was generated goes out before anything else is considered.
            count = self.events.recv_many(&mut self.arrived, BATCH) => {
                if count == 0 {
                    self.arrived.push(TurnEvent::Failed(lost()));
                }
            }
            () = self.key.happened() => self.arrived.push(TurnEvent::Failed(revoked())),
            () = cut(&self.stopping, self.drain, &mut self.cut_at) => {
                self.arrived.push(TurnEvent::Failed(restarting()));
            }
            () = tokio::time::sleep(PING_EVERY) => bytes.extend_from_slice(b": ping\n\n"),
        }
        for event in self.arrived.drain(..) {
            self.watch.note(&event);
            self.over = !matches!(event, TurnEvent::Token(_));
            write(&event, &mut bytes);
            if let TurnEvent::Token(token) = &event {
                place += token.len();
            }
            if self.numbered && !matches!(event, TurnEvent::Failed(_)) {
                let mark = if self.over { END_MARK } else { "" };
                bytes.extend_from_slice(format!("id: {place}{mark}\n").as_bytes());
            }
            bytes.push(b'\n');
            if self.over {
                break;
            }
        }
        Some((Ok(bytes.into()), self))
    }
}

/// Stands after the place in the id of an answer's last event.
pub(crate) const END_MARK: &str = ".end";

fn write(event: &TurnEvent, out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    let written = match event {
        TurnEvent::Token(token) => serde_json::to_writer(&mut *out, &TokenOut { token }),
        TurnEvent::Final(last) => serde_json::to_writer(&mut *out, &FinalOut::of(last)),
        TurnEvent::Failed(failure) => serde_json::to_writer(&mut *out, &ErrorOut::of(failure)),
    };
    written.expect("strings and numbers always serialise, and a vector takes every byte");
    out.push(b'\n');
}

/// Returns `drain` after `stopping`; `at` remembers when that is, since each event begins the wait anew.
async fn cut(stopping: &CancellationToken, drain: Duration, at: &mut Option<Instant>) {
    stopping.cancelled().await;
    tokio::time::sleep_until(*at.get_or_insert_with(|| Instant::now() + drain)).await;
}

/// Returns `drain` after `stopping`.
pub(crate) async fn drained(stopping: &CancellationToken, drain: Duration) {
    cut(stopping, drain, &mut None).await;
}

/// What a client hears when the server stops before its answer is whole.
pub(crate) fn restarting() -> Failure {
    let message = "The server is restarting. Please send your message again in a moment.".to_owned();
    Failure { code: "server_restarting", message, retryable: true }
}

/// What a client hears when its key is revoked while it listens.
pub(crate) fn revoked() -> Failure {
    let message = "The API key was revoked.".to_owned();
    Failure { code: "key_revoked", message, retryable: false }
}

/// What a client hears when an answer ends without its last event, which only a fault of ours can bring about.
pub(crate) fn lost() -> Failure {
    let message = "Something went wrong on our side. Please try again.".to_owned();
    Failure { code: "internal_error", message, retryable: true }
}

/// Watches a turn for the log and the figures; it ends with the value.
pub(crate) struct Watch {
    started: Instant,
    first_token: Option<Duration>,
    tokens: usize,
    outcome: &'static str,
    span: tracing::Span,
}

impl Watch {
    /// Watches a turn whose question came in at `started`.
    pub(crate) fn since(started: Instant) -> Self {
        metrics::turn_opened();
        let span = tracing::Span::current();
        Self { started, first_token: None, tokens: 0, outcome: "left", span }
    }

    /// Notes an event that goes to the client.
    pub(crate) fn note(&mut self, event: &TurnEvent) {
        match event {
            TurnEvent::Token(_) => {
                self.tokens += 1;
                self.first_token.get_or_insert_with(|| self.started.elapsed());
            }
            TurnEvent::Final(last) => self.outcome = last.how,
            TurnEvent::Failed(failure) => self.outcome = failure.code,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        metrics::turn_ended(self.outcome, self.first_token);
        let (first_token_ms, took_ms) = (self.first_token.map(millis), millis(self.started.elapsed()));
        self.span.in_scope(|| {
            tracing::info!(
                outcome = self.outcome,
                tokens = self.tokens,
                first_token_ms,
                took_ms,
                "turn ended"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::conversation::{HandledBy, Status};
    use botplot_core::message::SourceRef;
    use botplot_core::{ChunkId, SourceId};
    use botplot_engine::chat::Log;
    use futures_util::{FutureExt as _, StreamExt as _};

    const PATIENT: Duration = Duration::from_secs(20);

    fn pump() -> (Arc<Log>, CancellationToken, Pump) {
        let log = Log::new(false);
        let events = log.listen(0).expect("every answer has a beginning");
        let stopping = CancellationToken::new();
        let (watch, arrived) = (Watch::since(Instant::now()), Vec::new());
        let (token, key) = (stopping.clone(), key(Arc::default()));
        let (drain, cut_at, numbered, over) = (PATIENT, None, false, false);
        (log, token, Pump { events, arrived, stopping, drain, cut_at, key, numbered, over, watch })
    }

    fn key(ended: Arc<HashSet<KeyId>>) -> Revocation {
        // The sender is gone, as when the server stops: the key is not revoked by that.
        Revocation { key: KeyId(uuid::Uuid::nil()), ended: watch::channel(ended).1 }
    }

    async fn all(pump: Pump) -> String {
        let pieces: Vec<_> = stream::unfold(pump, Pump::next).map(|piece| piece.unwrap()).collect().await;
        String::from_utf8(pieces.concat()).unwrap()
    }

    fn last(text: &str) -> TurnEvent {
        let nil = uuid::Uuid::nil();
        let (id, source_id) = (ChunkId(nil), SourceId(nil));
        let source = SourceRef {
            content: text.into(),
            similarity: 0.89,
            id,
            source_id,
            title: "T".into(),
            url: Some("https://a.example/".into()),
        };
        TurnEvent::Final(Box::new(Final {
            conversation: ConversationId(nil),
            message: Some(MessageId(nil)),
            sources: vec![source],
            confidence: Some(0.87),
            status: Status::Active,
            handoff_requested: false,
            handled_by: HandledBy::Ai,
            suggestions: vec!["Next?".into()],
            refused: false,
            how: "written",
        }))
    }

    #[tokio::test]
    async fn events_are_framed_byte_for_byte() {
        let (log, _, pump) = pump();
        for token in ["Hi ", "\"é😀\"\n\r\u{2028}data: x"] {
            log.say(token);
        }
        log.end(last("c"));
        let nil = "00000000-0000-0000-0000-000000000000";
        let expected = [
            "data: {\"token\":\"Hi \"}\n\n".to_owned(),
            "data: {\"token\":\"\\\"é😀\\\"\\n\\r\u{2028}data: x\"}\n\n".to_owned(),
            format!(
                "data: {{\"conversationId\":\"{nil}\",\"sources\":[{{\"content\":\"c\",\"similarity\":0.89,\
                 \"id\":\"{nil}\",\"source_id\":\"{nil}\",\"title\":\"T\",\"url\":\"https://a.example/\"}}],\
                 \"confidence\":0.87,\"done\":true,\"messageId\":\"{nil}\",\"status\":\"active\",\
                 \"handoffRequested\":false,\"handledBy\":\"ai\",\"suggestions\":[\"Next?\"]}}\n\n"
            ),
        ];
        assert_eq!(all(pump).await, expected.concat());
    }

    #[tokio::test]
    async fn a_broken_answer_ends_with_its_error() {
        let (log, _, broken) = pump();
        let failure = Failure { code: "model_failed", message: "Try again.".into(), retryable: true };
        log.end(TurnEvent::Failed(failure));
        let expected =
            "data: {\"error\":{\"code\":\"model_failed\",\"message\":\"Try again.\",\"retryable\":true}}\n\n";
        assert_eq!(all(broken).await, expected);
    }

    #[tokio::test]
    async fn numbered_events_carry_their_place_and_the_last_one_its_end() {
        let (log, _, mut pump) = pump();
        pump.numbered = true;
        log.say("a");
        log.say("é");
        log.end(last("c"));
        let text = all(pump).await;
        let ids: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
        assert_eq!(ids, ["1", "3", "3.end"]);
        assert!(text.starts_with("data: {\"token\":\"a\"}\nid: 1\n\n"), "{text}");
    }

    #[tokio::test]
    async fn a_stream_ends_when_its_key_does() {
        let (log, _, mut pump) = pump();
        let ended = watch::Sender::new(Arc::default());
        pump.key = Revocation { key: KeyId(uuid::Uuid::nil()), ended: ended.subscribe() };
        log.say("a");
        let (_, pump) = pump.next().await.unwrap();
        ended.send_replace(Arc::new(HashSet::from([KeyId(uuid::Uuid::nil())])));
        let text = all(pump).await;
        assert!(text.contains("\"code\":\"key_revoked\"") && text.contains("\"retryable\":false"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_kept_open_by_comments() {
        let (log, _, pump) = pump();
        let begun = Instant::now();
        let (piece, pump) = pump.next().await.unwrap();
        assert_eq!((piece.unwrap().as_ref(), begun.elapsed().as_secs()), (b": ping\n\n".as_slice(), 15));
        log.say("a");
        let (piece, pump) = pump.next().await.unwrap();
        assert!(piece.unwrap().starts_with(b"data: {\"token\""));
        let (piece, _) = pump.next().await.unwrap();
        assert_eq!((piece.unwrap().as_ref(), begun.elapsed().as_secs()), (b": ping\n\n".as_slice(), 30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopping_server_ends_its_streams_in_time() {
        let (log, stopping, pump) = pump();
        stopping.cancel();
        let begun = Instant::now();
        log.say("still heard");
        let (piece, pump) = pump.next().await.unwrap();
        assert!(piece.unwrap().starts_with(b"data: {\"token\":\"still heard\""));
        let text = all(pump).await;
        assert!(
            text.contains("\"code\":\"server_restarting\"") && text.contains("\"retryable\":true"),
            "{text}"
        );
        assert_eq!(begun.elapsed(), PATIENT);
    }

    #[tokio::test]
    async fn nothing_is_sent_after_the_last_event() {
        let (log, _, pump) = pump();
        log.end(last("c"));
        let (_, pump) = pump.next().await.unwrap();
        assert!(pump.next().now_or_never().expect("the end is known at once").is_none());
    }
}
