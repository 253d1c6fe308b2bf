//! Promises about leads.

use botplot_core::lead::Lead;
use botplot_core::{ConversationId, LeadId, SessionId};

use crate::rig::{NOW, Rig};

async fn add(rig: &Rig, lead: &Lead) {
    let lead = lead.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_lead(&lead).await })).await;
}

pub(crate) async fn a_lead_is_kept_as_it_was_added_and_saved(rig: Rig) {
    let added = Lead { session: None, ..rig.lead(ConversationId(rig.id()), "bob") };
    add(&rig, &added).await;
    let find = async || rig.read().leads_of(rig.project, "bob").await.unwrap();
    assert_eq!(find().await, std::slice::from_ref(&added));
    let details = serde_json::Map::from_iter([("seats".to_owned(), serde_json::json!({ "n": [1, null] }))]);
    let saved = Lead {
        conversation: ConversationId(rig.id()),
        session: Some(SessionId(rig.id())),
        name: None,
        email: Some("bob@example.com".into()),
        phone: Some("+49 \u{fffd}".into()),
        details,
        updated_at: NOW.plus_seconds(5),
        ..added
    };
    let save = |lead: Lead| rig.write(move |tx| Box::pin(async move { tx.save_lead(&lead).await }));
    assert!(save(Lead { phone: Some("+49 \0".into()), ..saved.clone() }).await);
    assert_eq!(find().await, std::slice::from_ref(&saved));
    let other = rig.add_project("other").await.unwrap();
    assert!(!save(Lead { project: other, name: Some("stray".into()), ..saved.clone() }).await);
    assert_eq!(find().await, [saved]);
    assert!(rig.read().leads_of(other, "bob").await.unwrap().is_empty());
}

pub(crate) async fn leads_are_listed_newest_first_and_a_visitors_oldest_first(rig: Rig) {
    let times = [("bob", 1), ("ann", 3), ("bob", 2), ("bob", 2)];
    let mut ids = Vec::new();
    for (visitor, seconds) in times {
        let lead =
            Lead { created_at: NOW.plus_seconds(seconds), ..rig.lead(ConversationId(rig.id()), visitor) };
        ids.push(lead.id);
        add(&rig, &lead).await;
    }
    let id = |leads: Vec<Lead>| leads.into_iter().map(|l| l.id).collect::<Vec<LeadId>>();
    let (page, total) = rig.read().list_leads(rig.project, 3, 0).await.unwrap();
    assert_eq!((id(page), total), (vec![ids[1], ids[3], ids[2]], 4));
    let (page, total) = rig.read().list_leads(rig.project, 3, 3).await.unwrap();
    assert_eq!((id(page), total), (vec![ids[0]], 4));
    let bobs = [ids[0], ids[2], ids[3]];
    assert_eq!(id(rig.read().leads_of(rig.project, "bob").await.unwrap()), bobs);
    let project = rig.project;
    let inside = rig.write(move |tx| Box::pin(async move { tx.leads_of(project, "bob").await })).await;
    assert_eq!(id(inside), bobs);
    let other = rig.add_project("other").await.unwrap();
    assert_eq!(rig.read().list_leads(other, 3, 0).await.unwrap(), (Vec::new(), 0));
}
