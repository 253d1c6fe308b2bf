//! What the bot would say to a question, by the very steps of a turn; no conversation is stored and no unit is used.

use botplot_core::SessionId;
use botplot_core::answer::Plan;
use botplot_core::conversation::Proof;
use botplot_core::message::SourceRef;
use botplot_core::project::Project;
use botplot_core::visitor::VisitorInfo;
use botplot_llm::{ChatModel, Piece, Usage};
use futures_util::StreamExt as _;
use serde_json::Map;

use super::cite::Citations;
use super::foresight::{self, Foreseen};
use super::turn::REFUSED;
use super::{Ask, prompt, quote};
use crate::retrieve::Retrieved;
use crate::{Engine, Error, spending};

/// Bytes after which a model is not listened to any longer.
const ANSWER_LIMIT: usize = 64 * 1024;

/// An answer that nobody asked for, and what it was built from.
#[derive(Debug)]
pub struct Rehearsal {
    /// The way that was chosen.
    pub plan: Plan,
    /// How the answer came about: `greeted`, `handed_over`, `refused`, `verbatim`, `quoted` or `written`.
    pub how: &'static str,
    /// The answer; empty when a model would write it and was not to be asked.
    pub text: String,
    /// The passages that the answer used.
    pub sources: Vec<SourceRef>,
    /// The question of the owner's pair that is answered word by word.
    pub pair: Option<String>,
    /// What was found.
    pub found: Retrieved,
}

impl Rehearsal {
    /// True when the bot says that it does not know.
    pub fn is_refused(&self) -> bool {
        self.how == REFUSED
    }
}

/// Answers a question as the bot would, with the model only if `ask_model`; what the model costs is counted.
pub async fn rehearse(
    engine: &Engine,
    project: &Project,
    question: &str,
    ask_model: bool,
) -> Result<Rehearsal, Error> {
    let Foreseen { found, own, mut plan, speech } =
        foresight::foresee(engine, project, question, &[]).await?;
    if plan == Plan::Generate && spending::is_spent(engine, project).await? {
        plan = Plan::Extract;
    }
    let pair = own.as_ref().map(|own| own.question.clone());
    let said = match plan {
        Plan::Greet(kind) => Said::whole(speech.kind_word(kind, &project.settings)),
        Plan::HandOver => {
            Said::whole(&foresight::word_to_waiting(speech, &project.settings, engine.clock().now()))
        }
        Plan::Refuse => Said::whole(speech.refusal_of(&project.settings)),
        Plan::Verbatim => own.map_or_else(Said::default, |own| Said { text: own.answer, used: own.used }),
        Plan::Extract => quoted(question, &found),
        Plan::Generate if !ask_model => Said::default(),
        Plan::Generate => {
            if let Some(said) = write(engine, project, question, &found).await? {
                said
            } else {
                plan = Plan::Extract;
                quoted(question, &found)
            }
        }
    };
    let refused = plan == Plan::Extract && said.text.is_empty();
    let how = if refused { REFUSED } else { foresight::word(plan) };
    let text = if refused { speech.refusal_of(&project.settings).to_owned() } else { said.text };
    let sources = quote::sources(engine, &found, &said.used).await;
    Ok(Rehearsal { plan, how, text, sources, pair, found })
}

/// What is said, and the indexes of the passages it rests on.
#[derive(Default)]
struct Said {
    text: String,
    used: Vec<usize>,
}

impl Said {
    fn whole(text: &str) -> Self {
        Self { text: text.to_owned(), used: Vec::new() }
    }
}

fn quoted(question: &str, found: &Retrieved) -> Said {
    let quoted = quote::best(question, found);
    Said { text: quoted.text, used: quoted.used }
}

/// What the model writes; nothing when it fails, and the knowledge has to be quoted instead.
async fn write(
    engine: &Engine,
    project: &Project,
    question: &str,
    found: &Retrieved,
) -> Result<Option<Said>, Error> {
    let Some(model) = engine.0.model.as_deref() else { return Ok(None) };
    let ask = nobodys(engine, project, question);
    let mut passages = found.passages.as_slice();
    loop {
        let mut citations = Citations::of(passages.len());
        match listen(engine, model, prompt::build(&ask, passages, &[]), project, &mut citations).await {
            Ok(text) => {
                let used = quote::grounded(&text, citations.used(), found);
                return Ok(Some(Said { text, used }));
            }
            Err(botplot_llm::Error::TooLong) if passages.len() > 1 => {
                passages = &passages[..passages.len() / 2];
            }
            Err(error) => {
                tracing::warn!(%error, project.id = %project.id, "the model gave no answer to a rehearsed question");
                return Ok(None);
            }
        }
    }
}

/// All of a model's words, once they are all there.
async fn listen(
    engine: &Engine,
    model: &dyn ChatModel,
    prompt: botplot_llm::Prompt,
    project: &Project,
    citations: &mut Citations,
) -> Result<String, botplot_llm::Error> {
    let read = prompt.characters();
    let (mut stream, mut text, mut said) = (model.stream(prompt), String::new(), 0);
    let (mut usage, mut failure) = (Usage::default(), None);
    while said <= ANSWER_LIMIT {
        let piece = tokio::select! {
            biased;
            () = engine.stopping().cancelled() => break,
            piece = stream.next() => piece,
        };
        match piece {
            Some(Ok(Piece::Text(piece))) => {
                said += piece.len();
                text.push_str(&citations.push(&piece));
            }
            Some(Ok(Piece::End { usage: counted, .. })) => {
                usage = counted;
                break;
            }
            None => break,
            Some(Err(error)) => {
                failure = Some(error);
                break;
            }
        }
    }
    text.push_str(&citations.rest());
    if let Err(error) = spending::count(engine, project.id, usage, read, said).await {
        tracing::error!(%error, project.id = %project.id, "could not count what an answer cost");
    }
    match failure {
        Some(error) => Err(error),
        None if text.trim().is_empty() => Err(botplot_llm::Error::Transient("it said nothing".into())),
        None => Ok(text),
    }
}

/// A question that no visitor asks, for the prompt.
fn nobodys(engine: &Engine, project: &Project, question: &str) -> Ask {
    Ask {
        project: project.clone(),
        proof: Proof::Bare,
        session: SessionId(engine.ids().random()),
        visitor_id: String::new(),
        message: question.to_owned(),
        conversation: None,
        visitor_info: VisitorInfo::default(),
        context: Map::new(),
        earlier: None,
        instructions: None,
        idempotency: None,
        durable: false,
    }
}
