//! What visitors asked in vain: answers that were none or bad, gathered by what they ask, and what the team does about
//! them.

mod cluster;

use std::collections::HashMap;
use std::time::Duration;

use botplot_core::question::Gap;
use botplot_core::source::Pair;
use botplot_core::{MessageId, ProjectId, SourceId};
use tokio::time::timeout;

use crate::erasure::line;
use crate::sources::pairs;
use crate::{Engine, Error};

/// Answers that are looked at, the newest.
const MOST: i64 = 1_000;
/// How long a list waits for vectors; what has none by then is gathered by its words alone.
const PATIENCE: Duration = Duration::from_millis(200);

/// Questions that ask much the same.
#[derive(Debug)]
pub struct Cluster {
    /// The question that stands for all.
    pub question: String,
    /// The answers, newest first; never empty.
    pub gaps: Vec<Gap>,
}

/// What visitors asked in vain.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Largest first.
    pub clusters: Vec<Cluster>,
    /// Answers in all of them.
    pub gaps: usize,
    /// Questions whose vectors are still being made.
    pub waiting: usize,
    /// True when there are more answers than are looked at.
    pub is_cut: bool,
}

/// The answers of the last days that were none or bad, gathered by what was asked.
pub async fn gather(engine: &Engine, project: ProjectId, days: i64) -> Result<Gathered, Error> {
    let since = engine.clock().now().plus_seconds(-days * 86_400);
    let mut gaps = engine.reader().list_gaps(project, since, MOST).await?;
    let is_cut = gaps.len() as i64 == MOST;
    gaps.retain(|gap| !gap.question.trim().is_empty());
    let (texts, by_text) = distinct(gaps);
    embed(engine, &texts).await;
    let vectors: Vec<_> = texts.iter().map(|text| engine.0.remembered.find(text)).collect();
    let waiting = vectors.iter().filter(|vector| vector.is_none()).count();
    let gaps = by_text.iter().map(Vec::len).sum();
    let groups = tokio::task::spawn_blocking(move || cluster::groups(&vectors)).await;
    let groups = groups.map_err(|e| Error::Internal(anyhow::Error::new(e).context("gathering questions")))?;
    let mut by_text: Vec<Option<Vec<Gap>>> = by_text.into_iter().map(Some).collect();
    let mut clusters: Vec<Cluster> = groups
        .into_iter()
        .map(|group| {
            let taken = group.members.iter().filter_map(|place| by_text[*place].take());
            let mut gaps: Vec<Gap> = taken.flatten().collect();
            gaps.sort_by_key(|gap| std::cmp::Reverse(gap.created_at));
            Cluster { question: texts[group.typical].clone(), gaps }
        })
        .collect();
    clusters.sort_by_key(|cluster| std::cmp::Reverse((cluster.gaps.len(), cluster.gaps[0].created_at)));
    Ok(Gathered { clusters, gaps, waiting, is_cut })
}

/// Every text once, newest first, with the answers to it; case and the space between words make no other text.
fn distinct(gaps: Vec<Gap>) -> (Vec<String>, Vec<Vec<Gap>>) {
    let (mut texts, mut by_text, mut places) = (Vec::new(), Vec::<Vec<Gap>>::new(), HashMap::new());
    for gap in gaps {
        let plain = gap.question.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = *places.entry(plain.to_lowercase()).or_insert_with(|| {
            texts.push(plain);
            by_text.push(Vec::new());
            texts.len() - 1
        });
        by_text[place].push(gap);
    }
    (texts, by_text)
}

/// Has the vectors made that are missing; it goes on behind a list that does not wait for it.
async fn embed(engine: &Engine, texts: &[String]) {
    if texts.iter().all(|text| engine.0.remembered.find(text).is_some()) {
        return;
    }
    let (own, texts) = (engine.clone(), texts.to_vec());
    let making = engine.tracker().spawn(async move {
        tokio::select! {
            () = own.stopping().cancelled() => {}
            () = own.0.remembered.fill(own.embedder(), &texts) => {}
        }
    });
    // Late is not lost: the next list finds them.
    let _ = timeout(PATIENCE, making).await;
}

/// Notes that somebody looked into these answers; returns how many were new.
pub async fn dismiss(
    engine: &Engine,
    project: ProjectId,
    messages: Vec<MessageId>,
    by: &str,
) -> Result<i64, Error> {
    let now = engine.clock().now();
    let subject = messages.first().map(ToString::to_string).unwrap_or_default();
    let line = line(engine, project, "question.dismissed", by, &subject);
    let dismissed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let count = tx.review_messages(project, &messages, now).await?;
            if count > 0 {
                tx.add_audit(&line.counting([("messages", count)])).await?;
            }
            Ok::<_, Error>(count)
        })
    });
    dismissed.await
}

/// Makes the answer that the team wrote part of the knowledge, and notes that these answers were looked into. Returns
/// the source that it is in, which is read in the background.
pub async fn answer(
    engine: &Engine,
    project: ProjectId,
    pair: Pair,
    messages: Vec<MessageId>,
    by: &str,
) -> Result<SourceId, Error> {
    let pair = pairs::cleaned(pair)?;
    let (now, inside) = (engine.clock().now(), engine.clone());
    let line = line(engine, project, "question.answered", by, &pair.question);
    let answered = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let source = pairs::put(tx, &inside, project, pair).await?;
            let count = tx.review_messages(project, &messages, now).await?;
            tx.add_audit(&line.counting([("messages", count)])).await?;
            Ok::<_, Error>(source)
        })
    });
    let source = answered.await?;
    engine.0.job_added.notify_waiters();
    Ok(source)
}
