//! Promises about pages.

use botplot_core::ProjectId;
use botplot_core::source::{Page, PageState};
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::Rig;

async fn save(rig: &Rig, page: Page) -> Result<botplot_core::PageId, Error> {
    rig.store.write(move |tx| Box::pin(async move { tx.save_page(&page, 5, 1).await })).await
}

pub(crate) async fn a_page_of_the_same_address_keeps_its_id(rig: Rig) {
    let source = rig.add_source("a").await;
    let first = rig.page(source, "/a");
    assert_eq!(save(&rig, first.clone()).await.unwrap(), first.id);
    let second = Page {
        title: "New".into(),
        language: None,
        content_hash: None,
        etag: None,
        last_modified: None,
        state: PageState::Failed,
        reason: Some("404".into()),
        ..rig.page(source, "/a")
    };
    assert_ne!(second.id, first.id);
    assert_eq!(save(&rig, second.clone()).await.unwrap(), first.id);
    let pages = rig.read().list_pages(rig.project, source).await.unwrap();
    assert_eq!(format!("{pages:?}"), format!("{:?}", [Page { id: first.id, ..second }]));
    let elsewhere = rig.add_source("b").await;
    let twin = rig.page(elsewhere, "/a");
    assert_eq!(save(&rig, twin.clone()).await.unwrap(), twin.id);
}

pub(crate) async fn a_page_needs_a_source_of_its_own_project(rig: Rig) {
    let source = rig.add_source("a").await;
    let other = rig.add_project("other").await.unwrap();
    let stray = Page { project: other, ..rig.page(source, "/a") };
    let saved = save(&rig, stray).await;
    assert!(matches!(saved, Err(Error::Missing("source"))), "{saved:?}");
    let orphan = Page { source: botplot_core::SourceId(Uuid::max()), ..rig.page(source, "/a") };
    assert!(matches!(save(&rig, orphan).await, Err(Error::Missing("source"))));
}

pub(crate) async fn pages_are_removed_with_their_chunks_by_their_own_project_only(rig: Rig) {
    let source = rig.add_source("a").await;
    let (gone, gone_chunks) = rig.add_page(source, "/a", &["one"]).await;
    let (kept, kept_chunks) = rig.add_page(source, "/b", &["two"]).await;
    let other = rig.add_project("other").await.unwrap();
    let remove = |project: ProjectId| {
        rig.write(move |tx| Box::pin(async move { tx.remove_pages(project, &[gone]).await }))
    };
    remove(other).await;
    assert_eq!(rig.read().list_pages(rig.project, source).await.unwrap().len(), 2);
    remove(rig.project).await;
    remove(rig.project).await;
    let left: Vec<_> = rig.read().list_pages(rig.project, source).await.unwrap();
    assert_eq!(left.iter().map(|p| p.id).collect::<Vec<_>>(), [kept]);
    assert!(rig.read().chunks_by_id(rig.project, &gone_chunks).await.unwrap().is_empty());
    assert_eq!(rig.read().chunks_by_id(rig.project, &kept_chunks).await.unwrap().len(), 1);
}

pub(crate) async fn only_pages_with_chunks_count_as_indexed(rig: Rig) {
    let source = rig.add_source("a").await;
    let (full, _) = rig.add_page(source, "/a", &["one"]).await;
    rig.add_page(source, "/empty", &[]).await;
    assert_eq!(rig.read().indexed_pages(rig.project).await.unwrap(), [full]);
}

pub(crate) async fn a_part_of_the_pages_is_listed_newest_first_with_their_total(rig: Rig) {
    let source = rig.add_source("a").await;
    let mut added = Vec::new();
    for url in ["/a", "/b", "/c"] {
        added.push(rig.add_page(source, url, &[]).await.0);
    }
    added.sort_unstable_by(|a, b| b.cmp(a));
    let part = |limit, offset| {
        let rig = &rig;
        async move {
            let (pages, total) = rig.read().page_pages(rig.project, source, limit, offset).await.unwrap();
            (pages.into_iter().map(|p| p.id).collect::<Vec<_>>(), total)
        }
    };
    assert_eq!(part(2, 0).await, (added[..2].to_vec(), 3));
    assert_eq!(part(2, 2).await, (added[2..].to_vec(), 3));
    assert_eq!(part(2, 3).await, (Vec::new(), 3));
    let other = rig.add_project("other").await.unwrap();
    assert_eq!(rig.read().page_pages(other, source, 2, 0).await.unwrap().1, 0);
}

pub(crate) async fn a_part_of_the_pages_of_one_state_is_listed_and_counted(rig: Rig) {
    let source = rig.add_source("shop").await;
    let states =
        [PageState::Indexed, PageState::Skipped, PageState::Indexed, PageState::Failed, PageState::Indexed];
    let mut ids = Vec::new();
    for (n, state) in states.into_iter().enumerate() {
        let page = Page { state, ..rig.page(source, &format!("/{n}")) };
        ids.push(page.id);
        rig.write(move |tx| Box::pin(async move { tx.save_page(&page, 1, 1).await })).await;
    }
    let other = rig.another().await;
    let list = async |project, state, limit, offset| {
        let (pages, total) = rig.read().pages_in(project, source, state, limit, offset).await.unwrap();
        (pages.into_iter().map(|page| page.id).collect::<Vec<_>>(), total)
    };
    assert_eq!(list(rig.project, None, 2, 1).await, (vec![ids[3], ids[2]], 5));
    assert_eq!(list(rig.project, Some(PageState::Indexed), 2, 1).await, (vec![ids[2], ids[0]], 3));
    assert_eq!(list(rig.project, Some(PageState::Failed), 9, 0).await, (vec![ids[3]], 1));
    assert_eq!(list(other.project, None, 9, 0).await, (vec![], 0));
    let counts = rig.read().count_pages(rig.project, source).await.unwrap();
    assert_eq!(counts, [(PageState::Failed, 1), (PageState::Indexed, 3), (PageState::Skipped, 1)]);
    assert!(rig.read().count_pages(other.project, source).await.unwrap().is_empty());
    assert_eq!(rig.read().find_page(rig.project, ids[3]).await.unwrap().unwrap().url, "/3");
    assert!(rig.read().find_page(other.project, ids[3]).await.unwrap().is_none());
}
