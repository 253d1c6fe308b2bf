//! Leads: what a visitor says of themselves with a message is kept, and told when it is new.

use botplot_core::conversation::Conversation;
use botplot_core::event::Event;
use botplot_core::lead::{Change, Lead, change};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{LeadId, MessageId, SessionId};
use botplot_store::Tx;
use serde_json::Map;

use crate::{Engine, Error};

/// Keeps the lead in `info`, if there is one, as left when the conversation last changed, and returns the event when
/// it is new or changed.
pub(crate) async fn capture(
    tx: &mut Tx,
    engine: &Engine,
    conversation: &Conversation,
    session: SessionId,
    info: &VisitorInfo,
    message: MessageId,
) -> Result<Option<Event>, Error> {
    if !info.is_lead() {
        return Ok(None);
    }
    let empty = Lead {
        id: LeadId(engine.ids().random()),
        project: conversation.project,
        visitor_id: conversation.visitor_id.clone(),
        conversation: conversation.id,
        session: Some(session),
        name: None,
        email: None,
        phone: None,
        details: Map::new(),
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
        message_id: Some(message),
        visitor_id: lead.visitor_id,
        lead_id: lead.id,
        name: lead.name,
        email: lead.email,
        phone: lead.phone,
        details: lead.details,
    }))
}
