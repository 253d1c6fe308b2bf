//! One request to one model, from the first byte sent to the last piece received.

use std::sync::Arc;
use std::time::Duration;

use botplot_core::Secret;
use futures_util::StreamExt as _;
use genai::chat::{ChatOptions, ChatStream, ChatStreamEvent, StopReason, StreamEnd};
use genai::{Client, ServiceTarget};
use tracing::instrument::WithSubscriber as _;

use crate::failure::Failure;
use crate::frames::Frames;
use crate::target::{self, Target};
use crate::thinking::Thinking;
use crate::{Dialect, Piece, Prompt, Stop, Usage};

/// The longest answer in bytes; a model that runs on beyond it is cut off.
const LONGEST: usize = 256 * 1024;

/// A model that can be asked: its target made ready once, not per question.
pub(crate) struct Remote {
    pub(crate) name: String,
    client: Client,
    service: ServiceTarget,
    options: ChatOptions,
    dialect: Dialect,
    key: Option<Secret>,
    idle: Duration,
}

/// An answer on its way.
pub(crate) struct Attempt {
    stream: ChatStream,
    frames: Arc<Frames>,
    thinking: Thinking,
    dialect: Dialect,
    key: Option<Secret>,
    idle: Duration,
    /// Bytes of text given out.
    said: usize,
    /// Set when the last text was held back until the end was seen.
    ended: Option<Piece>,
}

impl Remote {
    pub(crate) fn new(target: &Target, client: Client) -> Self {
        Self {
            name: target.name(),
            client,
            service: target.service(),
            options: target.options(),
            dialect: target.provider.dialect,
            key: target.key.clone(),
            idle: target.idle,
        }
    }

    /// Sends the prompt.
    pub(crate) async fn begin(&self, prompt: &Prompt) -> Result<Attempt, Failure> {
        let frames = Arc::new(Frames::new(self.dialect));
        let options = self.options.clone().with_raw_frame_sink_arc(frames.clone());
        let sent =
            self.client.exec_chat_stream(self.service.clone(), target::request(prompt), Some(&options));
        let answer = sent.await.map_err(|e| Failure::of(&e, self.key.as_ref()))?;
        Ok(Attempt {
            stream: answer.stream,
            frames,
            thinking: Thinking::default(),
            dialect: self.dialect,
            key: self.key.clone(),
            idle: self.idle,
            said: 0,
            ended: None,
        })
    }
}

impl Attempt {
    /// The next piece; after an end or a failure it must not be called again.
    pub(crate) async fn next(&mut self) -> Result<Piece, Failure> {
        if let Some(end) = self.ended.take() {
            return Ok(end);
        }
        loop {
            match self.event().await? {
                Some(Ok(ChatStreamEvent::Chunk(chunk))) => {
                    let text = self.thinking.show(chunk.content);
                    if text.is_empty() {
                        continue;
                    }
                    if self.said + text.len() > LONGEST {
                        return Ok(Piece::End { usage: Usage::default(), stop: Stop::Length });
                    }
                    self.said += text.len();
                    return Ok(Piece::Text(text));
                }
                Some(Ok(ChatStreamEvent::End(end))) => return self.end(&end),
                Some(Ok(_)) => {}
                // A connection that breaks after the model's last word costs no more than its count of tokens.
                Some(Err(genai::Error::WebStream { .. })) | None if self.frames.finished() => {
                    return self.end(&StreamEnd::default());
                }
                Some(Err(error)) => return Err(Failure::of(&error, self.key.as_ref())),
                None => return Err(self.cut()),
            }
        }
    }

    /// Waits for the next event as long as anything at all keeps coming.
    async fn event(&mut self) -> Result<Option<genai::Result<ChatStreamEvent>>, Failure> {
        loop {
            let before = self.frames.seen();
            // `genai` logs whole error bodies and addresses; what is worth logging is logged here, without keys.
            let next = self.stream.next().with_subscriber(tracing::Dispatch::none());
            match tokio::time::timeout(self.idle, next).await {
                Ok(event) => return Ok(event),
                Err(_) if self.frames.seen() != before => {}
                Err(_) => return Err(Failure::silent()),
            }
        }
    }

    fn cut(&self) -> Failure {
        if self.frames.with_content() {
            Failure::broken()
        } else {
            Failure::permanent("what answers at this address does not stream answers: check `base_url`")
        }
    }

    fn end(&mut self, end: &StreamEnd) -> Result<Piece, Failure> {
        // These adapters report an end for a broken connection too.
        let doubtful = matches!(self.dialect, Dialect::Gemini | Dialect::Ollama);
        if doubtful && !self.frames.finished() {
            return Err(self.cut());
        }
        let usage = end.captured_usage.as_ref();
        let count = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok());
        let usage = Usage {
            input: count(usage.and_then(|u| u.prompt_tokens)),
            output: count(usage.and_then(|u| u.completion_tokens)),
        };
        let stop = match end.captured_stop_reason {
            Some(StopReason::MaxTokens(_)) => Stop::Length,
            Some(StopReason::ContentFilter(_)) => Stop::Filtered,
            _ => Stop::Finished,
        };
        let rest = self.thinking.rest();
        if !rest.is_empty() {
            self.said += rest.len();
            self.ended = Some(Piece::End { usage, stop });
            return Ok(Piece::Text(rest));
        }
        match stop {
            _ if self.said > 0 => Ok(Piece::End { usage, stop }),
            Stop::Filtered => Err(Failure::filtered()),
            Stop::Length => {
                Err(Failure::permanent("it reached `max_tokens` before its first word: raise it"))
            }
            Stop::Finished => Err(Failure::transient("its answer was empty")),
        }
    }
}
