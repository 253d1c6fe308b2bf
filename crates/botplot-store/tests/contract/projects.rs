//! Promises about projects.

use botplot_core::ProjectId;
use botplot_core::project::Settings;
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::Rig;

pub(crate) async fn a_project_is_found_by_id_and_name_as_it_was_added(rig: Rig) {
    let by_id = rig.read().find_project(rig.project).await.unwrap().unwrap();
    let by_name = rig.read().find_project_named("one").await.unwrap().unwrap();
    assert_eq!((by_id.id, by_id.name.as_str(), by_id.index_version), (rig.project, "one", 0));
    assert_eq!((by_name.id, by_name.settings), (rig.project, Settings::default()));
    assert!(rig.read().find_project(ProjectId(Uuid::max())).await.unwrap().is_none());
    assert!(rig.read().find_project_named("One").await.unwrap().is_none());
}

pub(crate) async fn a_project_name_is_taken_once(rig: Rig) {
    let again = rig.add_project("one").await;
    assert!(matches!(again, Err(Error::Unique("projects.name"))), "{again:?}");
    rig.add_project("two").await.unwrap();
    let names: Vec<_> = rig.read().list_projects().await.unwrap().into_iter().map(|p| p.name).collect();
    assert_eq!(names, ["one", "two"]);
}

pub(crate) async fn settings_are_replaced(rig: Rig) {
    let settings = Settings { refusal: "No \"idea\" ü".into(), threshold: 0.25, ..Settings::default() };
    let (project, saved) = (rig.project, settings.clone());
    assert!(rig.write(move |tx| Box::pin(async move { tx.save_settings(project, &saved).await })).await);
    assert_eq!(rig.read().find_project(project).await.unwrap().unwrap().settings, settings);
    let nobody = ProjectId(Uuid::max());
    assert!(!rig.write(move |tx| Box::pin(async move { tx.save_settings(nobody, &settings).await })).await);
}

pub(crate) async fn each_change_of_the_index_raises_its_version(rig: Rig) {
    let project = rig.project;
    for expected in 1..=3 {
        let version = rig.write(move |tx| Box::pin(async move { tx.bump_index(project).await })).await;
        assert_eq!(version, expected);
        assert_eq!(rig.read().index_version(project).await.unwrap(), Some(expected));
    }
    let nobody = ProjectId(Uuid::max());
    assert_eq!(rig.read().index_version(nobody).await.unwrap(), None);
    let raised = rig.store.write(move |tx| Box::pin(async move { tx.bump_index(nobody).await })).await;
    assert!(matches!(raised, Err(Error::Missing("project"))), "{raised:?}");
}
