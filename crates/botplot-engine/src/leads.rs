//! Leads: what a visitor says of themselves, with a message or in a form, is kept, and told when it is new.

use botplot_core::conversation::{Conversation, Proof, Status};
use botplot_core::event::Event;
use botplot_core::lead::{Change, Lead, change};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{ConversationId, LeadId, MessageId, ProjectId, SessionId};
use botplot_store::Tx;
use serde_json::Map;

use crate::{Engine, Error, erasure, outbox};

/// Keeps what a visitor says of themselves in a form, as if a message had carried it. What is not open to whoever shows
/// `proof` is not found.
pub async fn leave(
    engine: &Engine,
    project: ProjectId,
    id: ConversationId,
    visitor: Option<&str>,
    proof: &Proof,
    info: VisitorInfo,
) -> Result<(), Error> {
    if !info.is_lead() {
        return Err(Error::invalid("visitor_info", "must have a `name`, an `email` or a `phone`"));
    }
    let (own, visitor, proof) = (engine.clone(), visitor.map(str::to_owned), proof.clone());
    let kept = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let found = tx.find_conversation(project, id).await?;
            let found = found.filter(|c| c.may_open(visitor.as_deref(), &proof));
            keep(tx, &own, found.ok_or(Error::NotFound)?, &proof, &info).await
        })
    });
    kept.await?;
    engine.0.outbox.wake();
    engine.stirs(project, id);
    Ok(())
}

async fn keep(
    tx: &mut Tx,
    engine: &Engine,
    mut conversation: Conversation,
    proof: &Proof,
    info: &VisitorInfo,
) -> Result<(), Error> {
    if conversation.status == Status::Archived {
        return Err(Error::Conflict("conversation_archived"));
    }
    conversation.visitor_info.merge(info);
    conversation.updated_at = engine.clock().now();
    tx.save_conversation(&conversation).await?;
    let session = if let Proof::Session(session) = proof { Some(*session) } else { conversation.session };
    let told = capture(tx, engine, &conversation, session, info, None).await?;
    outbox::emit(tx, engine, conversation.project, told.as_slice()).await
}

/// Notes that somebody, `by`, takes a list of leads away; gives how many there are.
pub async fn export(engine: &Engine, project: ProjectId, words: &str, by: &str) -> Result<i64, Error> {
    let (_, total) = engine.reader().page_leads(project, words, 1, 0).await?;
    let line = erasure::line(engine, project, "leads.exported", by, "leads").counting([("leads", total)]);
    let noted =
        engine.0.store.write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.add_audit(&line).await?) }));
    noted.await?;
    Ok(total)
}

/// Keeps the lead in `info`, if there is one, as left when the conversation last changed, and returns the event when
/// it is new or changed.
pub(crate) async fn capture(
    tx: &mut Tx,
    engine: &Engine,
    conversation: &Conversation,
    session: Option<SessionId>,
    info: &VisitorInfo,
    message: Option<MessageId>,
) -> Result<Option<Event>, Error> {
    if !info.is_lead() {
        return Ok(None);
    }
    let empty = Lead {
        id: LeadId(engine.ids().random()),
        project: conversation.project,
        visitor_id: conversation.visitor_id.clone(),
        conversation: conversation.id,
        session,
        name: None,
        email: None,
        phone: None,
        details: Map::new(),
        consented_at: None,
        created_at: conversation.updated_at,
        updated_at: conversation.updated_at,
    };
    let known = tx.leads_of(conversation.project, &conversation.visitor_id).await?;
    let lead = match change(&known, empty.saying(info)) {
        Change::Same => return Ok(None),
        Change::Changed(lead) => {
            tx.save_lead(&lead).await?;
            lead
        }
        Change::New(lead) => {
            tx.add_lead(&lead).await?;
            lead
        }
    };
    Ok(Some(Event::LeadCaptured {
        conversation_id: conversation.id,
        message_id: message,
        visitor_id: lead.visitor_id,
        lead_id: lead.id,
        name: lead.name,
        email: lead.email,
        phone: lead.phone,
        details: lead.details,
    }))
}
