//! `/v1`: as much of OpenAI's API as its clients need to chat with a project, for a secret key.

mod answer;
mod body;
pub(crate) mod models;
mod schema;
mod stream;

use axum::extract::State;
use axum::response::Response;
use botplot_core::conversation::Proof;
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, SessionId};
use botplot_engine::chat::{self, Ask};
use serde_json::Map;
use tokio::time::Instant;

use crate::auth::Owner;
use crate::body::Large;
use crate::sse::Watch;
use crate::{ApiError, AppState, Code, ids};
use answer::{Answer, CompletionOut};
use body::CompletionIn;
use schema::CompletionBody;

/// The visitor of callers that name neither one nor a conversation.
const VISITOR: &str = "openai";

/// Chat completion
///
/// Answers the last `user` message from the project's knowledge, in the format of OpenAI's chat completions, so that
/// its official clients work with this server's address, `/v1` added, as their base URL.
///
/// Earlier `user` and `assistant` messages are the conversation so far; the last ten of them are read. `system` and
/// `developer` messages are further instructions, of at most 32,000 characters together. Each request is a
/// conversation of its own unless `botplot.conversation_id` names one. With `"stream": true` the answer comes as
/// `chat.completion.chunk` events that end with `data: [DONE]`.
///
/// `botplot` in the reply says what else is known: the conversation, the sources, the confidence. Counts of tokens are
/// estimates: a quarter of the characters.
///
/// Sampling parameters such as `temperature`, `max_tokens`, `top_p`, `stop` and `seed` are accepted and have no effect.
/// What would change the meaning of the reply is refused: `tools`, `functions`, `logprobs`, `audio`,
/// a `response_format` other than text, and more than one choice.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    tag = "OpenAI",
    security(("secret_key" = [])),
    request_body = CompletionBody,
    responses((status = 200, description = "The answer.", content(
        (CompletionOut = "application/json"),
        (String = "text/event-stream"),
    ))),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    Large(fields): Large,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let body = CompletionIn::read(fields)?;
    models::find(&body.model)?;
    let conversation = body.conversation.as_deref().map(ids::read).transpose()?;
    let visitor_id = visitor(&state, &owner, body.visitor_id, conversation).await?;
    let (streams, usage, asked) = (body.stream, body.include_usage, body.characters);
    let ask = Ask {
        project: owner.project,
        proof: Proof::SecretKey,
        session: SessionId(state.engine.ids().random()),
        conversation,
        visitor_id,
        message: body.question,
        visitor_info: VisitorInfo::default(),
        context: Map::new(),
        earlier: Some(body.earlier),
        instructions: body.instructions,
        idempotency: None,
        durable: false,
    };
    let turn = chat::ask(&state.engine, ask).await?;
    let answer = Answer::to(turn, &state, owner.key.id, Watch::since(arrived), asked);
    if streams { Ok(stream::reply(answer, usage)) } else { answer.whole().await }
}

/// The visitor that is named, or else the one whose conversation is.
async fn visitor(
    state: &AppState,
    owner: &Owner,
    named: Option<String>,
    conversation: Option<ConversationId>,
) -> Result<String, ApiError> {
    match (named, conversation) {
        (Some(id), _) => Ok(id),
        (None, None) => Ok(VISITOR.to_owned()),
        (None, Some(id)) => {
            let found = state.engine.reader().find_conversation(owner.project.id, id).await?;
            found.map(|c| c.visitor_id).ok_or_else(|| ApiError::new(Code::NotFound))
        }
    }
}
