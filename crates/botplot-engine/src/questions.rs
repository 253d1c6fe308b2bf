//! The project's question set: what visitors should get a right answer to, asked all at once to see whether they do.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use botplot_core::project::Project;
use botplot_core::question::{
    Asked, EXPECTED_LIMIT, QUESTION_LIMIT, Question, Run, SET_LIMIT, is_right, missing,
};
use botplot_core::{ProjectId, QuestionId, RunId};

use crate::erasure::line;
use crate::jobs::run_questions;
use crate::{Engine, Error, chat};

/// Runs of a project that are kept.
const RUNS: i64 = 50;

/// How far the runs are that go on in this process.
#[derive(Default)]
pub(crate) struct Runs(Mutex<HashMap<ProjectId, Progress>>);

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It waits, or another node has it.
    Waiting,
    /// It goes on here.
    Asking {
        /// Questions asked so far.
        done: usize,
        /// Questions in all.
        questions: usize,
    },
}

impl Runs {
    fn lock(&self) -> MutexGuard<'_, HashMap<ProjectId, Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run for as long as it goes on here, however it ends.
struct Running<'a>(&'a Runs, ProjectId);

impl Running<'_> {
    fn is_at(&self, progress: Progress) {
        self.0.lock().insert(self.1, progress);
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// How far the project's run is; `None` when none waits or goes on, on whatever node.
pub async fn progress(engine: &Engine, project: ProjectId) -> Result<Option<Progress>, Error> {
    let here = engine.0.runs.lock().get(&project).copied();
    if here.is_some() {
        return Ok(here);
    }
    let open = engine.reader().has_open_job(project, run_questions::KIND).await?;
    Ok(open.then_some(Progress::Waiting))
}

/// Adds a question to the project's set; `expected` has what a right answer contains, a line each.
pub async fn add(
    engine: &Engine,
    project: ProjectId,
    question: &str,
    expected: &str,
    by: &str,
) -> Result<Question, Error> {
    let within = |name: &str, text: &str, limit: usize| match text.chars().count() {
        n if n > limit => {
            Err(Error::invalid(name.to_owned(), format!("must have at most {limit} characters")))
        }
        _ => Ok(text.to_owned()),
    };
    let (question, expected) = (question.trim(), expected.trim());
    if question.is_empty() {
        return Err(Error::invalid("question", "must not be empty"));
    }
    let now = engine.clock().now();
    let added = Question {
        id: QuestionId(engine.ids().random()),
        project,
        question: within("question", question, QUESTION_LIMIT)?,
        expected: within("expected", expected, EXPECTED_LIMIT)?,
        created_at: now,
    };
    let (kept, line) = (added.clone(), line(engine, project, "question.added", by, &added.id.to_string()));
    let add = engine.0.store.write(move |tx| {
        Box::pin(async move {
            if tx.count_questions(project).await? >= SET_LIMIT {
                return Err(Error::invalid("question", "finds no room: a set has at most 500 questions"));
            }
            tx.add_question(&kept).await?;
            Ok(tx.add_audit(&line.counting([])).await?)
        })
    });
    add.await?;
    Ok(added)
}

/// Removes a question from the project's set.
pub async fn remove(engine: &Engine, project: ProjectId, id: QuestionId, by: &str) -> Result<(), Error> {
    let line = line(engine, project, "question.removed", by, &id.to_string());
    let removed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            if !tx.remove_question(project, id).await? {
                return Err(Error::NotFound);
            }
            Ok(tx.add_audit(&line.counting([])).await?)
        })
    });
    removed.await
}

/// Begins to ask all questions of the set, one after the other behind the scenes; false when that goes on already.
pub async fn run(engine: &Engine, project: ProjectId) -> Result<bool, Error> {
    if engine.reader().list_questions(project).await?.is_empty() {
        return Err(Error::invalid("questions", "must not be empty"));
    }
    run_questions::enqueue(engine, project).await
}

/// Asks all questions of the set, and keeps how it went.
pub(crate) async fn ask_all(engine: &Engine, project: ProjectId) -> Result<(), Error> {
    let running = Running(&engine.0.runs, project);
    let Some(project) = engine.reader().find_project(project).await? else { return Ok(()) };
    let questions = engine.reader().list_questions(project.id).await?;
    let (created_at, count) = (engine.clock().now(), questions.len());
    let mut results = Vec::with_capacity(count);
    for question in questions {
        running.is_at(Progress::Asking { done: results.len(), questions: count });
        results.push(ask(engine, &project, question).await);
    }
    let run = Run {
        id: RunId(engine.ids().ordered(created_at)),
        project: project.id,
        questions: count as i64,
        passed: results.iter().filter(|result| result.passed).count() as i64,
        results,
        created_at,
    };
    let keep = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.add_run(&run, RUNS).await?) }));
    keep.await
}

async fn ask(engine: &Engine, project: &Project, asked: Question) -> Asked {
    let Question { question, expected, .. } = asked;
    match chat::rehearse(engine, project, &question, true).await {
        Ok(said) => Asked {
            missing: missing(&expected, &said.text),
            passed: is_right(&expected, &said.text, said.is_refused()),
            how: said.how.to_owned(),
            confidence: (said.found.confidence * 100.0).round() / 100.0,
            answer: said.text,
            question,
            expected,
        },
        Err(error) => {
            tracing::error!(%error, project.id = %project.id, "a question of the set could not be asked");
            let (how, missing) = ("failed".to_owned(), missing(&expected, ""));
            Asked { question, expected, answer: String::new(), how, confidence: 0.0, missing, passed: false }
        }
    }
}
