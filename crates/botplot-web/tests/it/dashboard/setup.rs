//! The first run: from a one-time link to a bot that answers.

use botplot_core::account::Role;
use botplot_engine::accounts::first;
use botplot_testkit::app::{PASSWORD, TestApp};

use super::sign_in::{browser, holding};

const OWNER: [(&str, &str); 3] =
    [("name", "Ann <b>Arbor</b>"), ("email", "Ann@example.com"), ("password", PASSWORD)];

/// The address that a start prints.
async fn printed(app: &TestApp) -> String {
    let token = first::open(app.engine()).await.unwrap().expect("there is no account yet");
    format!("/setup/{}", token.expose())
}

#[tokio::test]
async fn the_printed_link_makes_the_owner_of_all_that_is_there() {
    let app = TestApp::start().await;
    let demo = app.another_project("demo").await.project.id;
    let path = printed(&app).await;
    let page = browser(&app).get(&path).await.is(200);
    assert!(page.text().contains("Make my account"), "{}", page.text());
    let reply = browser(&app).submit(&path, &OWNER).await.is(303);
    assert_eq!(reply.header("location"), Some(app.page("start").as_str()));
    let reader = app.engine().reader();
    let ann = reader.find_account_of("ann@example.com").await.unwrap().unwrap();
    assert!(ann.operator && ann.preferences.project == Some(app.project().project.id));
    for project in [app.project().project.id, demo] {
        assert_eq!(reader.find_role(project, ann.id).await.unwrap(), Some(Role::Owner));
    }
    let team = holding(&app, &reply).get(&app.page("team")).await.is(200);
    assert!(team.text().contains("Ann &lt;b&gt;Arbor&lt;/b&gt;"), "{}", team.text());
}

#[tokio::test]
async fn a_set_up_link_works_once_and_then_set_up_is_done() {
    let app = TestApp::start().await;
    let path = printed(&app).await;
    browser(&app).submit(&path, &OWNER).await.is(303);
    for reply in [browser(&app).get(&path).await, browser(&app).submit(&path, &OWNER).await] {
        assert!(reply.is(410).text().contains("Set-up is done"));
    }
    assert!(first::open(app.engine()).await.unwrap().is_none());
    assert_eq!(app.engine().reader().count_accounts().await.unwrap(), 1);
}

#[tokio::test]
async fn of_two_at_once_one_becomes_the_owner() {
    let app = TestApp::start().await;
    let path = printed(&app).await;
    let other = [("name", "Eve"), ("email", "eve@example.com"), ("password", PASSWORD)];
    let (one, two) = (browser(&app), browser(&app));
    let (one, two) = tokio::join!(one.submit(&path, &OWNER), two.submit(&path, &other));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    assert_eq!(app.engine().reader().count_accounts().await.unwrap(), 1);
}

#[tokio::test]
async fn wrong_older_and_expired_set_up_links_open_nothing() {
    let app = TestApp::start().await;
    let older = printed(&app).await;
    let newer = printed(&app).await;
    let wrong = format!("/setup/{}", "x".repeat(40));
    for path in [older.as_str(), &wrong, "/setup/x"] {
        for reply in [browser(&app).get(path).await, browser(&app).submit(path, &OWNER).await] {
            assert!(reply.is(410).text().contains("start it again"), "{path}");
        }
    }
    app.clock().advance(24 * 3600);
    assert!(browser(&app).get(&newer).await.is(410).text().contains("good for a day"));
    browser(&app).submit(&newer, &OWNER).await.is(410);
    assert_eq!(app.engine().reader().count_accounts().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let path = printed(&app).await;
    let short = [("name", "Ann"), ("email", "ann@example.com"), ("password", "short")];
    let reply = browser(&app).submit(&path, &short).await.is(422);
    assert!(reply.text().contains("Password must have at least 10 characters."), "{}", reply.text());
    assert!(reply.text().contains("value=\"ann@example.com\"") && !reply.text().contains("value=\"short\""));
    let reply = browser(&app).submit(&path, &[("name", ""), ("email", "ann@example.com")]).await.is(422);
    assert!(reply.text().contains("Your name must not be empty."), "{}", reply.text());
    browser(&app).submit(&path, &OWNER).await.is(303);
}
