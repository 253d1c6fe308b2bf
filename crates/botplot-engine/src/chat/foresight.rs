//! What will be done with a question: the passages found for it and the way to its answer, as chat, tests and runs of
//! the question set all take it.

use botplot_core::Timestamp;
use botplot_core::answer::{Evidence, Plan, plan};
use botplot_core::courtesy;
use botplot_core::handoff::asked_in_words;
use botplot_core::project::{Project, Settings};
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
        asks_for_person: project.settings.handoff.enabled && asked_in_words(question),
    };
    let plan = plan(evidence, project.settings.threshold, engine.0.model.is_some());
    let speech = tongue::of_turn(question, earlier, &project.settings);
    Ok(Foreseen { found, own, plan, speech })
}

/// The word for how an answer came about that went as planned.
pub(super) fn word(plan: Plan) -> &'static str {
    match plan {
        Plan::Greet(_) => "greeted",
        Plan::HandOver => "handed_over",
        Plan::Refuse => REFUSED,
        Plan::Verbatim => "verbatim",
        Plan::Extract => "quoted",
        Plan::Generate => "written",
    }
}

/// What is said to somebody who asked for a person.
pub(super) fn word_to_waiting(speech: &'static Speech, settings: &Settings, now: Timestamp) -> String {
    settings.hours.closed_message(now).unwrap_or_else(|| speech.handoff_of(settings).to_owned())
}
