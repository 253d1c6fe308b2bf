//! An answer in OpenAI's terms, as a stream of `chat.completion.chunk` objects.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use botplot_engine::chat::TurnEvent;
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;

use super::answer::{Answer, ExtensionOut, UsageOut};
use super::models::MODEL;
use crate::sse;

/// How long a stream may be silent before a comment is sent.
const PING_EVERY: Duration = Duration::from_secs(15);

/// One piece of an answer; `usage` is there, as null, in all pieces before the one that has the figures.
#[derive(Serialize)]
struct ChunkOut<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'static str,
    choices: &'a [PieceOut<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    botplot: Option<ExtensionOut<'a>>,
}

/// Null until the end.
#[derive(Serialize)]
#[serde(untagged)]
enum Usage {
    Unknown(()),
    Known(UsageOut),
}

#[derive(Serialize)]
struct PieceOut<'a> {
    index: u32,
    delta: DeltaOut<'a>,
    logprobs: Option<()>,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct DeltaOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

/// The reply that streams an answer; with `usage`, its counts of tokens come last.
pub(super) fn reply(answer: Answer, usage: bool) -> Response {
    let pump = Pump { answer, usage, at: Place::Opening };
    (sse::HEADERS, Body::from_stream(stream::unfold(pump, Pump::next))).into_response()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Opening,
    Answer,
    Over,
}

struct Pump {
    answer: Answer,
    usage: bool,
    at: Place,
}

impl Pump {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let mut out = Vec::new();
        match self.at {
            Place::Opening => {
                self.at = Place::Answer;
                let delta = DeltaOut { role: Some("assistant"), content: Some("") };
                self.piece(&mut out, delta, None, None);
            }
            Place::Answer => {
                let event = tokio::select! {
                    biased;
                    event = self.answer.next() => Some(event),
                    () = tokio::time::sleep(PING_EVERY) => None,
                };
                match event {
                    Some(event) => self.write(&mut out, event),
                    None => out.extend_from_slice(b": ping\n\n"),
                }
            }
            Place::Over => return None,
        }
        Some((Ok(out.into()), self))
    }

    fn write(&mut self, out: &mut Vec<u8>, event: TurnEvent) {
        match event {
            TurnEvent::Token(text) => {
                let delta = DeltaOut { content: Some(&text), ..DeltaOut::default() };
                return self.piece(out, delta, None, None);
            }
            TurnEvent::Final(last) => {
                self.piece(out, DeltaOut::default(), Some("stop"), Some(ExtensionOut::of(&last)));
                if self.usage {
                    self.chunk(out, &[], Some(Usage::Known(self.answer.usage())), None);
                }
                out.extend_from_slice(b"data: [DONE]\n\n");
            }
            TurnEvent::Failed(failure) => line(out, &sse::ErrorOut::of(&failure)),
        }
        self.at = Place::Over;
    }

    fn piece(
        &self,
        out: &mut Vec<u8>,
        delta: DeltaOut<'_>,
        finish_reason: Option<&'static str>,
        botplot: Option<ExtensionOut<'_>>,
    ) {
        let piece = PieceOut { index: 0, delta, logprobs: None, finish_reason };
        self.chunk(out, &[piece], self.usage.then_some(Usage::Unknown(())), botplot);
    }

    fn chunk(
        &self,
        out: &mut Vec<u8>,
        choices: &[PieceOut<'_>],
        usage: Option<Usage>,
        botplot: Option<ExtensionOut<'_>>,
    ) {
        let (id, created) = (self.answer.id.as_str(), self.answer.created);
        let object = "chat.completion.chunk";
        line(out, &ChunkOut { id, object, created, model: MODEL, choices, usage, botplot });
    }
}

fn line(out: &mut Vec<u8>, value: &impl Serialize) {
    out.extend_from_slice(b"data: ");
    serde_json::to_writer(&mut *out, value)
        .expect("strings and numbers always serialise, and a vector takes every byte");
    out.extend_from_slice(b"\n\n");
}
