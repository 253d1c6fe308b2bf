//! Promises about the audit log.

use botplot_core::AuditId;
use botplot_core::notice::Entry;

use crate::rig::{NOW, Rig};

pub(crate) async fn the_audit_log_keeps_every_line_newest_first(rig: Rig) {
    let mut lines = Vec::new();
    for seconds in [2, 1, 2] {
        let line = Entry {
            id: AuditId(rig.id()),
            project: rig.project,
            action: "visitor.erased".into(),
            actor: "bp_sec_x".into(),
            subject: "same".into(),
            detail: serde_json::Map::from_iter([("messages".to_owned(), 4.into())]),
            created_at: NOW.plus_seconds(seconds),
        };
        lines.push(line.clone());
        rig.write(move |tx| Box::pin(async move { tx.add_audit(&line).await })).await;
    }
    let list = async |limit, offset| rig.read().list_audit(rig.project, limit, offset).await.unwrap();
    assert_eq!(list(2, 0).await, (vec![lines[2].clone(), lines[0].clone()], 3));
    assert_eq!(list(2, 2).await, (vec![lines[1].clone()], 3));
    let other = rig.add_project("other").await.unwrap();
    assert_eq!(rig.read().list_audit(other, 9, 0).await.unwrap(), (Vec::new(), 0));
}
