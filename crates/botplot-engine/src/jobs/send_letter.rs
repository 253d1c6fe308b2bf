//! Sends a letter: at least once, again and again for three days, and no more of a project's than its share an hour.

use botplot_core::job::{Fault, Job};
use botplot_core::letter::{JOB as KIND, PATIENCE, next_attempt};
use botplot_core::notice::{Kind as About, Notice};
use botplot_core::{NoticeId, ProjectId};
use botplot_egress::mail::{Error as Unsent, Outgoing};
use serde_json::{Map, json};

use super::{Kind, worker};
use crate::letters::{self, Posted};
use crate::mail::Mail;
use crate::{Engine, Error, notices};

/// The metric of `usage` that counts attempts to send letters by hour.
const METRIC: &str = "letters";
/// Seconds over which letters are spread that had to wait for the next hour.
const SPREAD: f64 = 60.0;

/// The job.
pub(super) const JOB: Kind = Kind {
    name: KIND,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |engine, job, why| Box::pin(give_up(engine, job, why)),
};

async fn run(engine: &Engine, job: &Job) -> Result<(), Fault> {
    let letter = letters::open(engine, job);
    let sent = match &letter {
        Some(letter) => send(engine, job, letter).await,
        None => {
            Err(Fault::Fail("it cannot be read: `server.seal_key` is not the one it was sealed with".into()))
        }
    };
    match sent {
        Err(Fault::Fail(why)) => {
            // Its row goes, and what it said with it; the notice stays.
            tracing::warn!(project.id = %job.project, why, "a letter was given up");
            Ok(tell(engine, job.project, letter.as_ref(), &why).await?)
        }
        other => other,
    }
}

async fn send(engine: &Engine, job: &Job, letter: &Posted) -> Result<(), Fault> {
    let (written_at, jitter) = (worker::written_at(job), worker::jitter(engine));
    let later = |why: String| match next_attempt(job.attempts, written_at, engine.clock().now(), jitter) {
        Some(at) => Fault::Later(at, why),
        None => Fault::Fail(format!("tried for {} days: {why}", PATIENCE / 86_400)),
    };
    let Some(mail) = &engine.0.mail else { return Err(later("`[mail]` names no server any more".into())) };
    if !has_room(engine, job.project, mail).await? {
        return Err(match later("the project has sent its letters of this hour".into()) {
            Fault::Later(_, why) => {
                let hour = engine.clock().now().next_hour();
                Fault::Later(hour.plus_seconds((SPREAD * jitter) as i64), why)
            }
            other => other,
        });
    }
    let id = job.id.to_string();
    let outgoing = Outgoing {
        to: &letter.to,
        subject: &letter.subject,
        text: &letter.text,
        id: &id,
        written_at,
        unsubscribe: letter.unsubscribe.as_deref(),
    };
    match mail.mailer.send(&outgoing).await {
        Ok(()) => Ok(()),
        Err(Unsent::Refused(why)) => Err(Fault::Fail(why)),
        Err(Unsent::NotNow(why) | Unsent::Setup(why)) => Err(later(why)),
    }
}

/// Takes one of the project's letters of this hour; false when none is left.
async fn has_room(engine: &Engine, project: ProjectId, mail: &Mail) -> Result<bool, Error> {
    let (hour, limit) = (engine.clock().now().hour(), mail.per_hour);
    let taken = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.take_unit(project, &hour, METRIC, Some(limit)).await?) })
    });
    Ok(taken.await?.is_some())
}

async fn give_up(engine: &Engine, job: &Job, why: &str) {
    if let Err(error) = tell(engine, job.project, None, why).await {
        tracing::error!(%error, "could not leave a notice about a letter");
    }
}

/// Tells the owner of a letter that will not arrive; of those to one address once a day.
async fn tell(engine: &Engine, project: ProjectId, letter: Option<&Posted>, why: &str) -> Result<(), Error> {
    let now = engine.clock().now();
    let to = letter.map_or("?", |letter| &letter.to);
    let detail = [("to", json!(to)), ("subject", json!(letter.map(|l| &l.subject))), ("reason", json!(why))];
    let notice = Notice {
        id: NoticeId(engine.ids().ordered(now)),
        project,
        kind: About::LetterFailed,
        occasion: format!("{to} {}", now.day()),
        detail: detail.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
        created_at: now,
    };
    let own = engine.clone();
    let left =
        engine.0.store.write(move |tx| Box::pin(async move { notices::leave(tx, &own, &notice).await }));
    left.await?;
    Ok(())
}
