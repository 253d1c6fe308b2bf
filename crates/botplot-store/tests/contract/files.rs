//! Promises about files.

use botplot_store::Error;

use crate::rig::Rig;

pub(crate) async fn a_file_is_kept_byte_by_byte_and_replaced_by_name(rig: Rig) {
    let (project, source) = (rig.project, rig.add_source("a").await);
    let all: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    for content in [b"old".to_vec(), all.clone()] {
        rig.write(move |tx| {
            Box::pin(async move {
                tx.add_file(project, source, "docs/ä.md", &content).await?;
                tx.add_file(project, source, "b.md", b"").await
            })
        })
        .await;
    }
    let read = async |name| rig.read().read_file(project, source, name).await.unwrap();
    assert_eq!(read("docs/ä.md").await.as_deref(), Some(&all[..]));
    assert_eq!(read("b.md").await.as_deref(), Some(&b""[..]));
    assert_eq!(read("c.md").await, None);
    let list = rig.read().list_files(project, source).await.unwrap();
    assert_eq!(list, [("b.md".to_owned(), 0), ("docs/ä.md".to_owned(), 70_000)]);
}

pub(crate) async fn a_file_needs_a_source_of_its_own_project(rig: Rig) {
    let source = rig.add_source("a").await;
    let other = rig.add_project("other").await.unwrap();
    let added = rig
        .store
        .write(move |tx| Box::pin(async move { tx.add_file(other, source, "a.md", b"x").await }))
        .await;
    assert!(matches!(added, Err(Error::Missing("source"))), "{added:?}");
    assert_eq!(rig.read().read_file(other, source, "a.md").await.unwrap(), None);
}
