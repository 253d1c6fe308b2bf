//! Promises about chunks and vectors.

use botplot_core::ChunkId;
use botplot_core::source::Kind;
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::Rig;

pub(crate) async fn chunks_are_replaced_as_a_whole(rig: Rig) {
    let source = rig.add_source("a").await;
    let (page, old) = rig.add_page(source, "/a", &["one", "two", "three"]).await;
    let (same, new) = rig.add_page(source, "/a", &["eins\0"]).await;
    assert_eq!(same, page);
    assert!(rig.read().chunks_by_id(rig.project, &old).await.unwrap().is_empty());
    let rows = rig.read().changed_chunks(rig.project, 0).await.unwrap();
    assert_eq!((rows.len(), rows[0].chunk, rows[0].body.as_str()), (1, new[0], "eins\u{fffd}"));
}

pub(crate) async fn a_page_may_have_many_chunks(rig: Rig) {
    let source = rig.add_source("a").await;
    let bodies: Vec<String> = (0..450).map(|n| format!("body {n}")).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let (_, ids) = rig.add_page(source, "/a", &bodies).await;
    let rows = rig.read().changed_chunks(rig.project, 0).await.unwrap();
    assert_eq!(rows.iter().map(|r| r.body.as_str()).collect::<Vec<_>>(), bodies);
    let asked: Vec<ChunkId> = ids.iter().rev().copied().collect();
    let found = rig.read().chunks_by_id(rig.project, &asked).await.unwrap();
    assert_eq!(found.iter().map(|p| p.chunk).collect::<Vec<_>>(), asked, "in the order asked for");
}

pub(crate) async fn chunks_need_a_page_of_their_own_project(rig: Rig) {
    let source = rig.add_source("a").await;
    let (page, chunks) = rig.add_page(source, "/a", &["one"]).await;
    let other = rig.add_project("other").await.unwrap();
    let stray = rig.chunks(&["stray"]);
    let replaced = rig
        .store
        .write(move |tx| Box::pin(async move { tx.replace_chunks(other, page, &stray).await }))
        .await;
    assert!(matches!(replaced, Err(Error::Missing("page"))), "{replaced:?}");
    assert_eq!(rig.read().chunks_by_id(rig.project, &chunks).await.unwrap().len(), 1);
    assert!(rig.read().chunks_by_id(other, &chunks).await.unwrap().is_empty());
}

pub(crate) async fn only_chunks_of_pages_changed_since_are_read(rig: Rig) {
    let source = rig.add_source("a").await;
    let (_, first) = rig.add_page(source, "/a", &["one", "two"]).await;
    let since = rig.read().index_version(rig.project).await.unwrap().unwrap();
    let (page, second) = rig.add_page(source, "/b", &["three", "four"]).await;
    let all = rig.read().changed_chunks(rig.project, 0).await.unwrap();
    assert_eq!(all.iter().map(|r| r.chunk).collect::<Vec<_>>(), [&first[..], &second].concat());
    let changed = rig.read().changed_chunks(rig.project, since).await.unwrap();
    assert_eq!(changed.iter().map(|r| r.chunk).collect::<Vec<_>>(), second);
    let row = &changed[0];
    assert_eq!((row.page, row.source, row.title.as_str()), (page, source, "Title of /b"));
    assert_eq!((row.heading.as_str(), row.body.as_str()), ("Help > Billing", "three"));
    assert_eq!((row.language.as_deref(), &row.model, &row.vector), (Some("en"), &None, &None));
    let mut streamed = Vec::new();
    rig.read().each_changed_chunk(rig.project, since, &mut |row| streamed.push(row)).await.unwrap();
    assert_eq!(streamed, changed);
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.read().changed_chunks(other, 0).await.unwrap().is_empty());
}

pub(crate) async fn a_passage_says_where_it_stands(rig: Rig) {
    let source = rig.add_source("a").await;
    let (page, chunks) = rig.add_page(source, "/a", &["one"]).await;
    let found = rig.read().chunks_by_id(rig.project, &[ChunkId(Uuid::max()), chunks[0]]).await.unwrap();
    let [passage] = &found[..] else { panic!("{found:?}") };
    assert_eq!((passage.chunk, passage.page, passage.source), (chunks[0], page, source));
    assert_eq!((passage.url.as_str(), passage.source_kind), ("/a", Kind::Website));
    assert_eq!((passage.title.as_str(), passage.body.as_str()), ("Title of /a", "one"));
}

pub(crate) async fn saved_vectors_change_the_index_and_end_the_waiting(rig: Rig) {
    let source = rig.add_source("a").await;
    let (_, first) = rig.add_page(source, "/a", &["one", "two"]).await;
    let (_, second) = rig.add_page(source, "/b", &["three"]).await;
    let since = rig.read().index_version(rig.project).await.unwrap().unwrap();
    let waiting = async |model| rig.read().chunks_without_vector(rig.project, model, 10).await.unwrap();
    assert_eq!(waiting("m1").await.len(), 3);
    assert_eq!(rig.read().chunks_without_vector(rig.project, "m1", 2).await.unwrap().len(), 2);
    rig.save_vectors("m1", &[first[0], first[1], ChunkId(Uuid::max())]).await;
    let left = waiting("m1").await;
    let expected = (second[0], "Title of /b".to_owned(), "Help > Billing".to_owned(), "three".to_owned());
    assert_eq!(left, [expected]);
    let changed = rig.read().changed_chunks(rig.project, since).await.unwrap();
    assert_eq!(changed.iter().map(|r| r.chunk).collect::<Vec<_>>(), first, "only the first page changed");
    assert_eq!(changed[0].vector.as_deref(), Some(&[7, 0, 255][..]));
    assert_eq!(changed[0].model.as_deref(), Some("m1"));
    assert_eq!(rig.read().projects_without_vectors("m1").await.unwrap(), [rig.project]);
    rig.save_vectors("m1", &second).await;
    assert!(waiting("m1").await.is_empty());
    assert!(rig.read().projects_without_vectors("m1").await.unwrap().is_empty());
    for other in ["m0", "m2"] {
        assert_eq!(waiting(other).await.len(), 3, "vectors of another model are waiting for {other}");
        assert_eq!(rig.read().projects_without_vectors(other).await.unwrap(), [rig.project]);
    }
}

pub(crate) async fn the_chunks_of_a_page_come_in_their_order_from_its_own_project_only(rig: Rig) {
    let source = rig.add_source("shop").await;
    let (page, chunks) = rig.add_page(source, "/a", &["one", "two"]).await;
    rig.add_page(source, "/b", &["three"]).await;
    rig.save_vectors("m", &chunks[1..]).await;
    let found = rig.read().chunks_of(rig.project, page).await.unwrap();
    let chunk = |body: &str, vector| ("Help > Billing".to_owned(), body.to_owned(), vector);
    assert_eq!(found, [chunk("one", false), chunk("two", true)]);
    let other = rig.another().await;
    assert!(rig.read().chunks_of(other.project, page).await.unwrap().is_empty());
}
