//! What agents do to conversations.

use botplot_core::account::Role;
use botplot_core::conversation::{HandledBy, Status};
use botplot_testkit::app::{Actor, TestApp};

use super::{own_account, path};

async fn named(app: &TestApp, name: &str) -> Actor {
    app.member_at(&format!("{name}@example.com"), Role::Agent).await
}

#[tokio::test]
async fn of_two_who_take_the_same_conversation_one_is_told_that_it_is_gone() {
    let app = TestApp::start().await;
    let (ann, ben) = (named(&app, "ann").await, named(&app, "ben").await);
    let id = app.widget().ask("bob", "Can I talk to a human?").await.is(200).conversation();
    let page = ben.get(&path(&app, &id, "")).await.is(200);
    assert!(page.text().contains("name=\"seen\" value=\"bot\""), "{}", page.text());
    ann.submit(&path(&app, &id, "/take"), &[("seen", "bot")]).await.is(303);
    let refused = ben.submit(&path(&app, &id, "/take"), &[("seen", "bot")]).await.is(409);
    assert!(refused.text().contains("ann has taken this conversation meanwhile."), "{}", refused.text());
    let again = "data-sure=\"ann has had this conversation for less than a minute. Take it over?\"";
    assert!(refused.text().contains(again), "{}", refused.text());
    assert_eq!(app.conversation(&id).await.agent.as_deref(), Some("ann"));
    ben.submit(&path(&app, &id, "/take"), &[("seen", "person:ann")]).await.is(303);
    let it = app.conversation(&id).await;
    assert_eq!((it.handled_by, it.agent.as_deref()), (HandledBy::Human, Some("ben")));
    // Who has it already may say so again.
    ben.submit(&path(&app, &id, "/take"), &[("seen", "bot")]).await.is(303);
}

#[tokio::test]
async fn two_at_the_very_same_time_never_both_get_it() {
    let app = TestApp::start().await;
    let (ann, ben) = (named(&app, "ann").await, named(&app, "ben").await);
    for _ in 0..5 {
        let id = app.owner().ask("bob", "hi").await.is(200).conversation();
        let (path, fields) = (path(&app, &id, "/take"), [("seen", "bot")]);
        let (one, two) = tokio::join!(ann.submit(&path, &fields), ben.submit(&path, &fields));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        let expected = if one.status == 303 { "ann" } else { "ben" };
        assert_eq!(app.conversation(&id).await.agent.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_reply_is_said_in_the_persons_name_and_not_into_another_ones_conversation() {
    let app = TestApp::start().await;
    let (ann, ben) = (named(&app, "ann").await, named(&app, "ben").await);
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    ann.submit(&path(&app, &id, "/reply"), &[("seen", "bot"), ("content", " Hello \r\nBob ")]).await.is(303);
    let said = app.messages(&id).await.pop().expect("three messages");
    assert_eq!((said.author.as_deref(), said.content.as_str()), (Some("ann"), "Hello \nBob"));
    let refused =
        ben.submit(&path(&app, &id, "/reply"), &[("seen", "bot"), ("content", "My long text")]).await.is(409);
    assert!(refused.text().contains("ann has taken this conversation meanwhile."), "{}", refused.text());
    assert!(refused.text().contains("My long text"), "what was typed is lost");
    assert_eq!(app.messages(&id).await.len(), 3);
    let empty = ann.submit(&path(&app, &id, "/reply"), &[("content", "\r\n")]).await.is(400);
    assert!(empty.text().contains("must not be empty"), "{}", empty.text());
}

#[tokio::test]
async fn a_script_gets_the_conversation_as_it_is_then() {
    let app = TestApp::start().await;
    let ann = named(&app, "ann").await.with("hx-request", "true");
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    let piece = ann.submit(&path(&app, &id, "/take"), &[("seen", "bot")]).await.is(200);
    assert!(piece.text().contains("With you") && !piece.text().contains("<html"), "{}", piece.text());
    let piece = ann.submit(&path(&app, &id, "/hand-back"), &[]).await.is(200);
    assert!(piece.text().contains("Answered by the bot"), "{}", piece.text());
}

#[tokio::test]
async fn conversations_are_closed_opened_again_and_archived_for_good() {
    let app = TestApp::start().await;
    let ann = named(&app, "ann").await;
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    for (what, status) in
        [("close", Status::Closed), ("reopen", Status::Active), ("archive", Status::Archived)]
    {
        ann.submit(&path(&app, &id, &format!("/{what}")), &[]).await.is(303);
        assert_eq!(app.conversation(&id).await.status, status);
    }
    let log = app.owner().get("/api/v1/audit").await.is(200);
    assert!(log.text().contains("conversation.archived") && log.text().contains("ann@example.com"));
    for what in ["take", "reopen", "reply"] {
        let late =
            ann.submit(&path(&app, &id, &format!("/{what}")), &[("content", "x"), ("seen", "bot")]).await;
        assert_eq!(late.status, 409, "{what}");
    }
}

#[tokio::test]
async fn only_who_talks_to_visitors_takes_care_of_a_conversation() {
    let app = TestApp::start().await;
    let ann = named(&app, "ann").await;
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    let page = ann.get(&path(&app, &id, "")).await.is(200);
    let own = own_account(page.text());
    let assign = path(&app, &id, "/assign");
    ann.submit(&assign, &[("account", &own)]).await.is(303);
    let page = ann.get(&path(&app, &id, "")).await.is(200);
    assert!(page.text().contains(&format!("<option value=\"{own}\" selected>")), "{}", page.text());
    ann.submit(&assign, &[("account", "")]).await.is(303);
    ann.submit(&assign, &[("account", "550e8400-e29b-41d4-a716-446655440000")]).await.is(400);
    ann.submit(&assign, &[("account", "x")]).await.is(404);
}

#[tokio::test]
async fn canned_replies_are_written_changed_and_removed() {
    let app = TestApp::start().await;
    let ann = named(&app, "ann").await;
    let replies = app.page("inbox/replies");
    ann.submit(&replies, &[("name", "Hello"), ("content", "Hi, how can I help?")]).await.is(303);
    let twice = ann.submit(&replies, &[("name", "Hello"), ("content", "x")]).await.is(200);
    assert!(twice.text().contains("It is taken by another reply."), "{}", twice.text());
    let empty = ann.submit(&replies, &[("name", ""), ("content", "kept")]).await.is(200);
    assert!(empty.text().contains("kept</textarea>"), "{}", empty.text());
    let id = app.widget().ask("bob", "hi").await.is(200).conversation();
    let page = ann.get(&path(&app, &id, "")).await.is(200);
    assert!(page.text().contains("data-insert=\"Hi, how can I help?\""), "{}", page.text());
    let list = ann.get(&replies).await.is(200);
    let reply = list.text().split("inbox/replies/").nth(1).expect("one is listed")[..36].to_owned();
    ann.submit(&format!("{replies}/{reply}"), &[("name", "Bye"), ("content", "See you")]).await.is(303);
    assert!(ann.get(&replies).await.is(200).text().contains("See you"));
    ann.submit(&format!("{replies}/{reply}/remove"), &[]).await.is(303);
    ann.submit(&format!("{replies}/{reply}/remove"), &[]).await.is(404);
    assert!(ann.get(&replies).await.is(200).text().contains("None yet"));
}
