//! Origins, the identity secret and the keys: secrets are shown once, and keys to owners only.

use botplot_core::account::Role;
use botplot_core::key::{Class, Key};
use botplot_testkit::app::{Reply, TestApp};

use super::{HOSTILE, complains, saves, stored};

/// The text of the element of this id on a page.
fn text_of(reply: &Reply, id: &str) -> String {
    let mark = format!("<code id=\"{id}\">");
    let rest = reply.text().split_once(&mark).unwrap_or_else(|| panic!("no {id} in {}", reply.text())).1;
    rest.split('<').next().unwrap().to_owned()
}

/// The id of the project's key of this class.
async fn key_of(app: &TestApp, class: Class) -> String {
    let keys = app.engine().reader().list_keys(app.project().project.id).await.unwrap();
    keys.into_iter().find(|key| key.class == class).unwrap().id.to_string()
}

#[tokio::test]
async fn sites_are_named_and_an_open_key_is_warned_of() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/security");
    assert!(admin.get(&path).await.is(200).text().contains("Every site may use"));
    let fields = [("origins", "https://a.example\n*.b.example"), ("identity.enforced", "on")];
    saves(&admin, &path, &fields).await;
    let set = stored(&app).await;
    assert_eq!((set.origins.len(), set.identity.enforced), (2, true));
    assert!(!admin.get(&path).await.is(200).text().contains("Every site may use"));
    let reply = admin.submit(&path, &[("origins", "https://a.example\nnonsense/<b>")]).await;
    complains(&reply, "Allowed sites in line 2 must be an origin");
    complains(&reply, "nonsense/&lt;b&gt;");
}

#[tokio::test]
async fn an_identity_secret_is_shown_once_replaced_and_removed() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/security/identity-secret");
    let first = text_of(&admin.submit(&path, &[]).await.is(200), "identity-secret");
    assert!(first.starts_with("bp_idn_"), "{first}");
    let page = admin.get(&app.page("settings/security")).await.is(200);
    assert!(!page.text().contains(&first) && page.text().contains("set up"));
    let second = text_of(&admin.submit(&path, &[]).await.is(200), "identity-secret");
    assert_ne!(first, second);
    saves(&admin, &format!("{path}/remove"), &[]).await;
    assert!(app.engine().reader().identity_secret(app.project().project.id).await.unwrap().is_none());
    let (log, _) = app.engine().reader().list_audit(app.project().project.id, 9, 0).await.unwrap();
    let actions: Vec<_> = log.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["identity_secret.removed", "identity_secret.made", "identity_secret.made"]);
}

#[tokio::test]
async fn a_key_is_made_shown_once_renamed_and_revoked() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    let path = app.page("settings/keys");
    complains(&owner.submit(&path, &[("name", " ")]).await, "New secret key must not be empty.");
    let made = owner.submit(&path, &[("name", HOSTILE)]).await.is(200);
    assert!(!made.text().contains(HOSTILE) && made.text().contains("&lt;script&gt;"));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let key = text_of(&made, "new-key");
    let caller = app.holder_of(&Key::parse(&key).unwrap());
    caller.get("/api/v1/project").await.is(200);
    assert!(!owner.get(&app.page("settings/security")).await.is(200).text().contains(&key));
    let keys = app.engine().reader().list_keys(app.project().project.id).await.unwrap();
    let id = keys.iter().find(|key| key.name == HOSTILE).unwrap().id;
    saves(&owner, &format!("{path}/{id}/name"), &[("name", "Billing")]).await;
    complains(
        &owner.submit(&format!("{path}/{id}/name"), &[("name", "x".repeat(101).as_str())]).await,
        "at most 100",
    );
    assert!(owner.get(&app.page("settings/security")).await.text().contains("Billing"));
    saves(&owner, &format!("{path}/{id}/revoke"), &[]).await;
    caller.get("/api/v1/project").await.is(401);
}

#[tokio::test]
async fn a_key_is_rotated_with_an_overlap_and_the_publishable_one_cannot_go() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    let path = app.page("settings/keys");
    let (public, secret) = (key_of(&app, Class::Publishable).await, key_of(&app, Class::Secret).await);
    complains(
        &owner.submit(&format!("{path}/{secret}/rotate"), &[("overlap_hours", "x")]).await,
        "whole number",
    );
    let rotated = owner.submit(&format!("{path}/{secret}/rotate"), &[("overlap_hours", "1")]).await.is(200);
    let next = Key::parse(&text_of(&rotated, "new-key")).unwrap();
    app.owner().get("/api/v1/project").await.is(200);
    app.clock().advance(3600);
    app.owner().get("/api/v1/project").await.is(401);
    app.holder_of(&next).get("/api/v1/project").await.is(200);
    owner.submit(&format!("{path}/{public}/revoke"), &[]).await.is(409);
    app.widget().ask("bob", "hello").await.is(200);
    owner.submit(&format!("{path}/{public}/rotate"), &[("overlap_hours", "0")]).await.is(200);
    app.widget().ask("bob", "hello").await.is(401);
}

#[tokio::test]
async fn an_admin_sees_no_key() {
    let app = TestApp::start().await;
    let page = app.member(Role::Admin).await.get(&app.page("settings/security")).await.is(200);
    assert!(page.text().contains("owners see and change") && !page.text().contains("bp_sec_"));
    let owner = app.member(Role::Owner).await.get(&app.page("settings/security")).await.is(200);
    assert!(owner.text().contains("bp_sec_"));
}

#[tokio::test]
async fn a_secret_key_that_a_browser_sent_is_told_of() {
    let app = TestApp::start().await;
    app.owner().with("sec-fetch-site", "cross-site").get("/api/v1/project").await.is(403);
    let owner = app.member(Role::Owner).await;
    let page = owner.get(&app.page("settings/security")).await.is(200);
    assert!(page.text().contains("A browser sent it"), "{}", page.text());
    let notices = owner.get(&app.page("settings/usage")).await.is(200);
    assert!(notices.text().contains("A secret key came from a browser"));
}
