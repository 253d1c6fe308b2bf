//! An answer as one JSON object, for callers that want no stream.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use botplot_engine::chat::{Failure, Turn, TurnEvent};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::sse::{self, FinalOut, Watch};
use crate::{ApiError, Code};

/// A whole answer: its text, and the members of a stream's last event.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct AnswerOut<'a> {
    /// The text.
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
    use std::sync::Arc;

    use botplot_core::ConversationId;
    use botplot_engine::chat::Log;
    use tokio::time::Instant;

    /// A turn that has said a word and says nothing more.
    fn silent() -> (Arc<Log>, Turn) {
        let log = Log::new(false);
        log.say("one ");
        let events = log.listen(0).expect("every answer has a beginning");
        (log, Turn { conversation: ConversationId(uuid::Uuid::nil()), message: None, events })
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopping_server_does_not_wait_for_a_silent_answer() {
        let (_log, turn) = silent();
        let (stopping, drain) = (CancellationToken::new(), Duration::from_secs(20));
        stopping.cancel();
        let begun = Instant::now();
        let error = whole(turn, &stopping, drain, Watch::since(begun)).await.unwrap_err();
        assert_eq!((error.code(), begun.elapsed()), (Code::ServerRestarting, drain));
    }
}
