//! Models over real sockets: every failure on order, every provider's wire format, keys that stay secret.

#![expect(
    clippy::unwrap_used,
    reason = "clippy does not know that the parts of a test beside its functions are tests"
)]

mod cancel;
mod failures;
mod retries;
mod wire;

use std::sync::Arc;

use botplot_llm::{ChatModel, Config, Error, Piece, Prompt, Role, Stop, Usage};
use botplot_testkit::fake_llm::FakeLlm;
use futures_util::StreamExt as _;

/// The key in every configuration of these tests; it must turn up nowhere but in a request's header.
const CANARY: &str = "sk-canary-1234567890abcdef";

/// An answer as a visitor would have received it.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    text: String,
    outcome: Result<(Usage, Stop), Error>,
}

fn http() -> reqwest::Client {
    botplot_egress::Client::new(&botplot_egress::Config::default()).unwrap().operator_http()
}

/// Opens the model of an `[llm]` section.
fn open(section: &str) -> Arc<dyn ChatModel> {
    open_over(section, http())
}

/// Opens a model over a client that others use too: making one reads all root certificates.
fn open_over(section: &str, http: reqwest::Client) -> Arc<dyn ChatModel> {
    let config: Config = toml::from_str(section).unwrap();
    botplot_llm::open(&config, http).unwrap().unwrap()
}

/// An `[llm]` section for a fake; `more` is added to it.
fn section(fake: &FakeLlm, more: &str) -> String {
    let base = fake.base_url();
    format!(
        "provider = 'openai_compatible'\nmodel = 'fake'\nbase_url = '{base}'\napi_key = '{CANARY}'\n{more}\n"
    )
}

fn prompt() -> Prompt {
    Prompt { system: "Be brief.".into(), messages: vec![(Role::User, "Why?".into())] }
}

async fn ask(model: &dyn ChatModel) -> Answer {
    put(model, prompt()).await
}

/// Asks and takes the whole stream, which must keep what `ChatModel::stream` promises.
async fn put(model: &dyn ChatModel, prompt: Prompt) -> Answer {
    let mut stream = model.stream(prompt);
    let mut text = String::new();
    let mut outcome = None;
    while let Some(item) = stream.next().await {
        assert_eq!(outcome, None, "something came after the end");
        match item {
            Ok(Piece::Text(piece)) => {
                assert!(!piece.is_empty(), "an empty piece");
                text.push_str(&piece);
            }
            Ok(Piece::End { usage, stop }) => outcome = Some(Ok((usage, stop))),
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains("canary") && !shown.contains("127.0.0.1"), "{shown}");
                outcome = Some(Err(error));
            }
        }
    }
    let outcome = outcome.expect("a stream ends with an end or an error");
    assert!(!text.is_empty() || outcome.is_err(), "an empty answer");
    Answer { text, outcome }
}
