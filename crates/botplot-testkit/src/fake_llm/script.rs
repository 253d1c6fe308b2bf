//! What the fake model says, how fast, and what goes wrong on the way.

use std::time::Duration;

use serde_json::{Value, json};

/// The answer to one request; [`Reply::text`] is the plain one.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) tokens: Vec<String>,
    pub(super) first_after: Duration,
    pub(super) each_after: Duration,
    pub(super) fault: Option<Fault>,
}

/// What goes wrong, or is merely odd, about a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Reads the request and never answers.
    HangBeforeHead,
    /// Sends the response head and nothing more.
    HangAfterHead,
    /// Sends this many tokens and nothing more.
    HangAfter(usize),
    /// An error status with this body and, if set, `Retry-After` in seconds.
    Status {
        /// The HTTP status.
        code: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
        /// The body, sent as JSON.
        body: String,
    },
    /// Status 400 with OpenAI's `context_length_exceeded`.
    TooLong,
    /// Closes the connection in the middle of the line of token number `n`, counted from zero.
    CutMidToken(usize),
    /// Closes the connection within the first character of the answer that is not ASCII.
    CutMidCharacter,
    /// Token number `n`, counted from zero, is not JSON.
    BadJson(usize),
    /// Status 200 with a page of HTML.
    WrongType,
    /// Begins with a line of this many bytes that is not JSON.
    HugeLine(usize),
    /// After this many tokens, an `error` object in the stream, as `OpenRouter` sends it.
    ErrorAfter(usize),
    /// Every object has fields that no client knows, and comments stand between the lines.
    ExtraFields,
    /// Goes on with tokens after `[DONE]`.
    TokensAfterDone,
    /// Ends without `[DONE]`, but with a `finish_reason`.
    NoDone,
    /// Thinks aloud in `reasoning_content` before it answers.
    Reasoning,
    /// Answers with these bytes as they are, one HTTP chunk each; unless `whole`, the connection is closed
    /// where the chunk that ends a body should come.
    Raw {
        /// The HTTP status.
        code: u16,
        /// The body, in the pieces in which the client shall see it.
        pieces: Vec<Vec<u8>>,
        /// Whether the body is ended properly.
        whole: bool,
    },
}

impl Reply {
    /// Streams `text` word by word, all at once.
    pub fn text(text: &str) -> Self {
        Self::tokens(text.split_inclusive(' '))
    }

    /// Streams these tokens as they are, all at once.
    pub fn tokens(tokens: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let tokens = tokens.into_iter().map(Into::into).collect();
        Self { tokens, first_after: Duration::ZERO, each_after: Duration::ZERO, fault: None }
    }

    /// A reply that goes wrong; it would have said `one two thrée four`.
    pub fn fault(fault: Fault) -> Self {
        Self::text("one two thrée four").with(fault)
    }

    /// Waits before the first token.
    #[must_use]
    pub fn first_after(mut self, delay: Duration) -> Self {
        self.first_after = delay;
        self
    }

    /// Waits before each token but the first.
    #[must_use]
    pub fn each_after(mut self, delay: Duration) -> Self {
        self.each_after = delay;
        self
    }

    /// Lets something go wrong with this reply.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Status, `Retry-After` and body, when the reply is an error from the start.
    pub(super) fn refusal(&self) -> Option<(u16, Option<u64>, &str)> {
        match self.fault.as_ref()? {
            Fault::Status { code, retry_after, body } => Some((*code, *retry_after, body)),
            Fault::TooLong => Some((
                400,
                None,
                r#"{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            )),
            _ => None,
        }
    }

    /// The whole answer as one completion, for requests that do not stream.
    pub(super) fn completion(&self) -> String {
        json!({
            "id": "chatcmpl-fake", "object": "chat.completion", "created": 0, "model": "fake",
            "choices": [{
                "index": 0, "finish_reason": "stop",
                "message": {"role": "assistant", "content": self.tokens.concat()},
            }],
            "usage": self.usage(),
        })
        .to_string()
    }

    /// The stream's lines, one per token, with what comes before the first and after the last joined to them.
    pub(super) fn frames(&self) -> Vec<String> {
        let mut frames = Vec::with_capacity(self.tokens.len() + 2);
        let mut opening = self.line(&json!({"role": "assistant", "content": ""}), None);
        match &self.fault {
            Some(Fault::HugeLine(bytes)) => opening = format!("data: {}\n\n", "x".repeat(*bytes)),
            Some(Fault::Reasoning) => {
                opening.push_str(&self.line(&json!({"reasoning_content": "SECRET THOUGHT"}), None));
            }
            _ => {}
        }
        for (at, token) in self.tokens.iter().enumerate() {
            let mut frame = std::mem::take(&mut opening);
            match self.fault {
                Some(Fault::ErrorAfter(n)) if at == n => {
                    frame.push_str("data: {\"error\":{\"code\":502,\"message\":\"upstream went away\"}}\n\n");
                }
                Some(Fault::BadJson(n)) if at == n => frame.push_str("data: {\"choices\":[{\"del\n\n"),
                _ => frame.push_str(&self.token(token)),
            }
            frames.push(frame);
        }
        frames.push(opening + &self.ending());
        frames
    }

    /// One token's line; written by hand because it is what a benchmark pays for.
    fn token(&self, token: &str) -> String {
        let comment = if self.fault == Some(Fault::ExtraFields) { ": PROCESSING\n\n" } else { "" };
        let text = Value::from(token);
        format!(
            "{comment}data: {{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":0,\
             \"model\":\"fake\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{text}}},{}\"finish_reason\":null}}]}}\n\n",
            if comment.is_empty() { "" } else { "\"logprobs\":null,\"x_new\":{\"a\":[1,{}]}," },
        )
    }

    fn line(&self, delta: &Value, finish: Option<&str>) -> String {
        let mut line = json!({
            "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 0, "model": "fake",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        });
        if self.fault == Some(Fault::ExtraFields) {
            line["x_vendor"] = json!({"nested": [null, true, 1.5e300], "text": "data: [DONE]"});
        }
        format!("data: {line}\n\n")
    }

    fn ending(&self) -> String {
        let text = self.line(&json!({}), Some("stop"));
        if self.fault == Some(Fault::NoDone) {
            return text;
        }
        let usage = json!({"object": "chat.completion.chunk", "choices": [], "usage": self.usage()});
        let late =
            if self.fault == Some(Fault::TokensAfterDone) { self.token("TOO LATE") } else { String::new() };
        format!("{text}data: {usage}\n\ndata: [DONE]\n\n{late}")
    }

    fn usage(&self) -> Value {
        let said = self.tokens.len();
        json!({"prompt_tokens": 11, "completion_tokens": said, "total_tokens": 11 + said})
    }
}
