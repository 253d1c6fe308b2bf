//! Promises about jobs.

use botplot_core::job::{Job, Lane};
use botplot_core::{JobId, ProjectId, Timestamp, letter};
use botplot_store::NewJob;
use uuid::Uuid;

use crate::rig::{NOW, Rig};

const SOON: Timestamp = Timestamp(NOW.0 + 60_000_000);

async fn claim(rig: &Rig, now: Timestamp, per_project: i64, limit: i64) -> Vec<Job> {
    claim_in(rig, now, (per_project, limit), Lane::Work).await
}

async fn claim_in(rig: &Rig, now: Timestamp, (per_project, limit): (i64, i64), lane: Lane) -> Vec<Job> {
    let lease = (rig.id(), now.plus_seconds(60));
    rig.write(move |tx| Box::pin(async move { tx.claim_jobs(now, lease, per_project, limit, lane).await }))
        .await
}

async fn finish(rig: &Rig, job: JobId, lease: Uuid) -> bool {
    rig.write(move |tx| Box::pin(async move { tx.finish_job(job, lease).await })).await
}

fn ids(jobs: &[Job]) -> Vec<JobId> {
    jobs.iter().map(|j| j.id).collect()
}

pub(crate) async fn a_due_job_is_claimed_once_as_it_was_added(rig: Rig) {
    let (job, later) = (rig.job(None), NewJob { run_at: SOON, ..rig.job(None) });
    assert!(rig.add_job(&job).await && rig.add_job(&later).await);
    assert_eq!(rig.read().next_job_at().await.unwrap(), Some(NOW));
    let other = rig.add_project("other").await.unwrap();
    assert!(!rig.read().has_open_job(rig.project, "letter").await.unwrap());
    assert!(!rig.read().has_open_job(other, "sync").await.unwrap());
    let claimed = claim(&rig, NOW, 9, 9).await;
    let [it] = &claimed[..] else { panic!("{claimed:?}") };
    assert_eq!((it.id, it.project, it.kind.as_str(), it.attempts), (job.id, rig.project, "sync", 1));
    assert_eq!(it.payload, job.payload);
    assert!(claim(&rig, NOW, 9, 9).await.is_empty());
    assert!(finish(&rig, it.id, it.lease).await);
    assert!(rig.read().has_open_job(rig.project, "sync").await.unwrap(), "the later one waits");
    assert!(!finish(&rig, it.id, it.lease).await);
    assert_eq!(rig.read().job_counts().await.unwrap(), [("queued".to_owned(), 1)]);
    assert_eq!(rig.read().next_job_at().await.unwrap(), Some(SOON));
}

pub(crate) async fn many_claimers_at_once_share_the_jobs_without_overlap(rig: Rig) {
    for _ in 0..60 {
        rig.add_job(&rig.job(None)).await;
    }
    let claims = (0..8).map(|_| async {
        let mut mine = Vec::new();
        loop {
            let some = claim(&rig, NOW, 1000, 3).await;
            // A claimer that meets only rows which others hold right now gets nothing, though some are left.
            if some.is_empty() {
                return mine;
            }
            mine.extend(ids(&some));
        }
    });
    let mut all: Vec<JobId> = futures_util::future::join_all(claims).await.concat();
    all.extend(ids(&claim(&rig, NOW, 1000, 1000).await));
    assert_eq!(all.len(), 60);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 60, "a job was claimed twice");
}

pub(crate) async fn the_work_of_a_dead_holder_comes_due_again_and_its_lease_is_worth_nothing(rig: Rig) {
    rig.add_job(&rig.job(None)).await;
    let first = claim(&rig, NOW, 9, 9).await.remove(0);
    assert!(claim(&rig, NOW.plus_seconds(59), 9, 9).await.is_empty());
    let (id, lease) = (first.id, first.lease);
    let renew = |lease| {
        let until = NOW.plus_seconds(90);
        rig.write(move |tx| Box::pin(async move { tx.renew_job(id, lease, until).await }))
    };
    assert!(renew(lease).await);
    assert!(claim(&rig, NOW.plus_seconds(89), 9, 9).await.is_empty(), "a renewed lease was taken");
    let second = claim(&rig, NOW.plus_seconds(90), 9, 9).await.remove(0);
    assert_eq!((second.id, second.attempts), (id, 2));
    assert!(!finish(&rig, id, lease).await, "the dead holder finished it");
    assert!(!renew(lease).await);
    assert!(!rig.write(move |tx| Box::pin(async move { tx.retry_job(id, lease, NOW, "x").await })).await);
    assert!(!rig.write(move |tx| Box::pin(async move { tx.fail_job(id, lease, "x").await })).await);
    assert!(finish(&rig, id, second.lease).await);
}

pub(crate) async fn a_project_has_no_more_than_its_share_running(rig: Rig) {
    let other = rig.add_project("other").await.unwrap();
    for _ in 0..50 {
        rig.add_job(&rig.job(None)).await;
    }
    let lone = NewJob { project: other, run_at: NOW.plus_seconds(1), ..rig.job(None) };
    rig.add_job(&lone).await;
    let now = NOW.plus_seconds(1);
    assert_eq!(claim(&rig, now, 2, 4).await.len(), 2);
    let rest = claim(&rig, now, 2, 4).await;
    assert_eq!(ids(&rest), [lone.id], "the noisy project hides the other one or got more than its share");
    assert!(claim(&rig, now, 2, 4).await.is_empty());
    assert_eq!(claim(&rig, now, 3, 4).await.len(), 1);
}

pub(crate) async fn a_job_with_the_key_of_a_queued_one_is_not_added(rig: Rig) {
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.add_job(&rig.job(Some("k"))).await);
    assert!(!rig.add_job(&rig.job(Some("k"))).await);
    assert!(rig.add_job(&rig.job(Some("l"))).await);
    assert!(rig.add_job(&NewJob { project: other, ..rig.job(Some("k")) }).await);
    assert!(rig.add_job(&NewJob { kind: "embed".into(), ..rig.job(Some("k")) }).await);
    assert!(rig.add_job(&rig.job(None)).await && rig.add_job(&rig.job(None)).await);
    let claimed = claim(&rig, NOW, 99, 1).await.remove(0);
    assert!(rig.add_job(&rig.job(Some("k"))).await, "one that runs already does not stand for new work");
    // Both are wanted: the one that failed is tried again beside its twin.
    let (id, lease) = (claimed.id, claimed.lease);
    assert!(rig.write(move |tx| Box::pin(async move { tx.retry_job(id, lease, NOW, "x").await })).await);
    assert!(!rig.add_job(&rig.job(Some("k"))).await);
}

pub(crate) async fn a_retried_job_waits_and_a_failed_one_stays_with_its_error(rig: Rig) {
    rig.add_job(&rig.job(Some("k"))).await;
    let first = claim(&rig, NOW, 9, 9).await.remove(0);
    let (id, lease) = (first.id, first.lease);
    assert!(
        rig.write(move |tx| Box::pin(async move { tx.retry_job(id, lease, SOON, "no route\0").await })).await
    );
    assert!(!rig.add_job(&rig.job(Some("k"))).await, "it is queued again with its key");
    assert!(claim(&rig, NOW, 9, 9).await.is_empty());
    let second = claim(&rig, SOON, 9, 9).await.remove(0);
    assert_eq!(second.attempts, 2);
    let lease = second.lease;
    assert!(rig.write(move |tx| Box::pin(async move { tx.fail_job(id, lease, "gone").await })).await);
    assert!(claim(&rig, SOON.plus_seconds(999_999), 9, 9).await.is_empty());
    assert_eq!(rig.read().job_counts().await.unwrap(), [("failed".to_owned(), 1)]);
    assert_eq!(rig.read().next_job_at().await.unwrap(), None);
}

pub(crate) async fn a_job_needs_its_project(rig: Rig) {
    let stray = NewJob { project: ProjectId(Uuid::max()), ..rig.job(None) };
    let added = rig.store.write(move |tx| Box::pin(async move { tx.add_job(&stray).await })).await;
    assert!(matches!(added, Err(botplot_store::Error::Missing("project"))), "{added:?}");
}

pub(crate) async fn letters_and_all_else_are_claimed_apart_and_take_no_room_from_each_other(rig: Rig) {
    let letter = || NewJob { kind: letter::JOB.into(), ..rig.job(None) };
    for _ in 0..3 {
        rig.add_job(&rig.job(None)).await;
        rig.add_job(&letter()).await;
    }
    let kinds = |jobs: &[Job]| jobs.iter().map(|j| j.kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&claim_in(&rig, NOW, (2, 9), Lane::Work).await), ["sync", "sync"]);
    assert_eq!(kinds(&claim_in(&rig, NOW, (2, 9), Lane::Letters).await), [letter::JOB, letter::JOB]);
    assert!(claim_in(&rig, NOW, (2, 9), Lane::Letters).await.is_empty());
    assert_eq!(kinds(&claim_in(&rig, NOW, (3, 9), Lane::Letters).await), [letter::JOB]);
    assert_eq!(kinds(&claim_in(&rig, NOW, (3, 9), Lane::Work).await), ["sync"]);
    let release = || rig.write(|tx| Box::pin(async move { tx.release_letters(NOW).await }));
    assert_eq!((release().await, release().await), (3, 0), "letters of dead senders are due at once");
    assert_eq!(claim_in(&rig, NOW, (9, 9), Lane::Letters).await.len(), 3);
    assert!(claim_in(&rig, NOW, (9, 9), Lane::Work).await.is_empty());
}
