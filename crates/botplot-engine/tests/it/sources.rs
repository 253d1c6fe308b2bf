//! Learning: what is read, read again, changed, removed.

use botplot_core::source::{PageState, Status};
use botplot_engine::{jobs, sources};

use crate::rig::Rig;

const RETURNS: &str =
    "# Returns\n\nYou can return any item within thirty days of delivery for a full refund.\n";
const HOURS: &str = "# Opening hours\n\nThe shop is open from Monday to Friday, nine to five.\n";

#[tokio::test]
async fn files_become_pages_with_outcomes_and_vectors() {
    let rig = Rig::start().await;
    let files = [("returns.md", RETURNS), ("empty.md", ""), ("hours.md", HOURS)];
    let source = rig.learn("policies", &files).await;
    assert_eq!((source.status, source.pages, source.discovered), (Status::Ready, 2, 3));
    assert!(source.last_synced_at.is_some());
    let pages = rig.engine.reader().list_pages(rig.project.id, source.id).await.unwrap();
    let empty = pages.iter().find(|p| p.url == "empty.md").unwrap();
    assert!(empty.state == PageState::Skipped && empty.reason.is_some(), "{empty:?}");
    let chunks = rig.engine.reader().changed_chunks(rig.project.id, 0).await.unwrap();
    assert!(chunks.len() == 2 && chunks.iter().all(|c| c.vector.is_some()), "{chunks:?}");
}

#[tokio::test]
async fn a_source_without_anything_readable_fails_with_its_reason() {
    let rig = Rig::start().await;
    let source = rig.learn("nothing", &[("empty.md", "")]).await;
    assert_eq!(source.status, Status::Failed);
    assert!(source.error.is_some_and(|e| e.contains("empty.md")));
}

#[tokio::test]
async fn reading_again_keeps_what_did_not_change_and_drops_what_is_gone() {
    let rig = Rig::start().await;
    rig.learn("policies", &[("returns.md", RETURNS), ("hours.md", HOURS)]).await;
    let before = rig.engine.reader().changed_chunks(rig.project.id, 0).await.unwrap();
    let changed = HOURS.replace("nine to five", "ten to six");
    let source = rig.learn("policies", &[("returns.md", RETURNS), ("hours.md", &changed)]).await;
    let after = rig.engine.reader().changed_chunks(rig.project.id, 0).await.unwrap();
    let chunk =
        |rows: &[botplot_store::ChunkRow], title: &str| rows.iter().find(|r| r.title == title).unwrap().chunk;
    assert_eq!(chunk(&before, "Returns"), chunk(&after, "Returns"));
    assert_ne!(chunk(&before, "Opening hours"), chunk(&after, "Opening hours"));
    assert!(rig.ask("When is the shop open?", None).await.text.contains("ten to six"));
    let source = { rig.learn("policies", &[("hours.md", HOURS)]).await.id == source.id };
    assert!(source, "adding files under the same name made another source");
    let left = rig.engine.reader().changed_chunks(rig.project.id, 0).await.unwrap();
    assert!(left.iter().all(|r| r.title == "Opening hours"), "{left:?}");
}

#[tokio::test]
async fn a_sync_of_an_unchanged_source_writes_no_chunk_and_no_vector() {
    let rig = Rig::start().await;
    let source = rig.learn("policies", &[("returns.md", RETURNS)]).await;
    let version = rig.engine.reader().index_version(rig.project.id).await.unwrap();
    sources::sync(&rig.engine, rig.project.id, source.id).await.unwrap();
    jobs::run_until_idle(&rig.engine).await;
    assert_eq!(rig.engine.reader().index_version(rig.project.id).await.unwrap(), version);
}

#[tokio::test]
async fn a_removed_source_is_in_no_answer_from_that_moment() {
    let rig = Rig::start().await;
    let source = rig.learn("policies", &[("returns.md", RETURNS)]).await;
    let answer = rig.ask("How long can I return an item?", None).await;
    assert_eq!(answer.end.sources[0].source_id, source.id);
    sources::remove(&rig.engine, rig.project.id, source.id).await.unwrap();
    let answer = rig.ask("How long can I return an item?", None).await;
    assert!(answer.end.sources.is_empty() && answer.text == rig.project.settings.refusal, "{}", answer.text);
    assert!(sources::remove(&rig.engine, rig.project.id, source.id).await.is_err());
}
