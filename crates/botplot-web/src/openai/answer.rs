//! An answer in OpenAI's terms, as one object.

use std::pin::Pin;

use axum::Json;
use axum::response::{IntoResponse, Response};
use botplot_core::{ConversationId, KeyId, MessageId};
use botplot_engine::chat::{Final, Turn, TurnEvent};
use serde::Serialize;
use utoipa::ToSchema;

use super::models::MODEL;
use crate::cited::CitedOut;
use crate::sse::{self, Revocation, Watch};
use crate::{ApiError, AppState, Code};

/// A turn on its way to an OpenAI client.
pub(super) struct Answer {
    turn: Turn,
    /// Ends when a stopping server does not wait any longer.
    drained: Pin<Box<dyn Future<Output = ()> + Send>>,
    key: Revocation,
    watch: Watch,
    /// The reply's name.
    pub(super) id: String,
    /// When it was asked, in seconds since 1970.
    pub(super) created: i64,
    /// Characters of the messages that were sent.
    asked: usize,
    /// Characters of the answer so far.
    said: usize,
}

impl Answer {
    /// The answer of `turn`, for a request with messages of `asked` characters; it is cut when `key` ends.
    pub(super) fn to(turn: Turn, state: &AppState, key: KeyId, watch: Watch, asked: usize) -> Self {
        let (stopping, drain) = (state.engine.stopping().clone(), state.drain);
        // Without a message of its own, while a person has the conversation, it is named after the conversation.
        let id = turn.message.map_or_else(|| turn.conversation.to_string(), |m| m.to_string());
        Self {
            drained: Box::pin(async move { sse::drained(&stopping, drain).await }),
            key: Revocation::of(key, state),
            watch,
            id: format!("chatcmpl-{id}"),
            created: state.engine.clock().now().0.div_euclid(1_000_000),
            asked,
            said: 0,
            turn,
        }
    }

    /// The next event; the last one is `Final` or `Failed`.
    pub(super) async fn next(&mut self) -> TurnEvent {
        let event = tokio::select! {
            biased;
            event = self.turn.events.recv() => event.unwrap_or_else(|| TurnEvent::Failed(sse::lost())),
            () = self.key.happened() => TurnEvent::Failed(sse::revoked()),
            () = &mut self.drained => TurnEvent::Failed(sse::restarting()),
        };
        self.watch.note(&event);
        if let TurnEvent::Token(text) = &event {
            self.said += text.chars().count();
        }
        event
    }

    /// Waits for the end and replies with all as one object.
    pub(super) async fn whole(mut self) -> Result<Response, ApiError> {
        let mut content = String::new();
        let last = loop {
            match self.next().await {
                TurnEvent::Token(text) => content.push_str(&text),
                TurnEvent::Final(last) => break last,
                TurnEvent::Failed(failure) => {
                    let code = Code::find(failure.code).unwrap_or(Code::InternalError);
                    return Err(ApiError::saying(code, failure.message));
                }
            }
        };
        let message = MessageOut { role: "assistant", content, refusal: None };
        let choice = ChoiceOut { index: 0, message, finish_reason: "stop", logprobs: None };
        let out = CompletionOut {
            usage: self.usage(),
            id: self.id,
            object: "chat.completion",
            created: self.created,
            model: MODEL,
            choices: vec![choice],
            botplot: ExtensionOut::of(&last),
        };
        Ok(Json(out).into_response())
    }

    /// Tokens so far.
    pub(super) fn usage(&self) -> UsageOut {
        // Four characters are about one token of English text.
        let (prompt_tokens, completion_tokens) = (self.asked.div_ceil(4), self.said.div_ceil(4));
        UsageOut { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
    }
}

/// A whole answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct CompletionOut<'a> {
    /// `chatcmpl-` and the id of the answer's message.
    #[schema(example = "chatcmpl-550e8400-e29b-41d4-a716-446655440000")]
    id: String,
    /// Always `chat.completion`.
    #[schema(example = "chat.completion")]
    object: &'static str,
    /// When it was asked, in seconds since 1970.
    #[schema(example = 1_736_937_000)]
    created: i64,
    /// Always `botplot`.
    #[schema(example = "botplot")]
    model: &'static str,
    /// The one answer.
    choices: Vec<ChoiceOut>,
    /// Estimates: a quarter of the characters.
    usage: UsageOut,
    /// What else is known of the answer.
    botplot: ExtensionOut<'a>,
}

/// The one answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChoiceOut {
    /// Always 0.
    index: u32,
    /// What was said.
    message: MessageOut,
    /// Always `stop`.
    #[schema(example = "stop")]
    finish_reason: &'static str,
    /// Always null.
    #[schema(value_type = Option<Object>)]
    logprobs: Option<()>,
}

/// What was said.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageOut {
    /// Always `assistant`.
    #[schema(example = "assistant")]
    role: &'static str,
    /// The text; empty while a person has the conversation.
    #[schema(example = "Standard shipping takes three to five working days.")]
    content: String,
    /// Always null.
    #[schema(value_type = Option<String>)]
    refusal: Option<()>,
}

/// Estimates of tokens: a quarter of the characters.
#[expect(clippy::struct_field_names, reason = "OpenAI's names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CompletionUsage)]
pub(crate) struct UsageOut {
    /// Of the messages sent.
    #[schema(example = 9)]
    prompt_tokens: usize,
    /// Of the answer.
    #[schema(example = 13)]
    completion_tokens: usize,
    /// Of both.
    #[schema(example = 22)]
    total_tokens: usize,
}

/// What else is known of an answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExtensionOut<'a> {
    /// The conversation; send it as `botplot.conversation_id` to go on with it.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// The answer's message; null while a person has the conversation.
    #[schema(value_type = Option<uuid::Uuid>)]
    message_id: Option<MessageId>,
    /// The passages that the answer used.
    sources: Vec<CitedOut<'a>>,
    /// 0 to 1: how likely it is that the knowledge covers the question; null while a person has the conversation.
    #[schema(example = 0.87, minimum = 0, maximum = 1)]
    confidence: Option<f64>,
    /// Whether the visitor asked for a person.
    handoff_requested: bool,
    /// `ai` or `human`.
    #[schema(example = "ai")]
    handled_by: &'static str,
    /// Questions to offer next, possibly none.
    suggestions: &'a [String],
}

impl<'a> ExtensionOut<'a> {
    /// What the last event says.
    pub(super) fn of(last: &'a Final) -> Self {
        Self {
            conversation_id: last.conversation,
            message_id: last.message,
            sources: CitedOut::all(&last.sources),
            confidence: last.confidence,
            handoff_requested: last.handoff_requested,
            handled_by: last.handled_by.as_str(),
            suggestions: &last.suggestions,
        }
    }
}
