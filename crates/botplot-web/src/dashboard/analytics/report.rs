//! All figures of a period, read at once.

use std::collections::HashMap;

use botplot_core::SourceId;
use botplot_core::figures::{Conversations, Messages, Totals, most_asked, percentile};
use botplot_core::message::Role;
use botplot_core::project::Project;
use botplot_core::source::Source;
use botplot_engine::Engine;
use botplot_engine::chat::MESSAGES;
use jiff::civil::Date;

use super::period::Period;
use crate::ApiError;

/// Answers whose time is looked at, questions and answers whose words are: the latest ones of a period.
pub(super) const TIMED: i64 = 20_000;
pub(super) const ASKED: i64 = 10_000;
pub(super) const CITED: i64 = 5_000;
/// Questions shown.
const TOP: usize = 20;
/// Sources looked at.
const SOURCES: i64 = 1_000;

/// What happened in a period.
pub(super) struct Report {
    pub(super) period: Period,
    pub(super) totals: Totals,
    /// In as many days right before.
    pub(super) before: Totals,
    pub(super) visitors: i64,
    pub(super) visitors_before: i64,
    /// Each day's part, the first one first.
    pub(super) days: Vec<(Date, Totals)>,
    /// Visitors' messages by weekday, from Monday, and hour.
    pub(super) hours: [[i64; 24]; 7],
    pub(super) times: Times,
    /// What was asked, and how often.
    pub(super) questions: Vec<(String, i64)>,
    /// How many questions were looked at.
    pub(super) asked: i64,
    /// Names of sources, where they are still there, and how many answers cited each.
    pub(super) sources: Vec<(Option<Source>, i64)>,
    /// Sources that no answer cited.
    pub(super) unused: Vec<Source>,
    /// How many answers were looked at.
    pub(super) cited: i64,
    /// Answers used this month, and how many there may be.
    pub(super) used: (i64, Option<i64>),
}

/// How long answers took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) half: Option<i64>,
    pub(super) most: Option<i64>,
    /// How many were measured.
    pub(super) measured: i64,
}

impl Report {
    /// Reads what happened.
    pub(super) async fn load(engine: &Engine, project: &Project, period: Period) -> Result<Self, ApiError> {
        let (reader, id) = (engine.reader(), project.id);
        let (earlier, (from, to)) = (period.before().span(), period.span());
        let month = engine.clock().now().month();
        let (talks, words, visitors, times) = tokio::try_join!(
            reader.count_conversations(id, from, to),
            reader.count_messages(id, from, to),
            reader.count_visitors(id, from, to),
            reader.answer_times(id, from, to, TIMED),
        )?;
        let (old_talks, old_words, visitors_before, asked, cited) = tokio::try_join!(
            reader.count_conversations(id, earlier.0, earlier.1),
            reader.count_messages(id, earlier.0, earlier.1),
            reader.count_visitors(id, earlier.0, earlier.1),
            reader.latest_questions(id, from, to, ASKED),
            reader.latest_citations(id, from, to, CITED),
        )?;
        let (all, _) = reader.list_sources(id, SOURCES, 0).await?;
        let used = reader.usage(id, &month).await?;
        let used = used.iter().find(|(metric, _)| metric == MESSAGES).map_or(0, |(_, used)| *used);
        let counted = cited.len() as i64;
        let (sources, unused) = sort_sources(all, cited);
        Ok(Self {
            totals: total(&talks, &words),
            before: total(&old_talks, &old_words),
            visitors,
            visitors_before,
            days: by_day(&period, &talks, &words),
            hours: by_hour(&period, &words),
            times: Times::of(times),
            questions: most_asked(&asked, TOP),
            asked: asked.len() as i64,
            sources,
            unused,
            cited: counted,
            used: (used, engine.plans().of(project.plan).monthly()),
            period,
        })
    }

    /// True when nothing happened, neither in the period nor before.
    pub(super) fn is_empty(&self) -> bool {
        self.totals == Totals::default() && self.before == Totals::default()
    }
}

impl Times {
    fn of(mut times: Vec<i64>) -> Self {
        times.sort_unstable();
        Self { half: percentile(&times, 50), most: percentile(&times, 95), measured: times.len() as i64 }
    }
}

fn total(conversations: &[Conversations], messages: &[Messages]) -> Totals {
    let mut totals = Totals::default();
    for them in conversations {
        totals.conversations(them);
    }
    for them in messages {
        totals.messages(them);
    }
    totals
}

fn by_day(period: &Period, conversations: &[Conversations], messages: &[Messages]) -> Vec<(Date, Totals)> {
    let mut days: Vec<_> = period.days().into_iter().map(|day| (day, Totals::default())).collect();
    let place =
        |date: Date| usize::try_from(period.first.until(date).map_or(-1, |span| span.get_days())).ok();
    for them in conversations {
        let day = place(period.zone.local(them.at).date).and_then(|place| days.get_mut(place));
        if let Some((_, totals)) = day {
            totals.conversations(them);
        }
    }
    for them in messages {
        let day = place(period.zone.local(them.at).date).and_then(|place| days.get_mut(place));
        if let Some((_, totals)) = day {
            totals.messages(them);
        }
    }
    days
}

fn by_hour(period: &Period, messages: &[Messages]) -> [[i64; 24]; 7] {
    let mut hours = [[0; 24]; 7];
    for them in messages.iter().filter(|them| them.role == Role::User) {
        let local = period.zone.local(them.at);
        hours[local.weekday][local.hour] += them.count;
    }
    hours
}

type Sorted = (Vec<(Option<Source>, i64)>, Vec<Source>);

/// Sources by how many answers cited them, and those that none did. Removed ones count together.
fn sort_sources(all: Vec<Source>, cited: Vec<Vec<SourceId>>) -> Sorted {
    let mut counts: HashMap<SourceId, i64> = HashMap::new();
    for source in cited.into_iter().flatten() {
        *counts.entry(source).or_default() += 1;
    }
    let (mut used, mut unused) = (Vec::new(), Vec::new());
    for source in all {
        match counts.remove(&source.id) {
            Some(count) => used.push((Some(source), count)),
            None => unused.push(source),
        }
    }
    let removed: i64 = counts.values().sum();
    if removed > 0 {
        used.push((None, removed));
    }
    used.sort_by_key(|(_, count)| -count);
    (used, unused)
}
