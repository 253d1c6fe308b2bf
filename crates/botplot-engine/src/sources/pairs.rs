//! The questions and answers, and the texts, that owners write and edit themselves.

use botplot_core::notice::Entry;
use botplot_core::source::{Kind, Pair, Source, Status};
use botplot_core::{ProjectId, SourceId};
use botplot_store::Tx;

use super::new::{New, PAIRS_LIMIT, QA_FILE, TEXT_FILE, check_pairs};
use super::{await_reading, draft, entry, reading_job};
use crate::{Engine, Error};

/// The name of the source that answers to visitors' questions are kept in; more of them have a number behind it.
pub const ANSWERS: &str = "Answers";

/// Sources of that name at most.
const MOST: usize = 50;

/// The pairs of a source; `None` when it is none of questions and answers.
pub async fn list(engine: &Engine, source: &Source) -> Result<Option<Vec<Pair>>, Error> {
    if source.kind != Kind::Qa {
        return Ok(None);
    }
    let bytes = engine.reader().read_file(source.project, source.id, QA_FILE).await?;
    bytes.map(|bytes| read(&bytes)).transpose()
}

/// The text of a source; `None` when it is none of a text.
pub async fn text(engine: &Engine, source: &Source) -> Result<Option<String>, Error> {
    if source.kind != Kind::Text {
        return Ok(None);
    }
    let bytes = engine.reader().read_file(source.project, source.id, TEXT_FILE).await?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// The answer of the pair with this question, whatever the space between its words.
pub(crate) async fn find(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    question: &str,
) -> Result<Option<String>, Error> {
    let Some(bytes) = engine.reader().read_file(project, source, QA_FILE).await? else { return Ok(None) };
    let pair = read(&bytes)?.into_iter().find(|pair| plain(&pair.question) == plain(question));
    Ok(pair.map(|pair| pair.answer.trim().to_owned()))
}

/// Replaces the text of a source and has it read anew.
pub async fn save_text(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    text: String,
    by: &str,
) -> Result<(), Error> {
    let new = New::Text { text };
    new.check(engine)?;
    let files = new.into_files();
    edit(engine, project, source, Kind::Text, by, move |_| Ok(files)).await
}

/// Adds a pair to a source, or puts it in the place of the one with the question `was`, and has the source read anew.
pub async fn save(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    was: Option<String>,
    pair: Pair,
    by: &str,
) -> Result<(), Error> {
    let pair = cleaned(pair)?;
    let change = move |pairs: &mut Vec<Pair>| {
        if let Some(was) = was {
            let place = pairs.iter().position(|known| known.question == was).ok_or(Error::NotFound)?;
            pairs[place] = pair;
        } else {
            pairs.push(pair);
        }
        Ok(())
    };
    edit_pairs(engine, project, source, by, change).await
}

/// Removes the pair with this question from a source; the last one stays.
pub async fn remove(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    question: String,
    by: &str,
) -> Result<(), Error> {
    let change = move |pairs: &mut Vec<Pair>| {
        let place = pairs.iter().position(|known| known.question == question).ok_or(Error::NotFound)?;
        pairs.remove(place);
        Ok(())
    };
    edit_pairs(engine, project, source, by, change).await
}

async fn edit_pairs(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    by: &str,
    change: impl FnOnce(&mut Vec<Pair>) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let edit_file = move |bytes: Option<Vec<u8>>| {
        let mut pairs = bytes.map(|bytes| read(&bytes)).transpose()?.unwrap_or_default();
        change(&mut pairs)?;
        check_pairs(&pairs)?;
        Ok(New::Qa { pairs }.into_files())
    };
    edit(engine, project, source, Kind::Qa, by, edit_file).await
}

/// Gives a source of this kind other files, made from what its file holds, and has it read anew.
async fn edit(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    kind: Kind,
    by: &str,
    change: impl FnOnce(Option<Vec<u8>>) -> Result<Vec<(String, Vec<u8>)>, Error> + Send + 'static,
) -> Result<(), Error> {
    let (job, entry) = (reading_job(engine, project, source), entry(engine, project, "source.edited", by));
    let edited = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let known = tx.find_source(project, source).await?.filter(|known| known.kind == kind);
            let known = known.ok_or(Error::NotFound)?;
            let name = if kind == Kind::Qa { QA_FILE } else { TEXT_FILE };
            let files = change(tx.read_file(project, source, name).await?)?;
            replace(tx, &known, &files).await?;
            // What is switched off stays so and is read when it is switched on.
            if known.status != Status::Disabled {
                await_reading(tx, &known, &job).await?;
            }
            tx.add_audit(&Entry { subject: source.to_string(), ..entry }).await?;
            Ok::<_, Error>(())
        })
    });
    edited.await?;
    engine.0.job_added.notify_waiters();
    Ok(())
}

async fn replace(tx: &mut Tx, source: &Source, files: &[(String, Vec<u8>)]) -> Result<(), Error> {
    tx.clear_files(source.project, source.id).await?;
    for (name, bytes) in files {
        tx.add_file(source.project, source.id, name, bytes).await?;
    }
    Ok(())
}

/// Puts a pair into the first source of [`ANSWERS`] that has room, in place of one with the same question.
pub(crate) async fn put(
    tx: &mut Tx,
    engine: &Engine,
    project: ProjectId,
    pair: Pair,
) -> Result<SourceId, Error> {
    for number in 1..=MOST {
        let name = if number == 1 { ANSWERS.to_owned() } else { format!("{ANSWERS} {number}") };
        let known = tx.find_source_named(project, Kind::Qa, &name).await?;
        let source = if let Some(known) = known {
            known
        } else {
            let fresh = draft(engine, project, &name, &New::Qa { pairs: Vec::new() });
            tx.add_source(&fresh).await?;
            fresh
        };
        let bytes = tx.read_file(project, source.id, QA_FILE).await?;
        let mut pairs = bytes.map(|bytes| read(&bytes)).transpose()?.unwrap_or_default();
        match pairs.iter().position(|known| plain(&known.question) == plain(&pair.question)) {
            Some(place) => pairs[place] = pair,
            None if pairs.len() >= PAIRS_LIMIT => continue,
            None => pairs.push(pair),
        }
        check_pairs(&pairs)?;
        replace(tx, &source, &New::Qa { pairs }.into_files()).await?;
        await_reading(tx, &source, &reading_job(engine, project, source.id)).await?;
        return Ok(source.id);
    }
    Err(Error::invalid("answer", "finds no room: the sources called `Answers` are full"))
}

/// A pair without space around it, or the rule that it breaks, by the names `question` and `answer`.
pub(crate) fn cleaned(pair: Pair) -> Result<Pair, Error> {
    let Pair { question, answer } = pair;
    let pair = Pair { question: question.trim().to_owned(), answer: answer.trim().to_owned() };
    check_pairs(std::slice::from_ref(&pair)).map_err(|error| match error {
        Error::Invalid { field, why } => {
            Error::invalid(field.rsplit('.').next().unwrap_or_default().to_owned(), why)
        }
        other => other,
    })?;
    Ok(pair)
}

fn read(bytes: &[u8]) -> Result<Vec<Pair>, Error> {
    serde_json::from_slice(bytes)
        .map_err(|e| Error::Internal(anyhow::Error::new(e).context("reading a source's questions")))
}

/// A question as titles of pages have it.
fn plain(question: &str) -> String {
    question.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a pair can be answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// It is being read.
    NotYet,
    /// It is.
    Yes,
    /// Nothing will come of it as things stand: its source failed, is switched off, or is gone.
    Never(Option<Status>),
}

/// Whether the pair with this question is part of the knowledge by now.
pub async fn learnt(
    engine: &Engine,
    project: ProjectId,
    source: SourceId,
    question: &str,
) -> Result<Learnt, Error> {
    let Some(known) = engine.reader().find_source(project, source).await? else {
        return Ok(Learnt::Never(None));
    };
    match known.status {
        Status::Pending | Status::Processing => Ok(Learnt::NotYet),
        Status::Failed | Status::Disabled => Ok(Learnt::Never(Some(known.status))),
        Status::Ready => {
            let pages = engine.reader().list_pages(project, source).await?;
            let title = plain(question);
            // A reading that ended just now may have begun before the pair was there: then another one follows.
            let is_there = pages.iter().any(|page| page.title == title);
            if is_there {
                return Ok(Learnt::Yes);
            }
            let was_removed = find(engine, project, source, question).await?.is_none();
            Ok(if was_removed { Learnt::Never(None) } else { Learnt::NotYet })
        }
    }
}
