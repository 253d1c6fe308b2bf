//! One answer, from the passages to the last event; runs on the engine's tracker, whether or not the client stays.

use std::sync::Arc;

use botplot_core::answer::Plan;
use botplot_core::conversation::{HandledBy, Status};
use botplot_core::message::{Message, Role, State};
use botplot_core::trace::Trace;
use botplot_llm::{ChatModel, Piece, Usage};
use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::cite::Citations;
use super::foresight::{self, Foreseen};
use super::log::Log;
use super::own_words::OwnWords;
use super::queue::Ticket;
use super::trace::{self, Times};
use super::turn::Ended;
use super::{Ask, Failure, TurnEvent, line, prompt, quote, turn};
use crate::retrieve::Retrieved;
use crate::{Engine, Error, spending};

/// Bytes that an answer may have; a model that goes on is cut.
const ANSWER_LIMIT: usize = 64 * 1024;
/// The visitor's earlier messages that a follow-up question is searched with.
const CONTEXT: usize = 3;
/// Pages offered for the next question.
const SUGGESTIONS: usize = 3;

/// Everything one answer needs.
pub(super) struct Generation {
    pub(super) engine: Engine,
    pub(super) ask: Ask,
    pub(super) answer: Message,
    pub(super) ticket: Ticket,
    pub(super) log: Arc<Log>,
    pub(super) times: Times,
}

/// An answer as far as it got.
#[derive(Default)]
struct Draft {
    text: String,
    /// Indexes of the passages it used.
    used: Vec<usize>,
    state: Option<State>,
    failure: Option<Failure>,
    how: &'static str,
}

impl Generation {
    /// Waits for its turn, answers, stores the answer, and tells the client how it went.
    pub(super) async fn run(self) {
        let last = match self.speak().await {
            Ok(event) => event,
            Err(error) => self.give_up(&error).await,
        };
        self.log.end(last);
        self.engine.0.turns.end(self.answer.id);
    }

    async fn speak(&self) -> Result<TurnEvent, Error> {
        if !self.engine.0.store.is_shared() {
            let floor = self.ticket.floor().await;
            return self.answer(&floor.stopped).await;
        }
        // The first turn of a conversation has nobody to wait for.
        if self.ask.conversation.is_some() && !line::wait(&self.engine, &self.answer, &self.ticket).await {
            let failure = turn::restarting();
            let (state, code) = (State::Failed, Some(failure.code.to_owned()));
            let cut = Message { state, failure: code, ..self.answer.clone() };
            turn::close(&self.engine, Ended::short(cut, "failed")).await?;
            return Ok(TurnEvent::Failed(failure));
        }
        let floor = self.ticket.floor().await;
        tokio::select! {
            // It listens before the turn looks for the first time.
            biased;
            () = line::watch(&self.engine, &self.answer, &self.ticket, &floor.stopped) => {
                Err(Error::Internal(anyhow::anyhow!("the watch over a turn ended")))
            }
            outcome = self.answer(&floor.stopped) => outcome,
        }
    }

    async fn answer(&self, stopped: &CancellationToken) -> Result<TurnEvent, Error> {
        let (engine, project) = (&self.engine, &self.ask.project);
        if self.is_taken_over().await? {
            return self.stay_silent().await;
        }
        let history = self.history().await?;
        let asked = history.iter().filter(|(role, _)| *role == Role::User).map(|(_, text)| text.clone());
        let asked: Vec<String> = asked.collect();
        let earlier = &asked[asked.len().saturating_sub(CONTEXT)..];
        let mut foreseen = foresight::foresee(engine, project, &self.ask.message, earlier).await?;
        if stopped.is_cancelled() || engine.0.store.is_shared() && self.is_taken_over().await? {
            return self.stay_silent().await;
        }
        let model = engine.0.model.clone();
        let plan = foreseen.plan;
        let draft = match plan {
            Plan::Greet(kind) => {
                let word = foreseen.speech.kind_word(kind, &project.settings);
                Draft { how: foresight::word(plan), ..self.say(word) }
            }
            Plan::Verbatim => {
                let OwnWords { answer, used, .. } = foreseen.own.take().unwrap_or_default();
                Draft { used, how: foresight::word(plan), ..self.say(&answer) }
            }
            Plan::HandOver => {
                let now = engine.clock().now();
                let word = foresight::word_to_waiting(foreseen.speech, &project.settings, now);
                Draft { how: foresight::word(plan), ..self.say(&word) }
            }
            Plan::Refuse => self.refuse(&foreseen),
            Plan::Extract => self.quote(&foreseen),
            Plan::Generate if spending::is_spent(engine, project).await? => self.quote(&foreseen),
            Plan::Generate => self.generate(model.as_deref(), &foreseen, &history, stopped).await?,
        };
        self.finish(draft, &foreseen.found).await
    }

    /// Ends a turn whose word was taken before it said anything.
    async fn stay_silent(&self) -> Result<TurnEvent, Error> {
        let taken = Message { state: State::Stopped, ..self.answer.clone() };
        Ok(TurnEvent::Final(Box::new(turn::close(&self.engine, Ended::short(taken, "silent")).await?)))
    }

    /// True when a person took the conversation while this turn waited, or archived it.
    async fn is_taken_over(&self) -> Result<bool, Error> {
        let found = self.engine.reader().find_conversation(self.answer.project, self.answer.conversation);
        let found = found.await?.ok_or(Error::NotFound)?;
        Ok(found.handled_by == HandledBy::Human || found.status == Status::Archived)
    }

    /// What was said before, oldest first, without this turn's own.
    async fn history(&self) -> Result<Vec<(Role, String)>, Error> {
        if let Some(earlier) = &self.ask.earlier {
            return Ok(earlier.clone());
        }
        if self.ask.conversation.is_none() {
            return Ok(Vec::new());
        }
        let wanted = prompt::HISTORY as i64 + 2;
        let said =
            self.engine.reader().list_messages(self.answer.project, self.answer.conversation, wanted).await?;
        let before = |m: &Message| m.created_at.0 + 1 < self.answer.created_at.0 && m.state != State::Pending;
        Ok(said.into_iter().filter(before).map(|m| (m.role, m.content)).collect())
    }

    fn say(&self, text: &str) -> Draft {
        self.times.speaks();
        for word in text.split_inclusive(' ') {
            self.log.say(word);
        }
        Draft { text: text.to_owned(), ..Draft::default() }
    }

    fn refuse(&self, foreseen: &Foreseen) -> Draft {
        Draft { how: turn::REFUSED, ..self.say(foreseen.speech.refusal_of(&self.ask.project.settings)) }
    }

    fn quote(&self, foreseen: &Foreseen) -> Draft {
        let quoted = quote::best(&self.ask.message, &foreseen.found);
        if quoted.text.is_empty() {
            return self.refuse(foreseen);
        }
        Draft { used: quoted.used, how: "quoted", ..self.say(&quoted.text) }
    }

    async fn generate(
        &self,
        model: Option<&dyn ChatModel>,
        foreseen: &Foreseen,
        history: &[(Role, String)],
        stopped: &CancellationToken,
    ) -> Result<Draft, Error> {
        let Some(model) = model else { return Ok(self.quote(foreseen)) };
        let found = &foreseen.found;
        let (mut passages, mut history) = (found.passages.as_slice(), history);
        loop {
            let prompt = prompt::build(&self.ask, passages, history);
            let mut citations = Citations::of(passages.len());
            match self.listen(model, prompt, &mut citations, stopped).await {
                Ok(mut draft) => {
                    draft.used = quote::grounded(&draft.text, citations.used(), found);
                    return Ok(draft);
                }
                // The best passages alone may fit where all of them with the conversation do not.
                Err(botplot_llm::Error::TooLong) if passages.len() > 1 => {
                    passages = &passages[..passages.len() / 2];
                    history = &[];
                }
                Err(error) => return Ok(self.without_model(&error, foreseen)),
            }
        }
    }

    /// Passes a model's words on as they come; an error means that it said nothing at all.
    async fn listen(
        &self,
        model: &dyn ChatModel,
        prompt: botplot_llm::Prompt,
        citations: &mut Citations,
        stopped: &CancellationToken,
    ) -> Result<Draft, botplot_llm::Error> {
        let read = prompt.characters();
        let (mut stream, mut draft, mut said) = (model.stream(prompt), Draft::default(), 0);
        let mut usage = Usage::default();
        draft.how = "written";
        while said <= ANSWER_LIMIT {
            let piece = tokio::select! {
                biased;
                () = stopped.cancelled() => { draft.state = Some(State::Stopped); break }
                () = self.engine.stopping().cancelled() => { draft.failure = Some(turn::restarting()); break }
                piece = stream.next() => piece,
            };
            match piece {
                Some(Ok(Piece::Text(text))) => {
                    said += text.len();
                    self.append(&mut draft, &citations.push(&text));
                }
                Some(Ok(Piece::End { usage: counted, .. })) => {
                    usage = counted;
                    break;
                }
                None => break,
                Some(Err(error)) if said == 0 => return Err(error),
                Some(Err(error)) => {
                    draft.failure = Some(broken(&error));
                    break;
                }
            }
        }
        self.append(&mut draft, &citations.rest());
        if let Err(error) = spending::count(&self.engine, self.answer.project, usage, read, said).await {
            tracing::error!(%error, project.id = %self.answer.project, "could not count what an answer cost");
        }
        let silent = draft.text.trim().is_empty() && draft.state.is_none() && draft.failure.is_none();
        if silent { Err(botplot_llm::Error::Transient("it said nothing".into())) } else { Ok(draft) }
    }

    /// The model gave nothing: quote the knowledge, and if that has nothing either, offer a person.
    fn without_model(&self, error: &botplot_llm::Error, foreseen: &Foreseen) -> Draft {
        tracing::warn!(%error, project.id = %self.ask.project.id, "the model gave no answer; quoting the knowledge instead");
        self.quote(foreseen)
    }

    fn append(&self, draft: &mut Draft, text: &str) {
        if !text.is_empty() {
            self.times.speaks();
            draft.text.push_str(text);
            self.log.say(text);
        }
    }

    async fn finish(&self, draft: Draft, found: &Retrieved) -> Result<TurnEvent, Error> {
        let sources = quote::sources(&self.engine, found, &draft.used).await;
        let suggestions = suggestions(found, &draft.used);
        let state =
            if draft.failure.is_some() { State::Failed } else { draft.state.unwrap_or(State::Complete) };
        let confidence = Some((found.confidence * 100.0).round() / 100.0);
        let failure = draft.failure.as_ref().map(|f| f.code.to_owned());
        let made = Some((self.trace(&draft, found), self.times.so_far()));
        let answer =
            Message { content: draft.text, sources, confidence, state, failure, ..self.answer.clone() };
        let closed = turn::close(&self.engine, Ended { answer, suggestions, how: draft.how, made }).await?;
        Ok(draft.failure.map_or_else(|| TurnEvent::Final(Box::new(closed)), TurnEvent::Failed))
    }

    fn trace(&self, draft: &Draft, found: &Retrieved) -> Trace {
        let plan = trace::plan(draft.how);
        let model = self.engine.model_name().filter(|_| plan == trace::MODEL).map(str::to_owned);
        Trace {
            question: found.question.clone(),
            plan: plan.to_owned(),
            model,
            candidates: trace::candidates(&found.passages, &draft.used),
            confidence: found.confidence,
            threshold: self.ask.project.settings.threshold,
            first_ms: self.times.first_ms(),
        }
    }

    async fn give_up(&self, error: &Error) -> TurnEvent {
        if matches!(error, Error::NotFound) {
            // Its conversation was erased meanwhile, and the unit given back with it.
            return TurnEvent::Failed(turn::erased());
        }
        tracing::error!(%error, conversation.id = %self.answer.conversation, "an answer failed");
        let our_fault = turn::our_fault();
        let failure = Some(our_fault.code.to_owned());
        let failed = Message { state: State::Failed, failure, ..self.answer.clone() };
        if let Err(error) = turn::close(&self.engine, Ended::short(failed, "failed")).await {
            tracing::error!(%error, conversation.id = %self.answer.conversation, "a failed answer could not be stored");
        }
        TurnEvent::Failed(our_fault)
    }
}

fn broken(error: &botplot_llm::Error) -> Failure {
    tracing::warn!(%error, "the model broke off");
    let message = "The answer broke off. Please try again.".to_owned();
    Failure { code: "model_failed", message, retryable: error.is_retryable() }
}

/// Titles of pages that were found beside those that the answer used.
fn suggestions(found: &Retrieved, used: &[usize]) -> Vec<String> {
    let taken: Vec<_> = used.iter().filter_map(|i| found.passages.get(*i)).map(|p| p.page).collect();
    let mut titles: Vec<String> = Vec::new();
    for passage in found.passages.iter().filter(|p| !used.is_empty() && !taken.contains(&p.page)) {
        if !passage.title.is_empty() && !titles.contains(&passage.title) && titles.len() < SUGGESTIONS {
            titles.push(passage.title.clone());
        }
    }
    titles
}
