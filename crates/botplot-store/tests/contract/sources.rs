//! Promises about sources.

use botplot_core::source::Status;
use botplot_core::{ProjectId, SourceId};

use crate::rig::{NOW, Rig};

async fn set(rig: &Rig, source: SourceId, status: Status, error: Option<&'static str>) -> bool {
    let project = rig.project;
    rig.write(move |tx| Box::pin(async move { tx.set_source_status(project, source, status, error).await }))
        .await
}

pub(crate) async fn a_source_is_found_as_it_was_added_by_its_own_project_only(rig: Rig) {
    let source = rig.source("Help");
    let added = source.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_source(&added).await })).await;
    let found = rig.read().find_source(rig.project, source.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{source:?}"));
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.read().find_source(other, source.id).await.unwrap().is_none());
    assert_eq!(rig.read().list_sources(other, 10, 0).await.unwrap().1, 0);
}

pub(crate) async fn sources_are_listed_in_pages_with_their_total(rig: Rig) {
    for name in ["a", "b", "c"] {
        rig.add_source(name).await;
    }
    let names =
        |list: Vec<botplot_core::source::Source>| list.into_iter().map(|s| s.name).collect::<Vec<_>>();
    let (page, total) = rig.read().list_sources(rig.project, 2, 0).await.unwrap();
    assert_eq!((names(page), total), (vec!["c".into(), "b".into()], 3));
    let (page, total) = rig.read().list_sources(rig.project, 2, 2).await.unwrap();
    assert_eq!((names(page), total), (vec!["a".into()], 3));
    let (page, total) = rig.read().list_sources(rig.project, 2, 9).await.unwrap();
    assert_eq!((page.len(), total), (0, 3));
    let newest = botplot_core::source::Source {
        created_at: NOW.plus_seconds(1),
        id: SourceId(uuid::Uuid::nil()),
        ..rig.source("d")
    };
    rig.write(move |tx| Box::pin(async move { tx.add_source(&newest).await })).await;
    let (page, total) = rig.read().list_sources(rig.project, 2, 0).await.unwrap();
    assert_eq!((names(page), total), (vec!["d".into(), "c".into()], 4));
}

pub(crate) async fn a_status_is_set_with_its_error_and_clears_it(rig: Rig) {
    let source = rig.add_source("a").await;
    assert!(set(&rig, source, Status::Failed, Some("no page\0")).await);
    let found = rig.read().find_source(rig.project, source).await.unwrap().unwrap();
    assert_eq!((found.status, found.error.as_deref()), (Status::Failed, Some("no page\u{fffd}")));
    assert!(set(&rig, source, Status::Ready, None).await);
    assert_eq!(rig.read().find_source(rig.project, source).await.unwrap().unwrap().error, None);
    assert!(!set(&rig, SourceId(rig.id()), Status::Ready, None).await);
}

pub(crate) async fn a_disabled_source_cannot_be_found_until_it_is_enabled_again(rig: Rig) {
    let source = rig.add_source("a").await;
    let (page, chunks) = rig.add_page(source, "/a", &["one", "two"]).await;
    let version = rig.read().index_version(rig.project).await.unwrap().unwrap();
    assert!(set(&rig, source, Status::Disabled, None).await);
    let disabled = rig.read().index_version(rig.project).await.unwrap().unwrap();
    assert!(disabled > version, "an index would not notice");
    assert!(rig.read().changed_chunks(rig.project, 0).await.unwrap().is_empty());
    assert!(rig.read().chunks_by_id(rig.project, &chunks).await.unwrap().is_empty());
    assert!(rig.read().indexed_pages(rig.project).await.unwrap().is_empty());
    assert!(set(&rig, source, Status::Ready, None).await);
    let back = rig.read().changed_chunks(rig.project, disabled).await.unwrap();
    assert_eq!(back.len(), 2, "an index that dropped the page would not take it in again");
    assert_eq!(rig.read().indexed_pages(rig.project).await.unwrap(), [page]);
    let now = rig.read().index_version(rig.project).await.unwrap();
    set(&rig, source, Status::Processing, None).await;
    assert_eq!(rig.read().index_version(rig.project).await.unwrap(), now, "nothing that is found changed");
}

pub(crate) async fn counts_follow_pages_chunks_and_bytes(rig: Rig) {
    let (source, other) = (rig.add_source("a").await, rig.add_source("b").await);
    rig.add_page(source, "/a", &["one", "two"]).await;
    rig.add_page(source, "/b", &["three"]).await;
    rig.add_page(source, "/empty", &[]).await;
    rig.add_page(other, "/a", &["four"]).await;
    let project = rig.project;
    rig.write(move |tx| {
        Box::pin(async move {
            tx.refresh_source_counts(project, source).await?;
            tx.set_source_discovered(project, source, 9).await?;
            tx.set_source_synced(project, source, NOW).await
        })
    })
    .await;
    let found = rig.read().find_source(project, source).await.unwrap().unwrap();
    assert_eq!((found.pages, found.chunks, found.bytes), (2, 3, 300));
    assert_eq!((found.discovered, found.last_synced_at), (9, Some(NOW)));
}

pub(crate) async fn removing_a_source_takes_files_pages_and_chunks_along(rig: Rig) {
    let source = rig.add_source("a").await;
    let (_, chunks) = rig.add_page(source, "/a", &["one"]).await;
    let project = rig.project;
    rig.write(move |tx| Box::pin(async move { tx.add_file(project, source, "a.md", b"x").await })).await;
    let remove = |project: ProjectId| {
        rig.write(move |tx| Box::pin(async move { tx.remove_source(project, source).await }))
    };
    let other = rig.add_project("other").await.unwrap();
    assert!(!remove(other).await, "another project removed it");
    assert!(remove(project).await);
    assert!(!remove(project).await);
    assert!(rig.read().list_pages(project, source).await.unwrap().is_empty());
    assert!(rig.read().list_files(project, source).await.unwrap().is_empty());
    assert!(rig.read().chunks_by_id(project, &chunks).await.unwrap().is_empty());
    assert!(rig.read().chunks_without_vector(project, "m", 9).await.unwrap().is_empty());
}

pub(crate) async fn a_source_is_renamed_and_gets_other_options_by_its_own_project_only(rig: Rig) {
    let source = rig.add_source("a").await;
    let other = rig.add_project("other").await.unwrap();
    let change = |project: ProjectId| {
        let config = botplot_core::source::Config { max_pages: 7, max_depth: 1 };
        rig.write(move |tx| Box::pin(async move { tx.change_source(project, source, "b\0", &config).await }))
    };
    assert!(!change(other).await);
    assert!(change(rig.project).await);
    let found = rig.read().find_source(rig.project, source).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.config.max_pages, found.config.max_depth), ("b\u{fffd}", 7, 1));
}
