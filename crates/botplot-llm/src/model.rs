//! What the rest of BotPlot knows of a chat model: a prompt goes in, pieces of text come out.

use futures_util::stream::BoxStream;

use crate::Error;

/// A language model that answers a prompt piece by piece.
pub trait ChatModel: Send + Sync {
    /// The provider and model for logs and usage, such as `openai/gpt-5-mini`.
    fn name(&self) -> &str;

    /// Starts answering: any number of [`Piece::Text`], then one [`Piece::End`] or one error, then nothing.
    ///
    /// Nothing is sent before the stream is first polled, and dropping it cancels the request. An error before
    /// the first text means that retries and the fallback model failed too; after it, the answer is cut there.
    fn stream(&self, prompt: Prompt) -> BoxStream<'static, Result<Piece, Error>>;
}

/// What a model is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The instructions, with the passages to answer from; may be empty.
    pub system: String,
    /// The conversation, oldest first; the last one is the user's. Empty ones, and any of the assistant's
    /// before the first of the user's, are left out, because some providers refuse them.
    pub messages: Vec<(Role, String)>,
}

impl Prompt {
    /// Characters of the instructions and all messages, for estimates of what reading it costs.
    pub fn characters(&self) -> usize {
        let said = self.messages.iter().map(|(_, text)| text.chars().count());
        self.system.chars().count() + said.sum::<usize>()
    }
}

/// Who said a message of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The visitor.
    User,
    /// The model, or a human agent in its place.
    Assistant,
}

/// One item of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text to append to the answer, never empty.
    Text(String),
    /// The answer is complete.
    End {
        /// What it cost, as far as the provider said.
        usage: Usage,
        /// Why the model stopped.
        stop: Stop,
    },
}

/// Tokens as the provider counted them; `None` where it did not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input: Option<u32>,
    /// Tokens of the answer, reasoning included.
    pub output: Option<u32>,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It had said all it wanted to.
    Finished,
    /// It reached `llm.max_tokens`, its own limit, or 256 KB.
    Length,
    /// The provider's content filter cut it off.
    Filtered,
}
