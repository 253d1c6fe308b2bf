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
