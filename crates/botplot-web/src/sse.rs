//! A turn as server-sent events: unnamed, one `data:` line of JSON each, a comment now and then to keep it open.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use botplot_core::message::SourceRef;
use botplot_core::{ConversationId, MessageId};
use botplot_engine::chat::{Failure, Final, Turn, TurnEvent};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::middleware::observe::millis;
use crate::{AppState, metrics};

/// How long a stream may be silent before a comment is sent.
const PING_EVERY: Duration = Duration::from_secs(15);
/// Events that go out in one write at most.
const BATCH: usize = 256;

/// The last event of an answer, its fields in the order of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinalOut<'a> {
    conversation_id: ConversationId,
    sources: &'a [SourceRef],
    confidence: Option<f64>,
    done: bool,
    message_id: Option<MessageId>,
    status: &'static str,
    handoff_requested: bool,
    handled_by: &'static str,
    suggestions: &'a [String],
}

impl<'a> FinalOut<'a> {
    /// The event for `last`.
    pub(crate) fn of(last: &'a Final) -> Self {
        Self {
            conversation_id: last.conversation,
            sources: &last.sources,
            confidence: last.confidence,
            done: true,
            message_id: last.message,
            status: last.status.as_str(),
            handoff_requested: last.handoff_requested,
            handled_by: last.handled_by.as_str(),
            suggestions: &last.suggestions,
        }
    }
}

#[derive(Serialize)]
struct TokenOut<'a> {
    token: &'a str,
}

#[derive(Serialize)]
struct ErrorOut<'a> {
    error: FailureOut<'a>,
}

#[derive(Serialize)]
struct FailureOut<'a> {
    code: &'a str,
    message: &'a str,
    retryable: bool,
}

/// The reply that streams a turn.
pub(crate) fn reply(turn: Turn, state: &AppState, watch: Watch) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let pump = Pump {
        events: turn.events,
        arrived: Vec::new(),
        stopping: state.engine.stopping().clone(),
        drain: state.drain,
        cut_at: None,
        over: false,
        watch,
    };
    let body = Body::from_stream(stream::unfold(pump, Pump::next));
    (headers, body).into_response()
}

/// Turns events into bytes, one piece at a time.
struct Pump {
    events: UnboundedReceiver<TurnEvent>,
    arrived: Vec<TurnEvent>,
    stopping: CancellationToken,
    drain: Duration,
    /// When the stream ends whatever happens, once the server is stopping.
    cut_at: Option<Instant>,
    over: bool,
    watch: Watch,
}

impl Pump {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.over {
            return None;
        }
        let mut bytes = Vec::new();
        tokio::select! {
            biased;
            // What was generated goes out before anything else is considered.
            count = self.events.recv_many(&mut self.arrived, BATCH) => {
                if count == 0 {
                    self.arrived.push(TurnEvent::Failed(lost()));
                }
            }
            () = cut(&self.stopping, self.drain, &mut self.cut_at) => {
                self.arrived.push(TurnEvent::Failed(restarting()));
            }
            () = tokio::time::sleep(PING_EVERY) => bytes.extend_from_slice(b": ping\n\n"),
        }
        for event in self.arrived.drain(..) {
            self.watch.note(&event);
            self.over = !matches!(event, TurnEvent::Token(_));
            write(&event, &mut bytes);
            if self.over {
                break;
            }
        }
        Some((Ok(bytes.into()), self))
    }
}

fn write(event: &TurnEvent, out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    let written = match event {
        TurnEvent::Token(token) => serde_json::to_writer(&mut *out, &TokenOut { token }),
        TurnEvent::Final(last) => serde_json::to_writer(&mut *out, &FinalOut::of(last)),
        TurnEvent::Failed(Failure { code, message, retryable }) => {
            let error = FailureOut { code, message, retryable: *retryable };
            serde_json::to_writer(&mut *out, &ErrorOut { error })
        }
    };
    written.expect("strings and numbers always serialise, and a vector takes every byte");
    out.extend_from_slice(b"\n\n");
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
            TurnEvent::Final(last) if last.message.is_none() => self.outcome = "silent",
            TurnEvent::Final(_) => self.outcome = "answered",
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
    use botplot_core::{ChunkId, SourceId};
    use futures_util::{FutureExt as _, StreamExt as _};
    use tokio::sync::mpsc::{self, UnboundedSender};

    const PATIENT: Duration = Duration::from_secs(20);

    fn pump() -> (UnboundedSender<TurnEvent>, CancellationToken, Pump) {
        let (sender, events) = mpsc::unbounded_channel();
        let stopping = CancellationToken::new();
        let (watch, arrived) = (Watch::since(Instant::now()), Vec::new());
        let token = stopping.clone();
        (sender, token, Pump { events, arrived, stopping, drain: PATIENT, cut_at: None, over: false, watch })
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
        }))
    }

    #[tokio::test]
    async fn events_are_framed_byte_for_byte() {
        let (sender, _, pump) = pump();
        for token in ["Hi ", "\"é😀\"\n\r\u{2028}data: x"] {
            sender.send(TurnEvent::Token(token.into())).unwrap();
        }
        sender.send(last("c")).unwrap();
        sender.send(TurnEvent::Token("after the end".into())).unwrap();
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
    async fn a_broken_answer_ends_with_its_error_and_a_lost_one_does_too() {
        let (sender, _, broken) = pump();
        let failure = Failure { code: "model_failed", message: "Try again.".into(), retryable: true };
        sender.send(TurnEvent::Failed(failure)).unwrap();
        let expected =
            "data: {\"error\":{\"code\":\"model_failed\",\"message\":\"Try again.\",\"retryable\":true}}\n\n";
        assert_eq!(all(broken).await, expected);
        let (sender, _, orphan) = pump();
        sender.send(TurnEvent::Token("a".into())).unwrap();
        drop(sender);
        let text = all(orphan).await;
        assert!(
            text.starts_with("data: {\"token\":\"a\"}\n\ndata: {\"error\":{\"code\":\"internal_error\""),
            "{text}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_kept_open_by_comments() {
        let (sender, _, pump) = pump();
        let begun = Instant::now();
        let (piece, pump) = pump.next().await.unwrap();
        assert_eq!((piece.unwrap().as_ref(), begun.elapsed().as_secs()), (b": ping\n\n".as_slice(), 15));
        sender.send(TurnEvent::Token("a".into())).unwrap();
        let (piece, pump) = pump.next().await.unwrap();
        assert!(piece.unwrap().starts_with(b"data: {\"token\""));
        let (piece, _) = pump.next().await.unwrap();
        assert_eq!((piece.unwrap().as_ref(), begun.elapsed().as_secs()), (b": ping\n\n".as_slice(), 30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopping_server_ends_its_streams_in_time() {
        let (sender, stopping, pump) = pump();
        stopping.cancel();
        let begun = Instant::now();
        sender.send(TurnEvent::Token("still heard".into())).unwrap();
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
        let (sender, _, pump) = pump();
        sender.send(last("c")).unwrap();
        let (_, pump) = pump.next().await.unwrap();
        assert!(pump.next().now_or_never().expect("the end is known at once").is_none());
    }
}
