//! Visitors who wait for a person while nobody looks: told to the team by letter and in a chat of theirs, once each time.

use botplot_core::account::Role;
use botplot_core::conversation::{Conversation, HandledBy};
use botplot_core::letter::alert::{Alert, JOB};
use botplot_core::letter::{Letter, address_fault, unsubscribe};
use botplot_core::project::Project;
use botplot_core::{ConversationId, JobId, Timestamp};
use botplot_store::{NewJob, Tx};
use serde_json::json;

use super::{BATCH, place_of};
use crate::letters::{self, Posted};
use crate::{Engine, Error};

/// Addresses of members that hear of one visitor at most.
const MOST_READERS: usize = 20;
/// The newest messages among which what the visitor said last is looked for.
const NEWEST: i64 = 20;

/// Tells of all who have waited long enough.
pub(super) async fn look(engine: &Engine, project: &Project, address: &str) -> Result<(), Error> {
    let set = &project.settings;
    let seconds = i64::from(set.alerts.after_minutes) * 60;
    if seconds == 0 || engine.0.mail.is_none() && set.alerts.webhook_url.is_empty() {
        return Ok(());
    }
    let now = engine.clock().now();
    for (id, since) in engine.reader().overdue(project.id, now.plus_seconds(-seconds), BATCH).await? {
        // Who began to wait later is not due before.
        if set.hours.waited(since, seconds) > now || engine.stopping().is_cancelled() {
            break;
        }
        if raise(engine, project, address, id, since).await? {
            tracing::info!(project.id = %project.id, conversation.id = %id, "a visitor waits and nobody looks");
        }
    }
    Ok(())
}

/// Tells of one; false when another node has, or when it is over.
async fn raise(
    engine: &Engine,
    project: &Project,
    address: &str,
    id: ConversationId,
    since: Timestamp,
) -> Result<bool, Error> {
    let said = last_words(engine, project, id).await?;
    let (own, project) = (engine.clone(), project.clone());
    let place = place_of(address, project.id, id);
    let raised = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let now = own.clock().now();
            if !tx.claim_alert(project.id, id, since, now).await? {
                return Ok::<_, Error>(false);
            }
            let Some(it) = tx.find_conversation(project.id, id).await? else { return Ok(false) };
            let alert = alert(&project, &it, since, said.as_deref(), &place);
            write(tx, &own, &project, &alert.letter()).await?;
            if !project.settings.alerts.webhook_url.is_empty() {
                post(tx, &own, &project, &alert.message()).await?;
            }
            Ok(true)
        })
    });
    let raised = raised.await?;
    engine.0.job_added.notify_waiters();
    Ok(raised)
}

fn alert<'a>(
    project: &'a Project,
    it: &'a Conversation,
    since: Timestamp,
    said: Option<&'a str>,
    address: &'a str,
) -> Alert<'a> {
    let has_person = it.handled_by == HandledBy::Human;
    Alert {
        project: (project.id, &project.name),
        visitor: it.visitor_info.text("name"),
        agent: it.agent.as_deref().filter(|_| has_person),
        since,
        said,
        address,
    }
}

async fn last_words(engine: &Engine, project: &Project, id: ConversationId) -> Result<Option<String>, Error> {
    let newest = engine.reader().list_messages(project.id, id, NEWEST).await?;
    let last = newest.into_iter().rev().find(|m| m.role == botplot_core::message::Role::User);
    Ok(last.map(|message| message.content))
}

async fn write(tx: &mut Tx, engine: &Engine, project: &Project, letter: &Letter) -> Result<(), Error> {
    let Some(mail) = &engine.0.mail else { return Ok(()) };
    let mut readers = project.settings.alerts.emails.clone();
    if readers.is_empty() {
        let members = tx.list_members(project.id).await?;
        let replying = members.into_iter().filter(|member| member.role >= Role::Agent);
        readers = replying.map(|member| member.email).take(MOST_READERS).collect();
    }
    for to in readers.into_iter().filter(|to| address_fault(to).is_none()) {
        let Letter { subject, text } = letter.clone();
        let unsubscribe = Some(unsubscribe(&mail.mailer.sender(), project.id));
        letters::post(tx, engine, project.id, &Posted { to, subject, text, unsubscribe }).await?;
    }
    Ok(())
}

async fn post(tx: &mut Tx, engine: &Engine, project: &Project, text: &str) -> Result<(), Error> {
    let now = engine.clock().now();
    let job = NewJob {
        id: JobId(engine.ids().ordered(now)),
        project: project.id,
        kind: JOB.to_owned(),
        payload: json!({ "text": text }),
        run_at: now,
        dedupe_key: None,
    };
    tx.add_job(&job).await?;
    Ok(())
}
