//! Promises about usage.

use crate::rig::Rig;

pub(crate) async fn usage_adds_up_by_period_and_metric_and_can_be_given_back(rig: Rig) {
    let project = rig.project;
    let adds = [
        ("2026-11", "answers", 1),
        ("2026-11", "answers", 1),
        ("2026-11", "words", 40),
        ("2026-12", "answers", 7),
    ];
    for (period, metric, amount) in adds {
        rig.write(move |tx| Box::pin(async move { tx.add_usage(project, period, metric, amount).await }))
            .await;
    }
    let used = async |period| rig.read().usage(project, period).await.unwrap();
    assert_eq!(used("2026-11").await, [("answers".to_owned(), 2), ("words".to_owned(), 40)]);
    rig.write(move |tx| Box::pin(async move { tx.add_usage(project, "2026-12", "answers", -1).await })).await;
    assert_eq!(used("2026-12").await, [("answers".to_owned(), 6)]);
    assert!(used("2027-01").await.is_empty());
}

pub(crate) async fn units_counted_at_once_are_all_counted(rig: Rig) {
    let project = rig.project;
    let adds = (0..40).map(|_| {
        rig.write(move |tx| Box::pin(async move { tx.add_usage(project, "2026-11", "answers", 1).await }))
    });
    futures_util::future::join_all(adds).await;
    assert_eq!(rig.read().usage(project, "2026-11").await.unwrap(), [("answers".to_owned(), 40)]);
}

async fn take(rig: &Rig, period: &'static str, limit: Option<i64>) -> Option<i64> {
    let project = rig.project;
    rig.write(move |tx| Box::pin(async move { tx.take_unit(project, period, "answers", limit).await })).await
}

pub(crate) async fn a_unit_is_taken_up_to_the_limit_and_no_further(rig: Rig) {
    let project = rig.project;
    for limit in [0, -1] {
        assert_eq!(take(&rig, "2026-11", Some(limit)).await, None);
    }
    assert!(rig.read().usage(project, "2026-11").await.unwrap().is_empty(), "nothing was taken");
    assert_eq!(take(&rig, "2026-11", Some(2)).await, Some(1));
    assert_eq!(take(&rig, "2026-11", Some(2)).await, Some(2));
    for limit in [2, 1, 0, -1] {
        assert_eq!(take(&rig, "2026-11", Some(limit)).await, None);
    }
    assert_eq!(take(&rig, "2026-11", None).await, Some(3));
    assert_eq!(take(&rig, "2026-11", Some(4)).await, Some(4));
    assert_eq!(take(&rig, "2026-12", Some(1)).await, Some(1), "each month is its own");
    rig.write(move |tx| Box::pin(async move { tx.add_usage(project, "2026-11", "answers", -1).await })).await;
    assert_eq!(take(&rig, "2026-11", Some(4)).await, Some(4), "what was given back is free again");
    assert_eq!(rig.read().usage(project, "2026-11").await.unwrap(), [("answers".to_owned(), 4)]);
    let other = rig.another().await;
    assert_eq!(take(&other, "2026-11", Some(1)).await, Some(1));
}

pub(crate) async fn of_many_that_take_units_at_once_as_many_get_one_as_there_are(rig: Rig) {
    for (period, limit) in [("2026-09", 1), ("2026-10", 79), ("2026-11", 1000)] {
        let tasks = (0..32).map(|_| async {
            let mut taken = Vec::new();
            for _ in 0..10 {
                taken.extend(take(&rig, period, Some(limit)).await);
            }
            taken
        });
        let mut taken = futures_util::future::join_all(tasks).await.concat();
        taken.sort_unstable();
        assert_eq!(taken, (1..=limit.min(320)).collect::<Vec<_>>(), "limit {limit}");
        let used = rig.read().usage(rig.project, period).await.unwrap();
        assert_eq!(used, [("answers".to_owned(), limit.min(320))]);
    }
}
