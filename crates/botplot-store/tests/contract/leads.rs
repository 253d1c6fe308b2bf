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
        consented_at: None,
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

pub(crate) async fn leads_are_found_by_words_and_read_on_from_a_place(rig: Rig) {
    let mut ids = Vec::new();
    for (n, (name, email)) in
        [("Ann Arbor", "ann@example.com"), ("Jürgen", "j_x@example.com"), ("Bob", "jax@example.com")]
            .into_iter()
            .enumerate()
    {
        let lead = Lead {
            name: Some(name.into()),
            email: Some(email.into()),
            created_at: NOW.plus_seconds(n as i64 / 2),
            ..rig.lead(ConversationId(rig.id()), "v")
        };
        ids.push(lead.id);
        add(&rig, &lead).await;
    }
    let id = |leads: Vec<Lead>| leads.into_iter().map(|l| l.id).collect::<Vec<LeadId>>();
    let find = async |words: &str| {
        let (found, total) = rig.read().page_leads(rig.project, words, 9, 0).await.unwrap();
        assert_eq!(found.len() as i64, total);
        id(found)
    };
    assert_eq!(find("").await, [ids[2], ids[1], ids[0]]);
    assert_eq!(find(" ANN  example ").await, [ids[0]]);
    assert_eq!(find("Jürgen").await, [ids[1]]);
    assert_eq!(find("j_x").await, [ids[1]]);
    assert_eq!(find("plan").await.len(), 3, "names of details are words too");
    assert!(find("%").await.is_empty() && find("\\").await.is_empty());
    let (page, total) = rig.read().page_leads(rig.project, "example", 1, 1).await.unwrap();
    assert_eq!((id(page), total), (vec![ids[1]], 3));
    let first = rig.read().search_leads(rig.project, "", None, 1).await.unwrap().remove(0);
    assert_eq!(first.id, ids[2]);
    let place = Some((first.created_at, first.id));
    let rest = rig.read().search_leads(rig.project, "", place, 9).await.unwrap();
    assert_eq!(id(rest), [ids[1], ids[0]]);
    assert_eq!(rig.read().find_lead(rig.project, ids[0]).await.unwrap().unwrap().id, ids[0]);
    let other = rig.add_project("other").await.unwrap();
    assert_eq!(rig.read().page_leads(other, "", 9, 0).await.unwrap().1, 0);
    assert!(rig.read().search_leads(other, "", None, 9).await.unwrap().is_empty());
    assert!(rig.read().find_lead(other, ids[0]).await.unwrap().is_none());
}
