//! An answer as one JSON object, for callers that want no stream.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use botplot_engine::chat::{Failure, Turn, TurnEvent};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::sse::{self, FinalOut, Watch};
use crate::{ApiError, Code};

#[derive(Serialize)]
struct AnswerOut<'a> {
    answer: &'a str,
    #[serde(flatten)]
    closing: FinalOut<'a>,
}

/// Waits for the whole answer, at most until `drain` after `stopping`.
pub(super) async fn whole(
    mut turn: Turn,
    stopping: &CancellationToken,
    drain: Duration,
    mut watch: Watch,
) -> Result<Response, ApiError> {
    let mut answer = String::new();
    let mut drained = std::pin::pin!(sse::drained(stopping, drain));
    loop {
        let event = tokio::select! {
            biased;
            event = turn.events.recv() => event.unwrap_or_else(|| TurnEvent::Failed(sse::lost())),
            () = &mut drained => TurnEvent::Failed(sse::restarting()),
        };
        watch.note(&event);
        match event {
            TurnEvent::Token(text) => answer.push_str(&text),
            TurnEvent::Final(last) => {
                let out = AnswerOut { answer: &answer, closing: FinalOut::of(&last) };
                return Ok(Json(out).into_response());
            }
            TurnEvent::Failed(failure) => return Err(broken_off(failure)),
        }
    }
}

fn broken_off(failure: Failure) -> ApiError {
    ApiError::saying(Code::find(failure.code).unwrap_or(Code::InternalError), failure.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::ConversationId;
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_stopping_server_does_not_wait_for_a_silent_answer() {
        let (sender, events) = mpsc::unbounded_channel();
        sender.send(TurnEvent::Token("one ".into())).unwrap();
        let turn = Turn { conversation: ConversationId(uuid::Uuid::nil()), message: None, events };
        let (stopping, drain) = (CancellationToken::new(), Duration::from_secs(20));
        stopping.cancel();
        let begun = Instant::now();
        let error = whole(turn, &stopping, drain, Watch::since(begun)).await.unwrap_err();
        assert_eq!((error.code(), begun.elapsed()), (Code::ServerRestarting, drain));
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_an_error() {
        let (_, events) = mpsc::unbounded_channel();
        let turn = Turn { conversation: ConversationId(uuid::Uuid::nil()), message: None, events };
        let (stopping, watch) = (CancellationToken::new(), Watch::since(Instant::now()));
        let error = whole(turn, &stopping, Duration::ZERO, watch).await.unwrap_err();
        assert_eq!(error.code(), Code::InternalError);
    }
}
