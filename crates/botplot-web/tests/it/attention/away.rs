//! Visitors who have left get what a person wrote by letter, and can stop that.

use http::Method;
use serde_json::json;

use super::{BOB, Rig};

/// Where a letter's links lead, by what they begin with.
fn link(text: &str, start: &str) -> String {
    let found = text.lines().map(str::trim).find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {text}")).to_owned()
}

#[tokio::test]
async fn a_reply_that_no_page_has_heard_comes_by_letter_once() {
    let rig = Rig::start().await;
    rig.reply("Yes, I am.\nWhat can I do?").await;
    rig.later(9 * 60).await;
    assert_eq!(rig.letters().await.len(), 0, "the page may still hear of it");
    rig.reply("Still there?").await;
    for _ in 0..3 {
        rig.later(61).await;
    }
    let letters = rig.letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, ["Bob@example.com"]);
    assert_eq!(letters[0].header("subject").unwrap(), "Ann replied to you · first");
    let text = letters[0].text();
    assert!(text.starts_with("Ann wrote:\n\n> Yes, I am.\n> What can I do?\n\n> Still there?\n"), "{text}");
    assert!(text.contains("    https://shop.example/pricing?a=1\n"), "{text}");
    let stop = link(&text, "https://chat.example/stop-letters/");
    assert_eq!(letters[0].header("list-unsubscribe").unwrap(), format!("<{stop}>"));
    rig.later(86_400).await;
    assert_eq!(rig.letters().await.len(), 1, "it came twice");
    rig.reply("One more thing.").await;
    rig.later(601).await;
    let letters = rig.letters().await;
    assert_eq!(letters.len(), 2);
    assert!(letters[1].text().starts_with("Ann wrote:\n\n> One more thing.\n\n"), "{}", letters[1].text());
}

#[tokio::test]
async fn letters_about_one_conversation_are_ten_minutes_apart() {
    let rig = Rig::start().await;
    rig.app
        .set(|settings| {
            settings.visitor_mail.after_minutes = 0;
            settings.alerts.after_minutes = 0;
        })
        .await;
    rig.reply("one").await;
    rig.later(1).await;
    for n in ["two", "three"] {
        rig.reply(n).await;
        rig.later(120).await;
    }
    assert_eq!(rig.letters().await.len(), 1);
    rig.later(400).await;
    let letters = rig.letters().await;
    assert_eq!(letters.len(), 2);
    assert!(letters[1].text().starts_with("Ann wrote:\n\n> two\n\n> three\n\n"), "{}", letters[1].text());
}

#[tokio::test]
async fn what_the_visitors_page_has_heard_comes_by_no_letter() {
    let rig = Rig::start().await;
    let mut page =
        rig.bob.send(Method::GET, &format!("/api/chat/events?conversationId={}", rig.id), "").await;
    assert!(page.block().await.is_some());
    rig.reply("I am here.").await;
    loop {
        let event = page.event().await.unwrap();
        if event["type"] == "message" {
            break;
        }
    }
    // What it has heard is noted as soon as the page takes more, within seconds.
    let (project, id) = (rig.app.project().project.id, rig.id.parse().unwrap());
    let noted = async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(20));
        while rig.app.engine().reader().unheard(project, id).await.unwrap().is_some() {
            pause.tick().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), noted).await.unwrap();
    page.leave();
    rig.later(3_600).await;
    assert_eq!(rig.letters().await.len(), 0);
    rig.reply("Are you gone?").await;
    let messages = format!("/api/chat/conversations/{}/messages", rig.id);
    rig.app.owner().get(&messages).await.is(200);
    rig.bob.get(&format!("{messages}?limit=1")).await.is(200);
    let unheard = rig.app.engine().reader().unheard(project, id).await.unwrap();
    assert!(unheard.is_some(), "neither the owner nor a part of the messages is the visitor's page");
    rig.bob.get(&messages).await.is(200);
    rig.later(3_600).await;
    assert_eq!(rig.letters().await.len(), 0, "the page was loaded after the reply");
}

#[tokio::test]
async fn without_an_address_or_with_letters_switched_off_nothing_goes_out() {
    let rig = Rig::start().await;
    let eve = rig.app.widget().ask("eve", "hi").await.is(200);
    let path = format!("/api/v1/conversations/{}/messages", eve.conversation());
    rig.call(Method::POST, &path, json!({ "content": "Hello", "author": { "name": "Ann" } })).await;
    rig.later(3_600).await;
    assert_eq!(rig.letters().await.len(), 0);
    rig.app.set(|settings| settings.visitor_mail.enabled = false).await;
    rig.reply("Hello").await;
    rig.later(3_600).await;
    assert_eq!(rig.letters().await.len(), 0);
    rig.app.set(|_| {}).await;
    rig.later(2 * 86_400).await;
    assert_eq!(rig.letters().await.len(), 0, "by now it is too old for a letter");
}

#[tokio::test]
async fn an_address_left_in_the_same_browser_counts_and_one_left_by_a_stranger_does_not() {
    let rig = Rig::start().await;
    let second = rig.bob.ask("bob", "One more question").await.is(200);
    let stranger = rig.app.widget().ask("bob", "I say that I am bob, too").await.is(200);
    for begun in [&second, &stranger] {
        let path = format!("/api/v1/conversations/{}/messages", begun.conversation());
        rig.call(Method::POST, &path, json!({ "content": "Hello", "author": { "name": "Ann" } })).await;
    }
    rig.later(601).await;
    let letters = rig.letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, ["Bob@example.com"]);
}

#[tokio::test]
async fn a_letter_leads_to_no_site_but_the_projects_own() {
    let rig = Rig::start().await;
    rig.app.set(|settings| settings.origins = vec!["https://other.example".into()]).await;
    rig.reply("Hello").await;
    rig.later(601).await;
    let letters = rig.letters().await;
    assert_eq!(letters.len(), 1);
    assert!(!letters[0].text().contains("shop.example"), "{}", letters[0].text());
}

#[tokio::test]
async fn who_stops_letters_gets_no_more_of_this_project() {
    let rig = Rig::start().await;
    rig.reply("Hello").await;
    rig.later(601).await;
    let text = rig.letters().await[0].text();
    let stop = link(&text, "https://chat.example/stop-letters/").replace("https://chat.example", "");
    let stranger = rig.app.stranger();
    for _ in 0..2 {
        let asked = stranger.get(&stop).await.is(200);
        assert!(
            asked.text().contains(BOB) && asked.text().contains("<form method=\"post\">"),
            "{}",
            asked.text()
        );
        let policy = asked.header("content-security-policy").unwrap();
        assert!(policy.contains("form-action 'self'") && policy.contains("default-src 'none'"), "{policy}");
    }
    let (project, engine) = (rig.app.project().project.id, rig.app.engine());
    assert!(
        !engine.reader().is_unsubscribed(project, BOB).await.unwrap(),
        "to look at the page stops nothing"
    );
    for _ in 0..2 {
        let done = stranger.submit(&stop, &[("List-Unsubscribe", "One-Click")]).await.is(200);
        assert!(done.text().contains("no more of these letters"), "{}", done.text());
    }
    assert!(engine.reader().is_unsubscribed(project, BOB).await.unwrap());
    rig.reply("Hello again").await;
    rig.later(3_600).await;
    assert_eq!(rig.letters().await.len(), 1);
    let cut = &stop[..stop.len() - 4];
    for wrong in [cut, "/stop-letters/x", "/stop-letters/%FF"] {
        assert_eq!(stranger.get(wrong).await.status, 404, "{wrong}");
        assert_eq!(stranger.submit(wrong, &[]).await.status, 404, "{wrong}");
    }
}
