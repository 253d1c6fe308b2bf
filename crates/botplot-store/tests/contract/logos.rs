//! Promises about logos.

use botplot_core::ProjectId;
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::Rig;

pub(crate) async fn a_logo_is_kept_byte_by_byte_replaced_and_removed(rig: Rig) {
    let project = rig.project;
    let bytes: Vec<u8> = (0..=255).collect();
    let find = async || rig.read().find_logo(project).await.unwrap();
    assert_eq!(find().await, None);
    for (media, hash, content) in [("image/svg+xml", "h1", vec![1]), ("image/png", "h2", bytes.clone())] {
        rig.write(move |tx| Box::pin(async move { tx.set_logo(project, media, hash, &content).await })).await;
    }
    assert_eq!(find().await, Some(("image/png".into(), "h2".into(), bytes)));
    let other = rig.add_project("other").await.unwrap();
    assert_eq!(rig.read().find_logo(other).await.unwrap(), None);
    let remove = |project| rig.write(move |tx| Box::pin(async move { tx.remove_logo(project).await }));
    assert!(!remove(other).await, "another project removed it");
    assert!(remove(project).await);
    assert!(!remove(project).await);
    assert_eq!(find().await, None);
}

pub(crate) async fn a_logo_needs_its_project(rig: Rig) {
    let nobody = ProjectId(Uuid::max());
    let set =
        rig.store.write(move |tx| Box::pin(async move { tx.set_logo(nobody, "image/png", "h", b"x").await }));
    let set = set.await;
    assert!(matches!(set, Err(Error::Missing("project"))), "{set:?}");
}
