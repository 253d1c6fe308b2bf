//! Leads: contact details that visitors leave, each person's once.

use serde_json::{Map, Value};

use crate::visitor::VisitorInfo;
use crate::{ConversationId, LeadId, ProjectId, SessionId, Timestamp};

/// The detail that holds what a visitor agreed to.
pub const CONSENT: &str = "consent";

/// Contact details that a visitor left.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// The tenant.
    pub project: ProjectId,
    /// The id that the caller chose for the visitor.
    pub visitor_id: String,
    /// The conversation they were left in.
    pub conversation: ConversationId,
    /// The session that left them: another session of the same visitor id may be another person.
    pub session: Option<SessionId>,
    /// The visitor's name.
    pub name: Option<String>,
    /// The visitor's e-mail address.
    pub email: Option<String>,
    /// The visitor's telephone number.
    pub phone: Option<String>,
    /// Further details, kept as they came.
    pub details: Map<String, Value>,
    /// When the visitor agreed to the text that stands as `consent` in the details.
    pub consented_at: Option<Timestamp>,
    /// When they were first left.
    pub created_at: Timestamp,
    /// When a value last changed.
    pub updated_at: Timestamp,
}

/// What new details mean for the leads that are known of the same visitor id.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing new.
    Same,
    /// A value changed: this is the lead now.
    Changed(Lead),
    /// A lead not seen before.
    New(Lead),
}

/// Compares a lead as just left, `fresh`, with the known ones of its visitor id. A visitor id proves nothing, so a
/// known lead changes only within its own session or conversation.
pub fn change(known: &[Lead], fresh: Lead) -> Change {
    let own =
        |l: &&Lead| l.conversation == fresh.conversation || l.session.is_some() && l.session == fresh.session;
    let Some(lead) = known.iter().find(own) else {
        let same = known.iter().any(|l| values(l) == values(&fresh));
        return if same { Change::Same } else { Change::New(fresh) };
    };
    let newer = |new: &Option<String>, old: &Option<String>| new.clone().or_else(|| old.clone());
    let mut details = lead.details.clone();
    details.extend(fresh.details.clone());
    let same_text = lead.details.get(CONSENT) == fresh.details.get(CONSENT);
    let agreed = if same_text {
        lead.consented_at.or(fresh.consented_at)
    } else {
        fresh.consented_at.or(lead.consented_at)
    };
    let next = Lead {
        name: newer(&fresh.name, &lead.name),
        email: newer(&fresh.email, &lead.email),
        phone: newer(&fresh.phone, &lead.phone),
        details,
        consented_at: agreed,
        updated_at: fresh.updated_at,
        ..lead.clone()
    };
    if values(&next) == values(lead) { Change::Same } else { Change::Changed(next) }
}

type Values<'a> = (&'a Option<String>, &'a Option<String>, &'a Option<String>, &'a Map<String, Value>);

fn values(lead: &Lead) -> Values<'_> {
    (&lead.name, &lead.email, &lead.phone, &lead.details)
}

/// True for a text, and for a plain yes.
fn agrees(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty()) || *value == Value::Bool(true)
}

impl Lead {
    /// What the visitor agreed to, if they agreed to anything.
    pub fn consent(&self) -> Option<&str> {
        let value = self.details.get(CONSENT).filter(|value| agrees(value))?;
        Some(value.as_str().unwrap_or("yes"))
    }

    /// Takes name, email, phone and further details, trimmed, from what a visitor said; empty ones count as absent.
    #[must_use]
    pub fn saying(self, info: &VisitorInfo) -> Self {
        let text = |name: &str| {
            let text = info.0.get(name).and_then(Value::as_str).unwrap_or_default().trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let further = |(name, _): &(&String, &Value)| !matches!(name.as_str(), "name" | "email" | "phone");
        let details = info.0.iter().filter(further).map(|(n, v)| (n.clone(), v.clone())).collect();
        let consented_at = info.0.get(CONSENT).is_some_and(agrees).then_some(self.updated_at);
        Self { name: text("name"), email: text("email"), phone: text("phone"), details, consented_at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn lead(conversation: u128, session: u128, info: Value) -> Lead {
        let Value::Object(info) = info else { panic!("not an object") };
        let empty = Lead {
            id: LeadId(Uuid::nil()),
            project: ProjectId(Uuid::nil()),
            visitor_id: "v".into(),
            conversation: ConversationId(Uuid::from_u128(conversation)),
            session: Some(SessionId(Uuid::from_u128(session))),
            name: None,
            email: None,
            phone: None,
            details: Map::new(),
            consented_at: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        };
        empty.saying(&VisitorInfo(info))
    }

    #[test]
    fn the_same_details_again_are_nothing_new() {
        let known = [lead(1, 1, json!({ "name": "Ann" }))];
        assert_eq!(change(&known, lead(1, 1, json!({ "name": " Ann ", "email": "" }))), Change::Same);
        assert_eq!(change(&known, lead(2, 2, json!({ "name": "Ann" }))), Change::Same);
    }

    #[test]
    fn a_changed_value_changes_the_lead_of_the_same_session() {
        let known = [lead(1, 1, json!({ "name": "Ann", "plan": "gold" }))];
        let Change::Changed(it) = change(&known, lead(2, 1, json!({ "email": "a@b.example" }))) else {
            panic!("not changed")
        };
        assert_eq!((it.name.as_deref(), it.email.as_deref()), (Some("Ann"), Some("a@b.example")));
        assert_eq!((it.conversation, it.details["plan"].as_str()), (known[0].conversation, Some("gold")));
    }

    #[test]
    fn consent_counts_from_when_its_text_was_first_agreed_to() {
        let at = |seconds, info| {
            let empty = Lead { updated_at: Timestamp(seconds), ..lead(1, 1, json!({ "name": "Ann" })) };
            let Value::Object(info) = info else { panic!("not an object") };
            empty.saying(&VisitorInfo(info))
        };
        assert_eq!(at(5, json!({ "name": "Ann", "consent": "" })).consented_at, None);
        assert_eq!(at(5, json!({ "name": "Ann", "consent": false })).consented_at, None);
        assert_eq!(at(5, json!({ "name": "Ann", "consent": true })).consented_at, Some(Timestamp(5)));
        let known = [at(5, json!({ "name": "Ann", "consent": "You may call." }))];
        let after = |info| match change(&known, info) {
            Change::Changed(lead) => lead.consented_at,
            other => panic!("{other:?}"),
        };
        assert_eq!(after(at(9, json!({ "name": "Anna", "consent": "You may call." }))), Some(Timestamp(5)));
        assert_eq!(after(at(9, json!({ "name": "Anna" }))), Some(Timestamp(5)));
        assert_eq!(after(at(9, json!({ "name": "Ann", "consent": "You may write." }))), Some(Timestamp(9)));
    }

    #[test]
    fn another_session_of_the_same_visitor_id_does_not_overwrite() {
        let known = [lead(1, 1, json!({ "name": "Ann" }))];
        assert!(matches!(change(&known, lead(2, 2, json!({ "name": "Eve" }))), Change::New(_)));
    }
}
