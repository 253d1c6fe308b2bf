//! Keeps asking until the first word: the same model again, then the fallback. After it, a failure is final.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use genai::Client;

use crate::attempt::{Attempt, Remote};
use crate::failure::Failure;
use crate::target::Target;
use crate::{ChatModel, Error, Piece, Prompt};

/// The wait before the first retry; each further one is four times as long.
const FIRST_WAIT: Duration = Duration::from_millis(150);
/// The longest wait that a visitor is made to sit through when a provider asks for one.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The configured model with its retries and its fallback.
pub(crate) struct Steady {
    name: String,
    remotes: Arc<[Remote]>,
    retries: u32,
}

impl Steady {
    /// `None` without a target; one HTTP client serves all of them.
    pub(crate) fn new(targets: &[Target], retries: u32, http: reqwest::Client) -> Option<Self> {
        let client = Client::builder()
            .with_reqwest(http)
            .build()
            .expect("a client is only refused when it must build its own HTTP client");
        let remotes: Arc<[Remote]> = targets.iter().map(|t| Remote::new(t, client.clone())).collect();
        Some(Self { name: remotes.first()?.name.clone(), remotes, retries })
    }
}

impl ChatModel for Steady {
    fn name(&self) -> &str {
        &self.name
    }

    fn stream(&self, prompt: Prompt) -> BoxStream<'static, Result<Piece, Error>> {
        let turn = Turn {
            remotes: Arc::clone(&self.remotes),
            retries: self.retries,
            prompt,
            asked: 0,
            tries: 0,
            attempt: None,
            spoke: false,
            over: false,
        };
        stream::unfold(turn, |mut turn| async move {
            let item = turn.next().await?;
            Some((item, turn))
        })
        .boxed()
    }
}

/// One answer, over however many requests it takes.
struct Turn {
    remotes: Arc<[Remote]>,
    retries: u32,
    prompt: Prompt,
    /// Which of the models is being asked.
    asked: usize,
    /// How many times it was asked again.
    tries: u32,
    attempt: Option<Attempt>,
    spoke: bool,
    over: bool,
}

impl Turn {
    async fn next(&mut self) -> Option<Result<Piece, Error>> {
        if self.over {
            return None;
        }
        loop {
            match self.piece().await {
                Ok(piece) => {
                    self.spoke = true;
                    self.over = matches!(piece, Piece::End { .. });
                    return Some(Ok(piece));
                }
                Err(failure) => {
                    self.attempt = None;
                    self.log(&failure);
                    if self.spoke || !self.go_on(&failure).await {
                        self.over = true;
                        return Some(Err(failure.error));
                    }
                }
            }
        }
    }

    async fn piece(&mut self) -> Result<Piece, Failure> {
        let attempt = match self.attempt.take() {
            Some(running) => running,
            None => self.remotes[self.asked].begin(&self.prompt).await?,
        };
        self.attempt.insert(attempt).next().await
    }

    /// Decides whether to ask again, and waits until then.
    async fn go_on(&mut self, failure: &Failure) -> bool {
        if let Some(wait) = self.wait(failure) {
            self.tries += 1;
            tokio::time::sleep(wait).await;
            return true;
        }
        // A shorter prompt is the caller's to make, and a refusal is not taken to another provider.
        let final_here = matches!(failure.error, Error::TooLong | Error::Refused(_));
        self.asked += 1;
        self.tries = 0;
        !final_here && self.asked < self.remotes.len()
    }

    /// How long to wait before asking the same model again; `None` when that is pointless.
    fn wait(&self, failure: &Failure) -> Option<Duration> {
        if !failure.again || self.tries >= self.retries {
            return None;
        }
        match failure.error {
            Error::Limited { after: Some(after) } => (after <= LONGEST_WAIT).then_some(after),
            _ => Some(FIRST_WAIT * 4u32.pow(self.tries)),
        }
    }

    fn log(&self, failure: &Failure) {
        let model = &self.remotes[self.asked].name;
        let detail = failure.detail.as_deref().unwrap_or_default();
        tracing::warn!(%model, error = %failure.error, detail, answering = self.spoke, "a model failed");
    }
}
