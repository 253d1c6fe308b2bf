//! An owner's own question, answered as a visitor's would be: nothing of it is stored, told or counted but what the
//! model costs.

use botplot_core::answer::{Evidence, Plan, plan};
use botplot_core::conversation::Proof;
use botplot_core::courtesy;
use botplot_core::message::SourceRef;
use botplot_core::project::Project;
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ProjectId, SessionId};
use botplot_llm::{ChatModel, Piece, Usage};
use futures_util::StreamExt as _;
use serde_json::Map;

use super::cite::Citations;
use super::stream::{ANSWER_LIMIT, kind_word};
use super::{Ask, prompt, quote, turn};
use crate::retrieve::{self, Passage, Retrieved};
use crate::{Engine, Error, spending};

/// What a visitor would have got.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The answer.
    pub text: String,
    /// The passages that it used.
    pub sources: Vec<SourceRef>,
    /// How likely it is that the knowledge covers the question, 0–1.
    pub confidence: f64,
    /// How it came about: `greeted`, `refused`, `quoted` or `written`.
    pub how: &'static str,
    /// What was found, best first, used or not.
    pub passages: Vec<Passage>,
}

/// Text, and the indexes of the passages that it used.
type Said = (String, Vec<usize>, &'static str);

/// Answers `question` with a project's settings as they are given, which need not be those that are stored. A caller
/// that goes away meanwhile changes nothing: what the model costs is counted all the same.
pub async fn trial(engine: &Engine, project: Project, question: String) -> Result<Trial, Error> {
    let asked = answer(engine.clone(), project, question);
    engine
        .tracker()
        .spawn(asked)
        .await
        .unwrap_or_else(|panic| Err(Error::Internal(anyhow::Error::new(panic))))
}

async fn answer(engine: Engine, project: Project, question: String) -> Result<Trial, Error> {
    let limit = engine.0.config.passages;
    let found = retrieve::passages(&engine, project.id, &question, &[], limit).await?;
    let courtesy = courtesy::of(&question);
    let evidence = Evidence { confidence: found.confidence, passages: found.passages.len(), courtesy };
    let (settings, model) = (&project.settings, engine.0.model.clone());
    let (text, used, how) = match (plan(evidence, settings.threshold, model.is_some()), model) {
        (Plan::Greet(kind), _) => (kind_word(kind, &settings.widget.welcome), Vec::new(), "greeted"),
        (Plan::Refuse, _) => refused(&project),
        (Plan::Generate, Some(model)) if !spending::is_spent(&engine, &project).await? => {
            match written(&engine, &*model, &project, &question, &found).await {
                Some(said) => said,
                None => quoted(&project, &question, &found),
            }
        }
        (Plan::Generate | Plan::Extract, _) => quoted(&project, &question, &found),
    };
    let sources = quote::sources(&engine, &found, &used).await;
    Ok(Trial { text, sources, confidence: found.confidence, how, passages: found.passages })
}

fn refused(project: &Project) -> Said {
    (project.settings.refusal.clone(), Vec::new(), turn::REFUSED)
}

fn quoted(project: &Project, question: &str, found: &Retrieved) -> Said {
    let quote::Quoted { text, used } = quote::best(question, found);
    if text.is_empty() { refused(project) } else { (text, used, "quoted") }
}

/// What the model writes; `None` when it gives nothing.
async fn written(
    engine: &Engine,
    model: &dyn ChatModel,
    project: &Project,
    question: &str,
    found: &Retrieved,
) -> Option<Said> {
    let ask = ask(engine, project, question);
    let mut passages = found.passages.as_slice();
    loop {
        let mut citations = Citations::of(passages.len());
        let prompt = prompt::build(&ask, passages, &[]);
        match listen(engine, (model, project.id), prompt, &mut citations).await {
            Ok(text) => {
                let used = quote::grounded(&text, citations.used(), found);
                return Some((text, used, "written"));
            }
            Err(botplot_llm::Error::TooLong) if passages.len() > 1 => {
                passages = &passages[..passages.len() / 2];
            }
            Err(error) => {
                tracing::warn!(%error, project.id = %project.id, "the model gave no answer to a trial");
                return None;
            }
        }
    }
}

/// The model's whole text; what it cost is counted.
async fn listen(
    engine: &Engine,
    (model, project): (&dyn ChatModel, ProjectId),
    prompt: botplot_llm::Prompt,
    citations: &mut Citations,
) -> Result<String, botplot_llm::Error> {
    let read = prompt.characters();
    let (mut stream, mut text, mut said, mut usage) =
        (model.stream(prompt), String::new(), 0, Usage::default());
    while said <= ANSWER_LIMIT {
        let piece = tokio::select! {
            () = engine.stopping().cancelled() => break,
            piece = stream.next() => piece,
        };
        match piece {
            Some(Ok(Piece::Text(more))) => {
                said += more.len();
                text.push_str(&citations.push(&more));
            }
            Some(Ok(Piece::End { usage: counted, .. })) => {
                usage = counted;
                break;
            }
            Some(Err(error)) if said == 0 => return Err(error),
            Some(Err(_)) | None => break,
        }
    }
    text.push_str(&citations.rest());
    if let Err(error) = spending::count(engine, project, usage, read, said).await {
        tracing::error!(%error, project.id = %project, "could not count what a trial cost");
    }
    if text.trim().is_empty() {
        Err(botplot_llm::Error::Transient("it said nothing".into()))
    } else {
        Ok(text)
    }
}

/// The question as a visitor's who is nobody.
fn ask(engine: &Engine, project: &Project, question: &str) -> Ask {
    Ask {
        project: project.clone(),
        proof: Proof::SecretKey,
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
