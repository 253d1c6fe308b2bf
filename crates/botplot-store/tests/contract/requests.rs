//! Promises about idempotency keys.

use botplot_core::MessageId;
use botplot_store::{Error, RequestRow};

use crate::rig::{NOW, Rig};

async fn add(rig: &Rig, request: &RequestRow) -> Result<(), Error> {
    let request = request.clone();
    rig.store.write(move |tx| Box::pin(async move { tx.add_request(&request).await })).await
}

pub(crate) async fn a_request_is_found_as_it_was_kept_and_its_key_is_taken(rig: Rig) {
    let conversation = rig.add_conversation().await;
    let request = RequestRow {
        answer: Some(MessageId(rig.id())),
        refused: Some("message_limit_reached".into()),
        ..rig.request(conversation, "bob", "k")
    };
    add(&rig, &request).await.unwrap();
    let find =
        async |visitor: &str, key: &str| rig.read().find_request(rig.project, visitor, key).await.unwrap();
    assert_eq!(find("bob", "k").await, Some(request.clone()));
    let again = add(&rig, &RequestRow { body_hash: vec![9], ..request.clone() }).await;
    assert!(matches!(again, Err(Error::Unique("requests"))), "{again:?}");
    assert_eq!(find("bob", "k").await, Some(request.clone()), "the first one stays");
    for (visitor, key) in [("ann", "k"), ("bob", "K")] {
        assert_eq!(find(visitor, key).await, None);
        add(&rig, &RequestRow { answer: None, ..rig.request(conversation, visitor, key) }).await.unwrap();
    }
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.read().find_request(other, "bob", "k").await.unwrap().is_none());
    let stray = RequestRow { project: other, ..request };
    let stray = add(&rig, &stray).await;
    assert!(matches!(stray, Err(Error::Missing("conversation"))), "{stray:?}");
}

pub(crate) async fn of_many_that_bring_one_key_at_once_one_is_kept(rig: Rig) {
    let conversation = rig.add_conversation().await;
    let rig = &rig;
    let adds = (0..16).map(|_| {
        let request = rig.request(conversation, "bob", "k");
        async move { add(rig, &request).await.map_err(|why| format!("{why:?}")) }
    });
    let added = futures_util::future::join_all(adds).await;
    assert_eq!(added.iter().filter(|kept| kept.is_ok()).count(), 1, "{added:?}");
    let refused = Err("Unique(\"requests\")".to_owned());
    assert_eq!(added.iter().filter(|kept| **kept == refused).count(), 15, "{added:?}");
}

pub(crate) async fn requests_are_forgotten_after_their_time(rig: Rig) {
    let conversation = rig.add_conversation().await;
    for (key, seconds) in [("old", -1), ("new", 0)] {
        let made = NOW.plus_seconds(seconds);
        add(&rig, &RequestRow { created_at: made, ..rig.request(conversation, "bob", key) }).await.unwrap();
    }
    let forget = || rig.write(|tx| Box::pin(async move { tx.remove_requests_before(NOW).await }));
    assert_eq!((forget().await, forget().await), (1, 0));
    assert!(rig.read().find_request(rig.project, "bob", "old").await.unwrap().is_none());
    assert!(rig.read().find_request(rig.project, "bob", "new").await.unwrap().is_some());
}
