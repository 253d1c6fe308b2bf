//! An answer as one JSON object, for callers that want no stream.

use axum::Json;
use axum::response::{IntoResponse, Response};
use botplot_engine::chat::{Failure, Turn, TurnEvent};
use serde::Serialize;

use crate::sse::{self, FinalOut, Watch};
use crate::{ApiError, AppState, Code};

#[derive(Serialize)]
struct AnswerOut<'a> {
    answer: &'a str,
    #[serde(flatten)]
    closing: FinalOut<'a>,
}

/// Waits for the whole answer.
pub(super) async fn whole(mut turn: Turn, state: &AppState, mut watch: Watch) -> Result<Response, ApiError> {
    let mut answer = String::new();
    let mut drained = std::pin::pin!(sse::drained(state.engine.stopping(), state.drain));
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
