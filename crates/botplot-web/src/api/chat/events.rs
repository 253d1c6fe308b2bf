//! `GET /api/chat/events`: what happens in a conversation beside its answers, as it happens.
//!
//! Each stored event has its place as its id, so that a page that lost its connection goes on without loss or
//! repetition. A page that begins now is told its place first, in a block that has an id and no data.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use botplot_core::{ConversationId, ProjectId};
use botplot_engine::Engine;
use botplot_engine::chat::Failure;
use botplot_engine::live::{self, Heard, Watcher};
use botplot_store as store;
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::history;
use crate::auth::{Caller, Shown, VisitorToken};
use crate::page::Query;
use crate::sse::{self, ErrorOut, Revocation};
use crate::{ApiError, AppState};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How long a stream may be silent before a comment is sent.
const PING_EVERY: Duration = Duration::from_secs(15);
/// How often it is noted at most how far a page has heard.
const NOTE_EVERY: Duration = Duration::from_secs(3);
/// Events that are read at once.
const BATCH: i64 = 200;

/// Somebody types, or has stopped.
#[derive(Serialize)]
struct TypingOut<'a> {
    r#type: &'static str,
    typing: bool,
    name: &'a str,
}

/// Listen to a conversation
///
/// Server-sent events of what people write (`message`), where the conversation stands (`status`) and who is typing
/// (`typing`). All but the last have an id; with it in `Last-Event-ID` the stream goes on where it was dropped.
#[utoipa::path(
    get,
    path = "/api/chat/events",
    tag = "Chat",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(
        ("conversationId" = String, Query, description = "The conversation."),
        ("visitorId" = Option<String>, Query, description = "The visitor, where the token does not say.", min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$"),
        ("X-Visitor-Token" = Option<String>, Header, description = "The visitor's token."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that arrived; without it the stream begins now.", pattern = r"^[0-9]{1,15}$"),
    ),
    responses((
        status = 200, description = "The events.", content_type = "text/event-stream", body = String,
        example = "data: {\"type\":\"status\",\"status\":\"active\",\"handledBy\":\"human\",\"handoffRequested\":true,\"agent\":\"Ann\"}\nid: 1\n\n",
    )),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    token: VisitorToken,
    headers: HeaderMap,
    mut query: Query,
) -> Result<Response, ApiError> {
    let id = query.text("conversationId");
    if id.is_none() {
        query.fault("conversationId", "is required");
    }
    let visitor = history::visitor_of(&mut query);
    let after = place(&headers).unwrap_or_else(|fault| {
        query.fault("Last-Event-ID", fault);
        None
    });
    query.finish()?;
    let shown = token.show(&state, &caller, visitor, None).await?;
    let project = caller.project.id;
    let conversation = history::open(&state, project, &id.unwrap_or_default(), &shown).await?.id;
    // It listens before it asks where "now" is, so that nothing falls in between.
    let watcher = live::watch(&state.engine, conversation);
    let now = newest(&state.engine, project, conversation).await?;
    let pump = Pump {
        engine: state.engine.clone(),
        project,
        conversation,
        shown,
        watcher,
        key: Revocation::of(caller.key.id, &state),
        // An id from the future would wait for events that are long past then.
        place: after.map_or(now, |after| after.min(now)),
        behind: true,
        noted: after.unwrap_or(now),
        note_at: Instant::now(),
        ping_at: Instant::now() + PING_EVERY,
        greeted: after.is_some(),
        over: false,
    };
    Ok((sse::HEADERS, Body::from_stream(stream::unfold(pump, Pump::next))).into_response())
}

/// The place of the last event that arrived, or why it is none.
fn place(headers: &HeaderMap) -> Result<Option<i64>, &'static str> {
    let mut sent = headers.get_all(LAST_EVENT_ID).iter();
    let Some(first) = sent.next() else { return Ok(None) };
    let text = first.to_str().unwrap_or_default();
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(place) if digits && sent.all(|v| v == first) => Ok(Some(place)),
        _ => Err("is no id of an event of this conversation"),
    }
}

/// The place of the newest event; 0 when there is none.
async fn newest(
    engine: &Engine,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<i64, store::Error> {
    let mut newest = 0;
    loop {
        let events = engine.reader().conversation_events(project, conversation, newest, BATCH).await?;
        match events.last() {
            Some((place, _)) => newest = *place,
            None => return Ok(newest),
        }
    }
}

/// Turns events into bytes, one piece at a time.
struct Pump {
    engine: Engine,
    project: ProjectId,
    conversation: ConversationId,
    shown: Shown,
    watcher: Watcher,
    key: Revocation,
    /// The last event that was sent.
    place: i64,
    /// True when there may be stored events that were not looked for.
    behind: bool,
    /// The last event of which it is noted that the visitor's page has heard it.
    noted: i64,
    /// When that may be noted next.
    note_at: Instant,
    ping_at: Instant,
    /// True when the client knows its place.
    greeted: bool,
    over: bool,
}

impl Pump {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let mut bytes = Vec::new();
        if !self.greeted {
            self.greeted = true;
            bytes.extend_from_slice(format!("id: {}\n\n", self.place).as_bytes());
        }
        while bytes.is_empty() && !self.over {
            if let Err(error) = self.step(&mut bytes).await {
                tracing::error!(%error, conversation.id = %self.conversation, "a conversation's events cannot be read");
                self.fail(&sse::lost(), &mut bytes);
            }
        }
        self.ping_at = Instant::now() + PING_EVERY;
        (!bytes.is_empty()).then(|| (Ok(bytes.into()), self))
    }

    /// Waits for something to do and does it.
    async fn step(&mut self, out: &mut Vec<u8>) -> Result<(), store::Error> {
        self.note().await;
        if self.behind {
            return self.look(out).await;
        }
        let stopping = self.engine.stopping().clone();
        tokio::select! {
            biased;
            () = stopping.cancelled() => self.fail(&sse::restarting(), out),
            () = self.key.happened() => self.fail(&sse::revoked(), out),
            heard = self.watcher.next() => match heard {
                Heard::Look => self.look(out).await?,
                Heard::Typing { name, on } => {
                    write(&TypingOut { r#type: "typing", typing: on, name: &name }, None, out);
                }
            },
            () = sleep_until(self.ping_at) => {
                self.over = !self.is_open().await?;
                if !self.over {
                    out.extend_from_slice(b": ping\n\n");
                }
            }
        }
        Ok(())
    }

    /// Notes how far the visitor's page has heard: what was sent before now was taken.
    async fn note(&mut self) {
        if self.place <= self.noted || Instant::now() < self.note_at || !self.shown.is_visitor() {
            return;
        }
        (self.noted, self.note_at) = (self.place, Instant::now() + NOTE_EVERY);
        if let Err(error) = live::note_heard(&self.engine, self.project, self.conversation, self.place).await
        {
            tracing::warn!(%error, conversation.id = %self.conversation, "what a page has heard could not be noted");
        }
    }

    /// Sends what was stored since the last look.
    async fn look(&mut self, out: &mut Vec<u8>) -> Result<(), store::Error> {
        let reader = self.engine.reader();
        let events = reader.conversation_events(self.project, self.conversation, self.place, BATCH).await?;
        self.behind = events.len() as i64 == BATCH;
        let expired = self.shown.until.is_some_and(|until| self.engine.clock().now() >= until);
        self.over = expired || !events.is_empty() && !self.is_open().await?;
        if !self.over {
            for (place, payload) in events {
                write(&payload, Some(place), out);
                self.place = place;
            }
        }
        Ok(())
    }

    /// True when what was shown still opens the conversation, which may have been erased, or closed to all that is
    /// less than an identity.
    async fn is_open(&self) -> Result<bool, store::Error> {
        let found = self.engine.reader().find_conversation(self.project, self.conversation).await?;
        let visitor = self.shown.visitor.as_deref();
        Ok(found.is_some_and(|conversation| conversation.may_open(visitor, &self.shown.proof)))
    }

    fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        self.over = true;
        write(&ErrorOut::of(failure), None, out);
    }
}

fn write(event: &impl Serialize, place: Option<i64>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    serde_json::to_writer(&mut *out, event).expect("strings and numbers always serialise");
    if let Some(place) = place {
        out.extend_from_slice(format!("\nid: {place}").as_bytes());
    }
    out.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde_json::json;

    #[test]
    fn the_last_events_id_is_a_place() {
        let check = |sent: &[&'static str], expected: Option<Option<i64>>| {
            let values = sent.iter().map(|v| HeaderValue::from_static(v));
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(LAST_EVENT_ID, value);
            }
            assert_eq!(place(&headers).ok(), expected, "{sent:?}");
        };
        check(&[], Some(None));
        check(&["0"], Some(Some(0)));
        check(&["12", "12"], Some(Some(12)));
        for bad in [&[""] as &[&'static str], &["x"], &["-1"], &["1.end"], &["1", "2"], &["1234567890123456"]]
        {
            check(bad, None);
        }
    }

    #[test]
    fn an_event_is_one_line_of_data_and_its_id() {
        let mut out = Vec::new();
        write(&json!({ "content": "a\nb" }), Some(7), &mut out);
        write(&TypingOut { r#type: "typing", typing: true, name: "Ann" }, None, &mut out);
        let expected = "data: {\"content\":\"a\\nb\"}\nid: 7\n\n\
                        data: {\"type\":\"typing\",\"typing\":true,\"name\":\"Ann\"}\n\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
