//! `/app/{project}/inbox/{conversation}`: what is shown of a conversation, and to whom.

use botplot_core::account::Role;
use botplot_testkit::app::TestApp;
use serde_json::json;

use super::path;
use crate::{QUESTION, SHIPPING};

#[tokio::test]
async fn an_answer_stands_with_its_sources_and_what_the_visitor_thinks_of_it() {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    let page = ("https://shop.example/cart?a=1", "Your cart");
    let asked = json!({ "message": QUESTION, "visitorId": "bob", "url": page.0, "title": page.1 });
    let begun = app.widget().post("/api/chat", asked).await.is(200);
    let rated = json!({ "messageId": begun.last()["messageId"], "rating": "down", "comment": "Too slow" });
    app.widget().showing(&begun).post("/api/chat/feedback", rated).await.is(200);
    let page = app.member(Role::Viewer).await.get(&path(&app, &begun.conversation(), "")).await.is(200);
    let text = page.text();
    for expected in [
        QUESTION,
        "three to five working days",
        "1 source",
        "% similar",
        "Confidence ",
        "Rated not helpful",
        "“Too slow”",
        "href=\"https://shop.example/cart?a=1\" rel=\"noopener noreferrer\"",
        "Your cart",
        "Why this answer",
        "quoted the knowledge",
        "Answered by the bot",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
}

#[tokio::test]
async fn a_viewer_sees_no_forms_and_cannot_send_them() {
    let app = TestApp::start().await;
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    let viewer = app.member(Role::Viewer).await;
    let page = viewer.get(&path(&app, &id, "")).await.is(200);
    let text = page.text();
    assert!(!text.contains("data-here") && !text.contains("<textarea"), "{text}");
    for what in ["take", "hand-back", "close", "archive", "assign", "tags", "note", "reply", "typing"] {
        viewer
            .submit(&path(&app, &id, &format!("/{what}")), &[("note", "x"), ("content", "x")])
            .await
            .is(403);
    }
    assert_eq!(app.messages(&id).await.len(), 2);
}

#[tokio::test]
async fn notes_are_for_the_team_alone() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    let (id, bob) = (begun.conversation(), app.widget().showing(&begun));
    let ann = app.member(Role::Agent).await;
    let events = format!("/api/chat/events?conversationId={id}");
    let mut live = bob.send(http::Method::GET, &events, "").await;
    assert!(live.block().await.is_some_and(|block| block.starts_with("id: ")));
    ann.submit(&path(&app, &id, "/note"), &[("note", "He is a pirate")]).await.is(303);
    let page = app.member(Role::Viewer).await.get(&path(&app, &id, "")).await.is(200);
    assert!(page.text().contains("He is a pirate"), "{}", page.text());
    // The next thing that the visitor hears is what was said after it.
    ann.submit(&path(&app, &id, "/reply"), &[("content", "Ahoy"), ("seen", "bot")]).await.is(303);
    let heard = [live.event().await, live.event().await].map(|event| event.expect("two things happened"));
    assert_eq!((&heard[0]["type"], &heard[1]["content"]), (&json!("status"), &json!("Ahoy")));
    for address in [
        format!("/api/chat/conversations/{id}/messages"),
        "/api/chat/conversations".to_owned(),
        events.replace("events", "resume"),
    ] {
        let reply = bob.get(&address).await;
        assert!(!String::from_utf8_lossy(&reply.body).contains("pirate"), "{address}");
    }
    let messages = app.owner().get(&format!("/api/v1/conversations/{id}/messages")).await.is(200);
    assert!(!messages.text().contains("pirate"), "the API takes a note for a message");
    let empty = ann.submit(&path(&app, &id, "/note"), &[("note", "  ")]).await.is(400);
    assert!(empty.text().contains("must not be empty"), "{}", empty.text());
}

#[tokio::test]
async fn the_other_conversations_of_a_visitor_are_listed_beside() {
    let app = TestApp::start().await;
    let first = app.owner().ask("bob", "hi").await.is(200).conversation();
    let second = app.owner().ask("bob", "hi again").await.is(200).conversation();
    let stranger = app.owner().ask("carl", "hi").await.is(200).conversation();
    let page = app.member(Role::Viewer).await.get(&path(&app, &second, "?part=thread")).await.is(200);
    assert!(page.text().contains(&format!("/inbox/{first}")), "{}", page.text());
    assert!(!page.text().contains(&stranger) && !page.text().contains("<html"), "{}", page.text());
}
