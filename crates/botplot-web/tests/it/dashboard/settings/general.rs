//! The project's name, one visitor's traces, and the project's end.

use botplot_core::account::Role;
use botplot_testkit::app::TestApp;

use super::{HOSTILE, complains, saves};

#[tokio::test]
async fn a_project_is_renamed_unless_the_name_is_taken() {
    let app = TestApp::start().await;
    app.another_project("other").await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/general");
    saves(&admin, &path, &[("name", HOSTILE)]).await;
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("&lt;script&gt;") && !page.text().contains(HOSTILE));
    complains(&admin.submit(&path, &[("name", "other")]).await, "Name is taken");
    complains(&admin.submit(&path, &[("name", " ")]).await, "Name must not be empty.");
}

#[tokio::test]
async fn a_visitor_is_exported_and_erased_by_owners_only() {
    let app = TestApp::start().await;
    app.widget().ask("bob", "hello there").await.is(200);
    let (owner, admin) = (app.member(Role::Owner).await, app.member(Role::Admin).await);
    assert!(!admin.get(&app.page("settings/general")).await.is(200).text().contains("Danger zone"));
    let export = app.page("settings/general/visitor.json?visitor=bob");
    admin.get(&export).await.is(403);
    let sent = owner.get(&export).await.is(200);
    assert_eq!(sent.header("content-disposition"), Some("attachment; filename=\"visitor.json\""));
    assert_eq!(sent.json()["conversations"].as_array().unwrap().len(), 1);
    complains(
        &owner.get(&app.page("settings/general/visitor.json?visitor=%3Cb%3E")).await,
        "left nothing here",
    );
    let erase = app.page("settings/general/erase");
    saves(&owner, &erase, &[("visitor", "bob")]).await;
    complains(&owner.submit(&erase, &[("visitor", "bob")]).await, "Visitor’s id left nothing here.");
    complains(&owner.get(&export).await, "left nothing here");
}

#[tokio::test]
async fn a_project_is_deleted_by_whoever_types_its_name_and_nothing_of_it_is_left() {
    let app = TestApp::start().await;
    let other = app.another_project("other").await;
    let (owner, path) = (app.member(Role::Owner).await, app.page("settings/general/remove"));
    app.member(Role::Admin).await.submit(&path, &[("confirm", "first")]).await.is(403);
    complains(&owner.submit(&path, &[("confirm", "First")]).await, "That is not the project’s name.");
    complains(&owner.submit(&path, &[]).await, "That is not the project’s name.");
    app.widget().ask("bob", "hello").await.is(200);
    assert_eq!(saves(&owner, &path, &[("confirm", "first")]).await, "/app");
    let reader = app.engine().reader();
    assert!(reader.find_project(app.project().project.id).await.unwrap().is_none());
    assert!(reader.find_project(other.project.id).await.unwrap().is_some());
    app.widget().ask("bob", "hello").await.is(401);
    owner.get(&app.page("settings/general")).await.is(404);
    owner.get("/app").await.is(200);
}
