//! Promises about keys.

use botplot_core::key::{Class, Key, KeyRecord};
use botplot_core::{KeyId, ProjectId, SeededIds};
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::{NOW, Rig};

async fn add(rig: &Rig, class: Class) -> (Key, KeyRecord) {
    let key = Key::generate(class, &SeededIds::new(rig.id().as_u128() as u64));
    let record = KeyRecord::of(&key, rig.project, "ci", KeyId(rig.id()), NOW);
    let added = record.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_key(&added).await })).await;
    (key, record)
}

pub(crate) async fn a_key_is_found_by_its_prefix_and_still_admits_its_key(rig: Rig) {
    let (key, record) = add(&rig, Class::Secret).await;
    let found = rig.read().find_key(key.prefix()).await.unwrap().unwrap();
    assert!(found.admits(&key, NOW));
    assert_eq!((found.id, found.project, found.name.as_str()), (record.id, rig.project, "ci"));
    assert_eq!((found.shown, found.created_at, found.last_used_at), (None, NOW, None));
    assert!(rig.read().find_key("bp_sec_unknown").await.unwrap().is_none());
    let (public, _) = add(&rig, Class::Publishable).await;
    let found = rig.read().find_key(public.prefix()).await.unwrap().unwrap();
    assert_eq!((found.class, found.shown.as_deref()), (Class::Publishable, Some(public.expose())));
}

pub(crate) async fn a_key_is_revoked_once_and_by_its_own_project_only(rig: Rig) {
    let (key, record) = add(&rig, Class::Secret).await;
    let other = rig.add_project("other").await.unwrap();
    let revoke = |project: ProjectId| {
        rig.write(move |tx| Box::pin(async move { tx.revoke_key(project, record.id, NOW).await }))
    };
    assert!(!revoke(other).await, "another project revoked it");
    assert!(revoke(rig.project).await);
    assert!(!revoke(rig.project).await, "it was revoked twice");
    let found = rig.read().find_key(key.prefix()).await.unwrap().unwrap();
    assert_eq!(found.revoked_at, Some(NOW));
    assert_eq!(rig.read().list_keys(rig.project).await.unwrap().len(), 1, "lists keep revoked keys");
    assert!(rig.read().list_keys(other).await.unwrap().is_empty());
}

pub(crate) async fn the_last_use_of_a_key_never_moves_back(rig: Rig) {
    let (key, record) = add(&rig, Class::Secret).await;
    for at in [NOW.plus_seconds(60), NOW] {
        let ids = [record.id, KeyId(Uuid::max())];
        rig.write(move |tx| Box::pin(async move { tx.touch_keys(&ids, at).await })).await;
    }
    let found = rig.read().find_key(key.prefix()).await.unwrap().unwrap();
    assert_eq!(found.last_used_at, Some(NOW.plus_seconds(60)));
}

pub(crate) async fn a_key_is_renamed_flagged_and_expires_by_its_own_project_only(rig: Rig) {
    let (key, record) = add(&rig, Class::Secret).await;
    let other = rig.add_project("other").await.unwrap();
    let end = NOW.plus_seconds(60);
    let change = |project: ProjectId| {
        rig.write(move |tx| {
            Box::pin(async move {
                tx.flag_key(project, record.id, NOW).await?;
                let renamed = tx.rename_key(project, record.id, "shop").await?;
                Ok((renamed, tx.expire_key(project, record.id, end).await?))
            })
        })
    };
    let found = async || rig.read().find_key(key.prefix()).await.unwrap().unwrap();
    assert_eq!(change(other).await, (false, false), "another project changed it");
    let before = found().await;
    assert_eq!((before.name.as_str(), before.expires_at, before.seen_in_browser_at), ("ci", None, None));
    assert_eq!(change(rig.project).await, (true, true));
    let after = found().await;
    assert_eq!(
        (after.name.as_str(), after.expires_at, after.seen_in_browser_at),
        ("shop", Some(end), Some(NOW))
    );
    assert!(after.admits(&key, NOW) && !after.admits(&key, end));
    let (project, id) = (rig.project, after.id);
    rig.write(move |tx| Box::pin(async move { tx.revoke_key(project, id, NOW).await })).await;
    assert_eq!(change(rig.project).await, (true, false), "a revoked key has ended already");
}

pub(crate) async fn keys_that_ended_are_told_by_the_time_of_their_end(rig: Rig) {
    let (_, revoked) = add(&rig, Class::Secret).await;
    let (_, expired) = add(&rig, Class::Secret).await;
    let (_, both) = add(&rig, Class::Publishable).await;
    add(&rig, Class::Secret).await;
    let project = rig.project;
    let (first, second, both) = (revoked.id, expired.id, both.id);
    rig.write(move |tx| {
        Box::pin(async move {
            tx.expire_key(project, both, NOW.plus_seconds(30)).await?;
            tx.revoke_key(project, both, NOW.plus_seconds(20)).await?;
            tx.revoke_key(project, first, NOW.plus_seconds(10)).await?;
            tx.expire_key(project, second, NOW.plus_seconds(20)).await
        })
    })
    .await;
    let ended = async |since, now| {
        rig.read().keys_ended(NOW.plus_seconds(since), NOW.plus_seconds(now)).await.unwrap()
    };
    assert_eq!(ended(0, 9).await, []);
    assert_eq!(ended(0, 10).await, [first], "up to the end of the window");
    assert_eq!(ended(10, 20).await, [second, both], "not from its beginning");
    assert_eq!(ended(20, 30).await, [both]);
    assert_eq!(ended(0, 99).await, [first, second, both], "each once");
    assert_eq!(ended(30, 99).await, []);
}

pub(crate) async fn a_key_needs_its_project(rig: Rig) {
    let key = Key::generate(Class::Secret, &SeededIds::new(1));
    let record = KeyRecord::of(&key, ProjectId(Uuid::max()), "ci", KeyId(rig.id()), NOW);
    let added = rig.store.write(move |tx| Box::pin(async move { tx.add_key(&record).await })).await;
    assert!(matches!(added, Err(Error::Missing("project"))), "{added:?}");
}
