//! `/app/{project}/inbox`: which conversations are listed, and how.

use botplot_core::account::Role;
use botplot_testkit::app::TestApp;
use serde_json::json;

use super::{MARKUP, listed, own_account, path};
use crate::{QUESTION, SHIPPING};

#[tokio::test]
async fn an_empty_inbox_says_what_to_do() {
    let app = TestApp::start().await;
    let page = app.member(Role::Viewer).await.get(&app.page("inbox")).await.is(200);
    assert!(page.text().contains("No open conversations"), "{}", page.text());
}

#[tokio::test]
async fn views_hold_what_their_names_say() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Agent).await;
    let mut ids = Vec::new();
    for (visitor, message) in
        [("a", "hi"), ("b", "Can I talk to a human?"), ("c", "hi"), ("d", "hi"), ("e", "hi")]
    {
        app.clock().advance(1);
        ids.push(app.widget().ask(visitor, message).await.is(200).conversation());
    }
    let [open, waiting, closed, archived, mine] = &ids[..] else { panic!("five were begun") };
    ann.submit(&path(&app, closed, "/close"), &[]).await.is(303);
    ann.submit(&path(&app, archived, "/archive"), &[]).await.is(303);
    let page = ann.get(&path(&app, mine, "?quiet=1")).await.is(200);
    ann.submit(&path(&app, mine, "/assign"), &[("account", &own_account(page.text()))]).await.is(303);
    assert_eq!(listed(&ann, &app, "").await, [mine, waiting, open].map(Clone::clone));
    assert_eq!(listed(&ann, &app, "?view=waiting").await, std::slice::from_ref(waiting));
    assert_eq!(listed(&ann, &app, "?view=mine").await, std::slice::from_ref(mine));
    assert_eq!(listed(&ann, &app, "?view=closed").await, std::slice::from_ref(closed));
    assert_eq!(listed(&ann, &app, "?view=archived").await, std::slice::from_ref(archived));
    assert_eq!(listed(&ann, &app, "?view=all").await.len(), 4);
    let ben = app.member(Role::Agent).await;
    assert!(listed(&ben, &app, "?view=mine").await.is_empty(), "somebody else's were listed");
    ann.get(&app.page("inbox?view=nonsense")).await.is(400);
}

#[tokio::test]
async fn what_somebody_has_opened_is_read_for_them_alone() {
    let app = TestApp::start().await;
    let (ann, ben) = (app.member(Role::Viewer).await, app.member(Role::Viewer).await);
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    assert_eq!(listed(&ann, &app, "?view=unread").await, std::slice::from_ref(&id));
    ann.get(&path(&app, &id, "?part=thread&quiet=1")).await.is(200);
    assert_eq!(listed(&ann, &app, "?view=unread").await.len(), 1, "nobody saw it");
    ann.get(&path(&app, &id, "")).await.is(200);
    assert!(listed(&ann, &app, "?view=unread").await.is_empty());
    assert_eq!(listed(&ben, &app, "?view=unread").await.len(), 1);
    app.owner().ask_in(&id, "bob", "and now?").await.is(200);
    let page = ann.get(&app.page("inbox")).await.is(200);
    assert!(
        page.text().contains("<span class=\"new\">2<span class=\"unseen\"> unread</span>"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_text_is_found_in_messages_and_in_what_is_known_of_visitors() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let told = json!({ "message": "hi", "visitorId": "v-77", "visitorInfo": { "name": "Grace Hopper" } });
    let grace = app.widget().post("/api/chat", told).await.is(200).conversation();
    let bob = app.widget().ask("bob", "100% of it_all?").await.is(200).conversation();
    let asked = app.widget().ask("carl", QUESTION).await.is(200).conversation();
    let ann = app.member(Role::Viewer).await;
    for (query, expected) in [
        ("grace+hop", &grace),
        ("V-77", &grace),
        ("100%25+of", &bob),
        ("it_all", &bob),
        ("four+EUROS", &asked),
    ] {
        assert_eq!(
            listed(&ann, &app, &format!("?q={query}")).await,
            std::slice::from_ref(expected),
            "{query}"
        );
    }
    assert!(listed(&ann, &app, "?q=1%25%25of").await.is_empty(), "a character had a meaning");
    assert!(listed(&ann, &app, "?q=itXall").await.is_empty(), "a character had a meaning");
}

#[tokio::test]
async fn tags_narrow_the_list_down() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Agent).await;
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    app.widget().ask("carl", "hi").await.is(200);
    ann.submit(&path(&app, &id, "/tags"), &[("add", " a&b ")]).await.is(303);
    ann.submit(&path(&app, &id, "/tags"), &[("add", "vip")]).await.is(303);
    assert_eq!(app.conversation(&id).await.tags, ["a&b", "vip"]);
    assert_eq!(listed(&ann, &app, "?tag=a%26b").await, std::slice::from_ref(&id));
    ann.submit(&path(&app, &id, "/tags"), &[("remove", "a&b")]).await.is(303);
    assert!(listed(&ann, &app, "?tag=a%26b").await.is_empty());
    let long = "x".repeat(51);
    let refused = ann.submit(&path(&app, &id, "/tags"), &[("add", &long)]).await.is(400);
    assert!(refused.text().contains("50 characters"), "{}", refused.text());
}

#[tokio::test]
async fn a_long_list_goes_on_behind_older_without_loss_or_repetition() {
    let app = TestApp::start().await;
    let ann = app.member(Role::Viewer).await;
    let mut expected = Vec::new();
    for n in 0..33 {
        // Three share an instant.
        if n % 3 == 0 {
            app.clock().advance(1);
        }
        expected.push(app.owner().ask(&format!("v{n}"), "hi").await.is(200).conversation());
    }
    let first = ann.get(&app.page("inbox")).await.is(200);
    let older = first.text().split("id=\"older\" href=\"").nth(1).expect("there are older ones");
    let older = older[..older.find('"').expect("an attribute ends")].replace("&amp;", "&");
    let mut all = listed(&ann, &app, "").await;
    assert_eq!(all.len(), 30);
    all.extend(listed(&ann, &app, older.split_once("inbox").expect("the same page").1).await);
    all.sort();
    expected.sort();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn names_and_messages_full_of_markup_are_text() {
    let app = TestApp::start().await;
    let info = json!({ "name": MARKUP, "plan": MARKUP });
    let told = json!({ "message": MARKUP, "visitorId": MARKUP, "visitorInfo": info, "title": MARKUP,
        "url": "javascript:alert(1)" });
    let id = app.owner().post("/api/chat", told).await.is(200).conversation();
    let ann = app.member(Role::Agent).await;
    ann.submit(&path(&app, &id, "/note"), &[("note", MARKUP)]).await.is(303);
    ann.submit(&path(&app, &id, "/reply"), &[("content", MARKUP), ("seen", "bot")]).await.is(303);
    ann.submit(&path(&app, &id, "/tags"), &[("add", "<b>x</b>")]).await.is(303);
    for page in [app.page(&format!("inbox?q={}", "%3Cscript")), path(&app, &id, "")] {
        let page = ann.get(&page).await.is(200);
        let text = page.text();
        assert!(text.contains("&lt;script&gt;"), "{text}");
        for bad in ["<script>alert", "<img src=x", "<b>x", "href=\"javascript"] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_project_is_not_found() {
    let app = TestApp::start().await;
    let other = app.another_project("other").await;
    let id = app.holder_of(&other.publishable).ask("bob", "hi").await.is(200).conversation();
    let ann = app.member(Role::Owner).await;
    ann.get(&path(&app, &id, "")).await.is(404);
    for what in
        ["take", "hand-back", "close", "reopen", "archive", "assign", "tags", "note", "reply", "typing"]
    {
        let fields = [("note", "x"), ("content", "x"), ("add", "x")];
        assert_eq!(ann.submit(&path(&app, &id, &format!("/{what}")), &fields).await.status, 404, "{what}");
    }
    ann.get(&format!("/app/{}/inbox", other.project.id)).await.is(404);
    assert!(listed(&ann, &app, "?view=all").await.is_empty());
}
