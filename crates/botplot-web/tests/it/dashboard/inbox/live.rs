//! `/app/{project}/inbox/live`: what open inboxes hear.

use std::time::Duration;

use botplot_core::account::Role;
use botplot_testkit::app::{Actor, Live, TestApp};
use botplot_testkit::fake_llm::FakeLlm;
use botplot_testkit::postgres::Postgres;
use http::Method;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::{MARKUP, path};

/// Far more than a word takes, and less than looking every two seconds.
const SOON: Duration = Duration::from_millis(1500);

async fn listen(person: &Actor, app: &TestApp, query: &str) -> Live {
    let mut live = person.send(Method::GET, &app.page(&format!("inbox/live{query}")), "").await;
    assert_eq!(live.status, 200);
    assert_eq!(live.event().await.expect("it says that it listens")["type"], "ready");
    live
}

/// The next event of this kind.
async fn next(live: &mut Live, kind: &str) -> Value {
    let found = async {
        loop {
            let event = live.event().await.expect("the stream goes on");
            if event["type"] == kind {
                return event;
            }
        }
    };
    timeout(Duration::from_secs(10), found).await.unwrap_or_else(|_| panic!("no event `{kind}`"))
}

/// The row of this conversation once it has so many messages that are not read.
async fn row(live: &mut Live, id: &str, unread: i64) -> Value {
    loop {
        let event = next(live, "rows").await;
        let rows = event["rows"].as_array().expect("a list").clone();
        if let Some(row) = rows.into_iter().find(|row| row["id"] == id && row["unread"] == unread) {
            return row;
        }
    }
}

#[tokio::test]
async fn a_visitors_message_arrives_at_once_and_as_text() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Viewer).await;
    let mut live = listen(&ann, &app, "").await;
    let begun = Instant::now();
    let id = app.owner().ask("bob", MARKUP).await.is(200).conversation();
    let row = row(&mut live, &id, 2).await;
    assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
    let html = row["html"].as_str().expect("a row has markup");
    assert!(html.contains(&format!("id=\"c-{id}\"")) && !html.contains("<script"), "{html}");
    assert_eq!((&row["shown"], &row["call"]), (&Value::Bool(true), &Value::Null));
    let counts = next(&mut live, "counts").await;
    assert_eq!((counts["waiting"].as_i64(), counts["unread"].as_i64()), (Some(0), Some(0)));
}

#[tokio::test]
async fn who_looks_at_a_part_hears_what_belongs_there() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Agent).await;
    let mut waiting = listen(&ann, &app, "?view=waiting").await;
    let id = app.owner().ask("bob", "hi").await.is(200).conversation();
    assert_eq!(row(&mut waiting, &id, 2).await["shown"], false);
    app.owner().ask_in(&id, "bob", "Can I talk to a human?").await.is(200);
    let wanted = loop {
        let row = row(&mut waiting, &id, 4).await;
        if row["shown"] == true {
            break row;
        }
    };
    assert_eq!(wanted["call"], "Wants to talk to a person");
    let counts = loop {
        let counts = next(&mut waiting, "counts").await;
        if counts["waiting"] == 1 {
            break counts;
        }
    };
    assert_eq!(counts["unread"], 1);
    ann.get(&path(&app, &id, "")).await.is(200);
    ann.submit(&path(&app, &id, "/close"), &[]).await.is(303);
    assert_eq!(row(&mut waiting, &id, 0).await["shown"], false);
}

#[tokio::test]
async fn people_are_called_to_what_is_theirs_or_nobodys() {
    let app = TestApp::start().await;
    let ann = app.member_at("ann@example.com", Role::Agent).await;
    let ben = app.member_at("ben@example.com", Role::Agent).await;
    let id = app.owner().ask("bob", "hi").await.is(200).conversation();
    ann.submit(&path(&app, &id, "/take"), &[("seen", "bot")]).await.is(303);
    let (mut hers, mut his) = (listen(&ann, &app, "").await, listen(&ben, &app, "").await);
    app.owner().ask_in(&id, "bob", "Are you there?").await.is(200);
    assert_eq!(row(&mut hers, &id, 3).await["call"], "Are you there?");
    assert_eq!(row(&mut his, &id, 3).await["call"], Value::Null);
}

#[tokio::test]
async fn notes_ratings_and_removals_are_heard_of_too() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Agent).await;
    let id = app.owner().ask("bob", "hi").await.is(200).conversation();
    let mut live = listen(&ann, &app, "").await;
    ann.submit(&path(&app, &id, "/note"), &[("note", "x")]).await.is(303);
    row(&mut live, &id, 2).await;
    ann.submit(&path(&app, &id, "/typing"), &[("on", "1")]).await.is(204);
    let typing = next(&mut live, "typing").await;
    assert_eq!(
        (&typing["id"], &typing["name"], &typing["on"]),
        (&id.clone().into(), &"agent".into(), &true.into())
    );
    let removed = app.owner().send(Method::DELETE, &format!("/api/v1/conversations/{id}"), "").await;
    assert!(removed.status.is_success());
    assert_eq!(next(&mut live, "gone").await["ids"], serde_json::json!([id]));
}

#[tokio::test]
async fn what_nobody_told_of_is_found_all_the_same() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Viewer).await;
    let id = app.owner().ask("bob", "hi").await.is(200).conversation();
    // Long ago by now, so that only what changes from here on is looked for.
    app.clock().advance(60);
    let mut live = listen(&ann, &app, "").await;
    let it = app.conversation(&id).await;
    let later = botplot_core::conversation::Conversation { updated_at: app.engine().clock().now(), ..it };
    app.keep_silently(later).await;
    assert_eq!(row(&mut live, &id, 2).await["shown"], true);
}

#[tokio::test]
async fn strangers_hear_nothing() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Viewer).await;
    ann.get(&app.page("inbox/live?view=nonsense")).await.is(400);
    app.stranger().with("sec-fetch-site", "same-origin").get(&app.page("inbox/live")).await.is(303);
    app.outsider().await.get(&app.page("inbox/live")).await.is(404);
}

#[tokio::test]
async fn an_inbox_on_another_node_hears_at_once() {
    let (model, postgres) = (FakeLlm::start().await, Postgres::start());
    let [one, two] = TestApp::pair(&postgres.create_database(), &model).await;
    let id = one.owner().ask("bob", "hi").await.is(200).conversation();
    let (ann, ben) = (one.member(Role::Agent).await, two.member(Role::Agent).await);
    let mut live = listen(&ben, &two, "").await;
    // Typing is told by word alone: once it is heard, the nodes hear each other.
    let typed = async {
        loop {
            ann.submit(&path(&one, &id, "/typing"), &[("on", "1")]).await.is(204);
            let heard = timeout(Duration::from_millis(100), live.event()).await.ok().flatten();
            if heard.is_some_and(|event| event["type"] == "typing") {
                return;
            }
        }
    };
    timeout(Duration::from_secs(20), typed).await.expect("the nodes hear each other");
    let begun = Instant::now();
    one.owner().ask_in(&id, "bob", "hello?").await.is(200);
    row(&mut live, &id, 4).await;
    assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
}
