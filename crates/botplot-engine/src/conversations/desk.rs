//! What a person of the team does at their desk: taking conversations, giving them away, noting, reading.

use botplot_core::account::Role;
use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::handoff::Action;
use botplot_core::message::Message;
use botplot_core::{AccountId, ConversationId, NoteId, ProjectId, message};
use botplot_store::NoteRow;

use super::{act, hand_back, keep, reply, set_status, tell, to_the_end};
use crate::{Engine, Error, erasure};

/// A person of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teammate {
    /// Their account.
    pub account: AccountId,
    /// The name that visitors read.
    pub name: String,
    /// Who stands in the audit log.
    pub actor: String,
}

/// Who answers in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The bot.
    Bot,
    /// A person, as visitors read their name.
    Person(String),
}

impl Holder {
    /// Who answers in this one.
    pub fn of(conversation: &Conversation) -> Self {
        match conversation.handled_by {
            HandledBy::Ai => Self::Bot,
            HandledBy::Human => Self::Person(conversation.agent.clone().unwrap_or_default()),
        }
    }
}

/// What became of taking a conversation over.
#[derive(Clone, Debug)]
pub enum Claim {
    /// It is theirs.
    Taken,
    /// Meanwhile it has gone to somebody else.
    Gone(Holder),
}

/// Takes a conversation over from `seen`, who had it when the person decided to; a running answer is cut. Of two who
/// take it at once, one gets it.
pub async fn claim(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    who: &Teammate,
    seen: Holder,
) -> Result<Claim, Error> {
    let (own, who) = (engine.clone(), who.clone());
    to_the_end(engine, async move {
        let inner = own.clone();
        let write = own.0.store.write(move |tx| {
            Box::pin(async move {
                let mut it = tx.find_conversation(project, id).await?.ok_or(Error::NotFound)?;
                let (now, mine) = (Holder::of(&it), Holder::Person(who.name.clone()));
                let assignee = tx.find_assignee(project, id).await?;
                let mine = now == mine && assignee.is_none_or(|account| account == who.account);
                if now != seen && !mine {
                    return Ok((Claim::Gone(now), None));
                }
                let effects = act(&mut it, Action::TakeOver { agent: Some(who.name.clone()) })?;
                it.updated_at = inner.clock().now();
                keep(tx, &inner, &it, &effects, None).await?;
                tx.set_assignee(project, id, Some(who.account)).await?;
                Ok::<_, Error>((Claim::Taken, Some(effects)))
            })
        });
        let (claim, effects) = write.await?;
        if let Some(effects) = effects {
            tell(&own, project, id, &effects);
        }
        Ok(claim)
    })
    .await
}

/// Gives a conversation back to the bot, and out of the care of whoever had it.
pub async fn release(engine: &Engine, project: ProjectId, id: ConversationId) -> Result<(), Error> {
    hand_back(engine, project, id).await?;
    care(engine, project, id, None).await
}

/// Gives a conversation into somebody's care, or nobody's. `Invalid` names `account` when they do not talk to
/// visitors in this project.
pub async fn assign(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    account: Option<AccountId>,
) -> Result<(), Error> {
    if let Some(account) = account {
        let role = engine.reader().find_role(project, account).await?;
        if role.is_none_or(|role| role < Role::Agent) {
            return Err(Error::invalid("account", "is nobody who talks to visitors in this project"));
        }
    }
    care(engine, project, id, account).await
}

async fn care(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    account: Option<AccountId>,
) -> Result<(), Error> {
    let set = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.set_assignee(project, id, account).await?) })
    });
    if !set.await? {
        return Err(Error::NotFound);
    }
    engine.stirs(project, id);
    Ok(())
}

/// Archives a conversation for good.
pub async fn archive(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    actor: &str,
) -> Result<(), Error> {
    set_status(engine, project, id, Status::Archived).await?;
    let line = erasure::line(engine, project, "conversation.archived", actor, &id.to_string());
    let write = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.add_audit(&line.counting([])).await?) }));
    write.await
}

/// Writes to the visitor in a person's name, who takes care of the conversation from then on if nobody else does,
/// and has read it. `Invalid` names `content`.
pub async fn answer(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    who: &Teammate,
    content: &str,
) -> Result<Message, Error> {
    let content = message::clean(content).map_err(|why| Error::invalid("content", why))?;
    let sent = reply(engine, project, id, Some(&who.name), content).await?;
    let account = who.account;
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let it = tx.find_conversation(project, id).await?.ok_or(Error::NotFound)?;
            tx.set_assignee(project, id, Some(account)).await?;
            tx.note_read(project, account, id, it.message_count).await?;
            Ok::<_, Error>(())
        })
    });
    write.await?;
    engine.stirs(project, id);
    Ok(sent)
}

/// Adds a note that only the team reads. `Invalid` names `content`.
pub async fn note(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    author: &str,
    content: &str,
) -> Result<NoteRow, Error> {
    let content = message::clean(content).map_err(|why| Error::invalid("content", why))?;
    engine.reader().find_conversation(project, id).await?.ok_or(Error::NotFound)?;
    let note = NoteRow {
        id: NoteId(engine.ids().random()),
        author: author.to_owned(),
        content,
        created_at: engine.clock().now(),
    };
    let kept = note.clone();
    let write = engine
        .0
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.add_note(project, id, &kept).await?) }));
    write.await?;
    engine.stirs(project, id);
    Ok(note)
}

/// Notes that an account has read so many messages of a conversation.
pub async fn read(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    account: AccountId,
    messages: i64,
) -> Result<(), Error> {
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.note_read(project, account, id, messages).await?) })
    });
    if write.await? {
        engine.0.inboxes.recount(project);
    }
    Ok(())
}
