//! Promises about notices.

use botplot_core::NoticeId;
use botplot_core::notice::{Kind, Notice};

use crate::rig::{NOW, Rig};

pub(crate) async fn a_notice_is_told_once_per_occasion_newest_first(rig: Rig) {
    let other = rig.add_project("other").await.unwrap();
    let leave = async |kind, occasion: &str, seconds, project| {
        let notice = Notice {
            id: NoticeId(rig.id()),
            project,
            kind,
            occasion: occasion.into(),
            detail: serde_json::Map::from_iter([("used".to_owned(), serde_json::json!(seconds))]),
            created_at: NOW.plus_seconds(seconds),
        };
        let added = notice.clone();
        (rig.write(move |tx| Box::pin(async move { tx.add_notice(&added).await })).await, notice)
    };
    let (told, near) = leave(Kind::MessagesNearLimit, "2026-11", 1, rig.project).await;
    assert!(told);
    assert!(!leave(Kind::MessagesNearLimit, "2026-11", 2, rig.project).await.0, "it was told twice");
    let (told, full) = leave(Kind::MessagesAtLimit, "2026-11", 3, rig.project).await;
    assert!(told);
    let (told, later) = leave(Kind::MessagesNearLimit, "2026-12", 3, rig.project).await;
    assert!(told);
    assert!(leave(Kind::MessagesNearLimit, "2026-11", 1, other).await.0, "another project's is its own");
    let (page, total) = rig.read().list_notices(rig.project, 2, 0).await.unwrap();
    assert_eq!((page, total), (vec![later, full], 3));
    let (page, total) = rig.read().list_notices(rig.project, 2, 2).await.unwrap();
    assert_eq!((page, total), (vec![near], 3));
}
