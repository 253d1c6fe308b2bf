//! Promises about sightings of widgets.

use botplot_core::{ProjectId, Timestamp};
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::{NOW, Rig};

async fn note(rig: &Rig, project: ProjectId, origin: &'static str, at: Timestamp) {
    rig.write(move |tx| Box::pin(async move { tx.note_sighting(project, origin, at, 2).await })).await;
}

pub(crate) async fn the_latest_sightings_are_kept_newest_first(rig: Rig) {
    let (project, other) = (rig.project, rig.add_project("other").await.unwrap());
    let list = async |project| rig.read().list_sightings(project).await.unwrap();
    assert_eq!(list(project).await, []);
    note(&rig, project, "https://a.example", NOW).await;
    note(&rig, other, "https://z.example", NOW).await;
    note(&rig, project, "https://b.example", NOW.plus_seconds(1)).await;
    note(&rig, project, "https://a.example", NOW.plus_seconds(2)).await;
    note(&rig, project, "https://c.example", NOW.plus_seconds(3)).await;
    let expected = [("https://c.example", 3), ("https://a.example", 2)];
    let expected = expected.map(|(origin, after)| (origin.to_owned(), NOW.plus_seconds(after)));
    assert_eq!(list(project).await, expected);
    assert_eq!(list(other).await, [("https://z.example".to_owned(), NOW)]);
}

pub(crate) async fn a_sighting_needs_its_project(rig: Rig) {
    let nobody = ProjectId(Uuid::max());
    let noted = rig.store.write(move |tx| {
        Box::pin(async move { tx.note_sighting(nobody, "https://a.example", NOW, 2).await })
    });
    let noted = noted.await;
    assert!(matches!(noted, Err(Error::Missing("project"))), "{noted:?}");
}
