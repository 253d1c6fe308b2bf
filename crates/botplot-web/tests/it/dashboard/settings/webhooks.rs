//! Webhooks: added, tested, read in their log, sent once more, and refused where the plan has no room.

use botplot_core::account::Role;
use botplot_core::plan::{Limits, Plans};
use botplot_testkit::app::{Actor, TestApp};
use botplot_testkit::webhook_receiver::{Answer, WebhookReceiver};

use super::{HOSTILE, complains, saves};

/// Adds an endpoint and returns its page's address and its secret.
async fn add(app: &TestApp, admin: &Actor, url: &str) -> (String, String) {
    let fields =
        [("url", url), ("description", HOSTILE), ("events", "message.sent"), ("events", "message.received")];
    let page = admin.submit(&app.page("settings/webhooks"), &fields).await.is(200);
    let secret =
        page.text().split_once("<code id=\"secret\">").unwrap().1.split('<').next().unwrap().to_owned();
    let (all, _) = app.engine().reader().list_endpoints(app.project().project.id, 1, 0).await.unwrap();
    (app.page(&format!("settings/webhooks/{}", all[0].id)), secret)
}

#[tokio::test]
async fn an_endpoint_is_added_with_its_secret_shown_once_and_changed() {
    let (app, receiver) = (TestApp::with_webhooks(Plans::default()).await, WebhookReceiver::start().await);
    let admin = app.member(Role::Admin).await;
    let (page, secret) = add(&app, &admin, &receiver.url()).await;
    assert!(secret.starts_with("whsec_"));
    let shown = admin.get(&page).await.is(200);
    assert!(!shown.text().contains(&secret) && !shown.text().contains(HOSTILE));
    assert!(shown.text().contains("&lt;script&gt;"));
    let list = admin.get(&app.page("settings/webhooks")).await.is(200);
    assert!(list.text().contains(&page) && !list.text().contains(HOSTILE));
    let change = [("url", receiver.url()), ("description", "CRM".into()), ("events", "lead.captured".into())];
    let change: Vec<_> = change.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(saves(&admin, &page, &change).await, page);
    let (all, _) = app.engine().reader().list_endpoints(app.project().project.id, 1, 0).await.unwrap();
    assert_eq!((all[0].description.as_str(), all[0].events.len()), ("CRM", 1));
    let rotated = admin.submit(&format!("{page}/rotate"), &[]).await.is(200);
    assert!(
        rotated.text().contains("<code id=\"secret\">whsec_") && rotated.text().contains("Two secrets sign")
    );
    saves(&admin, &format!("{page}/switch"), &[]).await;
    saves(&admin, &format!("{page}/pause"), &[]).await;
    assert!(admin.get(&page).await.text().contains("Activate it first"));
    saves(&admin, &format!("{page}/activate"), &[]).await;
    saves(&admin, &format!("{page}/remove"), &[]).await;
    admin.get(&page).await.is(404);
}

#[tokio::test]
async fn what_cannot_be_an_endpoint_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/webhooks");
    let reply = admin.submit(&path, &[("url", "ftp://x/<b>"), ("events", "message.sent")]).await;
    complains(&reply, "Address must begin with");
    complains(&reply, "ftp://x/&lt;b&gt;");
    complains(&admin.submit(&path, &[("url", "https://a.example/")]).await, "Events must name at least one.");
    let long = "x".repeat(501);
    let fields = [("url", "https://8.8.8.8/"), ("description", long.as_str()), ("events", "message.sent")];
    complains(&admin.submit(&path, &fields).await, "Description must have at most 500 characters.");
}

#[tokio::test]
async fn a_test_event_is_sent_and_its_delivery_tells_all() {
    let (app, receiver) = (TestApp::with_webhooks(Plans::default()).await, WebhookReceiver::start().await);
    receiver.answer(|_, made| if made < 1 { Answer::status(500) } else { Answer::status(200) });
    let admin = app.member(Role::Admin).await;
    let (page, _) = add(&app, &admin, &receiver.url()).await;
    saves(&admin, &format!("{page}/test"), &[("kind", "message.sent")]).await;
    assert_eq!(receiver.wait_for(1).await[0].json()["test"], true);
    let project = app.project().project.id;
    let endpoint = app.engine().reader().list_endpoints(project, 1, 0).await.unwrap().0[0].id;
    let one = loop {
        let (all, _) = app.engine().reader().list_deliveries(project, endpoint, None, 9, 0).await.unwrap();
        if all[0].made > 0 {
            break all[0].id;
        }
        tokio::task::yield_now().await;
    };
    let log = admin.get(&format!("{page}?state=pending")).await.is(200);
    assert!(log.text().contains(&one.to_string()), "it waits for its next attempt");
    let delivered = admin.get(&format!("{page}?state=delivered")).await.is(200);
    assert!(!delivered.text().contains(&one.to_string()));
    let shown = admin.get(&format!("{page}/deliveries/{one}")).await.is(200);
    for part in ["Attempt 1", "500", "Head of the request", "webhook-signature", "&quot;message.sent&quot;"] {
        assert!(shown.text().contains(part), "{part} is not in {}", shown.text());
    }
    saves(&admin, &format!("{page}/deliveries/{one}/replay"), &[]).await;
    receiver.wait_for(2).await;
    complains(
        &admin.submit(&format!("{page}/replay"), &[("since", "soon")]).await,
        "The time must be such as",
    );
    saves(&admin, &format!("{page}/replay"), &[("since", "2020-01-01T00:00")]).await;
    admin.get(&format!("{page}/deliveries/{}", app.project().project.id)).await.is(404);
}

#[tokio::test]
async fn a_plan_without_room_says_so_and_what_was_typed_stays() {
    let business = Limits { messages: 0, endpoints: 1, api: true };
    let app = TestApp::with_webhooks(Plans { business, ..Plans::default() }).await;
    let receiver = WebhookReceiver::start().await;
    let admin = app.member(Role::Admin).await;
    add(&app, &admin, &receiver.url()).await;
    let fields = [("url", "https://8.8.8.8/two"), ("events", "message.sent")];
    let reply = admin.submit(&app.page("settings/webhooks"), &fields).await;
    complains(&reply, "no room for another");
    complains(&reply, "https://8.8.8.8/two");
}

#[tokio::test]
async fn an_endpoint_of_another_project_is_not_found() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let foreign = botplot_engine::webhooks::Wanted {
        url: "https://8.8.8.8/".into(),
        description: String::new(),
        events: vec![botplot_core::event::Kind::MessageSent],
        secret: None,
    };
    let other = app.another_project("other").await.project.id;
    let endpoint = botplot_engine::webhooks::create(app.engine(), other, foreign, "test").await.unwrap().0.id;
    let page = app.page(&format!("settings/webhooks/{endpoint}"));
    admin.get(&page).await.is(404);
    for action in ["", "/pause", "/activate", "/rotate", "/switch", "/test", "/replay", "/remove"] {
        admin.submit(&format!("{page}{action}"), &[("events", "message.sent")]).await.is(404);
    }
}
