//! What answers cost: prices set by the operator, counted by project and day, and the cap beyond which answers are
//! quoted instead of written.

use botplot_core::notice::{Kind, Notice};
use botplot_core::project::Project;
use botplot_core::{NoticeId, ProjectId};
use botplot_llm::Usage;
use serde_json::{Map, json};

use crate::{Engine, Error, notices};

/// The metric of `usage` that counts millionths of the operator's currency by day.
pub const METRIC: &str = "spend";

/// Characters of a token, for providers that do not count: about four in English.
const TOKEN: usize = 4;

/// What the operator says about money; in one currency throughout.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spending {
    /// Price of a million tokens that a model reads; 0 is free.
    pub input_price: f64,
    /// Price of a million tokens that a model writes; 0 is free.
    pub output_price: f64,
    /// What one project may spend a day, UTC; 0 is no cap.
    pub daily: f64,
}

impl Spending {
    /// What a project may spend a day in millionths of the currency: the smaller of the operator's cap and the
    /// project's own; `None` without either.
    pub fn cap(&self, project: &Project) -> Option<i64> {
        let caps = [self.daily, project.settings.daily_spend];
        let caps = caps.into_iter().filter(|cap| *cap > 0.0 && cap.is_finite());
        caps.map(|cap| (cap * 1e6) as i64).min()
    }

    /// What an answer cost in millionths of the currency; a price per million tokens is that of one token in those.
    fn cost(&self, usage: Usage, read: usize, written: usize) -> i64 {
        let tokens = |counted: Option<u32>, characters: usize| {
            counted.map_or(characters.div_ceil(TOKEN) as f64, f64::from)
        };
        let cost =
            tokens(usage.input, read) * self.input_price + tokens(usage.output, written) * self.output_price;
        cost.ceil() as i64
    }
}

/// True when the day's cap leaves nothing for a model; the owner is told once a day.
pub(crate) async fn is_spent(engine: &Engine, project: &Project) -> Result<bool, Error> {
    let Some(cap) = engine.spending().cap(project) else { return Ok(false) };
    let now = engine.clock().now();
    let spent = engine.reader().usage(project.id, &now.day()).await?;
    let spent = spent.iter().find(|(metric, _)| metric == METRIC).map_or(0, |(_, used)| *used);
    if spent < cap {
        return Ok(false);
    }
    let detail = json!({ "cap": cap as f64 / 1e6, "spent": spent as f64 / 1e6 });
    let notice = Notice {
        id: NoticeId(engine.ids().ordered(now)),
        project: project.id,
        kind: Kind::SpendingAtLimit,
        occasion: now.day(),
        detail: detail.as_object().cloned().unwrap_or_else(Map::new),
        created_at: now,
    };
    let own = engine.clone();
    let told =
        engine.0.store.write(move |tx| Box::pin(async move { notices::leave(tx, &own, &notice).await }));
    if told.await? {
        tracing::warn!(project.id = %project.id, "the day's spending cap is reached; answers are quoted until tomorrow");
    }
    Ok(true)
}

/// Counts what a model was paid for, whether or not its answer was of use; `read` and `written` are characters.
pub(crate) async fn count(
    engine: &Engine,
    project: ProjectId,
    usage: Usage,
    read: usize,
    written: usize,
) -> Result<(), Error> {
    let cost = engine.spending().cost(usage, read, written);
    if cost == 0 {
        return Ok(());
    }
    let day = engine.clock().now().day();
    let counted = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.add_usage(project, &day, METRIC, cost).await?) })
    });
    counted.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_by_the_provider_or_else_estimated() {
        let prices = Spending { input_price: 0.5, output_price: 2.0, daily: 0.0 };
        let counted = Usage { input: Some(1000), output: Some(100) };
        assert_eq!(prices.cost(counted, 0, 0), 700);
        assert_eq!(prices.cost(Usage::default(), 4000, 400), 700);
        assert_eq!(Spending::default().cost(counted, 9, 9), 0);
    }
}
