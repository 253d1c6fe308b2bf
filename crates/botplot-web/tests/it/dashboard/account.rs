//! `/account`: a person's own name, password, second factor and browsers.

use botplot_core::account::Role;
use botplot_testkit::app::{Actor, PASSWORD, TestApp};

use super::sign_in::{browser, holding, sign_in};

const ANN: &str = "ann@example.com";
const NEW: &str = "a wholly new password";

/// A second browser of the account, signed in by the form.
async fn second(app: &TestApp, email: &str) -> Actor {
    let chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";
    let from = browser(app).without("user-agent").with("user-agent", chrome);
    holding(app, &sign_in(&from, email, PASSWORD, "").await.is(303))
}

/// Whether a browser is signed in.
async fn is_in(actor: &Actor) -> bool {
    actor.get("/account").await.status == 200
}

#[tokio::test]
async fn name_and_preferences_are_ones_own() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Viewer).await;
    ann.submit("/account/name", &[("name", " Ann <i> ")]).await.is(303);
    assert!(ann.get("/account").await.is(200).text().contains("value=\"Ann &lt;i&gt;\""));
    let reply = ann.submit("/account/name", &[("name", "  ")]).await.is(422);
    assert!(reply.text().contains("Name must not be empty."), "{}", reply.text());
    ann.submit("/account/preferences", &[("sound", "on")]).await.is(303);
    let account = app.engine().reader().find_account_of(ANN).await.unwrap().unwrap();
    assert!(account.preferences.sound && !account.preferences.notifications);
    ann.submit("/account/preferences", &[("notifications", "on")]).await.is(303);
    let account = app.engine().reader().find_account_of(ANN).await.unwrap().unwrap();
    assert!(!account.preferences.sound && account.preferences.notifications);
}

#[tokio::test]
async fn a_new_password_takes_the_old_one_and_signs_the_other_browsers_out() {
    let app = TestApp::start().await;
    let (ann, other) = (app.member_at(ANN, Role::Agent).await, second(&app, ANN).await);
    let wrong = [("current", "not it at all"), ("password", NEW)];
    let reply = ann.submit("/account/password", &wrong).await.is(422);
    assert!(reply.text().contains("Present password is not right."), "{}", reply.text());
    assert!(is_in(&other).await);
    let weak = [("current", PASSWORD), ("password", "short")];
    ann.submit("/account/password", &weak).await.is(422);
    ann.submit("/account/password", &[("current", PASSWORD), ("password", NEW)]).await.is(303);
    assert!(is_in(&ann).await && !is_in(&other).await);
    app.clock().advance(60);
    sign_in(&browser(&app), ANN, PASSWORD, "").await.is(401);
    sign_in(&browser(&app), ANN, NEW, "").await.is(303);
}

#[tokio::test]
async fn whoever_guesses_at_an_open_browser_must_wait_as_well() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    for _ in 0..6 {
        ann.submit("/account/password", &[("current", "not it"), ("password", NEW)]).await.is(422);
    }
    ann.submit("/account/password", &[("current", PASSWORD), ("password", NEW)]).await.is(429);
    ann.submit("/account/email", &[("email_password", PASSWORD), ("email", "x@example.com")]).await.is(429);
    app.clock().advance(60);
    ann.submit("/account/password", &[("current", PASSWORD), ("password", NEW)]).await.is(303);
}

#[tokio::test]
async fn browsers_are_listed_in_plain_words_and_signed_out_one_by_one_or_all() {
    let app = TestApp::start().await;
    let (ann, chrome) = (app.member_at(ANN, Role::Agent).await, second(&app, ANN).await);
    let bob = app.member_at("bob@example.com", Role::Agent).await;
    let page = ann.get("/account").await.is(200);
    assert!(
        page.text().contains("Chrome on Linux") && page.text().contains("A test's browser"),
        "{}",
        page.text()
    );
    assert_eq!(page.text().matches("this one").count(), 1);
    let (_, path) = page.text().split_once("action=\"/account/browsers/").unwrap();
    let path = format!("/account/browsers/{}", path.split('"').next().unwrap());
    bob.submit(&path, &[]).await.is(404);
    assert!(is_in(&chrome).await);
    ann.submit(&path, &[]).await.is(303);
    assert!(!is_in(&chrome).await && is_in(&ann).await);
    ann.submit(&path, &[]).await.is(404);
    let others = [second(&app, ANN).await, second(&app, ANN).await];
    ann.submit("/account/browsers/end-others", &[]).await.is(303);
    for other in &others {
        assert!(!is_in(other).await);
    }
    assert!(is_in(&ann).await && is_in(&bob).await);
}

#[tokio::test]
async fn who_runs_the_server_makes_projects_and_owns_them() {
    let app = TestApp::start().await;
    let (owner, agent) = (app.member_at(ANN, Role::Owner).await, app.member(Role::Agent).await);
    agent.get("/projects/new").await.is(403);
    agent.submit("/projects/new", &[("name", "Mine")]).await.is(403);
    assert!(!agent.get(&app.page("team")).await.is(200).text().contains("/projects/new"));
    assert!(owner.get(&app.page("team")).await.is(200).text().contains("/projects/new"));
    let taken = owner.submit("/projects/new", &[("name", "first")]).await.is(422);
    assert!(taken.text().contains("is taken"), "{}", taken.text());
    let made = owner.submit("/projects/new", &[("name", "Second")]).await.is(303);
    let start = made.header("location").unwrap().to_owned();
    assert!(start.ends_with("/start"), "{start}");
    let team = start.replace("/start", "/team");
    owner.get(&team).await.is(200);
    agent.get(&team).await.is(404);
    let project = app.engine().reader().find_project_named("Second").await.unwrap().unwrap();
    let (lines, _) = app.engine().reader().list_audit(project.id, 9, 0).await.unwrap();
    assert_eq!((lines.len(), lines[0].action.as_str(), lines[0].actor.as_str()), (1, "project.created", ANN));
}

#[tokio::test]
async fn the_project_that_was_open_last_opens_again() {
    let app = TestApp::start().await;
    let owner = app.member_at(ANN, Role::Owner).await;
    let made = owner.submit("/projects/new", &[("name", "Second")]).await.is(303);
    let second = made.header("location").unwrap().replace("/start", "/inbox");
    let home = async || owner.get("/app").await.is(303).header("location").unwrap().to_owned();
    assert_eq!(home().await, app.page("inbox"));
    let page = owner.clone().with("accept", "text/html,application/xhtml+xml");
    page.get(&second.replace("/inbox", "/team")).await.is(200);
    assert_eq!(home().await, second);
    // A piece of a page, such as another tab's live list, changes nothing.
    page.clone().with("hx-request", "true").get(&app.page("team")).await.is(200);
    owner.get(&app.page("team")).await.is(200);
    assert_eq!(home().await, second);
    page.get(&app.page("team")).await.is(200);
    assert_eq!(home().await, app.page("inbox"));
}
