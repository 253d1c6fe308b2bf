//! Promises about projects.

use botplot_core::ProjectId;
use botplot_core::plan::Plan;
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

pub(crate) async fn a_project_is_renamed_unless_the_name_is_taken(rig: Rig) {
    let (project, two) = (rig.project, rig.add_project("two").await.unwrap());
    let rename = |project: ProjectId, name: &'static str| {
        rig.store.write(move |tx| Box::pin(async move { tx.rename_project(project, name).await }))
    };
    let taken = rename(two, "one").await;
    assert!(matches!(taken, Err(Error::Unique("projects.name"))), "{taken:?}");
    assert!(rename(project, "eins\0").await.unwrap());
    assert!(rename(two, "one").await.unwrap(), "the name is free again");
    assert!(rename(two, "one").await.unwrap(), "its own name is not taken from itself");
    assert!(!rename(ProjectId(Uuid::max()), "x").await.unwrap());
    let name = async |id| rig.read().find_project(id).await.unwrap().unwrap().name;
    assert_eq!((name(project).await.as_str(), name(two).await.as_str()), ("eins\u{fffd}", "one"));
}

pub(crate) async fn a_removed_project_takes_everything_along_and_leaves_others_alone(rig: Rig) {
    let other = rig.another().await;
    let mut sources = Vec::new();
    for rig in [&rig, &other] {
        let source = rig.add_source("site").await;
        rig.add_page(source, "https://example.com/", &["one", "two"]).await;
        sources.push(source);
    }
    let remove =
        |project: ProjectId| rig.write(move |tx| Box::pin(async move { tx.remove_project(project).await }));
    assert!(remove(rig.project).await);
    assert!(!remove(rig.project).await, "it is gone already");
    assert!(rig.read().find_project(rig.project).await.unwrap().is_none());
    assert!(rig.read().find_source(rig.project, sources[0]).await.unwrap().is_none());
    assert_eq!(rig.read().changed_chunks(rig.project, 0).await.unwrap(), []);
    assert!(rig.read().find_source(other.project, sources[1]).await.unwrap().is_some());
    assert_eq!(rig.read().changed_chunks(other.project, 0).await.unwrap().len(), 2);
}

pub(crate) async fn a_project_is_put_on_a_plan(rig: Rig) {
    let two = rig.add_project("two").await.unwrap();
    let set = |project: ProjectId, plan: Plan| {
        rig.write(move |tx| Box::pin(async move { tx.set_plan(project, plan).await }))
    };
    for plan in [Plan::Free, Plan::Pro] {
        assert!(set(rig.project, plan).await);
        assert_eq!(rig.read().find_project(rig.project).await.unwrap().unwrap().plan, plan);
        let project = rig.project;
        let inside = rig.write(move |tx| Box::pin(async move { tx.find_project(project).await })).await;
        assert_eq!(inside.unwrap().plan, plan);
    }
    assert_eq!(rig.read().find_project(two).await.unwrap().unwrap().plan, Plan::Business);
    assert!(!set(ProjectId(Uuid::max()), Plan::Free).await);
}

pub(crate) async fn an_identity_secret_is_set_and_taken_away(rig: Rig) {
    let two = rig.add_project("two").await.unwrap();
    let set = |project: ProjectId, sealed: Option<&'static [u8]>| {
        rig.write(move |tx| Box::pin(async move { tx.set_identity_secret(project, sealed).await }))
    };
    let secret = async |project| rig.read().identity_secret(project).await.unwrap();
    assert_eq!(secret(rig.project).await, None);
    assert!(set(rig.project, Some(b"\0\xff")).await);
    assert_eq!((secret(rig.project).await, secret(two).await), (Some(b"\0\xff".to_vec()), None));
    assert!(set(rig.project, None).await);
    assert_eq!(secret(rig.project).await, None);
    let nobody = ProjectId(Uuid::max());
    assert!(!set(nobody, None).await);
    assert_eq!(secret(nobody).await, None);
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
