//! What will be done with a question: the passages found for it and the way to its answer, as chat, tests and runs of
//! the question set all take it.

use botplot_core::answer::{Evidence, Plan, plan};
use botplot_core::courtesy;
use botplot_core::project::Project;
use botplot_core::speech::Speech;

use super::own_words::{self, OwnWords};
use super::tongue;
use super::turn::REFUSED;
use crate::retrieve::{self, Retrieved};
use crate::{Engine, Error};

/// A question, looked up.
pub(super) struct Foreseen {
    pub(super) found: Retrieved,
    /// The owner's own answer, when a pair of theirs asks the same.
    pub(super) own: Option<OwnWords>,
    pub(super) plan: Plan,
    /// The language of the bot's own sentences.
    pub(super) speech: &'static Speech,
}

/// Looks a question up and chooses the way; `earlier` are the visitor's messages before it, oldest first.
pub(super) async fn foresee(
    engine: &Engine,
    project: &Project,
    question: &str,
    earlier: &[String],
) -> Result<Foreseen, Error> {
    let limit = engine.0.config.passages;
    let found = retrieve::passages(engine, project.id, question, earlier, limit).await?;
    let own = own_words::find(engine, project.id, question, &found).await?;
    let evidence = Evidence {
        confidence: found.confidence,
        passages: found.passages.len(),
        courtesy: courtesy::of(question),
        pair: own.is_some(),
    };
    let plan = plan(evidence, project.settings.threshold, engine.0.model.is_some());
    let speech = tongue::of_turn(question, earlier, &project.settings);
    Ok(Foreseen { found, own, plan, speech })
}

/// The word for how an answer came about that went as planned.
pub(super) fn word(plan: Plan) -> &'static str {
    match plan {
        Plan::Greet(_) => "greeted",
        Plan::Refuse => REFUSED,
        Plan::Verbatim => "verbatim",
        Plan::Extract => "quoted",
        Plan::Generate => "written",
    }
}
